#![doc = include_str!("README.md")]

use records::{AnyRecord, Interval, Kerberos};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "as-rep-roasting",
    title: "AS-REP Roasting",
    stage: Stage::Lateral,
    techniques: &["T1558.004"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<AsRepRoasting>::default()),
};

const WINDOW: Interval = Interval::from_secs(3600);
const ACCOUNTS_KEPT: usize = 256;

#[derive(Default, Serialize, Deserialize)]
struct AsRepRoasting;

/// The account for which a ticket was given to somebody who did not prove to know the password.
fn unproven(kerberos: &Kerberos) -> Option<&str> {
    let client = kerberos.client.as_deref()?;
    let name = client.split('/').next().unwrap_or_default();
    let is_given = kerberos.request_type.as_deref() == Some("AS")
        && kerberos.success == Some(true)
        && kerberos.preauth == Some(false);
    // Computers and the anonymous account have no password that could be guessed.
    (is_given && !name.ends_with('$') && name != "WELLKNOWN").then_some(client)
}

impl Behaviour for AsRepRoasting {
    type Item = String;
    /// Requests that offered weak ciphers only.
    type Extra = u32;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["kerberos"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let (AnyRecord::Kerberos(kerberos), Some(device)) = (seen.record, seen.orig) else { return None };
        unproven(kerberos).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, u32>) -> Change {
        let AnyRecord::Kerberos(kerberos) = seen.record else { return Change::None };
        let Some(account) = unproven(kerberos) else { return Change::None };
        let offered = kerberos.request_ciphers.as_deref().unwrap_or_default();
        let is_weak = !offered.is_empty() && offered.iter().all(|cipher| cipher.starts_with("rc4"));
        tally.extra = tally.extra.saturating_add(u32::from(is_weak));
        let (host, server) = (kerberos.id.orig_h, kerberos.id.resp_h);
        Change::more(tally.note(seen, host, server, account.to_owned(), ACCOUNTS_KEPT))
    }

    fn tell(
        &self,
        tally: &Tally<String, u32>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let accounts = tally.items.len();
        let mut score = Score::default();
        score.certainty("unproven", 30.0, "a ticket was given without proof of the password");
        if tally.extra > 0 {
            let reason = "only RC4 was offered, which no client of today does by itself";
            score.certainty("cipher", 30.0, reason);
        }
        if accounts > 1 {
            let reason = format!("{accounts} accounts from one device within an hour");
            score.certainty("accounts", (10.0 * accounts as f64).min(30.0), reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 60.0, "the passwords of the accounts can be guessed offline now");
        score.threat("accounts", (accounts as f64 * 4.0).min(20.0), format!("{accounts} accounts"));
        Some(Told {
            score,
            summary: format!(
                "{name} got tickets of {accounts} {} without proof of a password within {}: {}.",
                if accounts == 1 { "account" } else { "accounts" },
                tell::span(tally.seconds()),
                tally.items.iter().take(3).cloned().collect::<Vec<_>>().join(", "),
            ),
            facts: Facts::default()
                .with("accounts", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with("requests_with_rc4_only", tally.extra)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
