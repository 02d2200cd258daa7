#![doc = include_str!("README.md")]

use records::{AnyRecord, Conn, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::attempt::Answer;
use crate::sweep::{self, Outcome, Sweep, Target, WINDOW};
use crate::tally::{Behaviour, Change, Interest, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "ping-sweep",
    title: "Ping Sweep",
    stage: Stage::Recon,
    techniques: &["T1018"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<PingSweep>::default()),
};

/// Hosts that were pinged within a day. People ping a handful, monitoring servers the same ones again and again.
const HOSTS_MIN: u32 = 16;
/// New hosts within a minute that no work by hand makes.
const FAST: u32 = 10;
/// Hosts that were pinged at once by messages without any content. The `ping` of each system sends some; scanners do not.
const EMPTY_MIN: usize = 5;
const AT_ONCE: Interval = Interval::from_secs(10);
/// ICMP messages that ask whether somebody is there: echo, timestamp, address mask.
const QUESTIONS: [u16; 3] = [8, 13, 17];

#[derive(Default, Serialize, Deserialize)]
struct PingSweep;

fn is_question(conn: &Conn) -> bool {
    conn.proto == "icmp" && QUESTIONS.contains(&conn.id.orig_p)
}

impl Behaviour for PingSweep {
    type Item = Target;
    type Extra = Outcome;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::Conn(conn) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal && is_question(conn))?;
        Some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Sweep) -> Change {
        let AnyRecord::Conn(conn) = seen.record else { return Change::None };
        let answer = if conn.resp_pkts == 0 { Answer::Failed } else { Answer::Unused };
        if conn.orig_bytes == Some(0) {
            let burst = &mut tally.extra.empty;
            burst.note(conn.id.resp_h, seen.ts, AT_ONCE);
            if burst.most == EMPTY_MIN && burst.hosts() == EMPTY_MIN {
                sweep::note(tally, seen, conn, answer);
                return Change::Turn;
            }
        }
        Change::more(sweep::note(tally, seen, conn, answer))
    }

    fn tell(&self, tally: &Sweep, device: DeviceIndex, name: &str, world: &World) -> Option<Told> {
        let outcome = &tally.extra;
        let empty = outcome.empty.most;
        let is_of_a_scanner = empty >= EMPTY_MIN && outcome.hosts as usize >= EMPTY_MIN;
        // Hosts that all answer were known before: that is a check of them, not a search.
        let is_search = outcome.hosts >= HOSTS_MIN && outcome.failed * 2 >= outcome.hosts;
        if !is_search && !is_of_a_scanner {
            return None;
        }
        let (least, hosts) = (f64::from(HOSTS_MIN), f64::from(outcome.hosts));
        let mut score = sweep::score(tally, 25.0, hosts, least, FAST);
        if is_of_a_scanner {
            let reason = format!("{empty} hosts at once by messages without content, as scanners send them");
            score.certainty("empty", 40.0, reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        Some(Told {
            score,
            summary: format!(
                "{name} pinged {} within {}; {} did not answer.",
                tell::count(outcome.hosts, "host"),
                tell::span(tally.seconds()),
                outcome.failed,
            ),
            facts: Facts::default()
                .with("hosts", outcome.hosts)
                .with("hosts_silent", outcome.failed)
                .with("hosts_at_once_without_content", empty)
                .with("first_address", tally.items.first()?.0)
                .with("last_address", tally.items.last()?.0)
                .with("most_targets_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("hosts_pinged_before", world.habit(device).map_or(0, world::Habit::pinged)),
        })
    }
}
