//! Records as columns in memory (Arrow), in both directions.

mod builder;
mod reader;
mod schema;
mod table;

pub(crate) use reader::BatchReader;
pub(crate) use schema::{ARRIVAL, TIME_ZONE, schema, stored_schema};
pub(crate) use table::{Sorted, Table};
