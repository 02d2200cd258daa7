//! From syntax to a condition: names become columns, values get the kinds of their columns.

use std::net::IpAddr;

use records::{Kind, Network, RECORD_TYPES, RecordType, Timestamp};

use super::condition::{ColumnTest, Condition, Target, Test};
use super::error::Failure;
use super::fields::{Field, Sense, fields, nearest};
use super::host_names::HostNames;
use super::syntax::{Operator, Piece, Syntax, Term};
use super::tests_of_values::{contains_pattern, pattern, tests};
use super::values::{moment, span};
use crate::TimeRange;

/// Fields that a host's name can be asked of.
const ENDS: [&str; 3] = ["dst", "host", "src"];

pub(crate) fn resolve(syntax: &Syntax, latest: Timestamp, hosts: &HostNames) -> Result<Condition, Failure> {
    let each =
        |parts: &[Syntax]| parts.iter().map(|part| resolve(part, latest, hosts)).collect::<Result<_, _>>();
    match syntax {
        Syntax::All(parts) => Ok(Condition::All(each(parts)?)),
        Syntax::Any(parts) => Ok(Condition::Any(each(parts)?)),
        Syntax::Not(part) => Ok(Condition::Not(Box::new(resolve(part, latest, hosts)?))),
        Syntax::Term(Term::Word(word)) => Ok(free_word(word)),
        Syntax::Term(Term::Field { name, operator, value }) => {
            match (name.text.to_ascii_lowercase().as_str(), operator) {
                (special @ ("since" | "until" | "between"), Operator::Is) => {
                    time_range(special, value, latest).map(Condition::Time)
                }
                ("type", Operator::Is) => type_named(value),
                (special @ ("since" | "until" | "between" | "type"), _) => {
                    Err(Failure::new(&name.place, format!("`{special}` is written `{special}:…`")))
                }
                _ => column_tests(name, *operator, value, hosts),
            }
        }
    }
}

fn time_range(name: &str, value: &Piece, latest: Timestamp) -> Result<TimeRange, Failure> {
    let point = |text: &str, is_end: bool| -> Result<Option<Timestamp>, Failure> {
        if let Some(ago) = span(text) {
            return Ok(Some(latest - ago));
        }
        let Some(moment) = moment(text) else {
            let message = format!("`{text}` is no time; write 2h, 3d, 2026-11-16 or 2026-11-16T08:00");
            return Err(Failure::new(&value.place, message));
        };
        Ok(Some(if is_end { moment.start + moment.length } else { moment.start }))
    };
    match name {
        "since" => Ok(TimeRange { from: point(&value.text, false)?, until: None }),
        "until" => Ok(TimeRange { from: None, until: point(&value.text, true)? }),
        _ => {
            let Some((from, until)) = value.text.split_once("..") else {
                return Err(Failure::new(&value.place, "`between` is written `between:FROM..UNTIL`"));
            };
            Ok(TimeRange { from: point(from, false)?, until: point(until, true)? })
        }
    }
}

fn type_named(value: &Piece) -> Result<Condition, Failure> {
    let place_of = |name: &str| {
        let same = |record_type: &RecordType| record_type.name.eq_ignore_ascii_case(name);
        RECORD_TYPES.iter().position(same).ok_or_else(|| {
            let names = RECORD_TYPES.iter().map(|record_type| record_type.name);
            Failure::new(
                &value.place,
                with_advice(format!("there is no record type `{name}`"), nearest(name, names)),
            )
        })
    };
    value.text.split(',').map(place_of).collect::<Result<_, _>>().map(Condition::Type)
}

fn with_advice(message: String, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("{message}; did you mean `{nearest}`?"),
        None => message,
    }
}

fn column_tests(
    name: &Piece,
    operator: Operator,
    value: &Piece,
    hosts: &HostNames,
) -> Result<Condition, Failure> {
    let fields = fields(&name.text).map_err(|nearest| {
        let message = format!("there is no field `{}`", name.text);
        Failure::new(&name.place, with_advice(message, nearest.as_deref()))
    })?;
    let has_addresses =
        fields.iter().flat_map(|field| &field.columns).any(|column| column.kind == Kind::Address);
    if has_addresses && is_mistyped_address(&value.text) {
        return Err(Failure::new(&value.place, format!("`{}` is no address", value.text)));
    }
    let mut found = Vec::new();
    let mut reason = None;
    for field in &fields {
        match field_tests(field, operator, value) {
            Ok(tests) => found.extend(tests),
            Err(message) => reason = reason.or(Some(message)),
        }
    }
    let is_end = ENDS.contains(&name.text.to_ascii_lowercase().as_str());
    let held = if is_end { hosts.held_by(&value.text) } else { &[] };
    if found.is_empty() && held.is_empty() {
        return Err(Failure::new(&value.place, reason.unwrap_or_default()));
    }
    let by_address = held
        .iter()
        .map(|(address, held)| Condition::All(vec![Condition::Time(*held), of_address(&fields, *address)]));
    let positive = Condition::Any([Condition::Columns(found)].into_iter().chain(by_address).collect());
    if operator != Operator::IsNot {
        return Ok(positive);
    }
    let types = fields.iter().map(|field| field.type_index).collect();
    Ok(Condition::All(vec![Condition::Type(types), Condition::Not(Box::new(positive))]))
}

/// The address in one of the fields' columns.
fn of_address(fields: &[Field], address: IpAddr) -> Condition {
    let columns =
        fields.iter().flat_map(|field| field.columns.iter().map(|column| (field.type_index, *column)));
    let of_addresses = columns.filter(|(_, column)| column.kind == Kind::Address);
    Condition::Columns(
        of_addresses
            .map(|(type_index, column)| ColumnTest {
                type_index,
                target: Target::Column(column),
                test: Test::Address(address),
            })
            .collect(),
    )
}

/// The tests that fit the columns of a field; why none does.
fn field_tests(field: &Field, operator: Operator, value: &Piece) -> Result<Vec<ColumnTest>, String> {
    let test_of = |target: Target, test| ColumnTest { type_index: field.type_index, target, test };
    if field.sense == Sense::Sum {
        let Some(first) = field.columns.first() else { return Ok(Vec::new()) };
        let target = Target::Sum(field.columns.clone());
        return Ok(tests(first, operator, value)?
            .into_iter()
            .map(|test| test_of(target.clone(), test))
            .collect());
    }
    let is_address = is_address(&value.text);
    let has_addresses = field.columns.iter().any(|column| column.kind == Kind::Address);
    let mut found = Vec::new();
    let mut reason = None;
    for column in &field.columns {
        if is_address && has_addresses && column.kind != Kind::Address {
            continue;
        }
        match tests(column, operator, value) {
            Ok(tests) => {
                found.extend(tests.into_iter().map(|test| test_of(Target::Column(column), test)));
                if field.sense == Sense::Domain {
                    let below = format!("%.{}", pattern(value));
                    found.push(test_of(Target::Column(column), Test::Like(below)));
                }
                if field.sense == Sense::File && value.text != "*" {
                    let name = pattern(value);
                    // Behind the folders of a path, of Windows too, and before the query of an address.
                    let in_paths = [format!("%/{name}"), format!("%\\\\{name}"), format!("%/{name}?%")];
                    let tests = in_paths.into_iter().map(Test::Like);
                    found.extend(tests.map(|test| test_of(Target::Column(column), test)));
                }
            }
            Err(message) => reason = reason.or(Some(message)),
        }
    }
    if found.is_empty() { Err(reason.unwrap_or_default()) } else { Ok(found) }
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || Network::parse(text).is_some()
}

/// Four numbers between dots, of which one is too large.
fn is_mistyped_address(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 4 && text.split('.').all(is_number) && text.parse::<IpAddr>().is_err()
}

/// A free word stands anywhere in any text; an address, also in columns of addresses. With `*` it must be like
/// the whole text.
fn free_word(word: &Piece) -> Condition {
    let address = word.text.parse::<IpAddr>().ok().map(Test::Address);
    let network = || Network::parse(&word.text).map(Test::Network);
    let of_addresses = address.clone().or_else(network);
    let whole = || Test::Like(pattern(word));
    let part = || Test::Like(contains_pattern(word));
    let mut found = Vec::new();
    for (type_index, record_type) in RECORD_TYPES.iter().enumerate() {
        for column in record_type.columns {
            let test = match column.kind {
                Kind::Address => of_addresses.clone(),
                Kind::AddressList => address.as_ref().map(|_| whole()),
                Kind::TextList => Some(if address.is_some() { whole() } else { part() }),
                Kind::Text => Some(part()),
                Kind::Timestamp
                | Kind::Interval
                | Kind::Bool
                | Kind::Count
                | Kind::Integer
                | Kind::Double
                | Kind::CountList
                | Kind::IntervalList => None,
            };
            found.extend(test.map(|test| ColumnTest { type_index, target: Target::Column(column), test }));
        }
    }
    Condition::Columns(found)
}
