//! The table: finds the connection of a packet, begins and ends connections.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use hashbrown::HashTable;
use packets::{Packet, Transport};
use records::{Conn, LocalNetworks, Stats, Timestamp};

use crate::config::Config;
use crate::datagrams::Datagrams;
use crate::facts::{Delivery, Facts};
use crate::handler::Handler;
use crate::key::Ends;
use crate::record;
use crate::server_ports::is_udp_server;
use crate::slots::{Numbered, Slots};
use crate::tcp::{Budget, Fate, Tcp};
use crate::violation::Violation;
use crate::wheel::Wheel;

/// So many connections are looked at where one must go.
const EVICTION_CANDIDATES: usize = 32;

const TCP: u8 = 6;

/// IPv6 packets with nothing after their headers (RFC 8200, section 4.7) belong to no connection.
const NO_NEXT_HEADER: u8 = 59;

/// The connections of one shard.
///
/// The handler is given with each call. What the table tells it depends on the packets of one connection only, never on
/// other connections (but for the limits of memory), so that any number of tables tells the same.
pub struct Table<H: Handler> {
    local_networks: LocalNetworks,
    connections_max: usize,
    index: HashTable<u32>,
    slots: Slots<Entry<H::State>>,
    wheel: Wheel,
    budget: Budget,
    /// Connections that keep bytes of TCP.
    holders: BTreeSet<u32>,
    /// Names connections in the order of their first packets.
    next_serial: u64,
}

/// A connection.
struct Entry<S> {
    serial: u64,
    /// When the wheel looks at it.
    armed: Timestamp,
    /// Whether it is among the holders.
    holds: bool,
    facts: Facts,
    transport: Flow,
    state: S,
}

/// What the transport knows.
enum Flow {
    Tcp(Box<Tcp>),
    Datagrams(Datagrams),
}

impl<S> Numbered for Entry<S> {
    fn serial(&self) -> u64 {
        self.serial
    }
}

impl<S> Entry<S> {
    fn hash(&self) -> u64 {
        self.facts.ends().hash(self.facts.ip_proto)
    }

    fn is_between(&self, ends: &Ends, ip_proto: u8) -> bool {
        self.facts.ip_proto == ip_proto && ends.are(&self.facts.id, self.facts.one_way)
    }

    /// Whether packets are kept that may begin another connection.
    fn waits(&self) -> bool {
        matches!(&self.transport, Flow::Tcp(tcp) if tcp.waits())
    }

    fn deadline(&self) -> Timestamp {
        match &self.transport {
            Flow::Tcp(tcp) => tcp.deadline(&self.facts),
            Flow::Datagrams(datagrams) => datagrams.deadline(&self.facts),
        }
    }
}

/// How many connections between the same ends began at this time before, if the one before began at `before`.
fn repetition_at(now: Timestamp, before: Option<(Timestamp, u32)>) -> u32 {
    before.filter(|(start, _)| *start == now).map_or(0, |(_, repetition)| repetition + 1)
}

impl<H: Handler> Table<H> {
    /// An empty table.
    pub fn new(config: Config) -> Self {
        Self {
            local_networks: config.local_networks,
            connections_max: config.connections_max.clamp(1, u32::MAX as usize - 1),
            index: HashTable::new(),
            slots: Slots::default(),
            wheel: Wheel::default(),
            budget: Budget {
                one_max: config.early_bytes_max,
                total_max: config.early_bytes_total_max,
                used: 0,
                stats: Stats::default(),
            },
            holders: BTreeSet::new(),
            next_serial: 0,
        }
    }

    /// How many connections are followed.
    pub fn connections(&self) -> usize {
        self.index.len()
    }

    /// What was lost, in numbers.
    pub const fn stats(&self) -> &Stats {
        &self.budget.stats
    }

    /// How many bytes of early TCP segments are kept, with what keeping them costs.
    pub fn early_bytes(&self) -> usize {
        self.budget.used
    }

    /// Takes the next packet and the part of its payload that was captured.
    pub fn packet(&mut self, packet: &Packet, payload: &[u8], handler: &mut H) {
        if packet.ip_proto == NO_NEXT_HEADER {
            return;
        }
        let now = Timestamp(packet.ts);
        let ends = Ends::of(packet);
        let hash = ends.hash(packet.ip_proto);
        let slot = loop {
            let Some(slot) = self.find(hash, &ends, packet.ip_proto) else {
                break self.begin(packet, &ends, hash, 0, handler);
            };
            match self.fate(slot, (packet, payload), now, handler) {
                (Fate::GoesOn, _) => break slot,
                (Fate::Over, over_at) => {
                    let start = self.close(slot, over_at, handler);
                    break self.begin(packet, &ends, hash, repetition_at(now, start), handler);
                }
                (Fate::Waits, _) => return self.wait(slot, packet, payload),
                (Fate::Reopened, _) => self.reopen(slot, handler),
            }
        };
        self.take(slot, packet, &ends, payload, handler);
        if self.budget.is_exceeded() {
            self.make_room(now, handler);
        }
    }

    fn find(&self, hash: u64, ends: &Ends, ip_proto: u8) -> Option<u32> {
        let slots = &self.slots;
        let is_this = |slot: &u32| slots.get(*slot).is_some_and(|entry| entry.is_between(ends, ip_proto));
        self.index.find(hash, is_this).copied()
    }

    /// A packet of the connection in this slot.
    fn take(&mut self, slot: u32, packet: &Packet, ends: &Ends, payload: &[u8], handler: &mut H) {
        let Some(entry) = self.slots.get_mut(slot) else { return };
        let from = entry.facts.sender(ends);
        let budget = &mut self.budget;
        let now = Timestamp(packet.ts);
        let mut out = Delivery { handler, state: &mut entry.state, facts: &mut entry.facts, now };
        match (&mut entry.transport, &packet.transport) {
            (Flow::Tcp(tcp), Transport::Tcp(header)) => {
                tcp.packet((packet, header), payload, from, (budget, &mut out));
                let holds = tcp.kept() > 0;
                if holds != entry.holds {
                    entry.holds = holds;
                    let _ = if holds { self.holders.insert(slot) } else { self.holders.remove(&slot) };
                }
            }
            (Flow::Tcp(_), _) => return,
            (Flow::Datagrams(datagrams), _) => datagrams.datagram(packet, payload, from, &mut out),
        }
        // The ends may just have been turned round.
        let from = if packet.ip_proto == TCP { entry.facts.sender(ends) } else { from };
        entry.facts.count(from, packet);
        let deadline = entry.deadline();
        if deadline < entry.armed {
            self.rearm(slot, deadline);
        }
    }

    /// Ends all connections whose time-out is not after `now`, in the order of their deadlines.
    pub fn advance(&mut self, now: Timestamp, handler: &mut H) {
        while let Some(slot) = self.wheel.due(now, &mut self.slots) {
            let Some(entry) = self.slots.get(slot) else { continue };
            let deadline = entry.deadline();
            if deadline > entry.armed {
                self.arm(slot, deadline);
            } else if entry.waits() {
                self.reopen(slot, handler);
            } else {
                self.close(slot, deadline, handler);
            }
        }
    }

    /// The capture is over: closes all connections, in the order of their beginnings.
    pub fn finish(&mut self, now: Timestamp, handler: &mut H) {
        self.advance(now, handler);
        let mut open: Vec<_> = self
            .index
            .iter()
            .filter_map(|slot| self.slots.get(*slot).map(|entry| (entry.facts.start, entry.facts.uid, *slot)))
            .collect();
        open.sort_unstable();
        for (_, _, slot) in open {
            self.close_with_waiting(slot, now, handler);
        }
    }

    /// Closes a connection, and the one that has perhaps begun between the same ends.
    fn close_with_waiting(&mut self, slot: u32, now: Timestamp, handler: &mut H) {
        let Some(entry) = self.slots.get(slot) else { return };
        let (ends, ip_proto, waits) = (entry.facts.ends(), entry.facts.ip_proto, entry.waits());
        if !waits {
            self.close(slot, now, handler);
            return;
        }
        self.reopen(slot, handler);
        if let Some(slot) = self.find(ends.hash(ip_proto), &ends, ip_proto) {
            self.close(slot, now, handler);
        }
    }

    /// What a packet means for the connection of this slot, and when that ended, where it did.
    fn fate(
        &mut self,
        slot: u32,
        (packet, payload): (&Packet, &[u8]),
        now: Timestamp,
        handler: &mut H,
    ) -> (Fate, Timestamp) {
        let Some(entry) = self.slots.get_mut(slot) else { return (Fate::Over, now) };
        // The wheel looks no later than at the deadline.
        if entry.armed <= now {
            let deadline = entry.deadline();
            if deadline <= now {
                return (if entry.waits() { Fate::Reopened } else { Fate::Over }, deadline);
            }
        }
        let (Flow::Tcp(tcp), Transport::Tcp(header)) = (&mut entry.transport, &packet.transport) else {
            return (Fate::GoesOn, now);
        };
        let mut out = Delivery { handler, state: &mut entry.state, facts: &mut entry.facts, now };
        (tcp.fate((packet, header), payload, &mut out), now)
    }

    /// Keeps a packet that may begin another connection.
    #[cold]
    fn wait(&mut self, slot: u32, packet: &Packet, payload: &[u8]) {
        let Some(entry) = self.slots.get_mut(slot) else { return };
        if let Flow::Tcp(tcp) = &mut entry.transport {
            tcp.keep(packet, payload);
        }
        let deadline = entry.deadline();
        if deadline < entry.armed {
            self.rearm(slot, deadline);
        }
    }

    /// The connection was over when the packets came that were kept; with the first of them began another.
    #[cold]
    fn reopen(&mut self, slot: u32, handler: &mut H) {
        let Some(Entry { transport: Flow::Tcp(tcp), .. }) = self.slots.get_mut(slot) else { return };
        let Some((since, kept)) = tcp.take_reopening() else { return };
        let before = self.close(slot, since, handler);
        for syn in &kept {
            let ends = Ends::of(&syn.packet);
            let hash = ends.hash(syn.packet.ip_proto);
            let slot = self.find(hash, &ends, syn.packet.ip_proto).unwrap_or_else(|| {
                self.begin(&syn.packet, &ends, hash, repetition_at(since, before), handler)
            });
            self.take(slot, &syn.packet, &ends, &syn.payload, handler);
        }
    }

    /// Frees early bytes of those connections that keep most.
    #[cold]
    fn make_room(&mut self, now: Timestamp, handler: &mut H) {
        let kept = |slot: &u32| match self.slots.get(*slot) {
            Some(Entry { transport: Flow::Tcp(tcp), serial, .. }) => (Reverse(tcp.kept()), *serial, *slot),
            _ => (Reverse(0), 0, *slot),
        };
        let mut holders: Vec<_> = self.holders.iter().map(kept).collect();
        holders.sort_unstable();
        for (_, _, slot) in holders {
            if self.budget.is_eased() {
                return;
            }
            self.holders.remove(&slot);
            let Some(entry) = self.slots.get_mut(slot) else { continue };
            entry.holds = false;
            let mut out = Delivery { handler, state: &mut entry.state, facts: &mut entry.facts, now };
            if let Flow::Tcp(tcp) = &mut entry.transport {
                tcp.give_way(&mut self.budget, &mut out);
                self.budget.stats.early_bytes_given_way += 1;
            }
        }
    }

    fn begin(&mut self, packet: &Packet, ends: &Ends, hash: u64, repetition: u32, handler: &mut H) -> u32 {
        if self.index.len() >= self.connections_max {
            self.evict(Timestamp(packet.ts), handler);
        }
        let broadcast = ends.destination == std::net::IpAddr::V4(std::net::Ipv4Addr::BROADCAST);
        let turned_round = !broadcast
            && match &packet.transport {
                Transport::Tcp(header) => Tcp::starts_turned_round(header),
                Transport::Udp { source, destination } => {
                    is_udp_server(*source) && !is_udp_server(*destination)
                }
                Transport::Icmp { .. } | Transport::Other => false,
            };
        let transport = match packet.transport {
            Transport::Tcp(_) => Flow::Tcp(Box::default()),
            _ => Flow::Datagrams(Datagrams::new(packet)),
        };
        let facts = Facts::new(packet, ends, turned_round, repetition);
        let serial = self.next_serial;
        self.next_serial = self.next_serial.wrapping_add(1);
        let armed = Timestamp(i64::MAX);
        let mut state = H::State::default();
        handler.opened(&facts.connection(facts.start), &mut state);
        let entry = Entry { serial, armed, holds: false, facts, transport, state };
        let deadline = entry.deadline();
        let slot = self.slots.insert(entry);
        let slots = &self.slots;
        self.index.insert_unique(hash, slot, |slot| slots.get(*slot).map_or(0, Entry::hash));
        self.arm(slot, deadline);
        slot
    }

    fn arm(&mut self, slot: u32, deadline: Timestamp) {
        self.wheel.arm(slot, deadline, &mut self.slots);
        if let Some(entry) = self.slots.get_mut(slot) {
            entry.armed = deadline;
        }
    }

    fn rearm(&mut self, slot: u32, deadline: Timestamp) {
        self.wheel.disarm(slot, &mut self.slots);
        self.arm(slot, deadline);
    }

    /// Closes the connection that is nearest to its time-out, as far as a short search tells.
    fn evict(&mut self, now: Timestamp, handler: &mut H) {
        let mut searched = 0;
        let slot = loop {
            let Some(slot) = self.wheel.first(&mut self.slots) else { return };
            let Some(entry) = self.slots.get(slot) else { return };
            let deadline = entry.deadline();
            if deadline <= entry.armed || searched == EVICTION_CANDIDATES {
                break slot;
            }
            self.rearm(slot, deadline);
            searched += 1;
        };
        self.budget.stats.connections_evicted += 1;
        if let Some(entry) = self.slots.get_mut(slot)
            && let Some(weird) = entry.facts.violation(now, Violation::ConnectionsOverLimit)
        {
            handler.weird(weird);
        }
        self.close(slot, now, handler);
    }

    /// Ends a connection; its start and repetition.
    fn close(&mut self, slot: u32, now: Timestamp, handler: &mut H) -> Option<(Timestamp, u32)> {
        self.wheel.disarm(slot, &mut self.slots);
        let mut entry = self.slots.remove(slot)?;
        if entry.holds {
            self.holders.remove(&slot);
        }
        if let Ok(occupied) = self.index.find_entry(entry.hash(), |other| *other == slot) {
            occupied.remove();
        }
        if let Flow::Tcp(tcp) = &mut entry.transport {
            tcp.refute(&mut entry.facts);
            let mut out = Delivery { handler, state: &mut entry.state, facts: &mut entry.facts, now };
            tcp.finish(&mut self.budget, &mut out);
        }
        let connection = entry.facts.connection(now);
        let began = (entry.facts.start, entry.facts.repetition);
        let record = self.record(entry.facts, &entry.transport);
        handler.closed(&connection, entry.state, record);
        Some(began)
    }

    fn record(&self, facts: Facts, transport: &Flow) -> Conn {
        let end = match transport {
            Flow::Tcp(tcp) => record::End {
                proto: "tcp",
                conn_state: tcp.conn_state(facts.history.letters()),
                bytes: tcp.bytes(),
            },
            Flow::Datagrams(datagrams) => record::End {
                proto: datagrams.proto(),
                conn_state: datagrams.conn_state(),
                bytes: datagrams.bytes(),
            },
        };
        record::conn(facts, &end, &self.local_networks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an idle TCP connection costs, beyond the handler's state and the letters of its history.
    #[test]
    fn an_idle_connection_is_small() {
        let index = 2 * size_of::<u32>();
        let slot = Slots::<Entry<()>>::place_bytes() + index;
        let tcp = slot + size_of::<Tcp>();
        assert!(slot <= 280, "{slot}");
        assert!(tcp <= 280 + 400, "{tcp}");
    }
}
