//! What is wrong with a query, and where.

use std::fmt;
use std::ops::Range;

/// Longest part of a query that an error shows.
const SHOWN_CHARS_MAX: usize = 200;

/// What is wrong, before it is known in which query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) place: Range<usize>,
}

impl Failure {
    pub(super) fn new(place: &Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: place.clone() }
    }
}

/// A query that cannot be understood. It prints as the message, the query, and a mark under the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchError {
    query: String,
    message: String,
    place: Range<usize>,
}

impl SearchError {
    pub(super) fn new(query: &str, failure: Failure) -> Self {
        Self { query: query.to_owned(), message: failure.message, place: failure.place }
    }

    /// What is wrong, in a sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The bytes of the query that are wrong.
    pub fn place(&self) -> Range<usize> {
        self.place.clone()
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let visible = |text: &str| -> String {
            text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
        };
        let before = visible(self.query.get(..self.place.start).unwrap_or_default());
        let wrong = visible(self.query.get(self.place.clone()).unwrap_or_default());
        let after = visible(self.query.get(self.place.end..).unwrap_or_default());
        let cut = before.chars().count().saturating_sub(SHOWN_CHARS_MAX);
        let before: String = before.chars().skip(cut).collect();
        let after: String = after.chars().take(SHOWN_CHARS_MAX).collect();
        writeln!(formatter, "{}", self.message)?;
        writeln!(formatter, "  {before}{wrong}{after}")?;
        let (indent, width) = (before.chars().count(), wrong.chars().count().max(1));
        write!(formatter, "  {:indent$}{:^<width$}", "", "")
    }
}

impl std::error::Error for SearchError {}
