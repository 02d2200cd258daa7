#![doc = include_str!("README.md")]

mod sealed;

use std::net::IpAddr;

use records::{AnyRecord, File, SmbTransfer, Timestamp, Uid};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::detection::checkpoint;
use crate::{Detection, Facts, Findings, Report, Score, Stage, Supersedes, Watch, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "executable-copied-to-share",
    title: "Executable Copied to Share",
    stage: Stage::Lateral,
    techniques: &["T1570", "T1021.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(ExecutableCopied::default()),
};

/// Shares that exist for administration: a program there can be started by a service or a task.
const ADMIN_SHARES: [&str; 2] = ["admin$", "c$"];
/// Hashes whose spread is followed, and hosts that are kept of each.
const HASHES_MAX: usize = 10_000;
const HOSTS_KEPT: usize = 32;
/// Copies by one device to one server before it counts as its habit.
const HABIT_COPIES: u32 = 10;

#[derive(Default, Serialize, Deserialize)]
struct ExecutableCopied {
    /// By SHA-256: the hosts that had the file, the first one first.
    spread: FxHashMap<String, Vec<(IpAddr, Timestamp)>>,
    copies: FxHashMap<(DeviceIndex, IpAddr), (u32, i64)>,
    /// SHA-256 and MD5 of executables whose transfer is not over yet.
    hashes: FxHashMap<Uid, (String, String)>,
    sealed: sealed::Sealed,
}

/// What was copied.
struct Copy<'a> {
    transfer: &'a SmbTransfer,
    device: DeviceIndex,
    share: String,
    is_admin_share: bool,
    sha256: Option<String>,
    md5: Option<String>,
    hosts: Vec<(IpAddr, Timestamp)>,
    copies_before: u32,
}

impl Watch for ExecutableCopied {
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        self.sealed.observe(seen, world, findings);
        let (Direction::Internal, Some(device)) = (seen.direction, seen.orig) else { return };
        match seen.record {
            AnyRecord::File(file) if file.source == "SMB" && is_executable(file.mime_type.as_deref()) => {
                self.keep(file)
            }
            AnyRecord::SmbTransfer(transfer) if is_executable(transfer.mime_type.as_deref()) => {
                let copy = self.copy(transfer, device);
                // Programs are read from shares all day; from an administrative share hardly ever.
                if transfer.bytes_written > 0 || copy.is_admin_share {
                    report(&copy, world, findings);
                }
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        self.sealed.tick(now);
    }

    checkpoint!();
}

impl ExecutableCopied {
    fn keep(&mut self, file: &File) {
        if self.hashes.len() >= HASHES_MAX {
            self.hashes.clear();
        }
        if let (Some(sha256), Some(md5)) = (&file.sha256, &file.md5) {
            self.hashes.insert(file.fuid, (sha256.clone(), md5.clone()));
        }
    }

    fn copy<'a>(&mut self, transfer: &'a SmbTransfer, device: DeviceIndex) -> Copy<'a> {
        let share =
            transfer.path.as_deref().and_then(|path| path.rsplit('\\').next()).unwrap_or_default().to_owned();
        let hashes = transfer.fuid.and_then(|fuid| self.hashes.remove(&fuid));
        let (sha256, md5) = hashes.unzip();
        let mut hosts = Vec::new();
        if let Some(sha256) = &sha256 {
            if self.spread.len() >= HASHES_MAX {
                self.spread.clear();
            }
            let spread = self.spread.entry(sha256.clone()).or_default();
            for host in [transfer.id.orig_h, transfer.id.resp_h] {
                if spread.len() < HOSTS_KEPT && !spread.iter().any(|known| known.0 == host) {
                    spread.push((host, transfer.ts));
                }
            }
            hosts.clone_from(spread);
        }
        let day = transfer.ts.day();
        if self.copies.len() >= HASHES_MAX {
            self.copies.clear();
        }
        let copies = self.copies.entry((device, transfer.id.resp_h)).or_insert((0, day));
        let copies_before = if copies.1 < day { copies.0 } else { 0 };
        copies.0 = copies.0.saturating_add(1);
        let is_admin_share = ADMIN_SHARES.iter().any(|name| share.eq_ignore_ascii_case(name));
        Copy { transfer, device, share, is_admin_share, sha256, md5, hosts, copies_before }
    }
}

fn is_executable(mime_type: Option<&str>) -> bool {
    matches!(mime_type, Some("application/x-dosexec" | "application/x-executable" | "application/x-elf"))
}

fn report(copy: &Copy<'_>, world: &World, findings: &mut Findings) {
    let transfer = copy.transfer;
    let name = world.name_of(copy.device, transfer.id.orig_h);
    let server = world.name_at(transfer.id.resp_h);
    let file = transfer.name.clone().unwrap_or_else(|| "(no name)".to_owned());
    let hosts = copy.hosts.iter().map(|(host, at)| format!("{host} at {at}")).collect::<Vec<_>>();
    let mut peers = vec![transfer.id.resp_h];
    peers.extend(copy.hosts.iter().map(|(host, _)| *host).filter(|host| *host != transfer.id.orig_h));
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(copy.device),
            host: transfer.id.orig_h,
            key: &transfer.id.resp_h.to_string(),
            peers,
            first_seen: transfer.opened.min(transfer.ts),
            last_seen: transfer.ts,
            summary: match transfer.bytes_written {
                0 => format!("{name} read the executable {file} from the share {} of {server}.", copy.share),
                written => {
                    let written = tell::bytes(written);
                    format!(
                        "{name} wrote the executable {file} ({written}) to the share {} of {server}.",
                        copy.share
                    )
                }
            },
            facts: Facts::default()
                .with("file_name", file)
                .with_some("path", transfer.path.clone())
                .with("share", copy.share.as_str())
                .with("bytes_written", transfer.bytes_written)
                .with("bytes_read", transfer.bytes_read)
                .with_some("mime_type", transfer.mime_type.as_deref())
                .with_some("md5", copy.md5.clone())
                .with_some("sha256", copy.sha256.clone())
                .with("hosts_with_this_file", hosts),
            baseline: Facts::default().with("copies_on_earlier_days", copy.copies_before),
            evidence: std::iter::once(transfer.uid).chain(transfer.fuid).collect(),
            supersedes: Supersedes::IfSurer,
            score: score(copy),
        },
        world,
    );
}

fn score(copy: &Copy<'_>) -> Score {
    let mut score = Score::default();
    score.certainty("content", 25.0, "by its bytes it is an executable");
    if copy.is_admin_share {
        let reason =
            format!("{} exists for administration: what lies there can be started from afar", copy.share);
        let points = if copy.transfer.bytes_written > 0 { 45.0 } else { 28.0 };
        score.certainty("share", points, reason);
        score.threat("share", 20.0, "it can be started as a service");
    }
    if copy.hosts.len() > 2 {
        score.certainty("spread", 20.0, format!("the same file went to {} hosts", copy.hosts.len()));
        score.threat("spread", 10.0, "it moves from host to host");
    }
    if copy.copies_before >= HABIT_COPIES {
        score.certainty(
            "habit",
            -35.0,
            format!("the device wrote {} executables there before", copy.copies_before),
        );
    }
    score.threat("stage", 55.0, "the next host is within reach");
    score
}
