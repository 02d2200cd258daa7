#![doc = include_str!("README.md")]

mod names;

use std::net::IpAddr;

use records::{AnyRecord, Ftp, Interval, Smtp, Timestamp, Uid};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::names::OwnNames;
use crate::bounded::{Bounded, Standing};
use crate::detection::checkpoint;
use crate::rarity::{Weight, score_rarity_and_history};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "device-name-sent-out",
    title: "Device Name Sent Out",
    stage: Stage::Exfil,
    techniques: &["T1041", "T1082"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(DeviceNameSentOut::default()),
};

/// Devices that are followed.
const DEVICES_MAX: usize = 10_000;
const QUIET: Interval = Interval::from_secs(7 * 86_400);
const TITLES_KEPT: usize = 8;
const TITLE_MAX: usize = 200;
/// Services that tell a program under which address the world sees it; people hardly ask them, and not just before.
const MIRRORS: [&str; 12] = [
    "api.ipify.org",
    "bot.whatismyipaddress.com",
    "checkip.amazonaws.com",
    "checkip.dyndns.org",
    "icanhazip.com",
    "ifconfig.me",
    "ip-api.com",
    "ipecho.net",
    "ipinfo.io",
    "myexternalip.com",
    "whatismyip.akamai.com",
    "wtfismyip.com",
];

#[derive(Default, Serialize, Deserialize)]
struct DeviceNameSentOut {
    devices: Bounded<DeviceIndex, Reports, DEVICES_MAX>,
}

/// What a device was seen to report of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Reports {
    names: OwnNames,
    asked_mirror: Option<String>,
    sent: Option<Sent>,
    last: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sent {
    trail: Trail,
    peer: IpAddr,
    way: String,
    name: String,
    titles: Vec<String>,
    to_itself: bool,
    without_client: bool,
}

impl Watch for DeviceNameSentOut {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some(device) = seen.orig else { return };
        let is_wanted = match seen.record {
            AnyRecord::Dns(dns) => matches!(dns.id.resp_p, 137 | 5355),
            AnyRecord::Http(_) | AnyRecord::Ftp(_) | AnyRecord::Smtp(_) => {
                seen.direction == Direction::Outward
            }
            AnyRecord::File(file) => file.source == "SMTP" && seen.direction == Direction::Outward,
            _ => false,
        };
        if !is_wanted {
            return;
        }
        let reports = self.devices.entry(device, Reports::default);
        reports.last = reports.last.max(seen.ts);
        let is_news = match seen.record {
            AnyRecord::Dns(dns) => {
                reports.names.note_query(dns);
                false
            }
            AnyRecord::Http(http) => {
                let host = http.host.as_deref().map(world::host_of);
                if let Some(mirror) =
                    host.and_then(|host| MIRRORS.iter().find(|mirror| host.ends_with(*mirror)))
                {
                    reports.asked_mirror = Some((*mirror).to_owned());
                }
                false
            }
            AnyRecord::Ftp(ftp) => reports.note_upload(ftp, device, world),
            AnyRecord::Smtp(smtp) => reports.note_mail(smtp, device, world),
            AnyRecord::File(file) => {
                let title = file.filename.as_deref().unwrap_or_default();
                reports.note(title, "mail", (file.ts, file.uid, file.id), device, world)
            }
            _ => false,
        };
        if is_news {
            report(device, reports, world, findings);
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.devices.retain(|reports| now.since(reports.last) <= QUIET);
    }

    checkpoint!();
}

impl Standing for Reports {
    fn standing(&self) -> (bool, Timestamp) {
        (self.sent.is_some(), self.last)
    }
}

impl Reports {
    fn note_upload(&mut self, ftp: &Ftp, device: DeviceIndex, world: &World) -> bool {
        if !matches!(ftp.command.as_deref(), Some("STOR" | "APPE" | "STOU")) {
            return false;
        }
        let path = ftp.arg.as_deref().unwrap_or_default();
        let title = path.rsplit('/').next().unwrap_or_default();
        self.note(title, "FTP", (ftp.ts, ftp.uid, ftp.id), device, world)
    }

    fn note_mail(&mut self, smtp: &Smtp, device: DeviceIndex, world: &World) -> bool {
        if let Some(name) = smtp.helo.as_deref() {
            self.names.note(name);
        }
        let title = smtp.subject.as_deref().unwrap_or_default();
        if !self.note(title, "mail", (smtp.ts, smtp.uid, smtp.id), device, world) {
            return false;
        }
        let Some(sent) = &mut self.sent else { return false };
        let to_itself = smtp.mailfrom.is_some()
            && smtp.rcptto.iter().flatten().all(|to| Some(to) == smtp.mailfrom.as_ref());
        sent.to_itself |= to_itself;
        sent.without_client |= smtp.user_agent.is_none() && smtp.msg_id.is_none();
        true
    }

    /// Notes what was sent under a title, if the device's own name stands in it.
    fn note(
        &mut self,
        title: &str,
        way: &str,
        (ts, uid, id): (Timestamp, Uid, records::Endpoints),
        device: DeviceIndex,
        world: &World,
    ) -> bool {
        let Some(name) = self.names.found_in(title, world.device(device)) else { return false };
        let sent = self.sent.get_or_insert_with(|| Sent {
            trail: Trail::new(id.orig_h),
            peer: id.resp_h,
            way: way.to_owned(),
            name,
            titles: Vec::new(),
            to_itself: false,
            without_client: false,
        });
        sent.trail.note(id.orig_h, ts, ts, uid);
        sent.peer = id.resp_h;
        let title: String = title.chars().take(TITLE_MAX).collect();
        if sent.titles.len() < TITLES_KEPT && !sent.titles.contains(&title) {
            sent.titles.push(title);
        }
        true
    }
}

fn report(device: DeviceIndex, reports: &Reports, world: &World, findings: &mut Findings) {
    let Some(sent) = &reports.sent else { return };
    let trail = &sent.trail;
    let rarity = world.rarity(sent.peer, None);
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &sent.way,
            peers: vec![sent.peer],
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(reports, sent, rarity.percent, world),
            summary: format!(
                "{} sent out by {} what is called after it, to {}: {}.",
                world.name_of(device, trail.host),
                sent.way,
                world.names().of(sent.peer).map_or_else(|| sent.peer.to_string(), str::to_owned),
                sent.titles.iter().take(2).cloned().collect::<Vec<_>>().join(", "),
            ),
            facts: Facts::default()
                .with("way", sent.way.clone())
                .with("name", sent.name.clone())
                .with("titles", sent.titles.clone())
                .with_some("service_that_told_its_address", reports.asked_mirror.clone())
                .with_rarity(&rarity),
            baseline: Facts::default().with_population("devices_that_use_the_destination", &rarity, world),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(reports: &Reports, sent: &Sent, percent: f64, world: &World) -> Score {
    let mut score = Score::default();
    let reason = format!("its own name, {}, stands in the title of what it sends", sent.name);
    score.certainty("own name", 40.0, reason);
    if let Some(mirror) = &reports.asked_mirror {
        let reason = format!("it asked {mirror} under which address the world sees it");
        score.certainty("outside address", 20.0, reason);
    }
    if sent.to_itself {
        score.certainty("to itself", 15.0, "the mail goes to the box that it comes from");
    }
    if sent.without_client {
        score.certainty("client", 10.0, "no mail program wrote it: it has neither number nor program");
    }
    if sent.titles.len() > 1 {
        let points = (5.0 * (sent.titles.len() as f64).log2()).min(15.0);
        score.certainty(
            "repeats",
            points,
            tell::count(u32::try_from(sent.titles.len()).unwrap_or(8), "such title"),
        );
    }
    score_rarity_and_history(&mut score, "destination", percent, Weight::Beside(10.0), world);
    score.threat("stage", 75.0, "a program that steals says whose data it brings");
    score
}
