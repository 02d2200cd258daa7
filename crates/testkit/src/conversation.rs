//! A conversation of two hosts, written packet by packet.

use std::net::{IpAddr, SocketAddr};

use packets::{Checksum, Packet, Tcp, Transport};
use records::Sender;

/// TCP flag.
pub const FIN: u8 = 1;
/// TCP flag.
pub const SYN: u8 = 2;
/// TCP flag.
pub const RST: u8 = 4;
/// TCP flag.
pub const PSH: u8 = 8;
/// TCP flag.
pub const ACK: u8 = 16;

const MILLISECOND: i64 = 1_000_000;

/// Two hosts and what they sent so far. Each packet comes a millisecond after the one before.
#[derive(Clone, Debug)]
pub struct Conversation {
    ends: [SocketAddr; 2],
    /// Initial sequence numbers.
    initial: [u32; 2],
    /// Next byte of each, relative to the SYN.
    next: [u32; 2],
    now: i64,
    packets: Vec<(Packet, Vec<u8>)>,
}

impl Conversation {
    /// Between two ends such as `10.0.0.1:1025`.
    ///
    /// # Panics
    /// Where an end cannot be read.
    #[expect(clippy::panic, reason = "a test is wrong")]
    pub fn between(originator: &str, responder: &str) -> Self {
        let end = |text: &str| text.parse().unwrap_or_else(|_| panic!("`{text}` is not an end"));
        Self {
            ends: [end(originator), end(responder)],
            initial: [1000, 5000],
            next: [0, 0],
            now: 1_700_000_000_000 * MILLISECOND,
            packets: Vec::new(),
        }
    }

    /// With these initial sequence numbers.
    #[must_use]
    pub fn initial(mut self, originator: u32, responder: u32) -> Self {
        self.initial = [originator, responder];
        self
    }

    /// Lets time pass.
    #[must_use]
    pub fn after_millis(mut self, millis: i64) -> Self {
        self.now += millis * MILLISECOND;
        self
    }

    /// Three packets: SYN, SYN+ACK, ACK.
    #[must_use]
    pub fn handshake(self) -> Self {
        self.flags(Sender::Originator, SYN).flags(Sender::Responder, SYN | ACK).flags(Sender::Originator, ACK)
    }

    /// A segment without data at the sender's place in its stream.
    #[must_use]
    pub fn flags(self, from: Sender, flags: u8) -> Self {
        self.segment(from, flags, b"")
    }

    /// Data, with ACK and PSH.
    #[must_use]
    pub fn data(self, from: Sender, bytes: &[u8]) -> Self {
        self.segment(from, ACK | PSH, bytes)
    }

    /// Data that the capture has lost.
    #[must_use]
    pub fn lost(mut self, from: Sender, length: u32) -> Self {
        *self.next_of(from) += length;
        self
    }

    /// A FIN from each end, and the ACKs.
    #[must_use]
    pub fn close(self) -> Self {
        self.flags(Sender::Originator, FIN | ACK)
            .flags(Sender::Responder, FIN | ACK)
            .flags(Sender::Originator, ACK)
    }

    /// A segment at the sender's place, which moves on. It acknowledges what the other end has sent.
    #[must_use]
    pub fn segment(mut self, from: Sender, flags: u8, bytes: &[u8]) -> Self {
        let at = *self.next_of(from);
        let acknowledged = *self.next_of(from.other());
        let span = bytes.len() as u32 + u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        *self.next_of(from) += if flags & RST == 0 { span } else { 0 };
        self.segment_at(from, flags, (at, acknowledged), bytes)
    }

    /// A segment with these numbers, relative to the SYNs; the places do not move.
    #[must_use]
    pub fn segment_at(
        mut self,
        from: Sender,
        flags: u8,
        (at, acknowledged): (u32, u32),
        bytes: &[u8],
    ) -> Self {
        let [mine, theirs] = match from {
            Sender::Originator => self.initial,
            Sender::Responder => [self.initial[1], self.initial[0]],
        };
        let [source, destination] = self.ports(from);
        let tcp = Tcp {
            source,
            destination,
            sequence: mine.wrapping_add(at),
            acknowledgment: if flags & ACK == 0 { 0 } else { theirs.wrapping_add(acknowledged) },
            flags,
            window: 64_000,
            window_scale: None,
        };
        self.push(from, 6, (Transport::Tcp(tcp), 20), bytes);
        self
    }

    /// A UDP datagram.
    #[must_use]
    pub fn datagram(mut self, from: Sender, bytes: &[u8]) -> Self {
        let [source, destination] = self.ports(from);
        self.push(from, 17, (Transport::Udp { source, destination }, 8), bytes);
        self
    }

    /// An ICMP message; the ports of the ends do not matter.
    #[must_use]
    pub fn icmp(mut self, from: Sender, kind: u8, code: u8, bytes: &[u8]) -> Self {
        let ip_proto = if self.ends[0].is_ipv4() { 1 } else { 58 };
        self.push(from, ip_proto, (Transport::Icmp { kind, code }, 8), bytes);
        self
    }

    /// A packet of another IP protocol.
    #[must_use]
    pub fn other(mut self, from: Sender, ip_proto: u8, bytes: &[u8]) -> Self {
        self.push(from, ip_proto, (Transport::Other, 0), bytes);
        self
    }

    /// Changes the last packet.
    #[must_use]
    pub fn tweak(mut self, change: impl FnOnce(&mut Packet, &mut Vec<u8>)) -> Self {
        if let Some((packet, payload)) = self.packets.last_mut() {
            change(packet, payload);
        }
        self
    }

    /// What was sent, in order.
    pub fn packets(self) -> Vec<(Packet, Vec<u8>)> {
        self.packets
    }

    fn next_of(&mut self, from: Sender) -> &mut u32 {
        let [orig, resp] = &mut self.next;
        match from {
            Sender::Originator => orig,
            Sender::Responder => resp,
        }
    }

    fn ports(&self, from: Sender) -> [u16; 2] {
        let [orig, resp] = self.ends.map(|end| end.port());
        match from {
            Sender::Originator => [orig, resp],
            Sender::Responder => [resp, orig],
        }
    }

    fn push(&mut self, from: Sender, ip_proto: u8, (transport, header): (Transport, u32), bytes: &[u8]) {
        let [orig, resp]: [IpAddr; 2] = self.ends.map(|end| end.ip());
        let (src, dst) = match from {
            Sender::Originator => (orig, resp),
            Sender::Responder => (resp, orig),
        };
        let ip_header = if src.is_ipv4() { 20 } else { 40 };
        let packet = Packet {
            ts: self.now,
            src,
            dst,
            ip_proto,
            ip_length: ip_header + header + bytes.len() as u32,
            payload_length: bytes.len() as u32,
            transport,
            checksum: Checksum::Unchecked,
            time_to_live: 64,
            hardware: None,
            vlans: [None; 2],
            tunnels: 0,
        };
        self.now += MILLISECOND;
        self.packets.push((packet, bytes.to_vec()));
    }
}
