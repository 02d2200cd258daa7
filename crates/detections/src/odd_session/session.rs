//! One session to the outside, as its `conn` record shows it.

use records::{AnyRecord, Conn};
use world::{DeviceIndex, Direction, Rarity, Seen, World};

use crate::rarity::{Weight, score_rarity_and_history};
use crate::{Score, tell};

/// Days on which the device contacted the destination before it counts as its habit.
const HABIT_DAYS: u16 = 3;
/// Seconds after which a session is long.
const LONG_SECONDS: f64 = 300.0;

/// A session that was captured from its beginning, with payload both ways.
pub(crate) struct Session<'a> {
    pub(crate) conn: &'a Conn,
    pub(crate) device: DeviceIndex,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) seconds: f64,
}

impl<'a> Session<'a> {
    /// The session that the record tells of, if it is one. What was captured in part is no sign of anything: the first
    /// bytes, by which protocols are recognised, may be missing.
    pub(crate) fn of(seen: &Seen<'a>) -> Option<Self> {
        let (AnyRecord::Conn(conn), Direction::Outward, Some(device)) =
            (seen.record, seen.direction, seen.orig)
        else {
            return None;
        };
        let (sent, received) = (conn.orig_bytes?, conn.resp_bytes?);
        if conn.proto != "tcp" || sent == 0 || received == 0 || !conn.history.starts_with("Sh") {
            return None;
        }
        Some(Self {
            conn,
            device,
            sent,
            received,
            seconds: conn.duration.map_or(0.0, |duration| duration.as_secs_f64()),
        })
    }

    /// How rare its destination is.
    pub(crate) fn rarity(&self, world: &World) -> Rarity {
        world.rarity(self.conn.id.resp_h, None)
    }

    /// Whether one of the recognised protocols is `name`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.conn.service.as_deref().is_some_and(|service| service.split(',').any(|one| one == name))
    }

    /// Scores the destination: rarity, name, habit; and how long the session lasted.
    pub(crate) fn score_destination(&self, score: &mut Score, world: &World) {
        let percent = self.rarity(world).percent;
        score_rarity_and_history(score, "destination", percent, Weight::Beside(20.0), world);
        let address = self.conn.id.resp_h;
        if world.names().knows_dns() && world.names().proven_domain(address).is_none() {
            score.certainty("address", 10.0, "no name leads there: the address was contacted as such");
        }
        let habit = world.habit(self.device);
        let known = world.names().proven_domain(address).map(str::to_owned);
        let known = known.unwrap_or_else(|| address.to_string());
        if let Some(habit) = habit.and_then(|habit| habit.destination(&known))
            && habit.days > HABIT_DAYS
        {
            score.certainty("habit", -30.0, format!("the device contacted it on {} days before", habit.days));
        }
        if self.seconds >= LONG_SECONDS {
            score.certainty("duration", 5.0, format!("the session lasted {}", tell::span(self.seconds)));
        }
    }
}
