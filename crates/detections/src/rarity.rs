//! How rare a destination is, as part of the certainty.

use world::World;

use crate::Score;

/// Below this rarity others here use the destination, or have for long.
const RARE: f64 = 75.0;

/// What the rarity of a destination counts for, with the points of one that nobody else uses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weight {
    /// The behaviour is odd wherever it goes.
    Beside(f64),
    /// It is where it goes that makes the behaviour odd.
    Mainly(f64),
}

impl Weight {
    /// What a destination adds that is at least so rare.
    fn of_rare(self, percent: f64, history: f64) -> f64 {
        match self {
            Self::Beside(points) => points * history * (percent / 100.0),
            Self::Mainly(points) => {
                let share = 0.4 + 0.6 * (percent - RARE) / (100.0 - RARE);
                points * history * share
            }
        }
    }

    /// What one takes that others use.
    fn of_common(self, percent: f64) -> f64 {
        match self {
            Self::Beside(_) => -20.0 - (RARE - percent) * 0.4,
            Self::Mainly(_) => -(10.0 + (RARE - percent) * 0.6),
        }
    }
}

/// Scores the rarity of what is called `noun`, as far as history allows.
pub(crate) fn score_rarity(score: &mut Score, noun: &str, percent: f64, weight: Weight, world: &World) {
    if percent < RARE {
        let reason = format!("rarity {percent:.0} %: others here use the {noun}, or have for long");
        score.certainty("rarity", weight.of_common(percent), reason);
    } else {
        let reason = format!("rarity {percent:.0} %: hardly anyone here contacts the {noun}");
        score.certainty("rarity", weight.of_rare(percent, world.history()), reason);
    }
}

/// The same, and takes what it is not worth as long as little was learned.
pub(crate) fn score_rarity_and_history(
    score: &mut Score,
    noun: &str,
    percent: f64,
    weight: Weight,
    world: &World,
) {
    score_rarity(score, noun, percent, weight, world);
    let history = world.history();
    if history < 1.0 {
        let reason = format!("too little traffic was learned from to call the {noun} rare");
        score.certainty("history", -10.0 * (1.0 - history), reason);
    }
}
