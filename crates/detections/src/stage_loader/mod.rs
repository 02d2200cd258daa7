#![doc = include_str!("README.md")]

mod contact;

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use self::contact::Contact;
use crate::attacked::ATTACKED;
use crate::bounded::Bounded;
use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "stage-loader",
    title: "Stage Loader",
    stage: Stage::Lateral,
    techniques: &["T1105", "T1210"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(StageLoader::default()),
};

/// Ports of the services of Windows that hosts are taken over by: RPC, NetBIOS, SMB, remote desktops, WinRM.
const CONTACT_PORTS: [u16; 6] = [135, 139, 445, 3389, 5985, 5986];
/// Fewer bytes are orders, not a program; the smallest second stages of known tools are some tens of kB.
const PAYLOAD_MIN: u64 = 10_000;
/// How many times what it gives back a host takes that loads something.
const ONE_SIDED: u64 = 5;
/// Hours of traffic after which what a pair does may be called new.
const HOURS_KNOWN: u32 = 24;
/// Days on which a service was used, after which it is a habit of the pair.
const DAYS_OF_HABIT: u16 = 2;
/// Pairs of hosts that are followed, and for how long after they were in contact.
const PAIRS_MAX: usize = 32_768;
const QUIET: Interval = Interval::from_secs(86_400);

#[derive(Default, Serialize, Deserialize)]
struct StageLoader {
    /// By who made the contact and with whom.
    contacts: Bounded<(IpAddr, IpAddr), Contact, PAIRS_MAX>,
}

/// A session in no known protocol, as seen from the host that may load something in it.
struct Session<'a> {
    conn: &'a Conn,
    loader: IpAddr,
    giver: IpAddr,
    taken: u64,
    given: u64,
    /// Days on which who opened it used the service before.
    days: u16,
    end: Timestamp,
    /// The loader called the other one back.
    is_reverse: bool,
}

impl Watch for StageLoader {
    fn reads(&self) -> &'static [&'static str] {
        &["conn", "dce_rpc", "ntlm", "smb_mapping"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(id) = seen.id.filter(|_| seen.orig.is_some() || seen.resp.is_some()) else { return };
        let AnyRecord::Conn(conn) = seen.record else {
            self.contact(id.orig_h, id.resp_h).note(seen.ts, seen.uid);
            return;
        };
        if conn.proto != "tcp" {
            return;
        }
        if CONTACT_PORTS.contains(&id.resp_p) {
            if conn.resp_pkts > 0 && conn.orig_bytes.unwrap_or(0) > 0 {
                self.contact(id.orig_h, id.resp_h).note(conn.ts, Some(conn.uid));
            }
        } else if conn.conn_state == "REJ" {
            self.contact(id.orig_h, id.resp_h).refuse(conn.id.resp_p, conn.ts);
        } else if conn.service.is_none() && conn.history.starts_with("Sh") {
            for session in sessions(conn, seen, world) {
                let device = if session.is_reverse { seen.orig } else { seen.resp };
                self.judge(device, &session, world, findings);
            }
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        if self.contacts.len() >= PAIRS_MAX / 2 {
            self.contacts.retain(|contact| now.since(contact.last()) <= QUIET);
        }
    }

    checkpoint!();
}

/// The session as one that was opened to the loader, and as one by which it called back.
fn sessions<'a>(conn: &'a Conn, seen: &Seen<'_>, world: &World) -> [Session<'a>; 2] {
    let habit = seen.orig.and_then(|device| world.habit(device));
    let service = habit.and_then(|habit| habit.service(conn.id.resp_h, conn.id.resp_p));
    let (days, end) = (service.map_or(0, |service| service.days), seen.end);
    let (orig, resp) = (conn.id.orig_h, conn.id.resp_h);
    let (sent, received) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
    [
        Session {
            conn,
            loader: resp,
            giver: orig,
            taken: sent,
            given: received,
            days,
            end,
            is_reverse: false,
        },
        Session {
            conn,
            loader: orig,
            giver: resp,
            taken: received,
            given: sent,
            days,
            end,
            is_reverse: true,
        },
    ]
}

impl StageLoader {
    fn contact(&mut self, from: IpAddr, to: IpAddr) -> &mut Contact {
        self.contacts.entry((from, to), Contact::default)
    }

    fn judge(
        &self,
        device: Option<DeviceIndex>,
        session: &Session<'_>,
        world: &World,
        findings: &mut Findings,
    ) {
        let is_load = session.taken >= PAYLOAD_MIN && session.taken / ONE_SIDED >= session.given;
        let (true, Some(device)) = (is_load, device) else { return };
        let Some(contact) = self.contacts.get(&(session.giver, session.loader)) else { return };
        if contact.before(session.conn.ts).is_some() {
            report(device, session, contact, world, findings);
        }
    }
}

fn report(
    device: DeviceIndex,
    session: &Session<'_>,
    contact: &Contact,
    world: &World,
    findings: &mut Findings,
) {
    let after = contact.before(session.conn.ts).unwrap_or_default();
    let port = session.conn.id.resp_p;
    let way = if session.is_reverse { "called it back" } else { "was called again" };
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: session.loader,
            key: &session.giver.to_string(),
            peers: vec![session.giver],
            first_seen: session.conn.ts + Interval(-after.0),
            last_seen: session.end,
            score: score(session, contact, world),
            summary: format!(
                "{} took {} from {} in an unknown protocol on port {port}: it {way} {} after that host had been at its services.",
                world.name_of(device, session.loader),
                tell::bytes(session.taken),
                world.name_at(session.giver),
                tell::span(after.as_secs_f64()),
            ),
            facts: Facts::default()
                .with("port", port)
                .with("bytes_in", session.taken)
                .with("bytes_out", session.given)
                .with("called_back", session.is_reverse)
                .with("seconds_after_contact", after.as_secs_f64())
                .with(ATTACKED, true),
            baseline: Facts::default()
                .with("days_of_this_service", session.days)
                .with("hours_learned", world.hours_with_traffic()),
            evidence: [contact.uid(), Some(session.conn.uid)].into_iter().flatten().collect(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(session: &Session<'_>, contact: &Contact, world: &World) -> Score {
    let mut score = Score::default();
    let reason = "no protocol that is known, within a minute after its services of Windows were used";
    score.certainty("order", 40.0, reason);
    let reason = format!("{} came in, {} went back", tell::bytes(session.taken), tell::bytes(session.given));
    score.certainty("one-sided", 10.0, reason);
    let port = session.conn.id.resp_p;
    if session.is_reverse {
        score.certainty("called back", 15.0, "it called back who had been at its services");
    } else if contact.has_refused(port, session.conn.ts) {
        let reason = format!("port {port} refused shortly before, and stood open then");
        score.certainty("opened", 20.0, reason);
    }
    let (days, hours) = (session.days, world.hours_with_traffic());
    if days >= DAYS_OF_HABIT {
        score.certainty("habit", -30.0, format!("this service was used between the two on {days} days"));
    } else if hours >= HOURS_KNOWN {
        let reason = format!("this service was not used between the two in {hours} hours of traffic");
        score.certainty("new", 10.0, reason);
    }
    score.threat("stage", 80.0, "what it loaded runs there, and who sent it commands it");
    score
}
