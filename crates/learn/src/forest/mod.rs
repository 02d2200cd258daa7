//! Random forests over features of one byte each.
//!
//! Breiman, "Random Forests", Machine Learning 45 (2001): each tree is grown on a sample of the rows, drawn with
//! replacement, and at each node the best of √p features drawn at random parts the rows, by the fall of the Gini
//! impurity `2·q·(1−q)`, q being the share of rows that are positive. A leaf holds its q, a forest answers with the mean
//! of its trees. Features are cut to 256 levels, so that a node is two bytes, counting takes the place of sorting, and
//! the same rows and seed give the same bytes everywhere.

mod bytes;
mod grow;

pub use bytes::ForestError;
pub use grow::Growing;

/// Stands in place of a feature where a node is a leaf.
const LEAF: u8 = u8::MAX;
/// Features that a row may have.
pub const FEATURES_MAX: usize = LEAF as usize;
/// What a leaf's share of positives is measured in: a share of 1.
const SHARE_ONE: u8 = 254;

/// A row: its features, and whether it is of the kind that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The features, as many in every row.
    pub features: Vec<u8>,
    /// Whether it is of the kind that is looked for.
    pub is_positive: bool,
}

/// A node: a feature with the largest value that goes left, or a leaf with its share of positives. The left child
/// stands next, the right one behind all of the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    feature: u8,
    value: u8,
    right: u32,
}

/// A tree, its nodes in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tree(Vec<Node>);

impl Tree {
    /// The share of positives where the row ends, in units of [`SHARE_ONE`].
    fn share(&self, features: &[u8]) -> u8 {
        let mut place = 0;
        // Children stand behind their parents, so the walk ends.
        while let Some(node) = self.0.get(place) {
            if node.feature == LEAF {
                return node.value;
            }
            let value = features.get(usize::from(node.feature)).copied().unwrap_or(0);
            place = if value <= node.value { place + 1 } else { node.right as usize };
        }
        0
    }
}

/// A trained forest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forest(Vec<Tree>);

impl Forest {
    /// How likely the row is of the kind that is looked for, 0–1; 0 where the forest has no tree.
    pub fn probability(&self, features: &[u8]) -> f64 {
        let sum: u32 = self.0.iter().map(|tree| u32::from(tree.share(features))).sum();
        f64::from(sum) / (self.0.len().max(1) as f64 * f64::from(SHARE_ONE))
    }

    /// Trees in it.
    pub fn trees(&self) -> usize {
        self.0.len()
    }

    /// Nodes in all its trees.
    pub fn nodes(&self) -> usize {
        self.0.iter().map(|tree| tree.0.len()).sum()
    }
}
