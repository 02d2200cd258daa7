//! What a shard gives out, and the order in which it goes on.

use protocols::{Effects, dhcp};
use records::{AnyRecord, Uid};

use crate::tunnels::Inside;

/// Where something stands in the one order of all shards: by traffic time, then by packet (time-outs before the
/// packets of the same time), then by connection, then as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Traffic time in nanoseconds.
    pub(crate) time: i64,
    /// Number of the packet in the capture, from 1; 0 for what a time-out gave.
    packet: u64,
    /// The connection: decides between time-outs of the same moment.
    uid: Uid,
    /// Counts up in the shard; a connection never changes its shard.
    ordinal: u64,
}

/// A record with its place in the order.
#[derive(Debug)]
pub(crate) struct Emission {
    pub(crate) key: Key,
    pub(crate) what: Emitted,
}

/// What goes on to be merged.
#[derive(Debug)]
pub(crate) enum Emitted {
    /// A record as it will be kept.
    Record(AnyRecord),
    /// A message of DHCP, whose exchange goes over several connections.
    Dhcp(Box<dhcp::Message>),
    /// A connection begins within tunnels.
    Inside(Box<Inside>),
}

/// Collects what the connections of a shard give out in one round.
#[derive(Debug, Default)]
pub(crate) struct Emissions {
    list: Vec<Emission>,
    time: i64,
    packet: u64,
    ordinal: u64,
}

impl Emissions {
    /// What follows comes from this packet.
    pub(crate) fn at_packet(&mut self, time: i64, packet: u64) {
        self.time = time;
        self.packet = packet;
    }

    /// What follows comes from time-outs, each at its own time.
    pub(crate) fn at_timeouts(&mut self) {
        self.packet = 0;
    }

    /// What time it is while something of this time is worked on: packets that come late do not turn back the clock.
    pub(crate) fn clock(&self, now: i64) -> i64 {
        if self.packet == 0 { now } else { self.time }
    }

    /// Adds a record of a connection; `now` is the time of the time-out, where it is one.
    pub(crate) fn push(&mut self, now: i64, uid: Uid, record: AnyRecord) {
        self.emit(now, uid, Emitted::Record(record));
    }

    /// A connection begins within tunnels.
    pub(crate) fn inside(&mut self, now: i64, inside: Inside) {
        self.emit(now, inside.uid, Emitted::Inside(Box::new(inside)));
    }

    fn emit(&mut self, now: i64, uid: Uid, what: Emitted) {
        let time = self.clock(now);
        self.ordinal += 1;
        let key = Key { time, packet: self.packet, uid, ordinal: self.ordinal };
        self.list.push(Emission { key, what });
    }

    /// Adds what an analyzer asked to write.
    pub(crate) fn take_effects(&mut self, now: i64, uid: Uid, effects: &mut Effects) {
        for record in effects.records.drain(..) {
            self.emit(now, uid, Emitted::Record(record));
        }
        for message in effects.dhcp.drain(..) {
            self.emit(now, uid, Emitted::Dhcp(Box::new(message)));
        }
    }

    /// Gives out the round's emissions.
    pub(crate) fn take(&mut self) -> Vec<Emission> {
        std::mem::take(&mut self.list)
    }
}
