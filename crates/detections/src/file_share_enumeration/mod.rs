#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "file-share-enumeration",
    title: "File Share Enumeration",
    stage: Stage::Recon,
    techniques: &["T1135"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<ShareEnumeration>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
/// Hosts whose shares were listed within an hour. Opening a server in the file manager lists its own.
const LISTED_MIN: usize = 4;
/// Different shares that were connected to within an hour, of several hosts: a log-on connects a handful of drives.
const SHARES_MIN: usize = 16;
const SHARE_HOSTS_MIN: usize = 3;
/// New hosts and shares within a minute that no work by hand makes.
const FAST: u32 = 4;
const ITEMS_KEPT: usize = 512;

#[derive(Default, Serialize, Deserialize)]
struct ShareEnumeration;

/// A host, and the share that was connected to; none where the host listed its shares.
type Item = (IpAddr, Option<String>);

fn enumerated(seen: &Seen<'_>) -> Option<(IpAddr, Item)> {
    match seen.record {
        AnyRecord::DceRpc(rpc) => {
            let is_list = rpc.endpoint.as_deref() == Some("srvsvc")
                && rpc.operation.as_deref().is_some_and(|name| name.starts_with("NetrShareEnum"));
            is_list.then_some((rpc.id.orig_h, (rpc.id.resp_h, None)))
        }
        AnyRecord::SmbMapping(mapping) => {
            let share = mapping.path.as_deref()?.rsplit('\\').next()?.to_ascii_lowercase();
            let is_of_files =
                !share.is_empty() && share != "ipc$" && mapping.share_type.as_deref() != Some("PIPE");
            is_of_files.then_some((mapping.id.orig_h, (mapping.id.resp_h, Some(share))))
        }
        _ => None,
    }
}

fn hosts(items: &[Item], are_lists: bool) -> usize {
    let mut hosts: Vec<IpAddr> =
        items.iter().filter(|item| item.1.is_none() == are_lists).map(|item| item.0).collect();
    // The items are sorted by host.
    hosts.dedup();
    hosts.len()
}

impl Behaviour for ShareEnumeration {
    type Item = Item;
    type Extra = ();
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        enumerated(seen).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Item, ()>) -> Change {
        let Some((host, item)) = enumerated(seen) else { return Change::None };
        let server = item.0;
        Change::more(tally.note(seen, host, server, item, ITEMS_KEPT))
    }

    fn tell(&self, tally: &Tally<Item, ()>, device: DeviceIndex, name: &str, world: &World) -> Option<Told> {
        let listed = hosts(&tally.items, true);
        let shares = tally.items.iter().filter(|item| item.1.is_some()).count();
        let share_hosts = hosts(&tally.items, false);
        let is_list = listed >= LISTED_MIN;
        let is_connect = shares >= SHARES_MIN && share_hosts >= SHARE_HOSTS_MIN;
        if !is_list && !is_connect {
            return None;
        }
        let mut score = Score::default();
        let doublings = (listed as f64 / LISTED_MIN as f64).max(shares as f64 / SHARES_MIN as f64).log2();
        score.certainty(
            "shares",
            40.0 + (10.0 * doublings).clamp(0.0, 25.0),
            format!(
                "{listed} hosts listed their shares, {shares} shares of {share_hosts} hosts were connected"
            ),
        );
        if tally.fastest() >= FAST {
            score.certainty("speed", 15.0, format!("{} within a minute", tally.fastest()));
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 35.0, "it looks for data, or for places to put a program");
        score.threat("hosts", (4.0 * doublings).clamp(0.0, 20.0), format!("{} hosts", tally.peers.len()));
        Some(Told {
            score,
            summary: format!(
                "{name} listed the shares of {listed} hosts and connected to {shares} shares of {share_hosts} hosts within {}.",
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("hosts_listed", listed)
                .with("shares_connected", shares)
                .with("hosts_connected", share_hosts)
                .with("most_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
