//! SMB 3 with encryption: neither share nor file can be seen. What is left is who logged on and how much went up.
//!
//! A session is taken for sealed when a log-on succeeded and no share was seen to be connected until its end.

use std::net::IpAddr;

use records::{AnyRecord, Conn, Interval, Login, Timestamp, Uid};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use super::DETECTION;
use crate::{Facts, Findings, Report, Score, Supersedes, tell};

/// Less went up: a log-on and a look.
const BYTES_MIN: u64 = 20_000;
/// What was written outweighs what was read by so much.
const UP_TO_DOWN: u64 = 5;
/// An account counts as new on the device for so long after its first log-on.
const NEW: Interval = Interval::from_secs(3600);
const SESSIONS_MAX: usize = 20_000;
const DEVICES_MAX: usize = 50_000;
const USERS_KEPT: usize = 16;

/// Accounts whose very name says that they may do anything.
const ADMINISTRATORS: [&str; 6] =
    ["administrator", "admin", "root", "administrateur", "administrador", "domain admin"];

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Session {
    user: String,
    is_ntlm: bool,
    ts: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sealed {
    sessions: FxHashMap<Uid, Session>,
    /// Accounts that logged on from each device, and when first.
    users: FxHashMap<DeviceIndex, Vec<(String, Timestamp)>>,
    /// Days with a sealed session, by device and server.
    before: FxHashMap<(DeviceIndex, IpAddr), i64>,
}

impl Sealed {
    pub(super) fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let (Direction::Internal, Some(device)) = (seen.direction, seen.orig) else { return };
        match seen.record {
            AnyRecord::Login(login) if login.success == Some(true) => self.note_login(login, device),
            AnyRecord::SmbMapping(mapping) => {
                self.sessions.remove(&mapping.uid);
            }
            AnyRecord::Conn(conn) if !self.sessions.is_empty() => {
                if let Some(session) = self.sessions.remove(&conn.uid) {
                    self.judge(conn, device, &session, world, findings);
                }
            }
            _ => {}
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp) {
        if self.sessions.len() >= SESSIONS_MAX / 2 {
            self.sessions.retain(|_, session| now.since(session.ts) < Interval::from_secs(86_400));
        }
    }

    fn note_login(&mut self, login: &Login, device: DeviceIndex) {
        let user = plain_name(login.user.as_deref().unwrap_or_default());
        if !user.is_empty() && (self.users.len() < DEVICES_MAX || self.users.contains_key(&device)) {
            let users = self.users.entry(device).or_default();
            if !users.iter().any(|known| known.0 == user) {
                if users.len() == USERS_KEPT {
                    users.remove(0);
                }
                users.push((user.clone(), login.ts));
            }
        }
        if login.service == "smb" && self.sessions.len() < SESSIONS_MAX {
            let is_ntlm = login.method.as_deref() == Some("ntlm");
            self.sessions.insert(login.uid, Session { user, is_ntlm, ts: login.ts });
        }
    }

    fn judge(
        &mut self,
        conn: &Conn,
        device: DeviceIndex,
        session: &Session,
        world: &World,
        findings: &mut Findings,
    ) {
        let (up, down) = (conn.orig_bytes.unwrap_or(0), conn.resp_bytes.unwrap_or(0));
        let day = conn.ts.day();
        if self.before.len() >= DEVICES_MAX {
            self.before.clear();
        }
        let is_habit = *self.before.entry((device, conn.id.resp_h)).or_insert(day) < day;
        if up < BYTES_MIN || up < down.saturating_mul(UP_TO_DOWN) {
            return;
        }
        let score = self.score(device, session, up, is_habit, world);
        let name = world.name_of(device, conn.id.orig_h);
        let server_name = world.name_at(conn.id.resp_h);
        findings.report(
            Report {
                detection: &DETECTION,
                device: Some(device),
                host: conn.id.orig_h,
                key: &conn.id.resp_h.to_string(),
                peers: vec![conn.id.resp_h],
                first_seen: conn.ts,
                last_seen: conn.ts + conn.duration.unwrap_or_default(),
                summary: format!(
                    "{name} wrote {} to {server_name} over encrypted SMB as {}; what it was cannot be seen.",
                    tell::bytes(up),
                    session.user
                ),
                facts: Facts::default()
                    .with("server", conn.id.resp_h)
                    .with("user", session.user.as_str())
                    .with("encrypted", true)
                    .with("bytes_written", up)
                    .with("bytes_read", down),
                baseline: Facts::default()
                    .with("users_of_the_device", self.others(device, &session.user))
                    .with("encrypted_sessions_before", is_habit),
                evidence: conn.uid.into(),
                supersedes: Supersedes::IfSurer,
                score,
            },
            world,
        );
    }

    fn others(&self, device: DeviceIndex, user: &str) -> Vec<String> {
        let users = self.users.get(&device).into_iter().flatten();
        users.filter(|known| known.0 != user).map(|known| known.0.clone()).collect()
    }

    fn score(&self, device: DeviceIndex, session: &Session, up: u64, is_habit: bool, world: &World) -> Score {
        let mut score = Score::default();
        score.certainty(
            "up",
            15.0,
            format!("{} went up, little came back: something was written", tell::bytes(up)),
        );
        if ADMINISTRATORS.contains(&session.user.as_str()) {
            score.certainty(
                "administrator",
                15.0,
                format!("{} may write to administrative shares", session.user),
            );
        }
        let first = self.users.get(&device).into_iter().flatten().find(|known| known.0 == session.user);
        let is_new = first.is_some_and(|known| session.ts.since(known.1) < NEW);
        let others = self.others(device, &session.user);
        if is_new && !others.is_empty() {
            let reason =
                format!("{} was never used on this device; usual are {}", session.user, others.join(", "));
            score.certainty("account", 25.0, reason);
        }
        if session.is_ntlm {
            score.certainty("ntlm", 10.0, "NTLM with a typed password, where a domain uses Kerberos");
        }
        if is_habit {
            score.certainty(
                "habit",
                -30.0,
                "the device had encrypted sessions with this server on earlier days",
            );
        } else {
            score.certainty("new", 8.0, "the device had no encrypted session with this server before");
        }
        if world.history() < 1.0 {
            score.certainty(
                "history",
                -15.0 * (1.0 - world.history()),
                "too little was learned to know whose account is where",
            );
        }
        score.threat("stage", 55.0, "the next host is within reach");
        if ADMINISTRATORS.contains(&session.user.as_str()) {
            score.threat("account", 15.0, "an administrator's password is in use");
        }
        score
    }
}

/// `HANAMI\Administrator` and `administrator@HANAMI.LOCAL` are the same.
fn plain_name(user: &str) -> String {
    let user = user.rsplit('\\').next().unwrap_or_default();
    user.split(['@', '/']).next().unwrap_or_default().to_ascii_lowercase()
}
