#![doc = include_str!("README.md")]

mod listing;

use records::{AnyRecord, Interval, Kerberos};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World, hash_of};

use self::listing::{Listing, listing};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "kerberoasting-spn-sweep",
    title: "Kerberoasting: SPN Sweep",
    stage: Stage::Lateral,
    techniques: &["T1558.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<SpnSweep>::default()),
};

/// Services that are new to the device and asked for within a minute, or twice as many with less than ten minutes between
/// two. A log-on asks for a handful: the domain
/// controller's, the file server's, the proxy's.
const SERVICES_MIN: u32 = 6;
/// Hosts that these services stand on: a log-on needs two or three.
const HOSTS_MIN: usize = 4;
const WINDOW: Interval = Interval::from_secs(600);
const SERVICES_KEPT: usize = 256;
/// Devices whose services are remembered, and how many of each.
const DEVICES_MAX: usize = 16_384;
const REMEMBERED: usize = 128;

/// Remembers the services that each device asked for.
#[derive(Default, Serialize, Deserialize)]
struct SpnSweep {
    known: FxHashMap<DeviceIndex, Vec<u64>>,
}

/// The service that a ticket was asked for; the ticket-granting one and those of the computer itself say nothing.
fn asked_for(kerberos: &Kerberos) -> Option<&str> {
    let service = kerberos.service.as_deref()?;
    let is_asked = kerberos.request_type.as_deref() == Some("TGS") && kerberos.success == Some(true);
    (is_asked && !service.starts_with("krbtgt") && !service.ends_with('$')).then_some(service)
}

/// The host of `class/host:port`; of the name of an account that account.
fn host_of_service(service: &str) -> &str {
    let host = service.split('/').nth(1).unwrap_or(service);
    host.split(':').next().unwrap_or(host)
}

impl SpnSweep {
    /// Whether the device never asked for the service before; from now on it has.
    fn is_new(&mut self, device: DeviceIndex, service: &str) -> bool {
        if self.known.len() >= DEVICES_MAX && !self.known.contains_key(&device) {
            return false;
        }
        let known = self.known.entry(device).or_default();
        let hash = hash_of(service);
        match known.binary_search(&hash) {
            Ok(_) => false,
            Err(_) if known.len() >= REMEMBERED => false,
            Err(place) => {
                known.insert(place, hash);
                true
            }
        }
    }
}

/// What is known besides the services.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Asked {
    /// Tickets with a weak cipher.
    weak: u32,
    account: Option<String>,
    listing: Listing,
}

impl Behaviour for SpnSweep {
    type Item = String;
    type Extra = Asked;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["kerberos", "ldap_search"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let device = seen.orig?;
        match seen.record {
            AnyRecord::Kerberos(kerberos) => {
                let service = asked_for(kerberos)?;
                self.is_new(device, service).then_some(Interest::Begin(device))
            }
            AnyRecord::LdapSearch(search) => {
                (listing(search) != Listing::None).then_some(Interest::Begin(device))
            }
            _ => None,
        }
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Asked>) -> Change {
        if let AnyRecord::LdapSearch(search) = seen.record {
            let (host, server) = (search.id.orig_h, search.id.resp_h);
            (tally.first, tally.last) = (tally.first.min(seen.ts), tally.last.max(seen.ts));
            tally.host = host;
            tally.show(seen, server);
            let before = tally.extra.listing;
            tally.extra.listing = before.max(listing(search));
            return if tally.extra.listing > before { Change::Turn } else { Change::None };
        }
        let AnyRecord::Kerberos(kerberos) = seen.record else { return Change::None };
        let Some(service) = asked_for(kerberos) else { return Change::None };
        let is_weak = kerberos.cipher.as_deref().is_some_and(|cipher| cipher.starts_with("rc4"));
        tally.extra.weak = tally.extra.weak.saturating_add(u32::from(is_weak));
        tally.extra.account.clone_from(&kerberos.client);
        let (host, server) = (kerberos.id.orig_h, kerberos.id.resp_h);
        Change::more(tally.note(seen, host, server, service.to_owned(), SERVICES_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<String, Self::Extra>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let Asked { weak, account, listing } = &tally.extra;
        // Half as many count where they come one by one, with less than the window between two.
        let fastest = tally.fastest().max(tally.items.len() as u32 / 2);
        let mut hosts: Vec<&str> = tally.items.iter().map(|service| host_of_service(service)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let is_sweep = fastest >= SERVICES_MIN && hosts.len() >= HOSTS_MIN;
        if !is_sweep && *listing == Listing::None {
            return None;
        }
        let known = self.known.get(&device).map_or(0, Vec::len).saturating_sub(tally.items.len());
        let mut score = if is_sweep {
            score(fastest, *weak, known, world.hours_with_traffic())
        } else {
            Score::default()
        };
        if *listing != Listing::None {
            listed(&mut score, *listing);
            raise_by_novelty(&mut score, 15.0, &tally.days, world);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        let services = tally.items.len();
        let account_name = account.as_deref().unwrap_or("an unknown account");
        let summary = if is_sweep {
            format!(
                "{name} ({account_name}) asked for tickets of {services} services of {} hosts within {} that it never used before.",
                hosts.len(),
                tell::span(tally.seconds()),
            )
        } else {
            let server = tally.peers.first().map_or_else(String::new, |server| world.name_at(*server));
            format!(
                "{name} listed the user accounts that stand for services, whose passwords can be guessed, at {server}."
            )
        };
        Some(Told {
            score,
            summary,
            facts: Facts::default()
                .with("services", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with("services_new", services)
                .with("hosts", hosts.len())
                .with("accounts_listed", *listing != Listing::None)
                .with("tickets_with_weak_cipher", *weak)
                .with("most_services_in_a_minute", tally.fastest())
                .with_some("account", account.clone())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("services_used_before", known),
        })
    }
}

/// What a listing of the accounts of services adds.
fn listed(score: &mut Score, listing: Listing) {
    let reason = "it had all user accounts listed that stand for services";
    score.certainty("listing", 40.0, reason);
    if listing == Listing::Useful {
        let reason = "it left out those that are of no use to who guesses passwords";
        score.certainty("useful ones", 15.0, reason);
    }
    if score.threat.is_empty() {
        score.threat("stage", 50.0, "tickets of these accounts come next, and can be guessed offline");
    }
}

fn score(fastest: u32, weak: u32, known: usize, hours: u32) -> Score {
    /// Hours of traffic after which the services of a device may be called known.
    const HOURS_KNOWN: u32 = 24;
    let mut score = Score::default();
    let doublings = (f64::from(fastest) / f64::from(SERVICES_MIN)).log2();
    let reason = format!("tickets for {fastest} new services at once; a log-on needs a handful");
    score.certainty("services", 35.0 + (12.0 * doublings).min(30.0), reason);
    if weak * 2 >= fastest {
        score.certainty("cipher", 20.0, format!("{weak} tickets have a weak cipher"));
    }
    if hours >= HOURS_KNOWN && known > 0 {
        score.certainty("new", 15.0, format!("in {hours} hours of traffic it used {known} others"));
    }
    score.threat("stage", 55.0, "the passwords of the services can be guessed offline now");
    score.threat("services", (f64::from(fastest) * 1.5).min(20.0), format!("{fastest} services"));
    score
}
