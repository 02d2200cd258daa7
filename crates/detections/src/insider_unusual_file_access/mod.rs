#![doc = include_str!("README.md")]

mod access;

use std::net::IpAddr;

use records::AnyRecord;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::detection::checkpoint;
use crate::insider_unusual_file_access::access::Access;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "insider-unusual-file-access",
    title: "Insider: Unusual File Access",
    stage: Stage::Exfil,
    techniques: &["T1039"],
    learns_hours: 48,
    readme: include_str!("README.md"),
    watch: || Box::new(InsiderUnusualFileAccess::default()),
};

/// Files within a day below which nothing is said, and how many times the most of any day before.
const FILES_MIN: u64 = 40;
const FILES_ABOVE: f64 = 4.0;
/// Bytes within a day below which nothing is said, and how many times the most of any day before.
const BYTES_MIN: u64 = 10_000_000;
const BYTES_ABOVE: f64 = 10.0;
/// Days with access to files before the most of a day says anything.
const DAYS_MIN: u32 = 2;
const DEVICES_MAX: usize = 20_000;

#[derive(Default, Serialize, Deserialize)]
struct InsiderUnusualFileAccess {
    devices: FxHashMap<DeviceIndex, Access>,
}

impl Watch for InsiderUnusualFileAccess {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (Direction::Internal, Some(device)) = (seen.direction, seen.orig) else { return };
        let host = match seen.record {
            AnyRecord::SmbFiles(files) => files.id.orig_h,
            AnyRecord::Conn(conn) if conn.id.resp_p == 445 => conn.id.orig_h,
            _ => return,
        };
        if self.devices.len() >= DEVICES_MAX && !self.devices.contains_key(&device) {
            return;
        }
        let access = self.devices.entry(device).or_insert_with(|| Access::new(host));
        let server = match seen.record {
            AnyRecord::SmbFiles(files) => {
                access.note_file(files);
                files.id.resp_h
            }
            AnyRecord::Conn(conn) => {
                access.note_bytes(conn, seen.end);
                conn.id.resp_h
            }
            _ => return,
        };
        if access.days >= DAYS_MIN && (has_many_files(access) || has_many_bytes(access)) && access.is_due() {
            tell(device, access, server, world, findings);
        }
    }

    fn tick(&mut self, _now: records::Timestamp, world: &World, findings: &mut Findings) {
        let mut pending: Vec<DeviceIndex> =
            self.devices.iter().filter(|(_, access)| access.is_stale()).map(|(device, _)| *device).collect();
        pending.sort_unstable();
        for device in pending {
            if let Some(access) = self.devices.get_mut(&device)
                && let Some(server) = access.servers.last().copied()
            {
                tell(device, access, server, world, findings);
            }
        }
    }

    checkpoint!();
}

fn has_many_files(access: &Access) -> bool {
    access.files() >= FILES_MIN && access.files() as f64 >= FILES_ABOVE * access.files_max as f64
}

fn has_many_bytes(access: &Access) -> bool {
    access.bytes >= BYTES_MIN && access.bytes as f64 >= BYTES_ABOVE * access.bytes_max as f64
}

fn tell(device: DeviceIndex, access: &mut Access, server: IpAddr, world: &World, findings: &mut Findings) {
    access.told();
    let trail = &access.trail;
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: trail.host,
            key: &server.to_string(),
            peers: access.servers.clone(),
            first_seen: trail.first,
            last_seen: trail.last,
            score: score(access),
            summary: format!(
                "{} opened {} files in {} folders and read {} from file servers within a day; at most {} files and {} before.",
                world.name_of(device, trail.host),
                access.files(),
                access.folders(),
                tell::bytes(access.bytes),
                access.files_max,
                tell::bytes(access.bytes_max),
            ),
            facts: Facts::default()
                .with("files", access.files())
                .with("folders", access.folders())
                .with("bytes_read", access.bytes)
                .with("examples", access.examples.clone())
                .with("seconds", trail.seconds()),
            baseline: Facts::default()
                .with("most_files_of_a_day", access.files_max)
                .with("most_folders_of_a_day", access.folders_max)
                .with("most_bytes_of_a_day", access.bytes_max)
                .with("days_known", u64::from(access.days)),
            evidence: (&trail.evidence).into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}

fn score(access: &Access) -> Score {
    let mut score = Score::default();
    let excess =
        |now: u64, most: u64, above: f64| (now as f64 / (above * most.max(1) as f64)).log2().max(0.0);
    if has_many_files(access) {
        let doublings = excess(access.files(), access.files_max, FILES_ABOVE);
        let reason = format!("{} files, where the most of a day was {}", access.files(), access.files_max);
        score.certainty("files", (35.0 + 8.0 * doublings).min(55.0), reason);
    }
    if has_many_bytes(access) {
        let doublings = excess(access.bytes, access.bytes_max, BYTES_ABOVE);
        let most = tell::bytes(access.bytes_max);
        let reason = format!("{}, where the most of a day was {most}", tell::bytes(access.bytes));
        score.certainty("bytes", (20.0 + 3.0 * doublings).min(30.0), reason);
    }
    if access.folders() >= 3 && access.folders() >= 3 * access.folders_max {
        let reason =
            format!("{} folders, where the most of a day was {}", access.folders(), access.folders_max);
        score.certainty("folders", 15.0, reason);
    }
    score.threat("stage", 55.0, "files are collected before they leave");
    score.threat(
        "size",
        ((access.bytes as f64 / 1e6).max(1.0).log2() * 2.0).min(20.0),
        tell::bytes(access.bytes),
    );
    score
}
