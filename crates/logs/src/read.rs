//! Reads logs, line by line, and puts the records in order.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use capture::{FileReport, Input, Progress};
use records::{LocalNetworks, text_from_bytes};

use crate::LineError;
use crate::eve::Eve;
use crate::format::{Format, Log};
use crate::lines::{Line, Lines};
use crate::merge::Merge;
use crate::report::{Report, widened};
use crate::sort::{Placed, Sorter};
use crate::zeek::Kind;
use crate::zeek::json::ZeekJson;
use crate::zeek::tsv::ZeekTsv;

/// Lines between two words on the progress.
const LINES_PER_PROGRESS: u64 = 4096;

/// So many sensors of one file are named.
const SENSORS_MAX: usize = 16;

/// How logs are read.
#[derive(Clone, Debug)]
pub struct Config {
    /// The own networks: they make `local_orig` and `local_resp`.
    pub local_networks: LocalNetworks,
    /// Where records wait that do not fit into memory.
    pub temporary_folder: PathBuf,
}

/// What readers of lines give.
pub(crate) struct Taker<'a> {
    sorter: &'a mut Sorter,
    report: &'a mut Report,
    span: Option<(i64, i64)>,
    /// Names of the sensors that wrote the file.
    sensors: BTreeSet<String>,
    /// Whether logins are to be told from what the log says.
    pub(crate) tells_logins: bool,
    failure: Option<io::Error>,
}

impl<'a> Taker<'a> {
    fn new(sorter: &'a mut Sorter, report: &'a mut Report, tells_logins: bool) -> Self {
        Self { sorter, report, span: None, sensors: BTreeSet::new(), tells_logins, failure: None }
    }

    pub(crate) fn take(&mut self, placed: Placed) {
        let ts = placed.record.ts().0;
        self.report.records += 1;
        self.report.note_time(ts);
        self.span = Some(widened(self.span, ts));
        if let Err(error) = self.sorter.push(&placed) {
            self.failure.get_or_insert(error);
        }
    }

    /// The line says which sensor wrote it.
    pub(crate) fn written_by(&mut self, sensor: &str) {
        if self.sensors.len() < SENSORS_MAX && !self.sensors.contains(sensor) {
            self.sensors.insert(text_from_bytes(sensor.as_bytes()));
        }
    }

    pub(crate) fn not_kept(&mut self, kind: &str) {
        self.report.not_kept(kind);
    }

    pub(crate) fn unknown_field(&mut self, record_type: &str, field: &str) {
        self.report.unknown_field(record_type, field);
    }
}

/// Reads all logs to their end, or until the user ends it; now and then `on_progress` is called. The records are in the
/// answer, to be taken in order; the report says what could not be read.
///
/// # Errors
/// What does not fit into memory cannot be written to the temporary folder.
pub fn read(
    mut logs: Vec<Log>,
    config: &Config,
    progress: &Arc<Progress>,
    mut on_progress: impl FnMut(),
) -> io::Result<(Merge, Report)> {
    let with_logins = folders_with_logins(&logs);
    // What belongs together in EVE may lie in two files, one after the other.
    logs.sort_by_key(|log| if log.format == Format::Eve { log.first } else { i64::MIN });
    let mut report = Report::default();
    let mut sorter = Sorter::new(config.temporary_folder.clone());
    let mut eve = Eve::new(config.local_networks.clone());
    for log in &logs {
        let tells_logins = log.format != Format::Eve && !with_logins.contains(folder(&log.file.path));
        let mut reader = Reader::new(log, &mut eve);
        let taker = Taker::new(&mut sorter, &mut report, tells_logins);
        read_log(log, &mut reader, taker, progress, &mut on_progress)?;
    }
    let mut taker = Taker::new(&mut sorter, &mut report, false);
    eve.finish(&mut taker);
    if let Some(failure) = taker.failure {
        return Err(failure);
    }
    Ok((Merge::new(sorter.sorted()?), report))
}

/// Logs that Otus exported have records of logins; those of others have none.
fn folders_with_logins(logs: &[Log]) -> BTreeSet<PathBuf> {
    let login = Kind::of("login");
    let with = logs.iter().filter(|log| Kind::of_file(&log.file.path).as_ref() == Some(&login));
    with.map(|log| folder(&log.file.path).to_owned()).collect()
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

enum Reader<'a> {
    Tsv(ZeekTsv),
    Json(ZeekJson),
    Eve(&'a mut Eve),
}

impl<'a> Reader<'a> {
    fn new(log: &Log, eve: &'a mut Eve) -> Self {
        match log.format {
            Format::ZeekTsv => Self::Tsv(ZeekTsv::new(&log.file.path)),
            Format::ZeekJson => Self::Json(ZeekJson::new(&log.file.path)),
            Format::Eve => Self::Eve(eve),
        }
    }

    fn line(&mut self, line: &[u8], taker: &mut Taker<'_>) -> Result<(), LineError> {
        let line = std::str::from_utf8(line).map_err(|_| LineError::NoText)?;
        match self {
            Self::Tsv(tsv) => tsv.line(line, taker),
            Self::Json(json) => json.line(line, taker),
            Self::Eve(eve) => eve.line(line, taker),
        }
    }
}

fn read_log(
    log: &Log,
    reader: &mut Reader<'_>,
    mut taker: Taker<'_>,
    progress: &Arc<Progress>,
    on_progress: &mut impl FnMut(),
) -> io::Result<()> {
    let mut lines = Lines::new(Input::of(&log.file, Some(Arc::clone(progress))));
    let (mut number, mut good, mut bad) = (0, 0, 0);
    while let Some(line) = lines.next() {
        number += 1;
        let read = match line {
            Line::Whole([]) => continue,
            Line::Whole(line) => reader.line(line, &mut taker),
            Line::TooLong => Err(LineError::TooLong),
        };
        match read {
            Ok(()) => good += 1,
            Err(error) => {
                taker.report.bad_line(&log.file.path, number, bad, error);
                bad += 1;
            }
        }
        if number % LINES_PER_PROGRESS == 0 {
            progress.add_frames(LINES_PER_PROGRESS);
            on_progress();
            if progress.is_stopped() {
                break;
            }
        }
    }
    let Taker { report, span, sensors, failure, .. } = taker;
    report.lines += good;
    let sensors: Vec<String> = sensors.into_iter().collect();
    let file = lines.into_input().finish(log.format.name(), good, span);
    report.files.push(FileReport { sensor: (!sensors.is_empty()).then(|| sensors.join(", ")), ..file });
    failure.map_or(Ok(()), Err)
}
