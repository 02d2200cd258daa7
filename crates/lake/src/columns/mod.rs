//! Records as columns in memory (Arrow), in both directions.

mod builder;
mod order;
mod reader;
mod schema;

pub(crate) use builder::TableBuilder;
pub(crate) use order::sort;
pub(crate) use reader::BatchReader;
pub(crate) use schema::{TIME_ZONE, schema};
