//! Campaigns: alerts on several hosts that have something in common, told as one.
//!
//! Two hosts belong together when alerts of both went to the same destination outside, concern a file of the same content or
//! the same account, or when an alert of lateral movement leads from one to the other, which then has an alert itself. Who
//! has the earliest alert is patient zero. A campaign is over when none of its alerts was seen for a day of traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use detections::{ALERT, Stage};
use records::{Interval, LocalNetworks, Timestamp};
use serde_json::{Value, json};

use super::sign::{Sign, time};

/// Traffic time without any of its alerts, after which a campaign is over.
const OVER: Interval = Interval::from_secs(86_400);

/// What hosts have in common.
type Link = (&'static str, String);

/// Hosts that hang together, with all that says so.
#[derive(Default)]
struct Group<'a> {
    alerts: Vec<&'a Sign<'a>>,
    shared: Vec<(&'a Link, &'a BTreeSet<&'a str>)>,
    moves: Vec<&'a Step<'a>>,
}

/// All campaigns in the order of their beginning. `own` are the networks that are ours.
pub(super) fn campaigns(
    signs: &[Sign<'_>],
    devices: &[Value],
    own: &LocalNetworks,
    now: Timestamp,
) -> Vec<Value> {
    let mut alerts: Vec<&Sign<'_>> =
        signs.iter().filter(|sign| sign.finding["certainty"].as_u64() >= Some(u64::from(ALERT))).collect();
    // Who attacks comes before whom it attacks at the same moment.
    alerts.sort_by_key(|alert| (alert.first, alert.is_of_the_attacked(), alert.text("id")));
    let mut sharing: BTreeMap<Link, BTreeSet<&str>> = BTreeMap::new();
    for alert in &alerts {
        for link in links(alert, own) {
            sharing.entry(link).or_default().insert(alert.device);
        }
    }
    let moves = moves(&alerts, devices);
    for step in &moves {
        let name = format!("{} → {}", step.from, step.to);
        sharing.entry(("path", name)).or_default().extend([step.from, step.to]);
    }
    sharing.retain(|_, hosts| hosts.len() > 1);
    let roots = roots(&sharing);
    let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    for alert in &alerts {
        if let Some(root) = roots.get(alert.device) {
            groups.entry(root).or_default().alerts.push(alert);
        }
    }
    for (link, hosts) in sharing.iter().filter(|((kind, _), _)| *kind != "path") {
        if let Some(group) = hosts.first().and_then(|host| groups.get_mut(roots.get(host)?)) {
            group.shared.push((link, hosts));
        }
    }
    for step in &moves {
        if let Some(group) = roots.get(step.from).and_then(|root| groups.get_mut(root)) {
            group.moves.push(step);
        }
    }
    let mut found: Vec<(Timestamp, Value)> =
        groups.values().filter_map(|group| campaign(group, now)).collect();
    found.sort_by_cached_key(|(beginning, campaign)| (*beginning, campaign["id"].to_string()));
    found.into_iter().map(|(_, campaign)| campaign).collect()
}

fn links(alert: &Sign<'_>, own: &LocalNetworks) -> Vec<Link> {
    let destinations = alert.destinations(own).into_iter().map(|destination| ("destination", destination));
    let hashes = alert.hashes().into_iter().map(|hash| ("file", hash.to_owned()));
    let accounts = alert.accounts().into_iter().map(|account| ("account", account));
    destinations.chain(hashes).chain(accounts).collect()
}

/// From one host to another, which has an alert of its own from then on.
struct Step<'a> {
    at: Timestamp,
    from: &'a str,
    to: &'a str,
    finding: &'a str,
}

fn moves<'a>(alerts: &[&Sign<'a>], devices: &'a [Value]) -> Vec<Step<'a>> {
    let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for alert in alerts {
        let known = last.entry(alert.device).or_insert(alert.last);
        *known = alert.last.max(*known);
    }
    let holders = holders(devices);
    let mut moves = Vec::new();
    // What stands on an attacked host leads back to where it was attacked from.
    let leads_on = |alert: &&&Sign<'_>| alert.stage == Stage::Lateral && !alert.is_of_the_attacked();
    for alert in alerts.iter().filter(leads_on) {
        for peer in alert.peers().filter_map(|peer| peer.parse::<IpAddr>().ok()) {
            let spans = holders.get(&peer).map(Vec::as_slice).unwrap_or_default();
            let at_the_time = spans.iter().find(|(_, from, to)| *from <= alert.last && *to >= alert.first);
            let Some((to, ..)) = at_the_time.filter(|(to, ..)| *to != alert.device) else { continue };
            if last.get(to).is_some_and(|latest| *latest >= alert.first) {
                moves.push(Step { at: alert.first, from: alert.device, to, finding: alert.text("id") });
            }
        }
    }
    moves.sort_by_key(|step| (step.at, step.from, step.to));
    moves
}

/// Who held an address, from when to when.
fn holders(devices: &[Value]) -> BTreeMap<IpAddr, Vec<(&str, Timestamp, Timestamp)>> {
    let mut holders: BTreeMap<IpAddr, Vec<_>> = BTreeMap::new();
    for device in devices {
        for span in device["addresses"].as_array().into_iter().flatten() {
            let address = span["address"].as_str().and_then(|address| address.parse().ok());
            let held = address.zip(device["id"].as_str()).zip(time(span, "from").zip(time(span, "to")));
            if let Some(((address, id), (from, to))) = held {
                holders.entry(address).or_default().push((id, from, to));
            }
        }
    }
    holders
}

/// Of each host the one that stands for all that it hangs together with by what they share, directly or over others.
fn roots<'a>(sharing: &BTreeMap<Link, BTreeSet<&'a str>>) -> BTreeMap<&'a str, &'a str> {
    let mut parent: BTreeMap<&str, &str> = BTreeMap::new();
    /// Shortens the way for those who come later.
    fn root<'a>(parent: &mut BTreeMap<&'a str, &'a str>, host: &'a str) -> &'a str {
        let mut place = host;
        while let Some(above) = parent.get(place).copied().filter(|above| *above != place) {
            let next = parent.get(above).copied().unwrap_or(above);
            parent.insert(place, next);
            place = next;
        }
        place
    }
    for hosts in sharing.values() {
        let mut hosts = hosts.iter();
        let Some(first) = hosts.next() else { continue };
        for other in hosts {
            let (one, two) = (root(&mut parent, first), root(&mut parent, other));
            // The smaller name stays the root, so that no order of links matters.
            parent.insert(one.max(two), one.min(two));
        }
    }
    let hosts: BTreeSet<&str> = sharing.values().flatten().copied().collect();
    hosts.into_iter().map(|host| (host, root(&mut parent, host))).collect()
}

/// A campaign, with its beginning. The alerts of the group are in the order of time.
fn campaign(group: &Group<'_>, now: Timestamp) -> Option<(Timestamp, Value)> {
    let first = group.alerts.first()?;
    let end = group.alerts.iter().map(|alert| alert.last).max()?;
    let mut by_host: BTreeMap<&str, Vec<&Sign<'_>>> = BTreeMap::new();
    let (mut hosts, mut stages): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for alert in &group.alerts {
        let of_it = by_host.entry(alert.device).or_default();
        if of_it.is_empty() {
            hosts.push(alert.device);
        }
        of_it.push(alert);
        if !stages.contains(&alert.stage.name()) {
            stages.push(alert.stage.name());
        }
    }
    let name = |device: &str| {
        let alert = by_host.get(device).and_then(|alerts| alerts.first());
        alert.map_or("", |alert| alert.finding["device"]["name"].as_str().unwrap_or_default())
    };
    let hosts: Vec<Value> = hosts
        .iter()
        .filter_map(|device| {
            let of_it = by_host.get(device)?;
            Some(json!({
                "device": device, "name": name(device),
                "since": of_it.iter().map(|alert| alert.first).min()?.to_string(),
                "until": of_it.iter().map(|alert| alert.last).max()?.to_string(),
                "findings": of_it.iter().map(|alert| alert.text("id")).collect::<Vec<_>>(),
            }))
        })
        .collect();
    let shared = group.shared.iter().map(|((kind, value), own)| {
        json!({"kind": kind, "value": value, "hosts": own.iter().map(|device| name(device)).collect::<Vec<_>>()})
    });
    let spread = group.moves.iter().map(|step| {
        json!({
            "at": step.at.to_string(), "from": name(step.from), "to": name(step.to), "finding": step.finding,
            "from_device": step.from, "to_device": step.to,
        })
    });
    let told = json!({
        "id": format!("c{}", first.text("id").trim_start_matches('f')),
        "beginning": first.first.to_string(),
        "end": end.to_string(),
        "state": if now.since(end) > OVER { "over" } else { "active" },
        "patient_zero": hosts.first(),
        "hosts": hosts,
        "shared": shared.collect::<Vec<_>>(),
        "spread": spread.collect::<Vec<_>>(),
        "stages": stages,
    });
    Some((first.first, told))
}

#[cfg(test)]
mod tests {
    use records::Network;

    use super::*;

    fn alert(id: &str, detection: &str, device: &str, hour: i64, peers: &[&str], facts: Value) -> Value {
        let at = Timestamp(1_794_787_200_000_000_000 + hour * 3_600_000_000_000).to_string();
        json!({
            "id": id, "detection": detection, "title": detection, "threat": 60, "certainty": 80, "state": "open",
            "device": {"id": device, "name": device.to_uppercase(), "users": []}, "first_seen": at, "last_seen": at,
            "peers": peers, "facts": facts,
        })
    }

    fn device(id: &str, address: &str) -> Value {
        json!({"id": id, "addresses": [{"address": address, "from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}]})
    }

    fn found(findings: &[Value], now_hour: i64) -> Vec<Value> {
        let now = Timestamp(1_794_787_200_000_000_000 + now_hour * 3_600_000_000_000);
        let devices = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
            .map(|address| device(&format!("d{}", &address[7..]), address));
        let signs: Vec<Sign<'_>> = findings.iter().filter_map(|finding| Sign::of(finding, now)).collect();
        campaigns(
            &signs,
            &devices,
            &LocalNetworks::new(vec![Network::parse("198.51.100.0/24").unwrap()]),
            now,
        )
    }

    #[test]
    fn hosts_that_share_anything_are_one_campaign_with_its_beginning_spread_and_end() {
        let findings = [
            alert("f3", "port-scan", "d3", 9, &["10.0.0.9"], json!({"sha256": "aa"})),
            alert(
                "f1",
                "external-beacon",
                "d1",
                1,
                &["93.184.216.5"],
                json!({"destination": "c2.example.net:443"}),
            ),
            alert("f2", "brute-force-smb", "d1", 2, &["10.0.0.2"], json!({"users": "HANAMI\\sato"})),
            alert("f4", "executable-copied-to-share", "d2", 5, &["10.0.0.3"], json!({"sha256": "aa"})),
        ];
        let told = found(&findings, 10);
        assert_eq!(told.len(), 1, "{told:#?}");
        let one = &told[0];
        assert_eq!(
            (&one["patient_zero"]["device"], &one["state"], &one["id"]),
            (&json!("d1"), &json!("active"), &json!("c1"))
        );
        let hosts: Vec<&Value> =
            one["hosts"].as_array().unwrap().iter().map(|host| &host["device"]).collect();
        assert_eq!(hosts, ["d1", "d2", "d3"]);
        assert_eq!(one["shared"], json!([{"kind": "file", "value": "aa", "hosts": ["D2", "D3"]}]));
        let spread: Vec<(&str, &str)> = one["spread"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| (step["from"].as_str().unwrap(), step["to"].as_str().unwrap()))
            .collect();
        assert_eq!(spread, [("D1", "D2"), ("D2", "D3")]);
        assert_eq!(found(&findings, 40)[0]["state"], "over");
    }

    #[test]
    fn what_stands_on_the_attacked_host_does_not_turn_the_path_round() {
        let findings = [
            alert("f2", "suspicious-remote-execution", "d1", 1, &["10.0.0.2"], json!({})),
            alert("f1", "suspicious-remote-execution", "d2", 1, &["10.0.0.1"], json!({"attacked": true})),
        ];
        let told = found(&findings, 2);
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0]["patient_zero"]["device"], "d1");
        let spread = told[0]["spread"].as_array().unwrap();
        assert_eq!(spread.len(), 1, "{spread:#?}");
        assert_eq!((&spread[0]["from"], &spread[0]["to"]), (&json!("D1"), &json!("D2")));
    }

    #[test]
    fn accounts_and_destinations_join_and_what_is_inside_or_faint_does_not() {
        let shared = |facts: &Value, peers: &[&str]| {
            let findings = [
                alert("f1", "port-scan", "d1", 1, peers, facts.clone()),
                alert("f2", "port-scan", "d2", 2, peers, facts.clone()),
            ];
            found(&findings, 3).len()
        };
        assert_eq!(shared(&json!({"user": "sato@hanami.example"}), &[]), 1);
        assert_eq!(shared(&json!({"users": ["<unknown>"]}), &[]), 0, "a name that was not seen is none");
        assert_eq!(shared(&json!({}), &["93.184.216.9"]), 1);
        for server in ["10.0.0.9", "198.51.100.9"] {
            assert_eq!(shared(&json!({}), &[server]), 0, "a server of ours is in everybody's use");
        }
        let mut faint = alert("f2", "port-scan", "d2", 2, &["93.184.216.9"], json!({}));
        faint["certainty"] = json!(40);
        assert!(
            found(&[alert("f1", "port-scan", "d1", 1, &["93.184.216.9"], json!({})), faint], 3).is_empty()
        );
    }
}
