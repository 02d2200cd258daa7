//! What a query demands of a record.

use std::net::IpAddr;

use records::{Column, Network};

use crate::TimeRange;

/// A condition on a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// All hold; with none, every record is meant.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The record's own time.
    Time(TimeRange),
    /// The record's type is one of these places in `RECORD_TYPES`.
    Type(Vec<usize>),
    /// At least one test for the record's type holds.
    Columns(Vec<ColumnTest>),
}

/// A test of records of one type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnTest {
    /// Place of the type in `RECORD_TYPES`.
    pub(crate) type_index: usize,
    pub(crate) target: Target,
    pub(crate) test: Test,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Column(&'static Column),
    /// The sum of columns with counts; an empty one is zero.
    Sum(Vec<&'static Column>),
}

/// The test of a value. An empty value fails every test; of a list, one item must pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// There is a value.
    Present,
    /// The text is this.
    Text(String),
    /// The text is like this pattern of SQL (`%`, `_`, escaped with `\`), in upper or lower case.
    Like(String),
    Address(IpAddr),
    Network(Network),
    Bool(bool),
    Whole(Comparison, u64),
    Number(Comparison, f64),
    /// In nanoseconds.
    Span(Comparison, i64),
    Time(TimeRange),
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
