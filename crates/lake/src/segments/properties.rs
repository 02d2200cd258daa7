//! How the columns of a segment are stored.

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use records::{Column, Kind, RecordType};

use crate::columns::ARRIVAL;

/// Rows of a row group: what is read and pruned at once.
pub(super) const ROW_GROUP_ROWS: usize = 128 << 10;

/// A segment with fewer rows is read as a whole sooner than its parts are looked up, and is merged with others before
/// long: to compress and index it is wasted work.
const PLAIN_ROWS: usize = 4096;

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

pub(super) fn properties(record_type: &RecordType, rows: usize) -> WriterProperties {
    let is_plain = rows < PLAIN_ROWS;
    let compression =
        if is_plain { Compression::UNCOMPRESSED } else { Compression::ZSTD(ZstdLevel::default()) };
    let mut properties = WriterProperties::builder()
        .set_compression(compression)
        .set_created_by("otus".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_bloom_filter_fpp(BLOOM_FALSE_POSITIVES)
        .set_bloom_filter_max_ndv(rows.min(ROW_GROUP_ROWS) as u64)
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
            properties = properties.set_column_bloom_filter_enabled(path(), true);
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
