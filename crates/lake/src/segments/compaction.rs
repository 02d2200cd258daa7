//! Compaction: many small segments of a type and day become one.

use std::path::Path;

use super::properties::{ROW_GROUP_ROWS, SMALL_ROWS, Stage};
use super::{Records, Settled};
use crate::columns::Table;
use crate::manifest::{Manifest, Segment};
use crate::{LakeError, TimeRange};

/// Fewer small segments of a type and day are left alone: to merge them costs more than they cost who reads.
const SEGMENTS_MIN: usize = 8;

/// Rows of a merged segment at most, which bounds the memory that merging takes.
const MERGED_ROWS_MAX: u64 = 2 * ROW_GROUP_ROWS as u64;

/// Merges where it pays and gives the segments that are replaced thereby; the manifest is changed in memory.
pub(crate) fn compact(dir: &Path, manifest: &mut Manifest) -> Result<(), LakeError> {
    for group in groups(manifest) {
        let Some(type_index) = group.first().and_then(Segment::type_index) else { continue };
        let mut table = Table::new(type_index);
        let mut records = Records::new(dir, type_index, group.iter().cloned(), None, TimeRange::ALL)?;
        while let Some((record, arrival)) = records.next_arrived()? {
            table.push(&record, arrival)?;
        }
        let mut settled = Settled::new(Stage::Merged);
        settled.take(dir, manifest, type_index, table.sorted()?);
        let place = group.first().map(Segment::place);
        manifest.segments.retain(|segment| !group.contains(segment));
        manifest.segments.extend(settled.sync(None)?.map(|segment| Segment { place, ..segment }));
        manifest.replaced.extend(group);
    }
    Ok(())
}

/// The groups of segments worth merging, in order. No other segment of the type and day has its place between those of a
/// group, so that merging changes no order.
fn groups(manifest: &Manifest) -> Vec<Vec<Segment>> {
    // What has no order of arrival stays apart, so that it does not take that of others away.
    let is_small = |segment: &Segment| {
        segment.rows < SMALL_ROWS as u64 && segment.ingest.is_none() && segment.arrivals.is_some()
    };
    let day = |segment: &Segment| (segment.record_type.clone(), segment.day.clone());
    let mut segments: Vec<&Segment> = manifest.segments.iter().collect();
    segments.sort_by_cached_key(|segment| (day(segment), segment.place()));
    let mut groups = Vec::new();
    for of_day in segments.chunk_by(|left, right| day(left) == day(right)) {
        let mut group: Vec<Segment> = Vec::new();
        for segment in of_day {
            let rows: u64 = group.iter().map(|segment| segment.rows).sum();
            if rows + segment.rows > MERGED_ROWS_MAX || !is_small(segment) {
                groups.push(std::mem::take(&mut group));
            }
            if is_small(segment) {
                group.push((*segment).clone());
            }
        }
        groups.push(group);
    }
    groups.retain(|group| group.len() >= SEGMENTS_MIN);
    groups
}
