//! The search language: from text to a condition on records. Pure: it knows the record types and nothing of
//! segments or the query engine.
//!
//! A query is made of terms: `field:value`, `field>value`, and free words; terms side by side must all hold;
//! `and`, `or`, `not` and parentheses combine them. See `fields.rs` for the names, `values.rs` for the values.

mod condition;
mod error;
mod fields;
mod host_names;
mod lexer;
mod parser;
mod resolve;
mod syntax;
mod tests_of_values;
mod values;

pub(crate) use condition::{ColumnTest, Comparison, Condition, Target, Test};
pub use error::SearchError;
pub use host_names::HostNames;
use resolve::resolve;

use records::Timestamp;

/// Reads a query. `latest` is the time of the lake's latest record, from which `since:2h` counts.
pub(crate) fn condition(query: &str, latest: Timestamp, hosts: &HostNames) -> Result<Condition, SearchError> {
    let failed = |failure: error::Failure| SearchError::new(query, failure);
    let tokens = lexer::tokens(query).map_err(failed)?;
    let parsed = parser::parse(tokens, query.len()).map_err(failed)?;
    resolve(&parsed, latest, hosts).map_err(failed)
}
