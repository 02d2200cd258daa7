//! Scores of accounts: by the findings that name them, and, at half weight, by those of the device that they used last.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::scores::{Weighed, score};
use super::sign::Sign;

/// Weight of a finding that does not name the account, but is of its device.
const OF_DEVICE: f64 = 0.5;

/// The accounts with findings, the most threatened first.
pub(super) fn scores(signs: &[Sign<'_>]) -> Vec<Value> {
    let mut by_account: BTreeMap<String, Vec<Weighed<'_>>> = BTreeMap::new();
    for sign in signs {
        let named = sign.accounts();
        let user = sign.users().pop().filter(|user| !named.contains(user));
        let weighed =
            named.into_iter().map(|account| (account, 1.0)).chain(user.map(|user| (user, OF_DEVICE)));
        for (account, weight) in weighed {
            by_account.entry(account).or_default().push((sign, weight));
        }
    }
    let mut accounts: Vec<Value> = by_account
        .into_iter()
        .map(|(account, own)| {
            let mut devices: Vec<&str> =
                own.iter().filter_map(|(sign, _)| sign.finding["device"]["name"].as_str()).collect();
            devices.sort_unstable();
            devices.dedup();
            let findings: Vec<&str> = own.iter().map(|(sign, _)| sign.text("id")).collect();
            json!({"account": account, "devices": devices, "findings": findings, "score": score(&own)})
        })
        .collect();
    let weight = |account: &Value| {
        let number = |name: &str| account["score"][name].as_u64().unwrap_or(0);
        std::cmp::Reverse(number("threat") * number("certainty"))
    };
    accounts.sort_by_key(weight);
    accounts
}
