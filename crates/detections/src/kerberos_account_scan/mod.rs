#![doc = include_str!("README.md")]

use records::{AnyRecord, Interval, Kerberos};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "kerberos-account-scan",
    title: "Kerberos Account Scan",
    stage: Stage::Recon,
    techniques: &["T1087.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<AccountScan>::default()),
};

/// Names that the domain does not know, asked for within a day. People mistype theirs; they do not try ten.
const NAMES_MIN: usize = 10;
/// New names within a minute that no hand types.
const FAST: u32 = 10;
const WINDOW: Interval = Interval::from_secs(86_400);
const NAMES_KEPT: usize = 512;
const FOUND_KEPT: usize = 64;

#[derive(Default, Serialize, Deserialize)]
struct AccountScan;

/// What the domain said of a name.
enum Answer {
    Unknown,
    Known,
}

/// An answer from which the client learns whether a name exists.
fn answer(kerberos: &Kerberos) -> Option<Answer> {
    if kerberos.request_type.as_deref() != Some("AS") {
        return None;
    }
    match kerberos.error_msg.as_deref() {
        Some("KDC_ERR_C_PRINCIPAL_UNKNOWN") => Some(Answer::Unknown),
        Some("KDC_ERR_PREAUTH_REQUIRED" | "KDC_ERR_PREAUTH_FAILED" | "KDC_ERR_CLIENT_REVOKED") => {
            Some(Answer::Known)
        }
        _ => None,
    }
}

impl Behaviour for AccountScan {
    type Item = String;
    /// Names that exist.
    type Extra = Vec<String>;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["kerberos"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let (AnyRecord::Kerberos(kerberos), Some(device)) = (seen.record, seen.orig) else { return None };
        Some(match answer(kerberos)? {
            Answer::Unknown => Interest::Begin(device),
            Answer::Known => Interest::Follow(device),
        })
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Vec<String>>) -> Change {
        let AnyRecord::Kerberos(kerberos) = seen.record else { return Change::None };
        let Some(name) = kerberos.client.clone() else { return Change::None };
        match answer(kerberos) {
            Some(Answer::Unknown) => {
                Change::more(tally.note(seen, kerberos.id.orig_h, kerberos.id.resp_h, name, NAMES_KEPT))
            }
            Some(Answer::Known) => {
                if tally.extra.len() < FOUND_KEPT && !tally.extra.contains(&name) {
                    tally.extra.push(name);
                }
                Change::None
            }
            None => Change::None,
        }
    }

    fn tell(
        &self,
        tally: &Tally<String, Vec<String>>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let names = tally.items.len();
        if names < NAMES_MIN {
            return None;
        }
        let mut score = Score::default();
        let doublings = (names as f64 / NAMES_MIN as f64).log2();
        let reason = format!("{names} names that do not exist were asked for; people mistype one or two");
        score.certainty("names", 55.0 + (8.0 * doublings).min(25.0), reason);
        if tally.fastest() >= FAST {
            score.certainty("speed", 10.0, format!("{} new names within a minute", tally.fastest()));
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 40.0, "it prepares the guessing of passwords");
        let found = tally.extra.len();
        score.threat("found", (found as f64 * 2.0).min(15.0), format!("{found} names exist"));
        Some(Told {
            score,
            summary: format!(
                "{name} asked the domain for {names} names that do not exist within {}, and found {found} that do.",
                tell::span(tally.seconds()),
            ),
            facts: Facts::default()
                .with("names_unknown", names)
                .with("names_tried", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with("names_found", tally.extra.clone())
                .with("most_names_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
