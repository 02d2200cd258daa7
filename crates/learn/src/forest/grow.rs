//! Grows forests.

use super::{FEATURES_MAX, Forest, LEAF, Node, Row, SHARE_ONE, Tree};

/// Values that a feature can have.
const LEVELS: usize = 256;

/// How a forest is grown.
#[derive(Clone, Copy, Debug)]
pub struct Growing {
    /// Trees.
    pub trees: usize,
    /// Questions on the way to a leaf, at most.
    pub depth: usize,
    /// Rows in a leaf, at least.
    pub leaf: usize,
    /// Where the drawing of rows and features begins.
    pub seed: u64,
}

impl Growing {
    /// Grows a forest from `rows`, which all have as many features as the first.
    pub fn grow(&self, rows: &[Row]) -> Forest {
        let features = rows.first().map_or(0, |row| row.features.len()).min(FEATURES_MAX);
        if features == 0 {
            return Forest::default();
        }
        let mut draw = Draw(self.seed);
        let trees = (0..self.trees).map(|_| {
            let mut sample: Vec<&Row> =
                (0..rows.len()).filter_map(|_| rows.get(draw.below(rows.len()))).collect();
            let mut tree = Tree::default();
            self.node(&mut sample, features, self.depth, &mut draw, &mut tree.0);
            tree
        });
        Forest(trees.collect())
    }

    /// Writes the node of `rows` and all below it.
    fn node(&self, rows: &mut [&Row], features: usize, depth: usize, draw: &mut Draw, nodes: &mut Vec<Node>) {
        let positives = rows.iter().filter(|row| row.is_positive).count();
        let is_pure = positives == 0 || positives == rows.len();
        let best = if depth == 0 || is_pure { None } else { self.best_question(rows, features, draw) };
        let Some((feature, value)) = best else {
            nodes.push(Node { feature: LEAF, value: share(positives, rows.len()), right: 0 });
            return;
        };
        let place = nodes.len();
        nodes.push(Node { feature, value, right: 0 });
        rows.sort_by_key(|row| level(row, feature) > value);
        let left = rows.partition_point(|row| level(row, feature) <= value);
        let (left, right) = rows.split_at_mut(left);
        self.node(left, features, depth - 1, draw, nodes);
        let start = nodes.len();
        if let Some(node) = nodes.get_mut(place) {
            node.right = u32::try_from(start).unwrap_or(u32::MAX);
        }
        self.node(right, features, depth - 1, draw, nodes);
    }

    /// The question that parts the rows best, of a few features drawn at random.
    fn best_question(&self, rows: &[&Row], features: usize, draw: &mut Draw) -> Option<(u8, u8)> {
        let mut best: Option<(f64, u8, u8)> = None;
        for _ in 0..features.isqrt().max(1) {
            let feature = u8::try_from(draw.below(features)).unwrap_or(0);
            let counts = count(rows, feature);
            let (all, all_positives) =
                counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
            let (mut left, mut left_positives) = (0, 0);
            for (value, count) in counts.iter().enumerate() {
                left += count.0;
                left_positives += count.1;
                let right = all - left;
                if count.0 == 0 || left < self.leaf || right < self.leaf {
                    continue;
                }
                let impurity = weighted_gini(left, left_positives)
                    + weighted_gini(right, all_positives - left_positives);
                if best.is_none_or(|(before, ..)| impurity < before) {
                    best = Some((impurity, feature, u8::try_from(value).unwrap_or(u8::MAX)));
                }
            }
        }
        let before = weighted_gini(rows.len(), rows.iter().filter(|row| row.is_positive).count());
        best.filter(|(impurity, ..)| *impurity < before).map(|(_, feature, value)| (feature, value))
    }
}

fn level(row: &Row, feature: u8) -> u8 {
    row.features.get(usize::from(feature)).copied().unwrap_or(0)
}

/// Rows, and positive ones among them, by the value of the feature.
fn count(rows: &[&Row], feature: u8) -> [(usize, usize); LEVELS] {
    let mut counts = [(0, 0); LEVELS];
    for row in rows {
        if let Some(count) = counts.get_mut(usize::from(level(row, feature))) {
            count.0 += 1;
            count.1 += usize::from(row.is_positive);
        }
    }
    counts
}

/// Gini impurity of so many rows, times their number.
fn weighted_gini(rows: usize, positives: usize) -> f64 {
    let share = positives as f64 / rows.max(1) as f64;
    2.0 * rows as f64 * share * (1.0 - share)
}

fn share(positives: usize, rows: usize) -> u8 {
    let units = (positives * usize::from(SHARE_ONE) + rows / 2) / rows.max(1);
    u8::try_from(units).unwrap_or(SHARE_ONE)
}

/// Numbers drawn at random, the same ones from the same seed (SplitMix64: Steele, Lea & Flood 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // The high half of the product is even over the bound (Lemire 2019).
        usize::try_from((u128::from(mixed) * bound as u128) >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Growing = Growing { trees: 9, depth: 6, leaf: 2, seed: 1 };

    fn rows(count: usize, rule: impl Fn(&[u8]) -> bool) -> Vec<Row> {
        let mut draw = Draw(7);
        (0..count)
            .map(|_| {
                let features: Vec<u8> = (0..4).map(|_| u8::try_from(draw.below(256)).unwrap()).collect();
                Row { is_positive: rule(&features), features }
            })
            .collect()
    }

    #[test]
    fn a_rule_of_two_features_is_learned() {
        let rule = |features: &[u8]| features[0] > 128 && features[2] < 100;
        let forest = Growing { trees: 30, depth: 8, leaf: 2, seed: 3 }.grow(&rows(3000, rule));
        let unseen = rows(5000, rule);
        let right = unseen
            .iter()
            .skip(3000)
            .filter(|row| (forest.probability(&row.features) >= 0.5) == row.is_positive);
        assert!(right.count() >= 1960);
    }

    #[test]
    fn without_rows_nothing_is_likely() {
        assert_eq!(SMALL.grow(&[]).probability(&[1, 2, 3]), 0.0);
        assert_eq!(SMALL.grow(&[Row { features: vec![], is_positive: true }]).trees(), 0);
    }

    #[test]
    fn another_seed_is_another_forest() {
        let rows = rows(500, |features| features[1] > features[3]);
        assert_ne!(SMALL.grow(&rows), Growing { seed: 2, ..SMALL }.grow(&rows));
    }

    proptest! {
        #[test]
        fn the_same_rows_and_seed_are_the_same_forest(seed in any::<u64>(), cut in any::<u8>()) {
            let rows = rows(200, |features| features[1] > cut);
            let growing = Growing { seed, ..SMALL };
            prop_assert_eq!(growing.grow(&rows), growing.grow(&rows));
        }

        #[test]
        fn it_answers_with_a_probability(features in proptest::collection::vec(any::<u8>(), 0..6)) {
            let forest = SMALL.grow(&rows(200, |features| features[0] % 3 == 0));
            prop_assert!((0.0..=1.0).contains(&forest.probability(&features)));
        }

        #[test]
        fn trees_stay_within_their_depth_and_leaves(depth in 0_usize..7, leaf in 1_usize..20) {
            let forest = Growing { depth, leaf, ..SMALL }.grow(&rows(300, |features| features[0] > 99));
            prop_assert!(forest.nodes() <= SMALL.trees * ((2 << depth) - 1));
            prop_assert!(forest.nodes() <= SMALL.trees * (2 * 300 / leaf + 1));
        }
    }
}
