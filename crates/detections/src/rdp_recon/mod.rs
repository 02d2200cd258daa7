#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "rdp-recon",
    title: "RDP Recon",
    stage: Stage::Recon,
    techniques: &["T1018", "T1021.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RdpRecon>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
/// Hosts that a device asks for a remote desktop within an hour and never did before: who works on several has them
/// from earlier days.
const HOSTS_MIN: usize = 5;
const HOSTS_KEPT: usize = 512;
/// Hosts that a device used before, from which on new ones are its trade.
const HOSTS_OF_TRADE: usize = 10;
/// Devices whose hosts are remembered, and how many of each.
const DEVICES_MAX: usize = 16_384;
const REMEMBERED: usize = 64;

/// The hosts whose desktops a device used.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Used {
    hosts: Vec<IpAddr>,
    last: Timestamp,
}

impl Standing for Used {
    fn standing(&self) -> (bool, Timestamp) {
        (self.hosts.len() >= HOSTS_OF_TRADE, self.last)
    }
}

/// Remembers the hosts whose desktops each device used.
#[derive(Default, Serialize, Deserialize)]
struct RdpRecon {
    used: Bounded<DeviceIndex, Used, DEVICES_MAX>,
}

impl RdpRecon {
    /// Whether the device never asked this host for a desktop; from now on it has.
    fn is_new(&mut self, device: DeviceIndex, host: IpAddr, at: Timestamp) -> bool {
        let used = self.used.entry(device, || Used { hosts: Vec::new(), last: at });
        used.last = used.last.max(at);
        if used.hosts.contains(&host) {
            return false;
        }
        if used.hosts.len() >= REMEMBERED {
            used.hosts.remove(0);
        }
        used.hosts.push(host);
        true
    }
}

impl Behaviour for RdpRecon {
    type Item = IpAddr;
    /// Names under which it asked.
    type Extra = Vec<String>;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["rdp"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::Rdp(rdp) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        self.is_new(device, rdp.id.resp_h, seen.ts).then_some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<IpAddr, Vec<String>>) -> Change {
        let AnyRecord::Rdp(rdp) = seen.record else { return Change::None };
        if let Some(cookie) = rdp.cookie.as_ref().filter(|cookie| !tally.extra.contains(cookie))
            && tally.extra.len() < REMEMBERED
        {
            tally.extra.push(cookie.clone());
        }
        let (host, server) = (rdp.id.orig_h, rdp.id.resp_h);
        Change::more(tally.note(seen, host, server, server, HOSTS_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<IpAddr, Vec<String>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let hosts = tally.items.len();
        if hosts < HOSTS_MIN {
            return None;
        }
        let known = self.used.get(&device).map_or(0, |used| used.hosts.len()).saturating_sub(hosts);
        let mut score = Score::default();
        let doublings = (hosts as f64 / HOSTS_MIN as f64).log2();
        let reason = format!("{hosts} hosts were asked for a remote desktop that it never used before");
        score.certainty("hosts", 40.0 + (12.0 * doublings).min(30.0), reason);
        let fastest = tally.fastest();
        if fastest as usize >= HOSTS_MIN {
            let reason = format!("{fastest} of them within a minute: a person opens one after the other");
            score.certainty("pace", 15.0, reason);
        }
        if known >= HOSTS_OF_TRADE {
            let reason =
                format!("it used the desktops of {known} other hosts before, as who cares for them does");
            score.certainty("trade", -25.0, reason);
        }
        raise_by_novelty(&mut score, 15.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 40.0, "it looks for hosts that it can work on");
        score.threat("hosts", (hosts as f64).min(20.0), tell::count(hosts as u32, "host"));
        Some(Told {
            score,
            summary: format!(
                "{name} asked {hosts} hosts for a remote desktop within {} that it never used before.",
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("hosts", hosts)
                .with("most_hosts_in_a_minute", fastest)
                .with("names_given", tally.extra.iter().take(20).cloned().collect::<Vec<_>>())
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("desktops_used_before", known)
                .with("hours_learned", world.hours_with_traffic()),
        })
    }
}
