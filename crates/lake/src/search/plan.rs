//! From a condition to an expression of the query engine, for one record type.

use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, ScalarUDF, cast, ident, lit};
use datafusion::prelude::coalesce;
use records::{Column, Kind, Timestamp};

use super::language::{ColumnTest, Comparison, Condition, Target, Test};
use crate::TimeRange;
use crate::columns::TIME_ZONE;
use crate::sql::{InNetwork, any_like};

/// Which records of a type a condition lets through.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    None,
    All,
    Where(Expr),
}

pub(super) fn plan(condition: &Condition, type_index: usize) -> Plan {
    match condition {
        Condition::All(parts) => {
            let plans = parts.iter().map(|part| plan(part, type_index));
            combine(plans, &Plan::All, &Plan::None, Expr::and)
        }
        Condition::Any(parts) => {
            let plans = parts.iter().map(|part| plan(part, type_index));
            combine(plans, &Plan::None, &Plan::All, Expr::or)
        }
        Condition::Not(part) => match plan(part, type_index) {
            Plan::None => Plan::All,
            Plan::All => Plan::None,
            // An empty value fails its test, so the test's negation holds.
            Plan::Where(expression) => Plan::Where(expression.is_not_true()),
        },
        Condition::Time(range) => in_range(&ident("ts"), *range),
        Condition::Type(types) if types.contains(&type_index) => Plan::All,
        Condition::Type(_) => Plan::None,
        Condition::Columns(tests) => {
            let of_type = tests.iter().filter(|test| test.type_index == type_index).map(column_test);
            combine(of_type, &Plan::None, &Plan::All, Expr::or)
        }
    }
}

/// Folds plans; `neutral` changes nothing, `final_` decides alone.
fn combine(
    plans: impl Iterator<Item = Plan>,
    neutral: &Plan,
    final_: &Plan,
    join: impl Fn(Expr, Expr) -> Expr,
) -> Plan {
    let mut expressions = Vec::new();
    for plan in plans {
        match plan {
            plan if plan == *neutral => {}
            plan if plan == *final_ => return plan,
            Plan::Where(expression) => expressions.push(expression),
            Plan::None | Plan::All => {}
        }
    }
    // A balanced tree: the engine walks it recursively.
    while expressions.len() > 1 {
        let mut pairs = expressions.into_iter();
        let mut joined = Vec::new();
        while let Some(left) = pairs.next() {
            joined.push(match pairs.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        expressions = joined;
    }
    expressions.pop().map_or_else(|| neutral.clone(), Plan::Where)
}

fn column_test(test: &ColumnTest) -> Plan {
    match &test.target {
        Target::Column(column) => test_of(column, &test.test),
        Target::Sum(columns) => {
            let numbers = columns
                .iter()
                .map(|column| coalesce(vec![cast(ident(column.name), DataType::Float64), lit(0.0)]));
            let Some(sum) = numbers.reduce(|left, right| left + right) else { return Plan::None };
            match &test.test {
                Test::Present => Plan::Where(sum.gt(lit(0.0))),
                Test::Whole(comparison, number) => {
                    Plan::Where(compare(sum, *comparison, lit(*number as f64)))
                }
                Test::Number(comparison, number) => Plan::Where(compare(sum, *comparison, lit(*number))),
                _ => Plan::None,
            }
        }
    }
}

fn test_of(column: &Column, test: &Test) -> Plan {
    let value = || ident(column.name);
    let is_text_list = matches!(column.kind, Kind::TextList | Kind::AddressList);
    let is_list = is_text_list || matches!(column.kind, Kind::CountList | Kind::IntervalList);
    Plan::Where(match test {
        Test::Present if is_text_list => any_like(value(), "%".to_owned()),
        Test::Present => value().is_not_null(),
        Test::Like(pattern) if is_text_list => any_like(value(), pattern.clone()),
        // Numbers in lists cannot be asked for.
        _ if is_list => return Plan::None,
        Test::Text(text) => value().eq(lit(text.as_str())),
        Test::Like(pattern) => value().ilike(lit(pattern.as_str())),
        Test::Address(address) => value().eq(lit(address.to_string())),
        Test::Network(network) => {
            ScalarUDF::from(InNetwork::default()).call(vec![value(), lit(network.to_string())])
        }
        Test::Bool(truth) => value().eq(lit(*truth)),
        Test::Whole(comparison, number) => compare(value(), *comparison, lit(*number)),
        Test::Number(comparison, number) => {
            compare(cast(value(), DataType::Float64), *comparison, lit(*number))
        }
        Test::Span(comparison, span) => {
            compare(value(), *comparison, lit(ScalarValue::DurationNanosecond(Some(*span))))
        }
        Test::Time(range) => return in_range(&value(), *range),
    })
}

fn compare(left: Expr, comparison: Comparison, right: Expr) -> Expr {
    match comparison {
        Comparison::Equal => left.eq(right),
        Comparison::Less => left.lt(right),
        Comparison::LessOrEqual => left.lt_eq(right),
        Comparison::Greater => left.gt(right),
        Comparison::GreaterOrEqual => left.gt_eq(right),
    }
}

fn in_range(time: &Expr, range: TimeRange) -> Plan {
    let at = |ts: Timestamp| lit(ScalarValue::TimestampNanosecond(Some(ts.0), Some(TIME_ZONE.into())));
    let from = range.from.map(|from| time.clone().gt_eq(at(from)));
    let until = range.until.map(|until| time.clone().lt(at(until)));
    let bounds = from.into_iter().chain(until).map(Plan::Where);
    combine(bounds, &Plan::All, &Plan::None, Expr::and)
}
