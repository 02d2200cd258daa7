#![doc = include_str!("README.md")]

use records::{AnyRecord, Interval, Kerberos};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "kerberoasting-cipher-downgrade",
    title: "Kerberoasting: Cipher Downgrade",
    stage: Stage::Lateral,
    techniques: &["T1558.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<CipherDowngrade>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const SERVICES_KEPT: usize = 256;
/// Devices that are remembered as offering AES.
const MODERN_MAX: usize = 65_536;
/// Services at once from which on a device that never offered AES is suspected, too.
const SERVICES_MANY: usize = 5;

/// Remembers which devices offer AES.
#[derive(Default, Serialize, Deserialize)]
struct CipherDowngrade {
    modern: FxHashSet<DeviceIndex>,
}

/// Whether only ciphers are offered whose tickets can be broken by guessing quickly.
fn is_weak(offered: &[String]) -> bool {
    !offered.is_empty() && offered.iter().all(|cipher| cipher.starts_with("rc4") || cipher.starts_with("des"))
}

fn is_strong(offered: &[String]) -> bool {
    offered.iter().any(|cipher| cipher.starts_with("aes"))
}

/// The service for which a ticket with a weak cipher was asked for and given.
fn weak_ticket(kerberos: &Kerberos) -> Option<&str> {
    let service = kerberos.service.as_deref().filter(|service| !service.starts_with("krbtgt"))?;
    let is_given = kerberos.request_type.as_deref() == Some("TGS")
        && kerberos.success == Some(true)
        && kerberos
            .cipher
            .as_deref()
            .is_some_and(|cipher| cipher.starts_with("rc4") || cipher.starts_with("des"));
    (is_given && is_weak(kerberos.request_ciphers.as_deref()?)).then_some(service)
}

impl Behaviour for CipherDowngrade {
    type Item = String;
    /// The account with which the tickets were asked for.
    type Extra = Option<String>;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["kerberos"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let (AnyRecord::Kerberos(kerberos), Some(device)) = (seen.record, seen.orig) else { return None };
        let offered = kerberos.request_ciphers.as_deref()?;
        if is_strong(offered) {
            if self.modern.len() < MODERN_MAX {
                self.modern.insert(device);
            }
            return None;
        }
        weak_ticket(kerberos).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Option<String>>) -> Change {
        let AnyRecord::Kerberos(kerberos) = seen.record else { return Change::None };
        let Some(service) = weak_ticket(kerberos) else { return Change::None };
        tally.extra.clone_from(&kerberos.client);
        let (host, server) = (kerberos.id.orig_h, kerberos.id.resp_h);
        Change::more(tally.note(seen, host, server, service.to_owned(), SERVICES_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<String, Option<String>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let services = tally.items.len();
        let mut score = Score::default();
        let several = (services as f64).log2() * 8.0;
        let reason = format!("tickets for {services} services were asked for with RC4 only");
        score.certainty("services", 30.0 + several.min(30.0), reason);
        if self.modern.contains(&device) {
            score.certainty("habit of ciphers", 25.0, "the device offers AES else: it can do better");
        }
        if services >= SERVICES_MANY {
            score.certainty("many", 10.0, format!("{services} services within an hour"));
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 60.0, "the passwords of the services can be guessed offline now");
        score.threat("services", (services as f64 * 2.0).min(20.0), format!("{services} services"));
        let account = tally.extra.as_deref().unwrap_or("an unknown account");
        Some(Told {
            score,
            summary: format!(
                "{name} ({account}) asked for tickets of {services} {} with RC4 only within {}.",
                if services == 1 { "service" } else { "services" },
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("services", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with("tickets", tally.events)
                .with_some("account", tally.extra.clone())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("offers_aes_else", self.modern.contains(&device)),
        })
    }
}
