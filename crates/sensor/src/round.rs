//! What goes to a shard at once: the packets of one batch of frames that fall to it.

use std::sync::Arc;

use capture::FrameBatch;
use packets::{Encapsulation, HeaderWeird, OtherFrame, Packet, TunnelKind};
use protocols::KeyLog;

/// Where a packet or violation stands in the capture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// Number of the packet, from 1.
    pub(crate) number: u64,
    /// The latest packet time up to here: traffic time never runs backwards.
    pub(crate) clock: i64,
}

/// A packet on its way to its shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Routed {
    pub(crate) packet: Packet,
    pub(crate) position: Position,
    pub(crate) payload: Place,
    /// It has another packet within it.
    pub(crate) carries: Option<TunnelKind>,
}

/// A frame beside IP on its way to its reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    pub(crate) frame: OtherFrame,
    /// Place of its protocol in [`protocols::FRAME_PROTOCOLS`].
    pub(crate) protocol: usize,
    pub(crate) position: Position,
    pub(crate) payload: Place,
}

/// Where a payload lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// In the frame at `frame` of the batch.
    Frame { frame: u32, start: u32, length: u32 },
    /// In the bytes of the round: it was put together from fragments.
    Own { start: u32, length: u32 },
}

/// One round for one shard. All shards get the same rounds, some of them empty, so that all clocks agree.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) batch: Arc<FrameBatch>,
    pub(crate) packets: Vec<Routed>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) weirds: Vec<(Position, HeaderWeird)>,
    /// The tunnels around the packets that lie in any, by the packet's place in `packets`, outer first.
    pub(crate) around: Vec<(usize, Vec<Encapsulation>)>,
    /// Packets with another one directly in IP.
    pub(crate) over_ip: Vec<(Position, Encapsulation)>,
    pub(crate) own: Vec<u8>,
    /// All secrets that are known, where the capture has given new ones.
    pub(crate) key_log: Option<KeyLog>,
    /// Traffic time at the end of the round.
    pub(crate) clock: i64,
    /// The capture is over: close all connections.
    pub(crate) last: bool,
}

impl Round {
    /// Keeps a payload that does not lie in a frame.
    pub(crate) fn keep(&mut self, payload: &[u8]) -> Place {
        let start = self.own.len() as u32;
        self.own.extend_from_slice(payload);
        Place::Own { start, length: payload.len() as u32 }
    }

    pub(crate) fn payload(&self, place: Place) -> &[u8] {
        let (bytes, start, length) = match place {
            Place::Frame { frame, start, length } => {
                (self.batch.get(frame as usize).map_or([].as_slice(), |frame| frame.bytes), start, length)
            }
            Place::Own { start, length } => (self.own.as_slice(), start, length),
        };
        bytes.get(start as usize..start as usize + length as usize).unwrap_or_default()
    }
}
