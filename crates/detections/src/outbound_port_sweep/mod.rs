#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::attempt::{Answer, attempt};
use crate::sweep::{TARGETS_KEPT, WINDOW};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "outbound-port-sweep",
    title: "Outbound Port Sweep",
    stage: Stage::Botnet,
    techniques: &["T1046", "T1595"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<OutboundSweep>::default()),
};

/// Outside hosts that were tried in vain on one port within a day, none of which DNS named. Programs go where a name
/// leads them; the few with addresses of their own (time, peer-to-peer) find most of them alive.
const HOSTS_MIN: u32 = 30;
/// New hosts within a minute that no work by hand makes.
const FAST: u32 = 20;
/// Share of the hosts on the port that answered in vain; peers of a peer-to-peer program that went away are fewer.
const FAILED_MIN: f64 = 0.7;
/// Ports that are followed; when full, those go on which little was tried.
const PORTS_KEPT: usize = 64;
const FEW: u32 = 2;

#[derive(Default, Serialize, Deserialize)]
struct OutboundSweep;

/// (port, hosts tried in vain, connections that were used), sorted by port.
type Ports = Vec<(u16, u32, u32)>;

fn outward_attempt<'a>(seen: &Seen<'a>, world: &World) -> Option<(&'a Conn, DeviceIndex, Answer)> {
    let (AnyRecord::Conn(conn), Some(device), Direction::Outward) = (seen.record, seen.orig, seen.direction)
    else {
        return None;
    };
    let answer = attempt(conn)?;
    (answer == Answer::Used || world.names().of(conn.id.resp_h).is_none()).then_some((conn, device, answer))
}

impl Behaviour for OutboundSweep {
    type Item = (u16, IpAddr);
    type Extra = Ports;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let (_, device, answer) = outward_attempt(seen, world)?;
        Some(crate::sweep::interest(device, answer))
    }

    fn note(&mut self, seen: &Seen<'_>, world: &World, tally: &mut Tally<Self::Item, Ports>) -> Change {
        let Some((conn, _, answer)) = outward_attempt(seen, world) else { return Change::None };
        let (host, port) = (conn.id.resp_h, conn.id.resp_p);
        if tally.extra.len() >= PORTS_KEPT {
            tally.extra.retain(|known| known.1.max(known.2) > FEW);
        }
        let place = match tally.extra.binary_search_by_key(&port, |known| known.0) {
            Ok(place) => place,
            Err(_) if tally.extra.len() >= PORTS_KEPT => return Change::None,
            Err(place) => {
                tally.extra.insert(place, (port, 0, 0));
                place
            }
        };
        if answer == Answer::Used {
            if let Some(known) = tally.extra.get_mut(place) {
                known.2 = known.2.saturating_add(1);
            }
            return Change::None;
        }
        let is_new = tally.note(seen, conn.id.orig_h, host, (port, host), TARGETS_KEPT);
        if is_new && let Some(known) = tally.extra.get_mut(place) {
            known.1 += 1;
        }
        Change::more(is_new)
    }

    fn tell(
        &self,
        tally: &Tally<Self::Item, Ports>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let (port, hosts, used) = tally.extra.iter().copied().max_by_key(|known| known.1)?;
        let failed = f64::from(hosts) / f64::from(hosts.saturating_add(used).max(1));
        if hosts < HOSTS_MIN || failed < FAILED_MIN {
            return None;
        }
        let others: Vec<String> = tally
            .extra
            .iter()
            .filter(|known| known.0 != port && known.1 >= HOSTS_MIN)
            .map(|known| known.0.to_string())
            .collect();
        let mut score = score(hosts, tally.fastest(), failed);
        lessen_by_habit(&mut score, device, &tally.days, world);
        Some(Told {
            score,
            summary: format!(
                "{name} tried port {port} of {} on the Internet within {}; none was used.",
                tell::count(hosts, "host"),
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("port", port)
                .with("hosts", hosts)
                .with("other_ports", others)
                .with("connections_used_on_the_port", used)
                .with("most_targets_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}

fn score(hosts: u32, fastest: u32, failed: f64) -> Score {
    let mut score = Score::default();
    let doublings = (f64::from(hosts) / f64::from(HOSTS_MIN)).log2().max(0.0);
    score.certainty(
        "hosts",
        50.0 + (10.0 * doublings).min(20.0),
        format!("{hosts} outside hosts without a name were tried on one port and not used"),
    );
    if fastest >= FAST {
        score.certainty("speed", 15.0, format!("{fastest} new hosts within a minute"));
    }
    if failed >= 0.95 {
        score.certainty("failures", 10.0, format!("{:.0} % were in vain", failed * 100.0));
    }
    score.threat("stage", 50.0, "the device attacks others for somebody else");
    score.threat("hosts", (5.0 * doublings).min(20.0), format!("{hosts} hosts"));
    score
}
