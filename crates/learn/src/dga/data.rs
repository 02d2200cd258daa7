//! The labels to learn from, and what a model is worth: it is always measured on families that it has not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::DgaModel;

/// Labels of one family that are learned from, so that no list outweighs the others.
const PER_FAMILY: usize = 1_500;
/// Shorter labels are no sign of anything, whoever made them.
const LABEL_MIN: usize = 5;

/// Labels by family of generator, and those that people visit.
#[derive(Clone, Debug, Default)]
pub struct Families {
    generated: BTreeMap<String, BTreeSet<String>>,
    visited: BTreeSet<String>,
}

/// How a model that was trained without a family fares on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The family.
    pub family: String,
    /// Its labels that were tried.
    pub tried: usize,
    /// Those that were found.
    pub found: usize,
    /// Visited labels that were tried: none of them was learned from.
    pub visited: usize,
    /// Those that were taken for generated.
    pub mistaken: usize,
}

impl Families {
    /// Adds a generated domain.
    pub fn add_generated(&mut self, family: &str, domain: &str) {
        if let Some(label) = label_of(domain) {
            self.generated.entry(family.to_owned()).or_default().insert(label);
        }
    }

    /// Adds a domain that people visit.
    pub fn add_visited(&mut self, domain: &str) {
        self.visited.extend(label_of(domain));
    }

    /// The families.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.generated.keys().map(String::as_str)
    }

    /// Labels that people visit.
    pub fn visited(&self) -> usize {
        self.visited.len()
    }

    /// Labels of a family that are learned from.
    pub fn generated(&self, family: &str) -> usize {
        self.some_of(family).count()
    }

    /// A model of all.
    pub fn train(&self) -> DgaModel {
        self.train_without(None, 1)
    }

    /// At most so many of a family's labels, from its whole list alike.
    fn some_of(&self, family: &str) -> impl Iterator<Item = &str> {
        let labels = self.generated.get(family);
        let step = labels.map_or(1, |labels| labels.len().div_ceil(PER_FAMILY));
        labels.into_iter().flatten().step_by(step.max(1)).map(String::as_str)
    }

    /// A model without a family, of one in `share` visited labels less than all; 1 is all.
    fn train_without(&self, left_out: Option<&str>, share: u64) -> DgaModel {
        let visited = self.visited.iter().map(String::as_str);
        let generated = self
            .names()
            .filter(|family| Some(*family) != left_out)
            .flat_map(|family| self.some_of(family))
            // A name that people visit is no example of a generated one.
            .filter(|label| !self.visited.contains(*label));
        DgaModel::train(visited.filter(|label| share < 2 || !hash(label).is_multiple_of(share)), generated)
    }
}

/// Leaves each family out in turn, and a tenth of the visited labels, trains on the rest, and tries the model on what
/// was left out: what is at least `threshold` likely counts as found. Families in `beside` are lists of unknown or
/// many families: they are left out of every training, so that nothing of a family comes in through them.
pub fn evaluate(data: &Families, beside: &[&str], threshold: f64) -> impl Iterator<Item = Held> {
    const TENTH: u64 = 10;
    let (mut data_alone, data) = (data.clone(), data);
    for family in beside {
        data_alone.generated.remove(*family);
    }
    let families: Vec<String> = data.names().map(str::to_owned).collect();
    families.into_iter().map(move |family| {
        let model = data_alone.train_without(Some(&family), TENTH);
        let is_found = |label: &&str| model.probability(label) >= threshold;
        let held: Vec<&str> = data.some_of(&family).collect();
        let visited: Vec<&str> = data
            .visited
            .iter()
            .map(String::as_str)
            .filter(|label| hash(label).is_multiple_of(TENTH))
            .collect();
        let (found, mistaken) =
            (held.iter().filter(|label| is_found(label)), visited.iter().filter(|label| is_found(label)));
        Held {
            found: found.count(),
            mistaken: mistaken.count(),
            tried: held.len(),
            visited: visited.len(),
            family,
        }
    })
}

/// The first label of a domain, in lower case, where it is one that can be judged.
fn label_of(domain: &str) -> Option<String> {
    let label = domain.trim().split('.').next()?.to_ascii_lowercase();
    let is_name = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (label.len() >= LABEL_MIN && is_name && !label.starts_with("xn--")).then_some(label)
}

/// In which half of the visited labels it is: 0 gives the trigrams, 1 the forest.
pub(super) fn half_of(label: &str) -> u64 {
    (hash(label) >> 32) & 1
}

/// FNV-1a, so that parts are the same everywhere.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    // The lowest bits of FNV follow the last characters; folding mixes them.
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_the_first_one_and_counts_once() {
        let mut data = Families::default();
        for domain in ["Example.com", "example.net", "ab.com", "xn--abcdef.com", "with_underscore.com"] {
            data.add_visited(domain);
        }
        assert_eq!(data.visited(), 1);
    }

    #[test]
    fn no_family_outweighs_the_others() {
        let mut data = Families::default();
        (0..4000).for_each(|number| data.add_generated("many", &format!("name{number}.com")));
        assert_eq!(data.generated("many"), 1334);
    }

    #[test]
    fn the_order_of_the_data_changes_nothing() {
        let (mut forth, mut back) = (Families::default(), Families::default());
        let words: Vec<String> = (0..300).map(|number| format!("word{}", number * 7919)).collect();
        for word in &words {
            forth.add_visited(word);
            forth.add_generated("family", &format!("{word}x"));
        }
        for word in words.iter().rev() {
            back.add_generated("family", &format!("{word}x"));
            back.add_visited(word);
        }
        assert_eq!(forth.train().to_bytes(), back.train().to_bytes());
    }

    #[test]
    fn a_family_that_looks_as_the_others_is_found_unseen() {
        let mut data = Families::default();
        for number in 0..600_u64 {
            data.add_visited(&format!(
                "{}{}",
                ["garden", "river", "paper"][number as usize % 3],
                "house".repeat(1 + number as usize % 4) + &"s".repeat(number as usize % 17)
            ));
            let drawn = format!("{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            data.add_generated(if number % 2 == 0 { "even" } else { "odd" }, &drawn);
        }
        for held in evaluate(&data, &[], 0.5) {
            assert!(held.found * 10 >= held.tried * 9 && held.mistaken == 0, "{held:?}");
        }
    }
}
