#![doc = include_str!("README.md")]

mod learned;

use std::net::IpAddr;

use records::{AnyRecord, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, World};

use self::learned::{Learned, Sign};
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "suspicious-remote-desktop",
    title: "Suspicious Remote Desktop",
    stage: Stage::Lateral,
    techniques: &["T1021.001"],
    learns_hours: HOURS_LEARNED,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RemoteDesktop>::default()),
};

/// Hours with traffic before anything is told.
const HOURS_LEARNED: u32 = 72;
const WINDOW: Interval = Interval::from_secs(3600);
const SERVERS_KEPT: usize = 64;
const PORT: u16 = 3389;

/// What was odd in the sessions of a device: each sign once, with its words.
type Signs = Vec<(Sign, String)>;

#[derive(Default, Serialize, Deserialize)]
struct RemoteDesktop {
    learned: Learned,
    /// Those of the present record.
    signs: Signs,
}

impl Behaviour for RemoteDesktop {
    type Item = IpAddr;
    type Extra = Signs;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["rdp"];

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let AnyRecord::Rdp(rdp) = seen.record else { return None };
        let device = seen.orig.filter(|_| seen.direction == Direction::Internal)?;
        self.signs = self.learned.signs(rdp, device, world);
        if rdp.id.resp_p != PORT {
            self.signs.push((Sign::Port, format!("on port {}", rdp.id.resp_p)));
        }
        self.learned.note(rdp, device);
        // Where the device or the server is new to it, that alone says nothing.
        let is_odd = self.signs.iter().any(|sign| sign.0.is_odd());
        (is_odd && world.hours_with_traffic() >= HOURS_LEARNED).then_some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<IpAddr, Signs>) -> Change {
        let Some(id) = seen.id else { return Change::None };
        let before = tally.extra.len();
        for sign in std::mem::take(&mut self.signs) {
            if !tally.extra.iter().any(|known| known.0 == sign.0) {
                tally.extra.push(sign);
            }
        }
        let is_new = tally.note(seen, id.orig_h, id.resp_h, id.resp_h, SERVERS_KEPT);
        if tally.extra.len() > before { Change::Turn } else { Change::more(is_new) }
    }

    fn tell(
        &self,
        tally: &Tally<IpAddr, Signs>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let mut score = Score::default();
        for (sign, words) in &tally.extra {
            score.certainty(sign.name(), sign.points(), words.clone());
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 55.0, "who has a desktop has everything that its user has");
        let servers = tally.items.len();
        score.threat("servers", (5.0 * servers as f64).min(20.0), format!("{servers} hosts"));
        let others = match tally.items.as_slice() {
            [one] => world.name_at(*one),
            many => format!("{} hosts", many.len()),
        };
        let mut words: Vec<&str> = tally.extra.iter().map(|sign| sign.1.as_str()).collect();
        words.sort_unstable();
        Some(Told {
            score,
            summary: format!(
                "{name} opened a remote desktop on {others} as none is opened here: {}.",
                words.join(", ")
            ),
            facts: Facts::default()
                .with("servers", servers)
                .with("signs", words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("keyboard_layouts", self.learned.layouts())
                .with("client_names", self.learned.names_of(device))
                .with("sessions_learned", self.learned.sessions()),
        })
    }
}
