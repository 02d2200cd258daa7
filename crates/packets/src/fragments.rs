//! Putting IP fragments together. What came first wins where they overlap. Everything is bounded: packets,
//! bytes and the time (of the capture) that a packet may stay incomplete.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::ip::Fragment;
use crate::packet::Packet;
use crate::rest::Rest;

/// Most packets that are put together at the same time.
const PACKETS_MAX: usize = 8_192;

/// Most memory for payload of incomplete packets.
const BYTES_MAX: usize = 64 << 20;

/// Longest payload of an IP packet, and so of the whole.
const PAYLOAD_MAX: u32 = 65_535;

/// Most stretches of a packet with holes between them.
const STRETCHES_MAX: usize = 512;

/// How long a packet may stay incomplete, in nanoseconds (RFC 8200, section 4.5).
const PATIENCE: i64 = 60 * 1_000_000_000;

/// Fragments shorter than this, but for the last, do not occur in good faith.
const FRAGMENT_LENGTH_MIN: u32 = 64;

/// What the fragments of one packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    src: IpAddr,
    dst: IpAddr,
    id: u32,
}

/// A packet of which not all is there.
#[derive(Debug)]
struct Incomplete {
    serial: u64,
    begun: i64,
    protocol: u8,
    header_length: u32,
    /// The payload, with holes.
    payload: Vec<u8>,
    /// Which parts of the payload are there: not empty, not touching, in order.
    stretches: Vec<(u32, u32)>,
    /// Length of the whole payload, once the last fragment has been seen.
    length: Option<u32>,
}

/// A packet that was put together.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) protocol: u8,
    /// Length with the headers.
    pub(crate) length: u32,
    pub(crate) payload: Vec<u8>,
}

/// Keeps incomplete packets.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    incomplete: HashMap<Key, Incomplete>,
    /// By age.
    order: BTreeMap<u64, Key>,
    serial: u64,
    bytes: usize,
    /// Packets that were given up.
    dropped: u64,
}

impl Fragments {
    /// Packets that were given up because something of them did not come in time, or for want of room.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes a fragment, and hands out the whole packet where this was what it lacked. `weird` is told of
    /// violations.
    pub(crate) fn add(
        &mut self,
        packet: &Packet,
        carried: Rest<'_>,
        fragment: Fragment,
        mut weird: impl FnMut(&'static str),
    ) -> Option<Whole> {
        self.forget_before(packet.ts.saturating_sub(PATIENCE));
        let bytes = carried.bytes;
        let end = fragment.offset.checked_add(bytes.len() as u32).filter(|end| *end <= PAYLOAD_MAX);
        let Some(end) = end else {
            weird("excessively_large_fragment");
            return None;
        };
        if fragment.more && packet.ip_length < FRAGMENT_LENGTH_MIN {
            weird("excessively_small_fragment");
        }
        let key = Key { src: packet.src, dst: packet.dst, id: fragment.id };
        if !self.incomplete.contains_key(&key) {
            self.begin(key, packet, fragment);
        }
        let incomplete = self.incomplete.get_mut(&key)?;
        let before = incomplete.payload.capacity();
        incomplete.note(packet.ip_proto, fragment, end, &mut weird);
        incomplete.insert(fragment.offset, end, bytes, &mut weird);
        self.bytes += incomplete.payload.capacity() - before;
        if let Some(length) = incomplete.complete_length() {
            return self.remove(key).map(|incomplete| incomplete.into_whole(length));
        }
        if incomplete.stretches.len() > STRETCHES_MAX {
            self.remove(key);
            self.dropped += 1;
        }
        while self.bytes > BYTES_MAX || self.incomplete.len() > PACKETS_MAX {
            self.drop_oldest();
        }
        None
    }

    fn begin(&mut self, key: Key, packet: &Packet, fragment: Fragment) {
        self.serial += 1;
        self.order.insert(self.serial, key);
        let incomplete = Incomplete {
            serial: self.serial,
            begun: packet.ts,
            protocol: packet.ip_proto,
            header_length: fragment.header_length,
            payload: Vec::new(),
            stretches: Vec::new(),
            length: None,
        };
        self.incomplete.insert(key, incomplete);
    }

    fn remove(&mut self, key: Key) -> Option<Incomplete> {
        let incomplete = self.incomplete.remove(&key)?;
        self.order.remove(&incomplete.serial);
        self.bytes = self.bytes.saturating_sub(incomplete.payload.capacity());
        Some(incomplete)
    }

    fn drop_oldest(&mut self) {
        if let Some((_, &key)) = self.order.first_key_value() {
            self.remove(key);
            self.dropped += 1;
        }
    }

    fn forget_before(&mut self, time: i64) {
        while let Some((_, key)) = self.order.first_key_value()
            && self.incomplete.get(key).is_none_or(|incomplete| incomplete.begun < time)
        {
            self.drop_oldest();
        }
    }
}

impl Incomplete {
    /// Notes what a fragment that reaches to `end` says of the whole.
    fn note(&mut self, protocol: u8, fragment: Fragment, end: u32, weird: &mut impl FnMut(&'static str)) {
        if self.protocol != protocol || self.header_length != fragment.header_length {
            weird("fragment_protocol_inconsistency");
        }
        if fragment.offset == 0 {
            self.protocol = protocol;
        }
        match self.length {
            Some(length) if end > length || (end < length && !fragment.more) => {
                weird("fragment_size_inconsistency");
                self.length = Some(length.max(end));
            }
            None if !fragment.more => self.length = Some(end),
            Some(_) | None => {}
        }
    }

    /// Copies what is new of `bytes`, which lie from `start` to `end` of the payload.
    fn insert(&mut self, start: u32, end: u32, bytes: &[u8], weird: &mut impl FnMut(&'static str)) {
        if self.payload.len() < end as usize {
            self.payload.resize(end as usize, 0);
        }
        let first = self.stretches.partition_point(|stretch| stretch.1 < start);
        let after = self.stretches.partition_point(|stretch| stretch.0 <= end);
        let mut at = start;
        let mut is_same = true;
        let mut overlaps = false;
        for &(from, to) in self.stretches.get(first..after).unwrap_or(&[]) {
            let (from, to) = (from.clamp(start, end), to.clamp(start, end));
            overlaps |= from < to;
            is_same &= part(&self.payload, 0, from, to) == part(bytes, start, from, to);
            copy(&mut self.payload, bytes, start, (at, from));
            at = at.max(to);
        }
        copy(&mut self.payload, bytes, start, (at, end));
        if overlaps {
            weird(if is_same { "fragment_overlap" } else { "fragment_inconsistency" });
        }
        let touched = self.stretches.get(first..after).unwrap_or(&[]);
        let from = touched.first().map_or(start, |stretch| stretch.0.min(start));
        let to = touched.last().map_or(end, |stretch| stretch.1.max(end));
        self.stretches.splice(first..after, (from < to).then_some((from, to)));
    }

    /// The length of the payload, where all of it is there.
    fn complete_length(&self) -> Option<u32> {
        let length = self.length?;
        match self.stretches.first() {
            // Beyond a hole there may be more, of another packet of the same name.
            Some(&(0, end)) if end >= length => Some(end),
            None if length == 0 => Some(0),
            _ => None,
        }
    }

    fn into_whole(mut self, length: u32) -> Whole {
        self.payload.truncate(length as usize);
        Whole { protocol: self.protocol, length: length + self.header_length, payload: self.payload }
    }
}

/// What lies from `from` to `to` in bytes that begin at `start`.
fn part(bytes: &[u8], start: u32, from: u32, to: u32) -> Option<&[u8]> {
    bytes.get((from - start) as usize..(to - start) as usize)
}

/// Copies a part of bytes that begin at `start`.
fn copy(payload: &mut [u8], bytes: &[u8], start: u32, (from, to): (u32, u32)) {
    if from < to
        && let Some(target) = payload.get_mut(from as usize..to as usize)
        && let Some(source) = part(bytes, start, from, to)
    {
        target.copy_from_slice(source);
    }
}
