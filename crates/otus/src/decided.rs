//! The casebook as it stands now: findings and devices with all that people decided.

use std::collections::BTreeSet;

use anyhow::Result;
use brain::{Correlated, Decided, Decision, correlate, decide, void};
use casebook::{Casebook, DecisionRow};
use lake::Run;
use records::LocalNetworks;
use serde_json::Value;

use crate::analyze::parse_network;

/// What people decided; what a later version decided is left out.
pub(crate) fn decided(casebook: &Casebook) -> Result<Vec<Decided>> {
    let understood = |row: DecisionRow| {
        let decision = Decision::from_json(&row.body)?;
        Some(Decided { number: row.number, at: row.at.to_string(), who: row.who, why: row.why, decision })
    };
    Ok(casebook.decisions()?.into_iter().filter_map(understood).collect())
}

/// The findings that somebody said the kind of, and did not take it back.
pub(crate) fn marked(casebook: &Casebook) -> Result<BTreeSet<String>> {
    let void = void(&decided(casebook)?);
    let holding = casebook.decisions()?.into_iter().filter(|row| !void.contains(&row.number));
    Ok(holding.filter_map(|row| row.finding).collect())
}

/// The private networks, and those that somebody was told, each as often as may be.
pub(crate) fn local_networks<'a>(told: impl IntoIterator<Item = &'a String>) -> Result<LocalNetworks> {
    let told: BTreeSet<&String> = told.into_iter().collect();
    Ok(LocalNetworks::new(told.into_iter().map(|network| parse_network(network)).collect::<Result<_>>()?))
}

/// The private networks, and those that runs of the lake were told.
pub(crate) fn networks_of(runs: &[Run]) -> Result<LocalNetworks> {
    local_networks(runs.iter().flat_map(|run| &run.networks))
}

/// All findings of the casebook with what people decided, each by itself.
pub(crate) fn findings(casebook: &Casebook) -> Result<Vec<Value>> {
    Ok(decide(casebook.findings()?, &casebook.concerned_devices()?, &decided(casebook)?))
}

/// All findings of the casebook, seen together, with the devices that they concern.
pub(crate) fn correlated(casebook: &Casebook, own: &LocalNetworks) -> Result<Correlated> {
    Ok(correlate(casebook.findings()?, casebook.concerned_devices()?, &decided(casebook)?, own))
}

/// The same with all devices.
pub(crate) fn correlated_with_all_devices(casebook: &Casebook, own: &LocalNetworks) -> Result<Correlated> {
    Ok(correlate(casebook.findings()?, casebook.devices()?, &decided(casebook)?, own))
}
