//! Where something was downloaded from, as part of the certainty.

use std::net::IpAddr;

use world::{Rarity, World};

use crate::Score;

/// Below this rarity others use the place, or have for long.
const RARE: f64 = 75.0;

/// Scores the place: rarity as far as history allows, and whether any name leads there. Tells the rarity.
pub(crate) fn score_place(
    score: &mut Score,
    world: &World,
    address: IpAddr,
    name: Option<&str>,
    weight_of_address: f64,
) -> Rarity {
    let name = name.filter(|name| name.parse::<IpAddr>().is_err());
    let rarity = world.rarity(address, name);
    let (percent, history) = (rarity.percent, world.history());
    if percent < RARE {
        let reason = format!("rarity {percent:.0} %: others here use the place, or have for long");
        score.certainty("rarity", -(10.0 + (RARE - percent) * 0.6), reason);
    } else if history > 0.0 {
        let reason = format!("rarity {percent:.0} %: hardly anyone here contacts the place");
        let share = 0.4 + 0.6 * (percent - RARE) / (100.0 - RARE);
        score.certainty("rarity", 30.0 * history * share, reason);
    }
    if history < 1.0 {
        let reason = "too little traffic was learned from to call the place rare";
        score.certainty("history", -10.0 * (1.0 - history), reason);
    }
    if name.is_none() && world.names().proven_domain(address).is_none() {
        score.certainty("address", weight_of_address, "it was fetched from an address without any name");
    }
    rarity
}
