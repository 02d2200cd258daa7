//! Rules: what all findings of a kind are, of whom, to whom, until when.

use std::collections::BTreeMap;
use std::net::IpAddr;

use detections::PEERS_KEPT;
use records::{Network, Timestamp};
use serde_json::{Value, json};

use super::decisions::Label;

/// Which findings a rule is about; what is not said is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// A device: its id, name or address.
    pub device: Option<String>,
    /// Devices: a network, or `kind:printer`, or `user:NAME`.
    pub group: Option<String>,
    /// All other ends: an address, a network or a domain.
    pub peer: Option<String>,
    /// Id of the detection; `*` stands for anything.
    pub detection: Option<String>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which findings it is about.
    pub scope: Scope,
    /// What they are.
    pub label: Label,
    /// It covers behaviour that was seen last before this traffic time.
    pub until: Option<Timestamp>,
}

/// What devices are, by their ids.
pub(super) struct Kinds<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Kinds<'a> {
    pub(super) fn of(devices: &'a [Value]) -> Self {
        Self(devices.iter().map(|device| (text(device, "id"), text(&device["kind"], "value"))).collect())
    }

    fn is(&self, device: &str, kind: &str) -> bool {
        self.0.get(device).is_some_and(|known| known.eq_ignore_ascii_case(kind))
    }
}

impl Scope {
    /// Whether it asks for nothing at all: stars alone stand for any detection.
    pub fn is_empty(&self) -> bool {
        let Self { device, group, peer, detection } = self;
        let is_any = |pattern: &String| !pattern.is_empty() && pattern.chars().all(|letter| letter == '*');
        device.is_none() && group.is_none() && peer.is_none() && detection.as_ref().is_none_or(is_any)
    }

    /// What is wrong with it.
    pub fn fault(&self) -> Option<String> {
        let group = self.group.as_deref()?;
        let is_known =
            group.starts_with("kind:") || group.starts_with("user:") || Network::parse(group).is_some();
        (!is_known).then(|| format!("`{group}` is no group; write a network, kind:printer or user:NAME"))
    }
}

impl Rule {
    pub(super) fn to_json(&self) -> Value {
        let Scope { device, group, peer, detection } = &self.scope;
        json!({
            "kind": "rule", "label": self.label.name(), "device": device, "group": group, "peer": peer,
            "detection": detection, "until": self.until.map(|until| until.to_string()),
        })
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            scope: Scope {
                device: text("device"),
                group: text("group"),
                peer: text("peer"),
                detection: text("detection"),
            },
            label: Label::parse(value["label"].as_str()?)?,
            until: match value["until"].as_str() {
                Some(until) => Some(Timestamp::parse(until)?),
                None => None,
            },
        })
    }

    /// Whether it is about this finding.
    pub(super) fn covers(&self, finding: &Value, kinds: &Kinds<'_>) -> bool {
        let Scope { device, group, peer, detection } = &self.scope;
        let last = finding["last_seen"].as_str().and_then(Timestamp::parse);
        let in_time = self.until.is_none_or(|until| last.is_some_and(|last| last <= until));
        in_time
            && detection.as_ref().is_none_or(|wanted| is_like(text(finding, "detection"), wanted))
            && device.as_ref().is_none_or(|wanted| is_device(finding, wanted))
            && group.as_ref().is_none_or(|wanted| is_in_group(finding, wanted, kinds))
            && peer.as_ref().is_none_or(|wanted| has_only_peer(finding, wanted))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// `brute-force-*` and the like: the parts between the stars stand in this order.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn is_device(finding: &Value, wanted: &str) -> bool {
    let device = &finding["device"];
    text(device, "id") == wanted
        || text(device, "name").eq_ignore_ascii_case(wanted)
        || text(finding, "host") == wanted
        || texts(&device["addresses"]).any(|address| address == wanted)
}

fn is_in_group(finding: &Value, wanted: &str, kinds: &Kinds<'_>) -> bool {
    let device = &finding["device"];
    if let Some(kind) = wanted.strip_prefix("kind:") {
        return kinds.is(text(device, "id"), kind);
    }
    if let Some(user) = wanted.strip_prefix("user:") {
        return texts(&device["users"]).any(|known| known.eq_ignore_ascii_case(user));
    }
    is_within(text(finding, "host"), wanted)
}

/// An address and the network that it may lie in; an address is a network of one.
fn is_within(address: &str, network: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    match network.parse::<IpAddr>() {
        Ok(wanted) => wanted == address,
        Err(_) => Network::parse(network).is_some_and(|network| network.contains(address)),
    }
}

/// Whether no other end than this one is concerned: what went to others as well, or may have, is not covered.
fn has_only_peer(finding: &Value, wanted: &str) -> bool {
    let count = texts(&finding["peers"]).count();
    // One that names as many as are kept may have had more.
    if count >= PEERS_KEPT {
        return false;
    }
    if count > 0 && texts(&finding["peers"]).all(|peer| is_within(peer, wanted)) {
        return true;
    }
    let names = ["destination", "domain", "server_name", "host"];
    let names = names.iter().filter_map(|name| finding["facts"][*name].as_str());
    names.map(|name| name.rsplit_once(':').map_or(name, |(host, _)| host)).any(|host| {
        let below =
            host.len().checked_sub(wanted.len()).and_then(|at| Some((host.get(..at)?, host.get(at..)?)));
        below.is_some_and(|(above, end)| {
            end.eq_ignore_ascii_case(wanted) && (above.is_empty() || above.ends_with('.'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Value {
        json!({
            "detection": "brute-force-ftp", "host": "10.0.1.7", "last_seen": "2026-11-16T04:00:00Z",
            "device": {"id": "d1", "name": "PC-7", "addresses": ["10.0.1.7"], "users": ["sato"]},
            "peers": ["10.0.2.1", "10.0.2.2"], "facts": {"destination": "cdn.example.com:443"},
        })
    }

    fn covers(scope: Scope) -> bool {
        let devices = [json!({"id": "d1", "kind": {"value": "printer"}})];
        Rule { scope, label: Label::Noise, until: None }.covers(&finding(), &Kinds::of(&devices))
    }

    #[test]
    fn a_rule_asks_for_all_that_it_names() {
        let some = |text: &str| Some(text.to_owned());
        for (device, covered) in [("d1", true), ("pc-7", true), ("10.0.1.7", true), ("PC-8", false)] {
            assert_eq!(covers(Scope { device: some(device), ..Scope::default() }), covered, "{device}");
        }
        for (group, covered) in [
            ("10.0.1.0/24", true),
            ("10.0.2.0/24", false),
            ("kind:Printer", true),
            ("user:SATO", true),
            ("user:x", false),
        ] {
            assert_eq!(covers(Scope { group: some(group), ..Scope::default() }), covered, "{group}");
        }
        for (detection, covered) in [
            ("brute-force-ftp", true),
            ("brute-*", true),
            ("*-ftp", true),
            ("b*force*p", true),
            ("brute", false),
        ] {
            assert_eq!(
                covers(Scope { detection: some(detection), ..Scope::default() }),
                covered,
                "{detection}"
            );
        }
        let both = Scope { device: some("d1"), detection: some("port-scan"), ..Scope::default() };
        assert!(!covers(both));
    }

    #[test]
    fn what_went_to_other_peers_as_well_is_not_covered() {
        for (peer, covered) in [
            ("10.0.2.0/24", true),
            ("10.0.2.1", false),
            ("example.com", true),
            ("ample.com", false),
            ("10.0.2.0/31", false),
        ] {
            assert_eq!(covers(Scope { peer: Some(peer.to_owned()), ..Scope::default() }), covered, "{peer}");
        }
    }

    #[test]
    fn where_more_peers_may_be_than_are_named_no_rule_says_that_all_are_covered() {
        let scope = Scope { peer: Some("10.0.2.0/24".to_owned()), ..Scope::default() };
        let rule = Rule { scope, label: Label::Noise, until: None };
        let mut sweep = finding();
        let peers = |count: u8| (1..=count).map(|host| json!(format!("10.0.2.{host}"))).collect::<Vec<_>>();
        sweep["facts"] = json!({});
        for (count, covered) in [(1, true), (63, true), (64, false)] {
            sweep["peers"] = json!(peers(count));
            assert_eq!(rule.covers(&sweep, &Kinds::of(&[])), covered, "{count}");
        }
    }

    #[test]
    fn a_scope_of_stars_alone_asks_for_nothing() {
        for (detection, empty) in [("*", true), ("**", true), ("port-*", false), ("", false)] {
            let scope = Scope { detection: Some(detection.to_owned()), ..Scope::default() };
            assert_eq!(scope.is_empty(), empty, "{detection}");
        }
    }

    #[test]
    fn a_rule_ends_in_traffic_time() {
        let until = |text: &str| Rule {
            scope: Scope { device: Some("d1".to_owned()), ..Scope::default() },
            label: Label::Permitted,
            until: Timestamp::parse(text),
        };
        assert!(until("2026-11-16T04:00:00Z").covers(&finding(), &Kinds::of(&[])));
        let earlier = until("2026-11-16T03:59:59Z");
        assert!(!earlier.covers(&finding(), &Kinds::of(&[])));
        assert_eq!(Rule::from_json(&earlier.to_json()), Some(earlier));
    }
}
