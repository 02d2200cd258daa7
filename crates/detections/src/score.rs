//! Threat and certainty with the parts that they are made of.
//!
//! Certainty is how likely the behaviour is what its name says, threat the harm if it is; both are the sum of their
//! parts, held within 1 and 99. This is the only place where parts become numbers: the belief network over stages
//! and detections takes the certainty from here as the likelihood of its sign.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A named contribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What it is about, e.g. `rarity`.
    pub name: Cow<'static, str>,
    /// Points that it adds or takes.
    pub points: i32,
    /// Why, for people.
    pub reason: String,
}

/// The parts of a finding's threat and certainty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Parts of the threat.
    pub threat: Vec<Part>,
    /// Parts of the certainty.
    pub certainty: Vec<Part>,
}

/// A finding with at least this certainty is an alert.
pub const ALERT: u8 = 50;

impl Score {
    /// Adds to the certainty; no points, no part.
    pub fn certainty(&mut self, name: &'static str, points: f64, reason: impl Into<String>) {
        push(&mut self.certainty, name, points, reason.into());
    }

    /// Adds to the threat.
    pub fn threat(&mut self, name: &'static str, points: f64, reason: impl Into<String>) {
        push(&mut self.threat, name, points, reason.into());
    }

    /// The certainty, 1–99.
    pub fn total_certainty(&self) -> u8 {
        total(&self.certainty)
    }

    /// The threat, 1–99.
    pub fn total_threat(&self) -> u8 {
        total(&self.threat)
    }
}

fn push(parts: &mut Vec<Part>, name: &'static str, points: f64, reason: String) {
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and points are small")]
    let points = points.round() as i32;
    if points != 0 {
        parts.push(Part { name: Cow::Borrowed(name), points, reason });
    }
}

fn total(parts: &[Part]) -> u8 {
    let sum: i32 = parts.iter().fold(0, |sum: i32, part| sum.saturating_add(part.points));
    u8::try_from(sum.clamp(1, 99)).unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_the_parts_stays_in_bounds() {
        let mut score = Score::default();
        score.certainty("a", 80.0, "much");
        score.certainty("b", 60.4, "more");
        score.certainty("c", 0.2, "nothing");
        assert_eq!((score.total_certainty(), score.certainty.len()), (99, 2));
        assert_eq!(score.total_threat(), 1);
    }
}
