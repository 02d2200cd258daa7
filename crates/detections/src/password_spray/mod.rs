#![doc = include_str!("README.md")]

use records::{AnyRecord, Interval, Login};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use crate::brute_force::is_wrong_password;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "password-spray",
    title: "Password Spray",
    stage: Stage::Lateral,
    techniques: &["T1110.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<PasswordSpray>::default()),
};

/// Users that failed from one device within a day. Few people share a computer, fewer forget their passwords on one day.
const USERS_MIN: usize = 8;
/// Failures of each user: more of them is guessing of passwords, which is brute force.
const FAILURES_PER_USER_MAX: f64 = 8.0;
const FEW_PER_USER: f64 = 4.0;
const WINDOW: Interval = Interval::from_secs(86_400);
const USERS_KEPT: usize = 512;
const SUCCEEDED_KEPT: usize = 128;

#[derive(Default, Serialize, Deserialize)]
struct PasswordSpray;

/// What became of users besides the failures.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Succeeded {
    users: Vec<String>,
    /// One that had failed and then got in.
    after_failure: Option<String>,
    service: String,
}

fn attempt<'a>(seen: &Seen<'a>) -> Option<(&'a Login, &'a str, bool)> {
    let AnyRecord::Login(login) = seen.record else { return None };
    if !matches!(seen.direction, Direction::Internal | Direction::Outward) {
        return None;
    }
    let (user, success) = (login.user.as_deref()?, login.success?);
    (!user.ends_with('$') && (success || is_wrong_password(login))).then_some((login, user, success))
}

impl Behaviour for PasswordSpray {
    type Item = String;
    type Extra = Succeeded;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["login"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let (device, (_, _, success)) = (seen.orig?, attempt(seen)?);
        Some(if success { Interest::Follow(device) } else { Interest::Begin(device) })
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Succeeded>) -> Change {
        let Some((login, user, success)) = attempt(seen) else { return Change::None };
        let user = user.to_ascii_lowercase();
        if !success {
            tally.extra.service.clear();
            tally.extra.service.push_str(&login.service);
            let (host, server) = (login.id.orig_h, login.id.resp_h);
            return Change::more(tally.note(seen, host, server, user, USERS_KEPT));
        }
        let had_failed = tally.items.binary_search(&user).is_ok();
        if !had_failed {
            if tally.extra.users.len() < SUCCEEDED_KEPT && !tally.extra.users.contains(&user) {
                tally.extra.users.push(user);
            }
            return Change::None;
        }
        if tally.items.len() < USERS_MIN || tally.extra.after_failure.is_some() {
            return Change::None;
        }
        tally.show(seen, login.id.resp_h);
        tally.extra.after_failure = Some(user);
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<String, Succeeded>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let (users, other_users) = (tally.items.len(), tally.extra.users.len());
        let per_user = tally.events as f64 / users.max(1) as f64;
        if users < USERS_MIN || per_user > FAILURES_PER_USER_MAX {
            return None;
        }
        let mut score = score(users, per_user, other_users, &tally.extra);
        lessen_by_habit(&mut score, device, &tally.days, world);
        let ending = tally
            .extra
            .after_failure
            .as_ref()
            .map_or_else(String::new, |user| format!(" and got in as {user}"));
        Some(Told {
            score,
            summary: format!(
                "{name} failed to log in as {users} users over {} within {}, {per_user:.1} times each{ending}.",
                tally.extra.service.to_uppercase(),
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("service", tally.extra.service.clone())
                .with("users_failed", users)
                .with("failures", tally.events)
                .with("failures_per_user", per_user)
                .with("users", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with_some("user_got_in", tally.extra.after_failure.clone())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("other_users_that_log_in_here", other_users),
        })
    }
}

fn score(users: usize, per_user: f64, other_users: usize, succeeded: &Succeeded) -> Score {
    let mut score = Score::default();
    let doublings = (users as f64 / USERS_MIN as f64).log2();
    let reason = format!("{users} users failed from one device within a day");
    score.certainty("users", 45.0 + (10.0 * doublings).min(25.0), reason);
    if per_user <= FEW_PER_USER {
        score.certainty(
            "few each",
            10.0,
            format!("{per_user:.1} failures of each: few passwords, many users"),
        );
    }
    if let Some(user) = &succeeded.after_failure {
        score.certainty("success", 15.0, format!("{user} failed and got in then"));
        score.threat("success", 35.0, "an account was opened");
    }
    if other_users * 2 >= users {
        let reason = format!("{other_users} other users log in here: many share this device");
        score.certainty("shared", -35.0, reason);
    }
    score.threat("stage", 50.0, "it opens the way to accounts without locking them");
    score.threat("users", (3.0 * doublings).min(15.0), format!("{users} users"));
    score
}
