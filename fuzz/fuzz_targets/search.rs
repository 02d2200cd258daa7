//! Whatever is typed into the search, there is a condition or an error that points into the text.
//!
//! The language is taken in by path: it needs neither the query engine nor Parquet, which would take longer to
//! build with the fuzzer's instruments than to fuzz.

#![no_main]
#![allow(dead_code, unused_imports, reason = "what the language offers to the lake")]

#[path = "../../crates/lake/src/search/language/mod.rs"]
mod language;
#[path = "../../crates/lake/src/time_range.rs"]
mod time_range;

use language::HostNames;
use libfuzzer_sys::fuzz_target;
use records::Timestamp;
use time_range::TimeRange;

fuzz_target!(|query: &str| {
    if let Err(error) =
        language::condition(query, Timestamp(1_794_830_400_000_000_000), &HostNames::default())
    {
        assert!(query.get(error.place()).is_some(), "an error points outside of the query");
        assert!(error.to_string().starts_with(error.message()));
    }
});
