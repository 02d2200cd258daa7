#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::attempt::Answer;
use crate::sweep::{self, Outcome, Sweep, Target, WINDOW, internal_attempt};
use crate::tally::{Behaviour, Change, Interest, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "internal-darknet-scan",
    title: "Internal Darknet Scan",
    stage: Stage::Recon,
    techniques: &["T1018", "T1046"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<DarknetScan>::default()),
};

/// Addresses of nobody that were tried within a day. Clients reach for those of hosts that were there once: a handful.
const ADDRESSES_MIN: u32 = 16;
/// The same where they follow one another at once: clients of a pool of servers do not go by its numbers.
const ROW_MIN: u32 = 8;
/// Of a row so many addresses may be missing: one in four, since hosts that are there are not counted.
const ROW_SHARE: f64 = 0.75;
/// New addresses within a minute that no work by hand makes.
const FAST: u32 = 10;
/// Hours of traffic after which an address that never spoke may be called unused.
const HOURS_KNOWN: u32 = 24;

#[derive(Default, Serialize, Deserialize)]
struct DarknetScan;

impl Behaviour for DarknetScan {
    type Item = Target;
    type Extra = Outcome;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let (conn, device, answer) = internal_attempt(seen, world)?;
        let is_dark =
            answer == Answer::Failed && conn.resp_pkts == 0 && world.devices().at(conn.id.resp_h).is_none();
        is_dark.then_some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Sweep) -> Change {
        let AnyRecord::Conn(conn) = seen.record else { return Change::None };
        Change::more(sweep::note(tally, seen, conn, Answer::Failed))
    }

    fn tell(&self, tally: &Sweep, device: DeviceIndex, name: &str, world: &World) -> Option<Told> {
        let outcome = &tally.extra;
        let is_row = is_row(tally);
        if outcome.hosts < if is_row { ROW_MIN } else { ADDRESSES_MIN } {
            return None;
        }
        let (least, hosts) = (f64::from(ADDRESSES_MIN), f64::from(outcome.hosts));
        let fast = if is_row { ROW_MIN } else { FAST };
        let mut score = sweep::score(tally, 15.0, hosts, least, fast);
        if is_row {
            score.certainty("row", 10.0, "one address after the other");
        }
        let hours = world.hours_with_traffic();
        if hours >= HOURS_KNOWN {
            let reason = format!("none of the addresses spoke in {hours} hours of traffic");
            score.certainty("unused", 15.0, reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        Some(Told {
            score,
            summary: format!(
                "{name} tried {} internal addresses that nobody uses within {}, from {} to {} (ports {}); none answered.",
                outcome.hosts,
                tell::span(tally.seconds()),
                tally.items.first()?.0,
                tally.items.last()?.0,
                outcome.ports_in_words(),
            ),
            facts: Facts::default()
                .with("addresses", outcome.hosts)
                .with("first_address", tally.items.first()?.0)
                .with("last_address", tally.items.last()?.0)
                .with("ports", outcome.ports_in_words())
                .with("most_targets_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("devices_known", world.devices().all().len())
                .with("hours_learned", hours),
        })
    }
}

/// Whether the addresses stand one after the other, but for a few.
fn is_row(sweep: &Sweep) -> bool {
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let (Some(first), Some(last)) = (sweep.items.first(), sweep.items.last()) else { return false };
    let span = number(last.0).saturating_sub(number(first.0)).saturating_add(1);
    sweep.extra.hosts >= ROW_MIN && f64::from(sweep.extra.hosts) >= ROW_SHARE * span as f64
}
