//! Compaction: many small segments of a type and day become one.

use std::path::Path;

use super::properties::ROW_GROUP_ROWS;
use super::{Records, Settled};
use crate::columns::{TableBuilder, sort};
use crate::manifest::{Manifest, Segment};
use crate::{LakeError, TimeRange};

/// Fewer small segments of a type and day are left alone: to merge them costs more than they cost who reads.
const SEGMENTS_MIN: usize = 8;

/// A segment with fewer rows is small.
const SMALL_ROWS: u64 = ROW_GROUP_ROWS as u64 / 2;

/// Rows of a merged segment at most, which bounds the memory that merging takes.
const MERGED_ROWS_MAX: u64 = 2 * ROW_GROUP_ROWS as u64;

/// Merges where it pays and gives the segments that are replaced thereby; the manifest is changed in memory.
pub(crate) fn compact(dir: &Path, manifest: &mut Manifest) -> Result<(), LakeError> {
    for group in groups(manifest) {
        let Some(type_index) = group.first().and_then(Segment::type_index) else { continue };
        let mut table = TableBuilder::new(type_index);
        for record in Records::new(dir, type_index, group.iter().cloned(), None, TimeRange::ALL)? {
            table.push(&record?);
        }
        let columns = |error: arrow::error::ArrowError| LakeError::Columns {
            record_type: "compaction",
            reason: error.to_string(),
        };
        let table = sort(type_index, &table.finish()?).map_err(columns)?;
        let mut settled = Settled::default();
        settled.take(dir, manifest, type_index, &table);
        manifest.segments.retain(|segment| !group.contains(segment));
        manifest.segments.extend(settled.sync(None)?);
        manifest.replaced.extend(group);
    }
    Ok(())
}

/// The groups of segments worth merging.
fn groups(manifest: &Manifest) -> Vec<Vec<Segment>> {
    let is_small = |segment: &&Segment| segment.rows < SMALL_ROWS && segment.ingest.is_none();
    let mut small: Vec<&Segment> = manifest.segments.iter().filter(is_small).collect();
    small.sort_by(|left, right| {
        (&left.record_type, &left.day, left.number).cmp(&(&right.record_type, &right.day, right.number))
    });
    let mut groups = Vec::new();
    for of_day in
        small.chunk_by(|left, right| (&left.record_type, &left.day) == (&right.record_type, &right.day))
    {
        let mut group: Vec<Segment> = Vec::new();
        for segment in of_day {
            let rows: u64 = group.iter().map(|segment| segment.rows).sum();
            if rows + segment.rows > MERGED_ROWS_MAX {
                groups.push(std::mem::take(&mut group));
            }
            group.push((*segment).clone());
        }
        groups.push(group);
    }
    groups.retain(|group| group.len() >= SEGMENTS_MIN);
    groups
}
