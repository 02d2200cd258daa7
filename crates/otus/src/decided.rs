//! The casebook as it stands now: findings and devices with all that people decided.

use anyhow::Result;
use brain::{Correlated, Decided, Decision, correlate};
use casebook::{Casebook, DecisionRow};

/// What people decided; what a later version decided is left out.
pub(crate) fn decided(casebook: &Casebook) -> Result<Vec<Decided>> {
    let understood = |row: DecisionRow| {
        let decision = Decision::from_json(&row.body)?;
        Some(Decided { number: row.number, at: row.at.to_string(), who: row.who, why: row.why, decision })
    };
    Ok(casebook.decisions()?.into_iter().filter_map(understood).collect())
}

/// All findings of the casebook, seen together, with the devices that they concern.
pub(crate) fn correlated(casebook: &Casebook) -> Result<Correlated> {
    Ok(correlate(casebook.findings()?, casebook.concerned_devices()?, &decided(casebook)?))
}

/// The same with all devices.
pub(crate) fn correlated_with_all_devices(casebook: &Casebook) -> Result<Correlated> {
    Ok(correlate(casebook.findings()?, casebook.devices()?, &decided(casebook)?))
}
