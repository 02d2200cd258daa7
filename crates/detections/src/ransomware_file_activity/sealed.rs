//! SMB 3 with encryption: no file can be seen. What is left is that as much is written as was read, in many small steps,
//! and more than the device is used to.

use records::{AnyRecord, Conn, Timestamp, Uid};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use super::DETECTION;
use crate::{Facts, Findings, Report, Score, Supersedes, tell};

/// Sessions in which a share was seen: they are not sealed.
const OPEN_MAX: usize = 20_000;
/// Bytes each way below which a few documents were edited.
const BYTES_MIN: u64 = 500_000;
/// Both ways differ by less than this share.
const ALIKE: f64 = 0.1;
/// Packets each way: requests and answers in turn, as for many files. A copy of one file is acknowledged by the half.
const PACKETS_ALIKE: f64 = 0.1;
const PACKETS_MIN: u64 = 500;
/// Bytes a second: nobody edits so fast.
const PER_SECOND_MIN: f64 = 20_000.0;
/// Sessions of the device that must be known before its habit is asked, and how many times the most that it ever wrote
/// in one.
const SESSIONS_KNOWN: u32 = 10;
const ABOVE_HABIT: u64 = 5;
const DEVICES_MAX: usize = 50_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sealed {
    open: FxHashSet<Uid>,
    habits: FxHashMap<DeviceIndex, Habit>,
}

/// The SMB sessions of a device before.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Habit {
    sessions: u32,
    most_written: u64,
}

impl Sealed {
    pub(super) fn observe(
        &mut self,
        seen: &Seen<'_>,
        device: DeviceIndex,
        world: &World,
        findings: &mut Findings,
    ) {
        match seen.record {
            AnyRecord::SmbMapping(mapping) if self.open.len() < OPEN_MAX => {
                self.open.insert(mapping.uid);
            }
            AnyRecord::Conn(conn) if conn.id.resp_p == 445 => {
                let habit = self.habits.get(&device).copied().unwrap_or_default();
                if !self.open.remove(&conn.uid) && is_turnover(conn, habit) {
                    tell(conn, device, habit, seen, world, findings);
                }
                self.learn(conn, device);
            }
            _ => {}
        }
    }

    fn learn(&mut self, conn: &Conn, device: DeviceIndex) {
        if self.habits.len() >= DEVICES_MAX && !self.habits.contains_key(&device) {
            return;
        }
        let habit = self.habits.entry(device).or_default();
        habit.sessions = habit.sessions.saturating_add(1);
        habit.most_written = habit.most_written.max(conn.orig_bytes.unwrap_or(0));
    }

    pub(super) fn tick(&mut self, _now: Timestamp) {
        // Sessions whose end is never told would fill it.
        if self.open.len() >= OPEN_MAX {
            self.open.clear();
        }
    }
}

/// Whether as much was written as read, in turn, and far more than the device ever wrote.
fn is_turnover(conn: &Conn, habit: Habit) -> bool {
    let (written, read) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
    let is_smb = conn.service.as_deref().is_some_and(|service| service.split(',').any(|one| one == "smb"));
    let differ = |left: u64, right: u64| (left as f64 - right as f64).abs() / left.max(right).max(1) as f64;
    let seconds = conn.duration.map_or(0.0, |duration| duration.as_secs_f64());
    is_smb
        && written.min(read) >= BYTES_MIN
        && differ(written, read) <= ALIKE
        && conn.orig_pkts.min(conn.resp_pkts) >= PACKETS_MIN
        && differ(conn.orig_pkts, conn.resp_pkts) <= PACKETS_ALIKE
        && read as f64 >= PER_SECOND_MIN * seconds
        && habit.sessions >= SESSIONS_KNOWN
        && written >= habit.most_written.saturating_mul(ABOVE_HABIT)
}

fn tell(
    conn: &Conn,
    device: DeviceIndex,
    habit: Habit,
    seen: &Seen<'_>,
    world: &World,
    findings: &mut Findings,
) {
    let (written, read) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
    let seconds = conn.duration.map_or(0.0, |duration| duration.as_secs_f64());
    let server = conn.id.resp_h;
    let mut score = Score::default();
    let reason = format!("{} were read and {} written, in turn", tell::bytes(read), tell::bytes(written));
    score.certainty("turnover", 40.0, reason);
    let reason =
        format!("the most that it wrote in a session before was {}", tell::bytes(habit.most_written));
    score.certainty("habit", 15.0, reason);
    let packet = written as f64 / conn.orig_pkts.max(1) as f64;
    if packet < 1_000.0 {
        score.certainty(
            "steps",
            10.0,
            format!("{packet:.0} bytes a packet: many small files, not one large"),
        );
    }
    score.threat("stage", 85.0, "files of the company may be made unreadable now");
    findings.report(
        Report {
            detection: &DETECTION,
            device: Some(device),
            host: conn.id.orig_h,
            key: &server.to_string(),
            peers: vec![server],
            first_seen: seen.ts,
            last_seen: seen.end,
            score,
            summary: format!(
                "{} read {} from {} in an encrypted session and wrote as much back within {}.",
                world.name_of(device, conn.id.orig_h),
                tell::bytes(read),
                world.name_at(server),
                tell::span(seconds)
            ),
            facts: Facts::default()
                .with("server", server)
                .with("bytes_read", read)
                .with("bytes_written", written)
                .with("requests_at_most", conn.orig_pkts)
                .with("seconds", seconds),
            baseline: Facts::default()
                .with("most_bytes_written_in_a_session", habit.most_written)
                .with("sessions_known", u64::from(habit.sessions)),
            evidence: conn.uid.into(),
            supersedes: Supersedes::IfSurer,
        },
        world,
    );
}
