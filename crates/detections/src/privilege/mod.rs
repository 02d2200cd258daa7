//! Privilege anomalies: an account, a host and a service that were never seen together. What each is worth is learned
//! from how few use what; no list says who is an administrator.

mod learned;

use records::{AnyRecord, Interval, Kerberos, Ntlm, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, NameSource, Seen, World};

pub(crate) use self::learned::Anomaly;
use self::learned::{Access, Learned, Verdict};
use crate::bounded::{Bounded, Standing};
use crate::days::Days;
use crate::detection::checkpoint;
use crate::tally::{is_usual, lessen_by_habit};
use crate::trail::Trail;
use crate::{Detection, Facts, Findings, Report, Score, Supersedes, Watch, tell};

/// Hours with traffic before anything is told.
pub(crate) const HOURS_LEARNED: u32 = 72;
/// Accounts on devices of which something unusual is kept.
const CASES_MAX: usize = 4_096;
/// After such a pause it begins anew.
const PAUSE: Interval = Interval::from_secs(86_400);
const KEPT: Interval = Interval::from_secs(30 * 86_400);
/// Services that are named.
const SERVICES_KEPT: usize = 16;
/// What is for many is nothing that an intruder needs a stolen account for.
const PRIVILEGE_MIN: f64 = 0.4;
/// What each further service adds, and at most.
const FURTHER: f64 = 8.0;
const FURTHER_MAX: f64 = 24.0;
/// Less than this is no finding: people change desks and get new tasks.
const TOLD_FROM: u8 = 35;

/// What one account did on one device that is unusual.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Case {
    trail: Trail,
    services: Vec<String>,
    days: Days,
}

impl Standing for Case {
    fn standing(&self) -> (bool, Timestamp) {
        (!self.days.is_empty(), self.trail.last)
    }
}

/// Watches for one anomaly of the family.
#[derive(Serialize, Deserialize)]
pub(crate) struct Watching {
    anomaly: Anomaly,
    learned: Learned,
    cases: Bounded<(DeviceIndex, u64), Case, CASES_MAX>,
    forgot: i64,
}

impl Watching {
    /// Begins to watch for it.
    pub(crate) fn of(anomaly: Anomaly) -> Self {
        Self { anomaly, learned: Learned::default(), cases: Bounded::default(), forgot: i64::MIN }
    }
}

/// The account, without its realm; accounts of computers stand for these and are left out.
fn account(name: &str) -> Option<String> {
    let name = name.split('/').next().unwrap_or(name).trim().to_lowercase();
    (!name.is_empty() && !name.ends_with('$') && name != "wellknown" && name != "anonymous").then_some(name)
}

fn of_ticket(kerberos: &Kerberos, device: DeviceIndex, world: &World) -> Option<(String, String)> {
    if kerberos.success != Some(true) {
        return None;
    }
    let service = kerberos.service.as_deref()?;
    let service = service.split(':').next().unwrap_or(service).to_lowercase();
    // Where the request hides its user, it is the one who logged on last.
    let named = kerberos.client.as_deref().and_then(account);
    let account = named.or_else(|| world.device(device)?.users.last().and_then(|user| account(user)))?;
    (!service.ends_with('$')).then_some((account, service))
}

fn of_login(ntlm: &Ntlm) -> Option<(String, String)> {
    if ntlm.success != Some(true) {
        return None;
    }
    let account = account(ntlm.username.as_deref()?)?;
    let server =
        ntlm.server_nb_computer_name.as_deref().map_or_else(|| ntlm.id.resp_h.to_string(), str::to_lowercase);
    Some((account, format!("ntlm/{server}")))
}

/// Whether it is certain enough which device it is: where only an address is known, another device may have it today.
fn is_identified(device: DeviceIndex, world: &World) -> bool {
    world.device(device).is_some_and(|device| {
        !device.macs.is_empty() || device.names.iter().any(|name| name.1 == NameSource::Proven)
    })
}

fn access(seen: &Seen<'_>, world: &World) -> Option<(Access, DeviceIndex)> {
    let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
    let (account, service) = match seen.record {
        AnyRecord::Kerberos(kerberos) => of_ticket(kerberos, device, world)?,
        AnyRecord::Ntlm(ntlm) => of_login(ntlm)?,
        _ => return None,
    };
    is_identified(device, world)
        .then(|| (Access { account, host: u64::from(device.0), service, at: seen.ts }, device))
}

/// What one of the family says.
struct Says {
    detection: &'static Detection,
    /// Points where surprise and privilege are full.
    base: f64,
    /// Between the account's name and the device's.
    words: &'static str,
    harm: f64,
}

const fn says(anomaly: Anomaly) -> Says {
    let (detection, base, words, harm) = match anomaly {
        Anomaly::AccountOnHost => (
            &crate::unusual_account_on_host::DETECTION,
            65.0,
            "was never on this device before, which used the service under other accounts",
            50.0,
        ),
        Anomaly::Host => {
            (&crate::unusual_host::DETECTION, 65.0, "uses the service, but never did from this device", 55.0)
        }
        Anomaly::Service => (
            &crate::unusual_service::DETECTION,
            60.0,
            "is at home on this device and never used the service before",
            50.0,
        ),
        Anomaly::Trio => (
            &crate::unusual_trio::DETECTION,
            75.0,
            "was never on this device, and neither of them ever used the service",
            60.0,
        ),
    };
    Says { detection, base, words, harm }
}

/// The privilege at stake: that of the service, and where the account does not belong here, that of who it is.
fn privilege(verdict: &Verdict) -> f64 {
    let Verdict { service_privilege, account_privilege, host_privilege, .. } = *verdict;
    match verdict.anomaly {
        Anomaly::Service => service_privilege,
        Anomaly::AccountOnHost | Anomaly::Host => (service_privilege + account_privilege) / 2.0,
        Anomaly::Trio => service_privilege * 0.75 + account_privilege.max(host_privilege) * 0.25,
    }
}

fn score(verdict: &Verdict, further: usize) -> Score {
    let says = says(verdict.anomaly);
    let mut score = Score::default();
    let surprise = says.base * verdict.surprise;
    score.certainty("unusual", surprise, format!("the account {}", says.words));
    let reason = format!(
        "of those who are known {} use the service; privilege of the service {:.2}, of the account {:.2}, of the host {:.2}",
        verdict.accounts_of_service,
        verdict.service_privilege,
        verdict.account_privilege,
        verdict.host_privilege
    );
    score.certainty("privilege", -surprise * (1.0 - privilege(verdict)), reason);
    if further > 0 {
        let reason = format!("{further} more services that are as unusual");
        score.certainty("further services", (FURTHER * further as f64).min(FURTHER_MAX), reason);
    }
    score.threat("stage", says.harm, "an account that is used where it does not belong may be stolen");
    score.threat("privilege", 25.0 * privilege(verdict), "what few may use opens much");
    score
}

fn summary(name: &str, access: &Access, further: usize, words: &str) -> String {
    let others = match further {
        0 => String::new(),
        more => format!(" and {}", tell::count(more as u32, "other service")),
    };
    format!("On {name} the account {} used {}{others}: it {words}.", access.account, access.service)
}

fn facts(verdict: &Verdict, access: &Access, services: &[String]) -> Facts {
    Facts::default()
        .with("account", access.account.clone())
        .with("services", services.to_vec())
        .with("surprise", verdict.surprise)
        .with("privilege_of_service", verdict.service_privilege)
        .with("privilege_of_account", verdict.account_privilege)
        .with("privilege_of_host", verdict.host_privilege)
}

fn baseline(verdict: &Verdict) -> Facts {
    Facts::default()
        .with("hosts_of_the_account", verdict.hosts_of_account)
        .with("services_of_the_account", verdict.services_of_account)
        .with("accounts_of_the_host", verdict.accounts_of_host)
        .with("accounts_of_the_service", verdict.accounts_of_service)
}

impl Watching {
    fn tell(
        &mut self,
        verdict: &Verdict,
        access: &Access,
        (device, seen): (DeviceIndex, &Seen<'_>),
        world: &World,
        findings: &mut Findings,
    ) {
        let Some(id) = seen.id else { return };
        let key = (device, world::hash_of(&access.account));
        let fresh = Case { trail: Trail::new(id.orig_h), services: Vec::new(), days: Days::default() };
        let case = self.cases.entry(key, || fresh);
        if case.trail.is_over(seen.ts, PAUSE) {
            case.trail = Trail::new(id.orig_h);
            case.services.clear();
        }
        if case.services.contains(&access.service) || case.services.len() >= SERVICES_KEPT {
            return;
        }
        case.services.push(access.service.clone());
        if let Some(uid) = seen.uid {
            case.trail.note(id.orig_h, seen.ts, seen.ts, uid);
        }
        let mut score = score(verdict, case.services.len().saturating_sub(1));
        if score.total_certainty() < TOLD_FROM {
            return;
        }
        lessen_by_habit(&mut score, device, &case.days, world);
        case.days.note(seen.ts);
        let says = says(verdict.anomaly);
        let name = world.name_of(device, id.orig_h);
        findings.report(
            Report {
                detection: says.detection,
                device: Some(device),
                host: id.orig_h,
                key: &access.account,
                peers: vec![id.resp_h],
                first_seen: case.trail.first,
                last_seen: case.trail.last,
                score,
                summary: summary(&name, access, case.services.len().saturating_sub(1), says.words),
                facts: facts(verdict, access, &case.services),
                baseline: baseline(verdict).with("earlier_days_with_it", case.days.before()),
                evidence: (&case.trail.evidence).into(),
                supersedes: Supersedes::always_if(is_usual(device, &case.days, world)),
            },
            world,
        );
    }
}

impl Watch for Watching {
    fn reads(&self) -> &'static [&'static str] {
        &["kerberos", "ntlm"]
    }

    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings) {
        let Some((access, device)) = access(seen, world) else { return };
        if world.hours_with_traffic() >= HOURS_LEARNED
            && let Some(verdict) = self.learned.judge(&access)
            && verdict.anomaly == self.anomaly
            && privilege(&verdict) >= PRIVILEGE_MIN
        {
            self.tell(&verdict, &access, (device, seen), world, findings);
        }
        self.learned.note(&access);
    }

    fn tick(&mut self, now: Timestamp, _world: &World, _findings: &mut Findings) {
        if now.day() != self.forgot {
            self.forgot = now.day();
            self.learned.forget(now);
            self.cases.retain(|case| now.since(case.trail.last) <= KEPT);
        }
    }

    checkpoint!();
}
