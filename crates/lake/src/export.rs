//! Records out of the lake as Zeek's JSON logs.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use records::RECORD_TYPES;

use crate::{Lake, LakeError, TimeRange, folder};

/// One log that was written by [`Lake::export_zeek_json`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedLog {
    /// Name of the record type; the file is `<name>.log`.
    pub record_type: &'static str,
    /// Lines in it.
    pub records: u64,
}

impl Lake {
    /// Writes `OUT/<type>.log` for each type that has records, a JSON object per line, in order; `types` names
    /// the types, and none means all.
    pub fn export_zeek_json(&self, out: &Path, types: &[String]) -> Result<Vec<ExportedLog>, LakeError> {
        if let Some(unknown) =
            types.iter().find(|name| RECORD_TYPES.iter().all(|record_type| record_type.name != **name))
        {
            return Err(LakeError::UnknownType(unknown.clone()));
        }
        folder::make_folder(out)?;
        let mut exported = Vec::new();
        for record_type in RECORD_TYPES {
            let is_wanted = types.is_empty() || types.iter().any(|name| name == record_type.name);
            if !is_wanted || self.count(record_type.name)? == 0 {
                continue;
            }
            let records =
                self.export_log(&out.join(format!("{}.log", record_type.name)), record_type.name)?;
            exported.push(ExportedLog { record_type: record_type.name, records });
        }
        Ok(exported)
    }

    fn export_log(&self, path: &Path, type_name: &str) -> Result<u64, LakeError> {
        let file = File::create(path).map_err(LakeError::io("create", path))?;
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let mut line = String::new();
        let mut count = 0;
        for record in self.records(type_name, TimeRange::ALL)? {
            line.clear();
            record?.write_json(&mut line);
            line.push('\n');
            file.write_all(line.as_bytes()).map_err(LakeError::io("write", path))?;
            count += 1;
        }
        file.flush().map_err(LakeError::io("write", path))?;
        Ok(count)
    }
}
