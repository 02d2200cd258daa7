#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Smtp, Timestamp};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "outbound-spam",
    title: "Outbound Spam",
    stage: Stage::Botnet,
    techniques: &["T1071.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OutboundSpam::default()),
};

/// Outside mail servers that a device contacts itself within an hour. Mail programs hand everything to one or two.
const SERVERS_MIN: usize = 10;
/// Mail between servers goes to this port; programs of people use 465 and 587.
const PORT: u16 = 25;
/// After so long without mail the count begins anew.
const PAUSE: Interval = Interval::from_secs(3_600);
/// Devices that are followed.
const DEVICES_MAX: usize = 10_000;
const SERVERS_KEPT: usize = 512;
const TEXTS_KEPT: usize = 10;

/// The mail of one device.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mails {
    trail: Trail,
    /// Servers that were contacted, and those that answered.
    servers: FxHashSet<IpAddr>,
    answered: u64,
    peers: Vec<IpAddr>,
    mails: u64,
    recipients: u64,
    senders: Vec<String>,
    subjects: Vec<String>,
    told: usize,
}

#[derive(Default, Serialize, Deserialize)]
struct OutboundSpam {
    devices: Bounded<DeviceIndex, Mails, DEVICES_MAX>,
    /// Devices that take mail from others: servers, which hand it on.
    relays: FxHashSet<DeviceIndex>,
}

impl Watch for OutboundSpam {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        match seen.record {
            AnyRecord::Conn(conn) if conn.id.resp_p == PORT && conn.proto == "tcp" => {
                if let Some(relay) = seen.resp.filter(|_| conn.service.as_deref() == Some("smtp")) {
                    self.relays.insert(relay);
                    self.devices.remove(&relay);
                }
                let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return };
                let Some(mails) = self.of(device, conn.id.orig_h, seen.ts) else { return };
                mails.note_conn(conn, seen.end);
                if mails.servers.len() >= SERVERS_MIN && mails.servers.len() * 4 >= mails.told * 5 {
                    mails.told = mails.servers.len();
                    tell(device, mails, world, findings);
                }
            }
            AnyRecord::Smtp(smtp) => {
                let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return };
                if let Some(mails) = self.of(device, smtp.id.orig_h, seen.ts) {
                    mails.note_mail(smtp);
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        const REST: Interval = Interval::from_secs(300);
        let is_due = |mails: &Mails| mails.told > 0 && now.since(mails.trail.last) >= REST;
        for device in self.devices.keys_where(is_due) {
            if let Some(mails) = self.devices.remove(&device) {
                tell(device, &mails, world, findings);
            }
        }
        self.devices.retain(|mails| now.since(mails.trail.last) <= PAUSE);
    }

    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now + Interval::from_secs(300), world, findings);
    }

    checkpoint!();
}

impl OutboundSpam {
    fn of(&mut self, device: DeviceIndex, host: IpAddr, at: Timestamp) -> Option<&mut Mails> {
        if self.relays.contains(&device) {
            return None;
        }
        let mails = self.devices.entry(device, || Mails::new(host));
        if mails.trail.is_over(at, PAUSE) {
            *mails = Mails::new(host);
        }
        Some(mails)
    }
}

impl Standing for Mails {
    fn standing(&self) -> (bool, Timestamp) {
        (self.told > 0, self.trail.last)
    }
}

impl Mails {
    fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            servers: FxHashSet::default(),
            answered: 0,
            peers: Vec::new(),
            mails: 0,
            recipients: 0,
            senders: Vec::new(),
            subjects: Vec::new(),
            told: 0,
        }
    }

    fn note_conn(&mut self, conn: &Conn, end: Timestamp) {
        self.trail.note(conn.id.orig_h, conn.ts, end, conn.uid);
        if self.servers.len() < SERVERS_KEPT && self.servers.insert(conn.id.resp_h) {
            self.answered += u64::from(conn.resp_bytes.unwrap_or(0) > 0);
            if self.peers.len() < TEXTS_KEPT {
                self.peers.push(conn.id.resp_h);
            }
        }
    }

    fn note_mail(&mut self, smtp: &Smtp) {
        self.trail.note(smtp.id.orig_h, smtp.ts, smtp.ts, smtp.uid);
        self.mails += u64::from(smtp.mailfrom.is_some());
        self.recipients += smtp.rcptto.as_ref().map_or(0, |recipients| recipients.len() as u64);
        for (texts, text) in [(&mut self.senders, &smtp.mailfrom), (&mut self.subjects, &smtp.subject)] {
            if let Some(text) = text
                && texts.len() < TEXTS_KEPT
                && !texts.contains(text)
            {
                texts.push(text.clone());
            }
        }
    }
}

fn tell(device: DeviceIndex, mails: &Mails, world: &World, findings: &mut Findings) {
    let trail = &mails.trail;
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: "mail",
            peers: mails.peers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(mails),
            summary: format!(
                "{} contacted {} outside mail servers within {} and sent {} mails to {} recipients.",
                world.name_of(device, trail.host),
                mails.servers.len(),
                tell::span(trail.seconds()),
                mails.mails,
                mails.recipients
            ),
            facts: Facts::default()
                .with("mail_servers", mails.servers.len())
                .with("mail_servers_that_answered", mails.answered)
                .with("mails", mails.mails)
                .with("recipients", mails.recipients)
                .with("senders", mails.senders.clone())
                .with("subjects", mails.subjects.clone())
                .with("seconds", trail.seconds()),
            baseline: Facts::default().with("mail_servers_of_a_client_at_most", 2_u64),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(mails: &Mails) -> Score {
    let mut score = Score::default();
    let doublings = (mails.servers.len() as f64 / SERVERS_MIN as f64).log2();
    let reason = format!("{} mail servers were contacted; a client knows one or two", mails.servers.len());
    score.certainty("servers", (50.0 + 8.0 * doublings).min(75.0), reason);
    if mails.answered > 0 {
        score.certainty("answers", 10.0, format!("{} of them answered", mails.answered));
    }
    if mails.senders.len() >= 3 {
        let reason = format!("{} and more senders: no person writes so", mails.senders.len());
        score.certainty("senders", 10.0, reason);
    }
    score.threat("stage", 45.0, "the network's mail ends on block lists; the device obeys somebody else");
    let recipients = (mails.recipients as f64).max(1.0).log2();
    score.threat("recipients", recipients.min(15.0), format!("{} recipients", mails.recipients));
    score
}
