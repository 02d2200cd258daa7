#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "remote-desktop-from-outside",
    title: "Remote Desktop from Outside",
    stage: Stage::Delivery,
    techniques: &["T1133", "T1021.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<FromOutside>::default()),
};

const WINDOW: Interval = Interval::from_secs(86_400);
const OUTSIDERS_KEPT: usize = 256;
/// What a server sends in a session: a refused login takes some kilobytes, the first picture of a desktop far more.
const BYTES_OF_SESSION: u64 = 30_000;

#[derive(Default, Serialize, Deserialize)]
struct FromOutside;

/// What was seen of a device's desktop from the outside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Visited {
    service: String,
    sessions: u32,
    bytes: u64,
}

/// The kind of remote desktop, where the host answered.
fn desktop(conn: &Conn) -> Option<&'static str> {
    let service = conn.service.as_deref().filter(|_| conn.resp_pkts > 0)?;
    let has = |wanted: &str| service.split(',').any(|one| one == wanted);
    if has("rdp") {
        Some("RDP")
    } else if has("rfb") {
        Some("VNC")
    } else {
        None
    }
}

impl Behaviour for FromOutside {
    type Item = IpAddr;
    type Extra = Visited;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["conn"];

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let AnyRecord::Conn(conn) = seen.record else { return None };
        if seen.direction != Direction::Inward {
            return None;
        }
        desktop(conn)?;
        seen.resp.map(Interest::Begin)
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<IpAddr, Visited>) -> Change {
        let AnyRecord::Conn(conn) = seen.record else { return Change::None };
        let Some(service) = desktop(conn) else { return Change::None };
        service.clone_into(&mut tally.extra.service);
        let sent = conn.resp_bytes.unwrap_or(0);
        let is_new = tally.note(seen, conn.id.resp_h, conn.id.orig_h, conn.id.orig_h, OUTSIDERS_KEPT);
        if sent < BYTES_OF_SESSION {
            return Change::more(is_new);
        }
        tally.show(seen, conn.id.orig_h);
        tally.extra.bytes = tally.extra.bytes.saturating_add(sent);
        tally.extra.sessions = tally.extra.sessions.saturating_add(1);
        // The first changes the verdict, the others the count.
        if tally.extra.sessions.is_power_of_two() { Change::Turn } else { Change::more(is_new) }
    }

    fn tell(
        &self,
        tally: &Tally<IpAddr, Visited>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let Visited { service, sessions, bytes } = &tally.extra;
        let outsiders = tally.items.len();
        let mut score = Score::default();
        if *sessions > 0 {
            let reason = format!("it sent {} in {}", tell::bytes(*bytes), tell::count(*sessions, "session"));
            score.certainty("session", 60.0, reason);
        } else {
            score.certainty("reached", 25.0, "it answered, but no session followed");
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("policy", 25.0, "everybody outside may try passwords, and whoever has one is in");
        if *sessions > 0 {
            score.threat("session", 10.0, "somebody outside worked on it");
        }
        let others = match tally.items.as_slice() {
            [one] => one.to_string(),
            many => format!("{} addresses", many.len()),
        };
        let what = if *sessions > 0 { "was worked on" } else { "was asked for its desktop" };
        Some(Told {
            score,
            summary: format!(
                "{name} {what} from outside by {service} ({others}) within {}.",
                tell::span(tally.seconds())
            ),
            facts: Facts::default()
                .with("service", service.clone())
                .with("outsiders", outsiders)
                .with("sessions", *sessions)
                .with("bytes_sent", *bytes)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
