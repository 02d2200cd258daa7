//! What goes to a shard at once: the packets of one round, and the blocks in which their payloads lie.

use std::sync::Arc;

use packets::Packet;

/// A packet on its way to its shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Routed {
    pub(crate) packet: Packet,
    /// Number of the packet in the capture, from 1.
    pub(crate) number: u64,
    /// The latest packet time up to here: traffic time never runs backwards.
    pub(crate) clock: i64,
    /// Place of the payload.
    pub(crate) block: u32,
    pub(crate) start: u32,
    pub(crate) length: u32,
}

/// One round for one shard. All shards get the same rounds, some of them empty, so that all clocks agree.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) blocks: Vec<Arc<Vec<u8>>>,
    pub(crate) packets: Vec<Routed>,
    /// Traffic time at the end of the round.
    pub(crate) clock: i64,
    /// The capture is over: close all connections.
    pub(crate) last: bool,
}

impl Round {
    pub(crate) fn payload(&self, routed: &Routed) -> &[u8] {
        let start = routed.start as usize;
        self.blocks
            .get(routed.block as usize)
            .and_then(|block| block.get(start..start + routed.length as usize))
            .unwrap_or_default()
    }
}
