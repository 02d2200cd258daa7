#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Dns, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World, hash_of};

use crate::bounded::{Bounded, Standing};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "rogue-llmnr",
    title: "Rogue LLMNR Answerer",
    stage: Stage::Lateral,
    techniques: &["T1557.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RogueAnswerer>::default()),
};

const LLMNR_PORT: u16 = 5355;
const NETBIOS_PORT: u16 = 137;
/// A host that answers for names is followed for a day.
const WINDOW: Interval = Interval::from_secs(86_400);
const NAMES_KEPT: usize = 64;
/// Questions to all of which the answer is awaited, and for how long.
const QUESTIONS_MAX: usize = 16_384;
const AWAITED: Interval = Interval::from_secs(5);
/// Names of others from which on a host may answer for whatever is asked. One is that of its workgroup or domain, for
/// which its browser or controller answers; from three on it is an alert.
const NAMES_OF_OTHERS: usize = 2;
/// Browsers ask for this name to find their proxy; whoever answers leads all their traffic.
const PROXY_NAME: &str = "wpad";

/// A question of NetBIOS to all: its answer does not tell the name.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Question {
    name: String,
    at: Timestamp,
}

impl Standing for Question {
    fn standing(&self) -> (bool, Timestamp) {
        (false, self.at)
    }
}

/// Remembers what was asked of all.
#[derive(Default, Serialize, Deserialize)]
struct RogueAnswerer {
    /// By who asked and the number of the question.
    questions: Bounded<(IpAddr, u16), Question, QUESTIONS_MAX>,
    /// The name that the present record answers.
    answered: Option<String>,
}

/// The first label, lower case: the name that a computer has.
fn label(name: &str) -> String {
    name.split('.').next().unwrap_or(name).trim().to_ascii_lowercase()
}

/// Whether the name is asked of all for a computer: not an address, a service or a list of names.
fn is_host_name(name: &str) -> bool {
    let is_service = name.starts_with('*') || name.starts_with('_') || name.contains('\u{1}');
    !name.is_empty() && !is_service && !name.ends_with(".arpa")
}

impl RogueAnswerer {
    /// The name for which the responder answered, where the question went to all.
    fn answer(&mut self, dns: &Dns, at: Timestamp) -> Option<String> {
        match dns.id.resp_p {
            LLMNR_PORT => {
                // The question goes to all, its answer comes from one and repeats the question.
                let is_answer = dns
                    .answers
                    .as_ref()
                    .is_some_and(|answers| answers.iter().any(|answer| answer.parse::<IpAddr>().is_ok()));
                dns.query.as_deref().filter(|name| is_answer && is_host_name(name)).map(label)
            }
            NETBIOS_PORT => {
                let key = (dns.id.orig_h, dns.trans_id);
                if let Some(name) = dns.query.as_deref() {
                    if dns.rcode.is_none()
                        && dns.qtype_name.as_deref() != Some("NBSTAT")
                        && is_host_name(name)
                    {
                        let question = Question { name: label(name), at };
                        *self.questions.entry(key, || question.clone()) = question.clone();
                    }
                    return None;
                }
                let is_given = dns.rcode == Some(0);
                let question = self.questions.get(&key).filter(|_| is_given)?;
                (at.since(question.at).0.abs() <= AWAITED.0).then(|| question.name.clone())
            }
            _ => None,
        }
    }
}

/// What a host answered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Answered {
    names: Vec<String>,
    /// Who got an answer, as hashes of addresses; see [`NAMES_KEPT`].
    clients: Vec<u64>,
}

impl Behaviour for RogueAnswerer {
    /// Names that were answered.
    type Item = String;
    type Extra = Answered;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["dns"];

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let AnyRecord::Dns(dns) = seen.record else { return None };
        if !matches!(dns.id.resp_p, LLMNR_PORT | NETBIOS_PORT) {
            return None;
        }
        self.answered = self.answer(dns, seen.ts);
        let is_one = seen.direction == Direction::Internal && self.answered.is_some();
        let device = seen.resp.or_else(|| world.devices().at(dns.id.resp_h));
        device.filter(|_| is_one).map(Interest::Begin)
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Answered>) -> Change {
        let (Some(name), Some(id)) = (self.answered.take(), seen.id) else { return Change::None };
        let client = hash_of(&id.orig_h.to_string());
        let is_other = !tally.extra.clients.contains(&client) && tally.extra.clients.len() < NAMES_KEPT;
        if is_other {
            tally.extra.clients.push(client);
        }
        if tally.note(seen, id.resp_h, id.orig_h, name.clone(), NAMES_KEPT) {
            tally.extra.names.push(name);
            Change::Turn
        } else {
            Change::None
        }
    }

    fn tell(
        &self,
        tally: &Tally<String, Answered>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let known = world.device(device)?;
        let is_own = |answered: &str| known.names.iter().any(|name| label(&name.0) == answered);
        let mut others: Vec<&String> = tally.items.iter().filter(|answered| !is_own(answered)).collect();
        let is_proxy = others.iter().any(|answered| *answered == PROXY_NAME);
        if others.len() == tally.items.len() && !is_proxy {
            // Its own name is not known: it may be the one that was asked for first.
            let first = tally.extra.names.first();
            others.retain(|answered| Some(*answered) != first);
        }
        if others.len() < NAMES_OF_OTHERS && !is_proxy {
            return None;
        }
        let mut score = Score::default();
        let doublings = (others.len() as f64 / NAMES_OF_OTHERS as f64).log2().max(0.0);
        let names = tell::count(others.len() as u32, "name");
        let reason = format!("it said to be {names} that are not its own");
        score.certainty("names", if others.len() >= NAMES_OF_OTHERS { 40.0 } else { 30.0 }, reason);
        let reason = "the more it answers for, the less can they be names that it was given";
        score.certainty("more names", (15.0 * doublings).min(30.0), reason);
        if is_proxy {
            let reason = "it answered for `wpad`, by which browsers find their proxy";
            score.certainty("proxy", 30.0, reason);
        }
        let clients = tally.extra.clients.len();
        if clients > 1 {
            score.certainty("clients", 5.0, format!("{clients} hosts were answered"));
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 65.0, "who believes it logs in to it, and so hands over his password's hash");
        score.threat("clients", (3.0 * clients as f64).min(15.0), format!("{clients} hosts were answered"));
        let named: Vec<String> = others.iter().take(20).map(|name| (*name).clone()).collect();
        let few: Vec<&str> = named.iter().take(3).map(String::as_str).collect();
        let dots = if named.len() > few.len() { " …" } else { "" };
        Some(Told {
            score,
            summary: format!(
                "{name} answered {} that asked all for {names} that are not its own ({}{dots}) within {}.",
                tell::count(clients as u32, "host"),
                few.join(", "),
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("names_answered", others.len())
                .with("names", named)
                .with("answered_for_the_proxy", is_proxy)
                .with("clients", clients)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with(
                "own_names",
                known.names.iter().map(|name| name.0.clone()).take(10).collect::<Vec<_>>(),
            ),
        })
    }
}
