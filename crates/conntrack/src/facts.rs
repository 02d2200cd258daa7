//! What is known of any connection, whatever its transport, and how it reaches the handler.

use packets::{Checksum, Packet};
use records::{Endpoints, Interval, Sender, Timestamp, Uid, Weird};
use xxhash_rust::xxh3::xxh3_128;

use crate::handler::{Connection, Handler};
use crate::history::{History, Letter, Once};
use crate::key::Ends;
use crate::violation::Violation;

/// The part of a connection that all transports share.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) uid: Uid,
    pub(crate) id: Endpoints,
    pub(crate) ip_proto: u8,
    pub(crate) one_way: bool,
    /// How many connections with the same ends began at the same nanosecond before this one.
    pub(crate) repetition: u32,
    pub(crate) start: Timestamp,
    /// Time of the last packet that counts for the duration.
    pub(crate) last: Timestamp,
    /// The latest time of any packet, on which time-outs count: times may go back in a capture.
    pub(crate) latest: Timestamp,
    pub(crate) hardware: Option<([u8; 6], [u8; 6])>,
    pub(crate) vlans: [Option<u16>; 2],
    pub(crate) packets: [u64; 2],
    pub(crate) ip_bytes: [u64; 2],
    pub(crate) missed_bytes: u64,
    pub(crate) history: History,
    /// Packets with right and with wrong checksums, of each end.
    good_checksums: [u32; 2],
    bad_checksums: [u32; 2],
    /// Violations that were told, a bit each: one record of a kind is enough.
    violations: u32,
}

impl Facts {
    /// A connection that begins with this packet, turned round if its sender looks like the one who answers.
    pub(crate) fn new(packet: &Packet, ends: &Ends, turned_round: bool, repetition: u32) -> Self {
        let mut facts = Self {
            uid: Uid::default(),
            id: Endpoints {
                orig_h: ends.source,
                orig_p: ends.source_port,
                resp_h: ends.destination,
                resp_p: ends.destination_port,
            },
            ip_proto: packet.ip_proto,
            one_way: ends.one_way,
            repetition,
            start: Timestamp(packet.ts),
            last: Timestamp(packet.ts),
            latest: Timestamp(packet.ts),
            hardware: packet.hardware,
            vlans: packet.vlans,
            packets: [0; 2],
            ip_bytes: [0; 2],
            missed_bytes: 0,
            history: History::default(),
            good_checksums: [0; 2],
            bad_checksums: [0; 2],
            violations: 0,
        };
        if turned_round {
            facts.turn_round();
        }
        facts.uid = facts.name();
        facts
    }

    /// Its ends as a packet of the originator has them.
    pub(crate) fn ends(&self) -> Ends {
        Ends {
            source: self.id.orig_h,
            source_port: self.id.orig_p,
            destination: self.id.resp_h,
            destination_port: self.id.resp_p,
            one_way: self.one_way,
        }
    }

    fn name(&self) -> Uid {
        let mut bytes = Vec::with_capacity(64);
        for (address, port) in [(self.id.orig_h, self.id.orig_p), (self.id.resp_h, self.id.resp_p)] {
            match address {
                std::net::IpAddr::V4(address) => bytes.extend_from_slice(&address.octets()),
                std::net::IpAddr::V6(address) => bytes.extend_from_slice(&address.octets()),
            }
            bytes.extend_from_slice(&port.to_be_bytes());
        }
        bytes.push(self.ip_proto);
        bytes.extend_from_slice(&self.start.0.to_be_bytes());
        if self.repetition > 0 {
            bytes.extend_from_slice(&self.repetition.to_be_bytes());
        }
        Uid::connection(xxh3_128(&bytes))
    }

    /// Who of the two sent a packet with these ends.
    pub(crate) fn sender(&self, ends: &Ends) -> Sender {
        if ends.source == self.id.orig_h && ends.source_port == self.id.orig_p {
            Sender::Originator
        } else {
            Sender::Responder
        }
    }

    pub(crate) fn count(&mut self, from: Sender, packet: &Packet) {
        let [orig_packets, resp_packets] = &mut self.packets;
        let [orig_bytes, resp_bytes] = &mut self.ip_bytes;
        let (packets, bytes) = match from {
            Sender::Originator => (orig_packets, orig_bytes),
            Sender::Responder => (resp_packets, resp_bytes),
        };
        *packets = packets.saturating_add(1);
        *bytes = bytes.saturating_add(u64::from(packet.ip_length));
    }

    pub(crate) fn turn_round(&mut self) {
        let Endpoints { orig_h, orig_p, resp_h, resp_p } = &mut self.id;
        std::mem::swap(orig_h, resp_h);
        std::mem::swap(orig_p, resp_p);
        if let Some((source, destination)) = &mut self.hardware {
            std::mem::swap(source, destination);
        }
        self.packets.reverse();
        self.ip_bytes.reverse();
        self.good_checksums.reverse();
        self.bad_checksums.reverse();
        self.history.turned_round();
    }

    /// Whether a packet with this checksum is what was sent. Where a sender leaves checksums to its network card, a
    /// capture that is taken there shows wrong ones throughout, or wherever there are data: then they tell nothing.
    pub(crate) fn is_sound(&mut self, from: Sender, checksum: Checksum) -> bool {
        let of = from as usize & 1;
        let (Some(good), Some(bad)) = (self.good_checksums.get_mut(of), self.bad_checksums.get_mut(of))
        else {
            return true;
        };
        if checksum == Checksum::Good {
            *good = good.saturating_add(1);
        }
        if checksum != Checksum::Bad {
            return true;
        }
        let usual = *bad >= *good;
        if usual {
            *bad = bad.saturating_add(1);
        }
        usual
    }

    /// Data that were doubted have arrived all the same: from now on wrong checksums of this end tell nothing.
    pub(crate) fn forgive_checksums(&mut self, from: Sender) {
        if let Some(bad) = self.bad_checksums.get_mut(from as usize & 1) {
            *bad = u32::MAX;
        }
    }

    /// A packet that counts for the duration.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.last = now;
        self.latest = self.latest.max(now);
    }

    pub(crate) fn duration(&self) -> Interval {
        self.last.since(self.start)
    }

    pub(crate) fn connection(&self, now: Timestamp) -> Connection {
        Connection {
            uid: self.uid,
            id: self.id,
            ip_proto: self.ip_proto,
            start: self.start,
            now,
            hardware: self.hardware,
        }
    }

    /// The record of a violation, unless it was told before.
    pub(crate) fn violation(&mut self, now: Timestamp, violation: Violation) -> Option<Weird> {
        let bit = 1 << (violation as u32);
        if self.violations & bit != 0 {
            return None;
        }
        self.violations |= bit;
        Some(Weird {
            ts: now,
            uid: Some(self.uid),
            orig_h: Some(self.id.orig_h),
            orig_p: Some(self.id.orig_p),
            resp_h: Some(self.id.resp_h),
            resp_p: Some(self.id.resp_p),
            name: violation.name().into(),
            addl: None,
            source: Some("conntrack".into()),
        })
    }
}

/// The way to the handler while a packet or a time-out of one connection is worked on.
pub(crate) struct Delivery<'a, H: Handler> {
    pub(crate) handler: &'a mut H,
    pub(crate) state: &'a mut H::State,
    pub(crate) facts: &'a mut Facts,
    pub(crate) now: Timestamp,
}

impl<H: Handler> Delivery<'_, H> {
    /// Whether a packet is what was sent, as far as its checksum tells. Data that nobody reads is not summed up.
    #[inline]
    pub(crate) fn is_sound(&mut self, from: Sender, checksum: Checksum, payload: &[u8]) -> bool {
        let checked = payload.is_empty() || self.handler.reads(self.state);
        let checksum = if checked { checksum.with(payload) } else { Checksum::Unchecked };
        self.facts.is_sound(from, checksum)
    }

    pub(crate) fn data(&mut self, from: Sender, bytes: &[u8]) {
        self.handler.data(&self.facts.connection(self.now), self.state, from, bytes);
    }

    pub(crate) fn gap(&mut self, from: Sender, length: u64) {
        self.handler.gap(&self.facts.connection(self.now), self.state, from, length);
    }

    pub(crate) fn half_closed(&mut self, from: Sender) {
        self.handler.half_closed(&self.facts.connection(self.now), self.state, from);
    }

    pub(crate) fn turn_round(&mut self) {
        self.facts.turn_round();
        self.handler.flipped(&self.facts.connection(self.now), self.state);
    }

    pub(crate) fn violation(&mut self, violation: Violation) {
        if let Some(weird) = self.facts.violation(self.now, violation) {
            self.handler.weird(weird);
        }
    }

    pub(crate) fn bad_checksum(&mut self, from: Sender) {
        let [orig, resp] = &mut self.facts.bad_checksums;
        let count = match from {
            Sender::Originator => orig,
            Sender::Responder => resp,
        };
        self.facts.history.add_scaled(from, count, b'C');
    }

    pub(crate) fn once(&mut self, from: Sender, kind: Once, letter: Letter) -> bool {
        self.facts.history.add_once(from, kind, letter)
    }
}
