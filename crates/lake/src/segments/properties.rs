//! How the columns of a segment are stored.

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use records::{Column, Kind, RecordType};

use crate::columns::ARRIVAL;

/// Rows of a row group: what is read and pruned at once.
pub(super) const ROW_GROUP_ROWS: usize = 128 << 10;

/// A segment with fewer rows is small: it is merged with others of its type and day before long.
pub(super) const SMALL_ROWS: usize = ROW_GROUP_ROWS / 2;

/// A segment with fewer rows is read as a whole sooner than its parts are looked up.
const PLAIN_ROWS: usize = 4096;

/// Where the rows of a segment come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// From those who watch or read captures. What is small is written as quickly as can be: to compress and index it
    /// would be wasted, since it is done when it is merged.
    Fresh,
    /// From smaller segments.
    Merged,
}

impl Stage {
    /// A segment with fewer rows is neither compressed nor has it filters.
    const fn plain_below(self) -> usize {
        match self {
            Self::Fresh => SMALL_ROWS,
            Self::Merged => PLAIN_ROWS,
        }
    }
}

/// Share of look-ups for which a bloom filter says "perhaps" though the value is not there.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// Columns with texts that are looked up by equality.
const LOOKED_UP: &[&str] = &[
    "assigned_addr",
    "client",
    "filename",
    "fingerprint",
    "fuid",
    "hassh",
    "hassh_server",
    "host",
    "host_key",
    "host_name",
    "hostname",
    "id",
    "ja3",
    "ja3s",
    "ja4",
    "mac",
    "md5",
    "name",
    "parent_fuid",
    "path",
    "query",
    "server_name",
    "sha1",
    "sha256",
    "uid",
    "user",
    "username",
];

/// Columns whose values hardly repeat, for which a dictionary is wasted work.
const HARDLY_REPEATED: &[&str] =
    &["community_id", "fingerprint", "fuid", "host_key", "md5", "sha1", "sha256", "ts", "uid"];

pub(super) fn properties(record_type: &RecordType, rows: usize, stage: Stage) -> WriterProperties {
    let is_plain = rows < stage.plain_below();
    let compression =
        if is_plain { Compression::UNCOMPRESSED } else { Compression::ZSTD(ZstdLevel::default()) };
    let mut properties = WriterProperties::builder()
        .set_compression(compression)
        .set_created_by("otus".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_sorting_columns(Some(vec![SortingColumn {
            column_idx: 0,
            descending: false,
            nulls_first: false,
        }]));
    // Hardly ever looked at, and nearly counts up.
    let arrival = || ColumnPath::new(vec![ARRIVAL.to_owned()]);
    properties = properties
        .set_column_dictionary_enabled(arrival(), false)
        .set_column_encoding(arrival(), Encoding::DELTA_BINARY_PACKED)
        .set_column_statistics_enabled(arrival(), EnabledStatistics::None);
    for column in record_type.columns {
        let path = || ColumnPath::new(vec![column.name.to_owned()]);
        if HARDLY_REPEATED.contains(&column.name) {
            properties = properties.set_column_dictionary_enabled(path(), false);
        }
        if column.name == "ts" {
            properties = properties.set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
        }
        if is_looked_up(column) && !is_plain {
            let values = rows.min(ROW_GROUP_ROWS) as u64;
            properties = properties
                .set_column_bloom_filter_fpp(path(), BLOOM_FALSE_POSITIVES)
                .set_column_bloom_filter_max_ndv(path(), values);
        }
        if is_looked_up(column) || column.name == "ts" {
            properties = properties.set_column_statistics_enabled(path(), EnabledStatistics::Page);
        }
    }
    properties.build()
}

fn is_looked_up(column: &Column) -> bool {
    column.kind == Kind::Address || (column.kind == Kind::Text && LOOKED_UP.contains(&column.name))
}
