//! The records that a finding names as its evidence, and those between its device and its peers.

use std::collections::BTreeMap;

use anyhow::Result;
use lake::{HostNames, Lake};
use records::{Interval, Timestamp};
use serde_json::{Value, json};

/// So many peers stand in a query; a query of hundreds helps nobody.
const PEERS_NAMED: usize = 16;
/// So many records are counted by type.
const COUNTED_MAX: usize = 100_000;
/// So many of the records of the evidence are shown.
const SHOWN: usize = 12;

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The records of the connections and files that show it: how many of which type, the first of them, and how to find all.
pub(super) fn records(lake: &Lake, finding: &Value) -> Result<Value> {
    let wanted: Vec<String> = texts(&finding["evidence"]).map(|uid| format!("uid:{uid}")).collect();
    found(lake, &wanted.join(" or "), SHOWN)
}

/// What the device and its peers had to do with each other while it went on.
pub(super) fn between(lake: &Lake, finding: &Value) -> Result<Value> {
    let either = |addresses: Vec<&str>| {
        let named: Vec<String> =
            addresses.iter().take(PEERS_NAMED).map(|address| format!("host:{address}")).collect();
        if named.len() > 1 { format!("({})", named.join(" or ")) } else { named.concat() }
    };
    let time = |name: &str| Timestamp::parse(finding[name].as_str().unwrap_or_default());
    let mut words = vec![
        either(vec![finding["host"].as_str().unwrap_or_default()]),
        either(texts(&finding["peers"]).collect()),
    ];
    words.extend(time("first_seen").map(|from| format!("since:{from}")));
    words.extend(time("last_seen").map(|to| format!("until:{}", to + Interval::from_secs(1))));
    words.retain(|word| !word.is_empty());
    found(lake, &words.join(" "), 0)
}

fn found(lake: &Lake, query: &str, shown: usize) -> Result<Value> {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    let mut first = Vec::new();
    if !query.is_empty() {
        for record in lake.search(query, &HostNames::default())?.hits(Some(COUNTED_MAX))? {
            let record = record?;
            *types.entry(record.record_type().name).or_default() += 1;
            if first.len() < shown {
                first.push(super::retell::as_value(&record));
            }
        }
    }
    let count: u64 = types.values().sum();
    let mut told = json!({"query": query, "count": count, "types": types});
    if shown > 0 {
        told["first"] = json!(first);
    }
    Ok(told)
}
