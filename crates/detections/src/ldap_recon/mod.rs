#![doc = include_str!("README.md")]

mod themes;

use records::{AnyRecord, Interval, LdapSearch};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::themes::{THEMES, themes};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "ldap-recon",
    title: "LDAP Recon",
    stage: Stage::Recon,
    techniques: &["T1087.002", "T1069.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<LdapRecon>::default()),
};

/// Weight of what was listed within an hour from which on it is told. Clients look up single entries; a server that
/// lists users, groups or computers lists one or two kinds.
const WEIGHT_MIN: u32 = 6;
/// Entries that were given, from which on it is much.
const ENTRIES_MANY: u64 = 500;
const WINDOW: Interval = Interval::from_secs(3600);
const FILTERS_KEPT: usize = 128;
const FILTER_BYTES_MAX: usize = 512;

#[derive(Default, Serialize, Deserialize)]
struct LdapRecon;

/// What was listed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Listed {
    /// A bit for each of [`THEMES`].
    themes: u32,
    entries: u64,
}

impl Listed {
    fn is(&self, place: usize) -> bool {
        self.themes >> place & 1 == 1
    }

    fn weight(&self) -> u32 {
        let listed = THEMES.iter().enumerate().filter(|(place, _)| self.is(*place));
        listed.map(|(_, theme)| theme.weight).sum()
    }

    fn names(&self) -> Vec<String> {
        let listed = THEMES.iter().enumerate().filter(|(place, _)| self.is(*place));
        listed.map(|(_, theme)| theme.name.to_owned()).collect()
    }
}

fn broad_search<'a>(seen: &Seen<'a>) -> Option<(&'a LdapSearch, u32)> {
    let AnyRecord::LdapSearch(search) = seen.record else { return None };
    if search.scope.as_deref() == Some("base") {
        return None;
    }
    let found = themes(search.filter.as_deref()?, search.base_object.as_deref().unwrap_or_default());
    (found != 0).then_some((search, found))
}

impl Behaviour for LdapRecon {
    type Item = String;
    type Extra = Listed;
    const DETECTION: &'static Detection = &DETECTION;
    const READS: &'static [&'static str] = &["ldap_search"];
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, _world: &World) -> Option<Interest> {
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        broad_search(seen).map(|_| Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<String, Listed>) -> Change {
        let Some((search, found)) = broad_search(seen) else { return Change::None };
        let mut filter = search.filter.clone().unwrap_or_default();
        if let Some((end, _)) = filter.char_indices().nth(FILTER_BYTES_MAX) {
            filter.truncate(end);
        }
        let before = tally.extra.weight();
        tally.extra.themes |= found;
        tally.extra.entries = tally.extra.entries.saturating_add(search.result_count.unwrap_or(0));
        tally.note(seen, search.id.orig_h, search.id.resp_h, filter, FILTERS_KEPT);
        if tally.extra.weight() > before { Change::Turn } else { Change::None }
    }

    fn tell(
        &self,
        tally: &Tally<String, Listed>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let listed = &tally.extra;
        let weight = listed.weight();
        if weight < WEIGHT_MIN {
            return None;
        }
        let mut score = Score::default();
        let names = listed.names();
        let reason = format!("it listed {}; clients look up single entries", names.join(", "));
        score.certainty("broad", 35.0 + 4.0 * f64::from((weight - WEIGHT_MIN).min(10)), reason);
        if listed.entries >= ENTRIES_MANY {
            score.certainty("entries", 10.0, format!("{} entries were given", listed.entries));
        }
        raise_by_novelty(&mut score, 15.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 40.0, "it shows the way to the accounts that are worth taking");
        score.threat("kinds", f64::from(weight.min(20)), format!("{} kinds of entries", names.len()));
        let server = tally.peers.first().map_or_else(String::new, |server| world.name_at(*server));
        Some(Told {
            score,
            summary: format!(
                "{name} read the directory of {server} with {} broad searches within {}: {}.",
                tally.items.len(),
                tell::span(tally.seconds()),
                names.join(", "),
            ),
            facts: Facts::default()
                .with("searches", tally.events)
                .with("filters", tally.items.iter().take(20).cloned().collect::<Vec<_>>())
                .with("listed", names)
                .with("entries", listed.entries)
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("hours_learned", world.hours_with_traffic()),
        })
    }
}
