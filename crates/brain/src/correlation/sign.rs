//! A finding as a sign of an attack: how likely it is still going on, who is concerned, what it has in common with others.

use std::collections::BTreeSet;

use detections::{ATTACKED, DETECTIONS, Stage};
use records::{LocalNetworks, Timestamp};
use serde_json::Value;

use super::is_closed;
use super::scores::remaining;

/// Facts that name accounts.
const ACCOUNTS: [&str; 6] = ["user", "users", "user_got_in", "account", "accounts", "accounts_opened"];
/// Facts that name files by their content.
const HASHES: [&str; 3] = ["sha256", "sha1", "md5"];
/// Facts that name a destination.
const DESTINATIONS: [&str; 4] = ["destination", "domain", "server_name", "host"];

/// One finding that nobody has closed.
#[derive(Clone, Debug)]
pub(super) struct Sign<'a> {
    pub(super) finding: &'a Value,
    pub(super) stage: Stage,
    pub(super) device: &'a str,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// How likely it is what it says, 0–1, now.
    pub(super) probability: f64,
    /// Its threat now.
    pub(super) threat: f64,
}

/// The latest moment of the traffic.
pub(super) fn latest(findings: &[Value], devices: &[Value]) -> Timestamp {
    let all = findings.iter().chain(devices).filter_map(|one| time(one, "last_seen"));
    all.max().unwrap_or_default()
}

pub(super) fn time(value: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::parse(value[name].as_str()?)
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_str().into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// `HANAMI\\Sato` and `sato@hanami.example` are one.
pub(super) fn account(name: &str) -> String {
    let bare = name.rsplit_once('\\').map_or(name, |(_, user)| user);
    bare.split_once('@').map_or(bare, |(user, _)| user).trim().to_lowercase()
}

impl<'a> Sign<'a> {
    /// `None` for a finding that is closed or says too little.
    pub(super) fn of(finding: &'a Value, now: Timestamp) -> Option<Self> {
        if is_closed(finding) {
            return None;
        }
        let detection = DETECTIONS.iter().find(|known| finding["detection"] == known.id)?;
        let last = time(finding, "last_seen")?;
        let share = remaining(now.since(last));
        Some(Self {
            finding,
            stage: detection.stage,
            device: finding["device"]["id"].as_str()?,
            first: time(finding, "first_seen")?,
            last,
            probability: finding["certainty"].as_f64()? / 100.0 * share,
            threat: finding["threat"].as_f64()? * share,
        })
    }

    pub(super) fn text(&self, name: &str) -> &'a str {
        self.finding[name].as_str().unwrap_or_default()
    }

    /// Accounts that its facts name.
    pub(super) fn accounts(&self) -> BTreeSet<String> {
        let named = ACCOUNTS.iter().flat_map(|name| texts(&self.finding["facts"][*name]));
        // `<unknown>` stands where a protocol's record has no name.
        let is_name = |account: &String| !account.is_empty() && !account.starts_with('<');
        named.map(account).filter(is_name).collect()
    }

    /// Users of the device, the latest last.
    pub(super) fn users(&self) -> Vec<String> {
        texts(&self.finding["device"]["users"]).map(account).collect()
    }

    /// Contents of files.
    pub(super) fn hashes(&self) -> BTreeSet<&'a str> {
        let facts = &self.finding["facts"];
        let names = HASHES.iter().filter(|name| !facts[**name].is_null());
        names.take(1).flat_map(|name| texts(&facts[*name])).collect()
    }

    /// Places outside the `own` networks that it went to: names and addresses.
    pub(super) fn destinations(&self, own: &LocalNetworks) -> BTreeSet<String> {
        let facts = DESTINATIONS.iter().filter_map(|name| self.finding["facts"][*name].as_str());
        let bare = |text: &str| text.rsplit_once(':').map_or(text, |(host, _)| host).to_lowercase();
        let named = facts.map(bare);
        let is_outside =
            |name: &String| name.parse().map_or(name.contains('.'), |address| !own.contains(address));
        named.chain(self.peers().map(str::to_owned)).filter(is_outside).collect()
    }

    /// Whether it stands on the host that was attacked, and its peer is at fault.
    pub(super) fn is_of_the_attacked(&self) -> bool {
        self.finding["facts"][ATTACKED] == true
    }

    pub(super) fn peers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(&self.finding["peers"])
    }
}
