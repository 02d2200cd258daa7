//! Records as columns in memory (Arrow), in both directions.

mod builder;
mod reader;
mod schema;
mod table;

pub(crate) use reader::BatchReader;
pub(crate) use schema::{TIME_ZONE, schema};
pub(crate) use table::{Sorted, Table};
