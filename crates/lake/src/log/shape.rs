//! The shape of the record types as they were when a log was written.

use records::{Kind, RECORD_TYPES, RecordType};
use serde::{Deserialize, Serialize};

/// As it stands in a log's first frame (JSON): the types in the order in which rows name them.
#[derive(Serialize, Deserialize)]
pub(super) struct Shape(Vec<TypeShape>);

#[derive(Serialize, Deserialize)]
struct TypeShape {
    name: String,
    columns: Vec<(String, String)>,
}

/// A type of the log beside the same type as this version knows it.
pub(super) struct StoredType {
    /// Place in [`RECORD_TYPES`]; behind its end where the type is not known.
    pub(super) type_index: usize,
    /// How many columns the type has today.
    pub(super) width: usize,
    /// Columns in the order of the log.
    pub(super) columns: Vec<StoredColumn>,
}

pub(super) struct StoredColumn {
    pub(super) kind: Kind,
    /// Its place today; `None` where the column is not known.
    pub(super) place: Option<usize>,
}

const KINDS: [(Kind, &str); 12] = [
    (Kind::Timestamp, "timestamp"),
    (Kind::Interval, "interval"),
    (Kind::Bool, "bool"),
    (Kind::Count, "count"),
    (Kind::Integer, "integer"),
    (Kind::Double, "double"),
    (Kind::Text, "text"),
    (Kind::Address, "address"),
    (Kind::TextList, "text-list"),
    (Kind::CountList, "count-list"),
    (Kind::IntervalList, "interval-list"),
    (Kind::AddressList, "address-list"),
];

impl Shape {
    pub(super) fn current() -> Self {
        let name_of =
            |kind| KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name).to_owned();
        let types = RECORD_TYPES.iter().map(|record_type| TypeShape {
            name: record_type.name.to_owned(),
            columns: record_type
                .columns
                .iter()
                .map(|column| (column.name.to_owned(), name_of(column.kind)))
                .collect(),
        });
        Self(types.collect())
    }

    /// `None` where a column has a kind that is not known, which would leave its rows unreadable.
    pub(super) fn stored_types(&self) -> Option<Vec<StoredType>> {
        self.0.iter().map(TypeShape::stored).collect()
    }
}

impl TypeShape {
    fn stored(&self) -> Option<StoredType> {
        let index = RECORD_TYPES.iter().position(|record_type| record_type.name == self.name);
        let today: Option<&RecordType> = index.and_then(|index| RECORD_TYPES.get(index));
        let columns = self.columns.iter().map(|(name, kind_name)| {
            let (kind, _) = KINDS.iter().find(|(_, known)| known == kind_name)?;
            Some(StoredColumn { kind: *kind, place: today.and_then(|today| today.column(name)) })
        });
        Some(StoredType {
            type_index: index.unwrap_or(usize::MAX),
            width: today.map_or(0, |today| today.columns.len()),
            columns: columns.collect::<Option<_>>()?,
        })
    }
}
