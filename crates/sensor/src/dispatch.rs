//! The reader's thread: frames become packets, and each packet goes to the shard of its pair of hosts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::Hasher as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use capture::{FrameBatch, Source};
use crossbeam_channel::Sender;
use files::Dropped;
use packets::{Counters, Decoder, Encapsulation, HeaderWeird, OtherFrame, Packet, PacketSink};
use protocols::{FRAME_PROTOCOLS, KeyLog};
use records::{Stats, Timestamp};
use rustc_hash::FxHasher;

use crate::round::{Beside, Place, Position, Round, Routed};
use crate::sampling::Sampling;

/// So many kinds of unknown links are told apart, each of each file.
const UNKNOWN_LINKS_MAX: usize = 1000;

/// What a source held, known when it has been read to its end.
#[derive(Debug, Default)]
pub struct Traffic {
    /// What was decoded.
    pub counters: Counters,
    /// Time of the first and the last packet, in nanoseconds since the epoch.
    pub span: Option<(i64, i64)>,
    /// What was read of each file, in the order in which the files ended.
    pub files: Vec<capture::FileReport>,
    /// Kinds of links that are not known: their frames were not read.
    pub unknown_links: Vec<UnknownLink>,
    /// Files that were to be written out and were not.
    pub dropped_files: Dropped,
    /// What was seen and what was not, in numbers; the same for any number of shards unless a limit of theirs was reached.
    pub stats: Stats,
}

/// Frames of a file that begin in a way that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLink {
    /// The file.
    pub path: PathBuf,
    /// The number of the link type, as <https://www.tcpdump.org/linktypes.html> has them.
    pub link_type: u16,
    /// How many frames.
    pub frames: u64,
}

pub(crate) struct Dispatcher {
    source: Source,
    decoder: Decoder,
    shards: Vec<Sender<Round>>,
    number: u64,
    clock: i64,
    first: Option<i64>,
    sampling: Sampling,
    /// Frames by file and unknown link type.
    unknown_links: BTreeMap<(u32, u16), u64>,
    /// The secrets that the user gave, and those that lay in the capture so far.
    key_log: KeyLog,
}

impl Dispatcher {
    pub(crate) fn new(source: Source, shards: Vec<Sender<Round>>, key_log: KeyLog) -> Self {
        Self {
            source,
            decoder: Decoder::new(),
            shards,
            number: 0,
            clock: i64::MIN,
            first: None,
            sampling: Sampling::default(),
            unknown_links: BTreeMap::new(),
            key_log,
        }
    }

    /// Reads to the end, or until nobody takes the rounds any more.
    pub(crate) fn run(mut self) -> Traffic {
        loop {
            let mut batch = FrameBatch::new();
            let more = self.source.fill(&mut batch);
            if !self.round(batch, !more) || !more {
                break;
            }
        }
        let counters = self.decoder.counters();
        Traffic {
            stats: self.stats(&counters),
            counters,
            span: self.first.map(|first| (first, self.clock)),
            files: self.source.reports().to_vec(),
            unknown_links: self.named_unknown_links(),
            dropped_files: Dropped::default(),
        }
    }

    fn stats(&self, counters: &Counters) -> Stats {
        Stats {
            stamps_not_believed: self.source.reports().iter().map(|report| report.mended_stamps).sum(),
            header_violations_untold: self.sampling.untold(),
            ..stats(self.clock, counters)
        }
    }

    fn named_unknown_links(&self) -> Vec<UnknownLink> {
        let path = |number| self.source.reports().iter().find(|report| report.file == number);
        self.unknown_links
            .iter()
            .filter_map(|(&(file, link_type), &frames)| {
                Some(UnknownLink { path: path(file)?.path.clone(), link_type, frames })
            })
            .collect()
    }

    /// The frame was the first or a further one of an unknown kind of link.
    #[cold]
    fn note_unknown_link(&mut self, file: u32, link_type: u16) {
        let is_room = self.unknown_links.len() < UNKNOWN_LINKS_MAX;
        match self.unknown_links.entry((file, link_type)) {
            Entry::Occupied(mut frames) => *frames.get_mut() += 1,
            Entry::Vacant(entry) if is_room => {
                entry.insert(1);
            }
            Entry::Vacant(_) => {}
        }
    }

    /// All secrets, where the capture has given new ones. Its broken lines are nothing that its reader could mend.
    fn new_secrets(&mut self) -> Option<KeyLog> {
        let secrets = self.source.take_secrets();
        if secrets.is_empty() || self.key_log.read(secrets.as_slice()).is_err() {
            return None;
        }
        Some(self.key_log.clone())
    }

    fn round(&mut self, batch: FrameBatch, last: bool) -> bool {
        let key_log = self.new_secrets();
        let batch = Arc::new(batch);
        let mut rounds: Vec<Round> = self
            .shards
            .iter()
            .map(|_| Round {
                batch: Arc::clone(&batch),
                // All may be of one shard.
                packets: Vec::with_capacity(batch.len()),
                last,
                key_log: key_log.clone(),
                ..Round::default()
            })
            .collect();
        let mut unknown_before = self.decoder.counters().unknown_links;
        for (index, frame) in batch.frames().enumerate() {
            self.first.get_or_insert(frame.ts);
            self.clock = self.clock.max(frame.ts);
            let mut router = Router {
                rounds: &mut rounds,
                frame: index as u32,
                bytes: frame.bytes,
                number: &mut self.number,
                sampling: &mut self.sampling,
                clock: self.clock,
                around: Vec::new(),
                last_shard: 0,
            };
            self.decoder.decode(frame.ts, frame.link, frame.bytes, frame.original_length, &mut router);
            if self.decoder.counters().unknown_links != unknown_before {
                unknown_before += 1;
                self.note_unknown_link(frame.file, frame.link.0);
            }
        }
        let clock = self.clock;
        self.shards.iter().zip(rounds).all(|(shard, round)| shard.send(Round { clock, ..round }).is_ok())
    }
}

/// Puts the packets of one frame into the rounds of their shards.
struct Router<'a> {
    rounds: &'a mut [Round],
    frame: u32,
    bytes: &'a [u8],
    number: &'a mut u64,
    sampling: &'a mut Sampling,
    clock: i64,
    /// The tunnels around the packets that follow.
    around: Vec<Around>,
    /// The shard that got the last packet.
    last_shard: usize,
}

/// A tunnel around the packets that follow in a frame.
struct Around {
    tunnel: Encapsulation,
    /// Over UDP, the outer packet: its shard and its place there.
    outer: Option<(usize, usize)>,
    is_told: bool,
}

impl Router<'_> {
    /// A tunnel counts when it carries a packet that can belong to a connection.
    fn tell_tunnels(&mut self) {
        for place in 0..self.around.len() {
            let Some(Around { tunnel, outer, is_told: is_told @ false }) = self.around.get_mut(place) else {
                continue;
            };
            *is_told = true;
            let (tunnel, outer) = (*tunnel, *outer);
            match outer {
                Some((shard, packet)) => {
                    let round = self.rounds.get_mut(shard);
                    if let Some(outer) = round.and_then(|round| round.packets.get_mut(packet)) {
                        outer.carries = Some(tunnel.kind);
                    }
                }
                None => {
                    let position = self.position();
                    if let Some(round) = self.shard(Some((tunnel.src, tunnel.dst))) {
                        round.over_ip.push((position, tunnel));
                    }
                }
            }
        }
    }

    fn position(&mut self) -> Position {
        *self.number += 1;
        Position { number: *self.number, clock: self.clock }
    }

    /// Where a payload lies in the frame; none where it was put together from fragments.
    fn place_in_frame(&self, payload: &[u8]) -> Option<Place> {
        let start = (payload.as_ptr() as usize).wrapping_sub(self.bytes.as_ptr() as usize);
        let is_in_frame = start.checked_add(payload.len()).is_some_and(|end| end <= self.bytes.len());
        let (frame, length) = (self.frame, payload.len() as u32);
        is_in_frame.then_some(Place::Frame { frame, start: start as u32, length })
    }

    fn shard(&mut self, addresses: Option<(IpAddr, IpAddr)>) -> Option<&mut Round> {
        let index = self.index(addresses);
        self.rounds.get_mut(index)
    }

    fn index(&self, addresses: Option<(IpAddr, IpAddr)>) -> usize {
        match addresses {
            Some((one, other)) if self.rounds.len() > 1 => pair_hash(one, other) as usize % self.rounds.len(),
            _ => 0,
        }
    }
}

impl PacketSink for Router<'_> {
    fn packet(&mut self, packet: &Packet, payload: &[u8]) {
        self.tell_tunnels();
        let position = self.position();
        let in_frame = self.place_in_frame(payload);
        self.last_shard = self.index(Some((packet.src, packet.dst)));
        let Some(round) = self.rounds.get_mut(self.last_shard) else { return };
        let payload = in_frame.unwrap_or_else(|| round.keep(payload));
        if packet.tunnels > 0 {
            let around = self.around.iter().map(|layer| layer.tunnel).collect();
            round.around.push((round.packets.len(), around));
        }
        round.packets.push(Routed { packet: *packet, position, payload, carries: None });
    }

    fn enters(&mut self, tunnel: &Encapsulation) {
        let outer = self.rounds.get(self.last_shard).map_or(0, |round| round.packets.len());
        let outer = tunnel.ports.is_some().then(|| (self.last_shard, outer.saturating_sub(1)));
        self.around.push(Around { tunnel: *tunnel, outer, is_told: false });
    }

    fn other(&mut self, frame: &OtherFrame, payload: &[u8]) {
        let mut known = FRAME_PROTOCOLS.iter();
        let Some(protocol) =
            known.position(|known| known.ether_type == frame.ether_type && (known.wants)(payload))
        else {
            return;
        };
        let position = self.position();
        let in_frame = self.place_in_frame(payload);
        // What hosts say beside IP is followed by one shard, for it concerns all of them.
        let Some(round) = self.shard(None) else { return };
        let payload = in_frame.unwrap_or_else(|| round.keep(payload));
        round.beside.push(Beside { frame: *frame, protocol, position, payload });
    }

    fn weird(&mut self, weird: HeaderWeird) {
        if !self.sampling.tells(&weird, self.clock) {
            return;
        }
        let position = self.position();
        if let Some(round) = self.shard(weird.addresses) {
            round.weirds.push((position, weird));
        }
    }
}

/// What the decoder has counted, as far as people are told of it.
fn stats(clock: i64, counters: &Counters) -> Stats {
    Stats {
        ts: Timestamp(clock),
        pkts_proc: counters.frames,
        bytes_recv: counters.bytes,
        packets_of_unknown_link: counters.unknown_links,
        packets_cut: counters.truncated_frames,
        packets_damaged: counters.bad_packets,
        packets_incomplete: counters.fragments_dropped,
        packets_too_deep: counters.too_deep,
        ..Stats::default()
    }
}

/// The same for both directions.
fn pair_hash(one: IpAddr, other: IpAddr) -> u64 {
    let mut hasher = FxHasher::default();
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let (one, other) = (one.to_bits(), other.to_bits());
            hasher.write_u64(u64::from(one.min(other)) << 32 | u64::from(one.max(other)));
        }
        _ => {
            let bits = |address| match address {
                IpAddr::V4(address) => u128::from(address.to_bits()),
                IpAddr::V6(address) => address.to_bits(),
            };
            let (one, other) = (bits(one), bits(other));
            hasher.write_u128(one.min(other));
            hasher.write_u128(one.max(other));
        }
    }
    let hash = hasher.finish();
    hash ^ hash >> 32
}
