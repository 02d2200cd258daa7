//! What follows the bytes of a connection, and what follows those that are carried within them.

use protocols::Analyzer;

use crate::recognition::Beginning;

/// So many protocols may lie within one another: TLS through a proxy within TLS, and what is in it.
const DEPTH_MAX: u8 = 4;

/// A stream and how far it is known.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) stage: Stage,
    /// What the analyzer has found within: as much a stream as its own, with a protocol of its own.
    pub(crate) within: Option<Box<Layer>>,
    /// How many layers are around it.
    depth: u8,
}

/// How far a stream is known.
#[derive(Default)]
pub(crate) enum Stage {
    /// Nothing was sent yet.
    #[default]
    New,
    /// TCP: the first bytes did not tell yet.
    Beginning(Box<Beginning>),
    /// UDP: so many datagrams did not tell yet.
    Datagrams(u8),
    /// An analyzer follows it.
    Followed(Box<dyn Analyzer>),
    /// No protocol knows it, or its analyzer gave up.
    Left,
}

impl Layer {
    /// Whether this is the connection itself.
    pub(crate) fn is_outermost(&self) -> bool {
        self.depth == 0
    }

    /// The layer within, which begins as `begin` says. `None` where too many lie around it.
    pub(crate) fn layer_within(&mut self, begin: impl FnOnce() -> Stage) -> Option<&mut Self> {
        let depth = self.depth + 1;
        if depth > DEPTH_MAX {
            return None;
        }
        Some(self.within.get_or_insert_with(|| Box::new(Self { stage: begin(), within: None, depth })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_not_stacked_without_end() {
        let mut layer = &mut Layer::default();
        assert!(layer.is_outermost());
        for _ in 0..DEPTH_MAX {
            layer = layer.layer_within(|| Stage::New).unwrap();
        }
        assert!(!layer.is_outermost());
        assert!(layer.layer_within(|| Stage::New).is_none());
    }
}
