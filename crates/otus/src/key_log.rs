//! The logs of TLS secrets that the user gives.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sensor::{KeyLog, KeyLogReport};

use crate::output::tell_of;

/// Reads all logs. What is wrong in a line is told, and the line passed over; a file without any secret is an error,
/// since it is hardly the file that was meant.
pub(crate) fn read(paths: &[PathBuf]) -> Result<KeyLog> {
    let mut key_log = KeyLog::default();
    for path in paths {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let report =
            key_log.read(BufReader::new(file)).with_context(|| format!("cannot read {}", path.display()))?;
        if report.secrets == 0 && report.dropped == 0 {
            bail!(
                "{} has no TLS secret: lines of a key log look like `CLIENT_RANDOM 5be0… a12f…`{}",
                path.display(),
                report.first_broken.map(|line| format!("; line {line} is broken")).unwrap_or_default(),
            );
        }
        tell(path, &report);
    }
    Ok(key_log)
}

fn tell(path: &Path, report: &KeyLogReport) {
    let name = path.display().to_string();
    if let Some(line) = report.first_broken {
        let text = format!("line {line} is no secret: {} such lines are passed over", report.broken);
        tell_of(&name, &text);
    }
    if report.dropped > 0 {
        let text =
            format!("is too long: its last {} secrets are not used; give only those needed", report.dropped);
        tell_of(&name, &text);
    }
}
