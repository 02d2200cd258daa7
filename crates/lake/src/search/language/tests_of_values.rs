//! The test of a column that an operator and a value ask for.

use std::net::IpAddr;

use records::{Column, Kind, Network, Timestamp};

use super::condition::{Comparison, Test};
use super::syntax::{Operator, Piece};
use super::values::{Moment, moment, number, span, whole_number};
use crate::TimeRange;

/// Columns with names that machines give, which are compared letter by letter.
const EXACT: &[&str] = &["community_id", "fuid", "id", "parent_fuid", "uid"];

/// Columns with hexadecimal fingerprints in lower case.
const LOWER_CASE: &[&str] =
    &["fingerprint", "hassh", "hassh_server", "ja3", "ja3s", "ja4", "md5", "sha1", "sha256"];

/// Columns with ports.
const PORTS: &[&str] = &["id.orig_p", "id.resp_p"];

/// The tests of which one must pass; why the value does not fit the column.
pub(super) fn tests(column: &Column, operator: Operator, value: &Piece) -> Result<Vec<Test>, String> {
    let text = value.text.as_str();
    let fails = |what: &str| format!("`{}` is {what}, which `{text}` is not", column.name);
    if text == "*" && !value.is_quoted && comparison(operator) == Comparison::Equal {
        return Ok(vec![Test::Present]);
    }
    let one = |test: Option<Test>, what: &str| test.map(|test| vec![test]).ok_or_else(|| fails(what));
    if PORTS.contains(&column.name) && whole_number(text).is_some_and(|port| port > u64::from(u16::MAX)) {
        return Err(fails("a port, 0 to 65535"));
    }
    match column.kind {
        Kind::Text | Kind::TextList | Kind::AddressList | Kind::Address | Kind::Bool
            if comparison(operator) != Comparison::Equal =>
        {
            Err(format!("`{}` is no number: it has no more and less", column.name))
        }
        Kind::Text | Kind::TextList | Kind::AddressList => Ok(vec![text_test(column, value)]),
        Kind::Address => one(address_test(value), "an address"),
        Kind::Bool => one(truth(text).map(Test::Bool), "`true` or `false`"),
        Kind::Count | Kind::CountList | Kind::Integer | Kind::Double => {
            one(number_test(comparison(operator), text), "a number")
        }
        Kind::Interval | Kind::IntervalList => {
            let test = |span: records::Interval| Test::Span(comparison(operator), span.0);
            one(span(text).map(test), "a span of time (10s, 5m, 2h, 3d)")
        }
        Kind::Timestamp => {
            let range = moment(text).map(|moment| Test::Time(range(comparison(operator), moment)));
            one(range, "a time (2026-11-16, 2026-11-16T08:00)")
        }
    }
}

const fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Is | Operator::IsNot => Comparison::Equal,
        Operator::Less => Comparison::Less,
        Operator::LessOrEqual => Comparison::LessOrEqual,
        Operator::Greater => Comparison::Greater,
        Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}

fn text_test(column: &Column, value: &Piece) -> Test {
    if has_wildcard(value) || column.kind != Kind::Text {
        return Test::Like(pattern(value));
    }
    if EXACT.contains(&column.name) {
        return Test::Text(value.text.clone());
    }
    if LOWER_CASE.contains(&column.name) {
        return Test::Text(value.text.to_ascii_lowercase());
    }
    Test::Like(pattern(value))
}

fn address_test(value: &Piece) -> Option<Test> {
    if let Ok(address) = value.text.parse::<IpAddr>() {
        return Some(Test::Address(address));
    }
    if let Some(network) = Network::parse(&value.text) {
        return Some(Test::Network(network));
    }
    let is_part = value.text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:*".contains(&byte));
    (is_part && has_wildcard(value)).then(|| Test::Like(pattern(value)))
}

fn number_test(comparison: Comparison, text: &str) -> Option<Test> {
    let whole = whole_number(text).map(|number| Test::Whole(comparison, number));
    whole.or_else(|| number(text).map(|number| Test::Number(comparison, number)))
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "1" => Some(true),
        "false" | "f" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn range(comparison: Comparison, moment: Moment) -> TimeRange {
    let start = Some(moment.start);
    // A point in time lasts a nanosecond.
    let end = Some(Timestamp(moment.start.0.saturating_add(moment.length.0.max(1))));
    match comparison {
        Comparison::Equal => TimeRange { from: start, until: end },
        Comparison::Less => TimeRange { from: None, until: start },
        Comparison::LessOrEqual => TimeRange { from: None, until: end },
        Comparison::Greater => TimeRange { from: end, until: None },
        Comparison::GreaterOrEqual => TimeRange { from: start, until: None },
    }
}

fn has_wildcard(value: &Piece) -> bool {
    !value.is_quoted && value.text.contains('*')
}

/// The pattern of SQL for the whole text; `*` is any text, but not in quotes.
pub(super) fn pattern(value: &Piece) -> String {
    let mut pattern = String::with_capacity(value.text.len());
    for char in value.text.chars() {
        match char {
            '*' if !value.is_quoted => pattern.push('%'),
            '%' | '_' | '\\' => pattern.extend(['\\', char]),
            char => pattern.push(char),
        }
    }
    pattern
}

/// The pattern of SQL for a text that contains the value; with `*` it is for the whole text.
pub(super) fn contains_pattern(value: &Piece) -> String {
    if has_wildcard(value) { pattern(value) } else { format!("%{}%", pattern(value)) }
}
