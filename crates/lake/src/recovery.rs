//! What a crash left: records in logs, and files that the manifest does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use records::RECORD_TYPES;

use crate::columns::Sorted;
use crate::log::{LogReader, Recovered};
use crate::manifest::{Manifest, OpenIngest};
use crate::segments::{Settled, Stage};
use crate::tables::Tables;
use crate::{LakeError, folder};

/// A reader gives up when the lake changed under its hands that often.
const TRIES: usize = 10;

/// What a reader finds: the manifest, the tables of the records that are in no segment.
type Found = (Manifest, BTreeMap<usize, RecordBatch>, Recovered);

/// Reads the lake as it is, without changing it; another process may be writing to it.
pub(crate) fn read(dir: &Path) -> Result<Found, LakeError> {
    let load = || Manifest::load(dir)?.ok_or_else(|| LakeError::Missing { path: dir.to_owned() });
    let mut manifest = load()?;
    for _ in 0..TRIES {
        let mut tables = Tables::default();
        let mut recovered = Recovered::default();
        for open in &manifest.open {
            recovered += read_logs(dir, open, &mut tables)?;
        }
        // A log that became segments meanwhile is gone, or is there twice.
        let after = load()?;
        if after == manifest {
            let whole = |table: Result<(usize, Sorted), LakeError>| {
                let (type_index, table) = table?;
                Ok((type_index, table.whole().map_err(|error| LakeError::columns(type_index, &error))?))
            };
            let tables = tables.take_sorted().map(whole).collect::<Result<_, LakeError>>()?;
            return Ok((manifest, tables, recovered));
        }
        manifest = after;
    }
    Err(LakeError::Unsteady { path: dir.to_owned() })
}

/// Turns the logs of interrupted ingests into segments.
pub(crate) fn settle_logs(dir: &Path, manifest: &mut Manifest) -> Result<Recovered, LakeError> {
    let mut recovered = Recovered::default();
    for open in manifest.open.clone() {
        let Some(last) = log_numbers(dir, &open)?.last().copied() else { continue };
        let mut tables = Tables::default();
        recovered += read_logs(dir, &open, &mut tables)?;
        let mut settled = Settled::new(Stage::Fresh);
        for table in tables.take_sorted() {
            let (type_index, table) = table?;
            settled.take(dir, manifest, type_index, table);
        }
        manifest.segments.extend(settled.sync(Some(open.number))?);
        if let Some(open) = manifest.open_ingest(open.number) {
            open.log_from = last + 1;
        }
        manifest.store(dir)?;
    }
    Ok(recovered)
}

/// Appends the records of the ingest's logs. There are not more than a table takes before it becomes segments.
fn read_logs(dir: &Path, open: &OpenIngest, tables: &mut Tables) -> Result<Recovered, LakeError> {
    let mut recovered = Recovered::default();
    for number in log_numbers(dir, open)? {
        let Some(mut log) = LogReader::open(&folder::log_path(dir, open.number, number))? else { continue };
        while log.next_frame(&mut |record, arrival| tables.push(&record, arrival))? {}
        recovered += log.recovered();
    }
    Ok(recovered)
}

/// Numbers of the ingest's logs that are not in segments.
fn log_numbers(dir: &Path, open: &OpenIngest) -> Result<Vec<u64>, LakeError> {
    let files = folder::entries(&folder::log_folder(dir))?;
    let numbers = files.iter().filter_map(|path| folder::log_name(path));
    Ok(numbers
        .filter(|(ingest, number)| *ingest == open.number && *number >= open.log_from)
        .map(|(_, number)| number)
        .collect())
}

/// Removes logs and segments that the manifest does not name: a crash came before they counted, or after they
/// were replaced.
pub(crate) fn remove_strays(dir: &Path, manifest: &Manifest) -> Result<(), LakeError> {
    for path in folder::entries(&folder::log_folder(dir))? {
        let is_open = |ingest: u64, number: u64| {
            manifest.open.iter().any(|open| open.number == ingest && number >= open.log_from)
        };
        if folder::log_name(&path).is_some_and(|(ingest, number)| !is_open(ingest, number)) {
            folder::remove_file(&path)?;
        }
    }
    let named: BTreeSet<PathBuf> =
        manifest.segments.iter().chain(&manifest.replaced).map(|segment| segment.path(dir)).collect();
    for record_type in RECORD_TYPES {
        for day in folder::entries(&dir.join(record_type.name))? {
            let strays = folder::entries(&day)?.into_iter().filter(|path| {
                path.extension().is_some_and(|extension| extension == "parquet") && !named.contains(path)
            });
            strays.into_iter().try_for_each(|path| folder::remove_file(&path))?;
        }
    }
    Ok(())
}
