#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Arp, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "arp-sweep",
    title: "ARP Sweep",
    stage: Stage::Recon,
    techniques: &["T1018"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<ArpSweep>::default()),
};

/// Addresses that were asked for, of which so many within a minute. A host asks for its gateway and the few servers that
/// it uses.
const ADDRESSES_MIN: usize = 40;
const FAST: u32 = 30;
const WINDOW: Interval = Interval::from_secs(3600);
const ADDRESSES_KEPT: usize = 1024;

#[derive(Default, Serialize, Deserialize)]
struct ArpSweep;

/// Who asks for whom. Routers ask for whomever outsiders want to reach: the sweep is not theirs.
fn question(arp: &Arp, world: &World) -> Option<(IpAddr, IpAddr)> {
    let (sender, target) = (arp.sender_h?, arp.target_h?);
    let is_question = arp.operation == "request" && sender != target;
    (is_question && !world.devices().is_shared(arp.sender_l2_addr)).then_some((sender, target))
}

impl Behaviour for ArpSweep {
    type Item = IpAddr;
    /// Addresses of those asked for that answered.
    type Extra = u32;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["arp"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let AnyRecord::Arp(arp) = seen.record else { return None };
        if arp.operation == "reply" {
            return Some(Interest::Follow(world.devices().at(arp.target_h?)?));
        }
        let (sender, _) = question(arp, world)?;
        Some(Interest::Begin(world.devices().at(sender)?))
    }

    fn note(&mut self, seen: &Seen<'_>, world: &World, tally: &mut Tally<IpAddr, u32>) -> Change {
        let AnyRecord::Arp(arp) = seen.record else { return Change::None };
        if arp.operation == "reply" {
            let is_answer = arp.sender_h.is_some_and(|host| tally.items.binary_search(&host).is_ok());
            tally.extra = tally.extra.saturating_add(u32::from(is_answer));
            return Change::None;
        }
        let Some((sender, target)) = question(arp, world) else { return Change::None };
        Change::more(tally.note(seen, sender, target, target, ADDRESSES_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<IpAddr, u32>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let addresses = tally.items.len();
        let answered = (tally.extra as usize).min(addresses);
        if addresses < ADDRESSES_MIN || tally.fastest() < FAST || answered * 2 > addresses {
            return None;
        }
        let mut score = Score::default();
        let doublings = (addresses as f64 / ADDRESSES_MIN as f64).log2();
        let reason = format!("{addresses} addresses were asked for; hosts ask for the few that they use");
        score.certainty("addresses", 40.0 + (10.0 * doublings).min(25.0), reason);
        score.certainty("speed", 10.0, format!("{} within a minute", tally.fastest()));
        score.certainty("silence", 10.0, format!("{} did not answer", addresses - answered));
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 30.0, "looking around is an early stage: nothing is lost yet");
        Some(Told {
            score,
            summary: format!(
                "{name} asked by ARP for {addresses} addresses within {}; {answered} answered.",
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("addresses", addresses)
                .with("addresses_answered", answered)
                .with("first_address", *tally.items.first()?)
                .with("last_address", *tally.items.last()?)
                .with("most_addresses_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("devices_known", world.devices().all().len()),
        })
    }
}
