//! A forest as bytes: the count of trees (two bytes, the high one first), then two bytes per node, the left child next.

use super::{Forest, LEAF, Node, SHARE_ONE, Tree};

/// Questions on the way to a leaf; a file that asks more is damaged.
const DEPTH_MAX: usize = 64;

/// Why bytes are no forest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForestError {
    /// They end too early.
    #[error("the forest ends at byte {0}, in the middle of a tree")]
    Cut(usize),
    /// A way from the root is longer than any that is grown.
    #[error("a tree of the forest is more than {DEPTH_MAX} questions deep at byte {0}")]
    Deep(usize),
    /// A leaf's share is more than 1.
    #[error("a leaf of the forest at byte {0} has a share above 1")]
    Share(usize),
    /// Something follows the last tree.
    #[error("{0} bytes follow the forest")]
    Rest(usize),
}

impl Forest {
    /// Writes it behind what is in `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(u16::try_from(self.0.len()).unwrap_or(u16::MAX).to_be_bytes());
        for node in self.0.iter().take(usize::from(u16::MAX)).flat_map(|tree| &tree.0) {
            out.extend([node.feature, node.value]);
        }
    }

    /// Reads what [`Forest::write`] wrote; nothing may follow it.
    pub fn read(bytes: &[u8]) -> Result<Self, ForestError> {
        let Some((count, nodes)) = bytes.split_first_chunk::<2>() else { return Err(ForestError::Cut(0)) };
        let (mut trees, mut rest) = (Vec::new(), nodes);
        let place = |rest: &[u8]| bytes.len() - rest.len();
        for _ in 0..u16::from_be_bytes(*count) {
            let mut tree = Tree::default();
            // Nodes whose right child is still to come.
            let mut open: Vec<usize> = Vec::new();
            loop {
                let Some((&[feature, value], behind)) = rest.split_first_chunk::<2>() else {
                    return Err(ForestError::Cut(place(rest)));
                };
                let here = tree.0.len();
                tree.0.push(Node { feature, value, right: 0 });
                if feature != LEAF {
                    if open.len() >= DEPTH_MAX {
                        return Err(ForestError::Deep(place(rest)));
                    }
                    open.push(here);
                    rest = behind;
                    continue;
                }
                if value > SHARE_ONE {
                    return Err(ForestError::Share(place(rest)));
                }
                rest = behind;
                let Some(parent) = open.pop() else { break };
                if let Some(node) = tree.0.get_mut(parent) {
                    node.right = u32::try_from(here + 1).unwrap_or(u32::MAX);
                }
            }
            trees.push(tree);
        }
        if rest.is_empty() { Ok(Self(trees)) } else { Err(ForestError::Rest(rest.len())) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Growing, Row};
    use super::*;

    fn some_forest() -> Forest {
        let rows: Vec<Row> = (0..=255_u8)
            .map(|value| Row { features: vec![value, value.wrapping_mul(37)], is_positive: value % 5 == 0 })
            .collect();
        Growing { trees: 5, depth: 9, leaf: 1, seed: 11 }.grow(&rows)
    }

    #[test]
    fn what_was_written_is_read() {
        let forest = some_forest();
        let mut bytes = Vec::new();
        forest.write(&mut bytes);
        assert_eq!(bytes.len(), 2 + 2 * forest.nodes());
        assert_eq!(Forest::read(&bytes), Ok(forest));
    }

    #[test]
    fn damage_is_named() {
        let mut bytes = Vec::new();
        some_forest().write(&mut bytes);
        let whole = bytes.len();
        assert_eq!(Forest::read(&bytes[..whole - 1]), Err(ForestError::Cut(whole - 2)));
        assert_eq!(Forest::read(&[]), Err(ForestError::Cut(0)));
        assert_eq!(Forest::read(&[0, 1, LEAF, 255]), Err(ForestError::Share(2)));
        assert_eq!(Forest::read(&[0, 0, 1]), Err(ForestError::Rest(1)));
        assert_eq!(
            Forest::read(&[vec![0, 1], vec![0; 400]].concat()),
            Err(ForestError::Deep(2 + 2 * DEPTH_MAX))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(forest) = Forest::read(&bytes) {
                prop_assert!((0.0..=1.0).contains(&forest.probability(&[1, 2])));
            }
        }
    }
}
