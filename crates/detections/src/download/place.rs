//! Where something was downloaded from, as part of the certainty.

use std::net::IpAddr;

use world::{Rarity, World};

use crate::Score;
use crate::rarity::{Weight, score_rarity_and_history};

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
    score_rarity_and_history(score, "place", rarity.percent, Weight::Mainly(30.0), world);
    if name.is_none() && world.names().proven_domain(address).is_none() {
        score.certainty("address", weight_of_address, "it was fetched from an address without any name");
    }
    rarity
}
