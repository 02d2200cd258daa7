//! One conversation over UDP: attempts at a connection, one after the other, each a record.

use records::{Quic, Sender, Timestamp, text_from_bytes};

use super::crypto_stream::CryptoStream;
use super::frames::{self, Frame};
use super::protection::Keys;
use super::versions;
use super::wire::{self, Kind, Long, Packet};
use crate::ssl::{Carrier, Offer, Session, Violation, message};
use crate::{Analyzer, Chunk, Output};

/// The history is not written further than this (Zeek's `QUIC::max_history_length`).
const HISTORY_MAX: usize = 100;

/// More packets in one datagram are not looked at.
const PACKETS_MAX: usize = 16;

/// After so many datagrams that are not surely QUIC the conversation is left.
const UNSURE_DATAGRAMS_MAX: u8 = 8;

/// Follows a conversation.
pub(super) struct QuicAnalyzer {
    record: Option<Box<Quic>>,
    client: Sender,
    keys: Option<(u32, Vec<u8>, Keys)>,
    /// What the client and the server sent of the handshake.
    handshake: [CryptoStream; 2],
    session: Session,
    session_over: bool,
    /// Packets with a short header of client and server.
    short: [u64; 2],
    /// The server has sent the client back with a token; it may do so only once (RFC 9000, section 17.2.5.2).
    retried: bool,
    /// One end has closed: nothing more is expected on this connection.
    closed: bool,
    is_quic: bool,
    unsure_datagrams: u8,
}

impl Default for QuicAnalyzer {
    fn default() -> Self {
        Self {
            record: None,
            client: Sender::Originator,
            keys: None,
            handshake: <[CryptoStream; 2]>::default(),
            session: Session::new(Carrier::Quic),
            session_over: false,
            short: [0; 2],
            retried: false,
            closed: false,
            is_quic: false,
            unsure_datagrams: 0,
        }
    }
}

impl QuicAnalyzer {
    fn is_client(&self, from: Sender) -> bool {
        from == self.client
    }

    fn confirm(&mut self, output: &mut Output<'_>) {
        self.is_quic = true;
        output.confirm("quic");
    }

    fn add_to_history(&mut self, from: Sender, letter: char) {
        let is_client = self.is_client(from);
        if let Some(record) = self.record.as_mut().filter(|record| record.history.len() < HISTORY_MAX) {
            record.history.push(if is_client { letter } else { letter.to_ascii_lowercase() });
        }
    }

    /// A packet with a long header belongs to the record, which may begin here.
    fn note(&mut self, chunk: &Chunk<'_>, long: &Long<'_>, letter: char, output: &mut Output<'_>) {
        let is_client = self.is_client(chunk.from);
        let about = output.about;
        let record = self.record.get_or_insert_with(|| {
            let version = versions::name(long.version);
            Box::new(Quic { ts: chunk.ts, uid: about.uid, id: about.id, version, ..Quic::default() })
        });
        if is_client {
            // By the time of its Handshake packets, a client uses the server's own id.
            let is_first = record.client_initial_dcid.is_none() && long.kind != Kind::Handshake;
            if is_first && !long.destination.is_empty() {
                record.client_initial_dcid = Some(hexadecimal(long.destination));
            }
            record.client_scid = Some(hexadecimal(long.source));
        } else {
            record.server_scid = Some(hexadecimal(long.source));
            // Nobody else knows the id that the client gave itself.
            if !long.destination.is_empty() && record.client_scid == Some(hexadecimal(long.destination)) {
                self.confirm(output);
            }
        }
        self.add_to_history(chunk.from, letter);
    }

    fn long(&mut self, chunk: &Chunk<'_>, long: &Long<'_>, output: &mut Output<'_>) {
        match long.kind {
            Kind::Initial { packet, number_at } => self.initial(chunk, long, (packet, number_at), output),
            _ if self.closed => {}
            Kind::ZeroRtt => self.note(chunk, long, 'Z', output),
            Kind::Handshake => self.note(chunk, long, 'H', output),
            Kind::Retry | Kind::Negotiation => self.sent_back(chunk, long, output),
            Kind::Unfamiliar => {
                self.note(chunk, long, 'U', output);
                if versions::is_named(long.version) {
                    self.confirm(output);
                    self.write(output);
                    output.finish();
                }
            }
        }
    }

    /// The server wants the client to begin again, which it may do before it has said anything else.
    fn sent_back(&mut self, chunk: &Chunk<'_>, long: &Long<'_>, output: &mut Output<'_>) {
        let Some(record) = self.record.as_ref().filter(|_| !self.is_client(chunk.from)) else { return };
        let knows_client = record.client_scid == Some(hexadecimal(long.destination));
        let knows_server = record.client_initial_dcid == Some(hexadecimal(long.source));
        let letter = match long.kind {
            Kind::Retry if knows_client => 'R',
            Kind::Negotiation if knows_client && knows_server => 'U',
            _ => return,
        };
        if record.server_scid.is_some() {
            return;
        }
        self.confirm(output);
        self.add_to_history(chunk.from, letter);
        if self.retried {
            return;
        }
        self.retried = letter == 'R';
        self.write(output);
        self.keys = None;
        self.handshake = Default::default();
    }

    fn initial(
        &mut self,
        chunk: &Chunk<'_>,
        long: &Long<'_>,
        packet: (&[u8], usize),
        output: &mut Output<'_>,
    ) {
        let Some(payload) = self.open(chunk.from, long, packet, output) else {
            // The beginning was missed; or someone else has sent this.
            if self.keys.is_none() && !self.closed {
                self.note(chunk, long, 'I', output);
            }
            return;
        };
        if self.closed {
            return;
        }
        self.confirm(output);
        self.note(chunk, long, 'I', output);
        let mut rest = payload.as_slice();
        while let Some(frame) = frames::next(&mut rest) {
            match frame {
                Frame::Crypto { offset, bytes } if !self.session_over => {
                    let [client, server] = &mut self.handshake;
                    if chunk.from == self.client { client } else { server }.push(offset, bytes);
                }
                Frame::Crypto { .. } | Frame::Other => {}
                Frame::Close { error } => {
                    self.messages(chunk, output);
                    self.close(chunk, error, output);
                    return;
                }
            }
        }
        self.messages(chunk, output);
    }

    /// What is in the first packet of an end. A client's that begins another connection brings keys of its own.
    fn open(
        &mut self,
        from: Sender,
        long: &Long<'_>,
        (packet, number_at): (&[u8], usize),
        output: &mut Output<'_>,
    ) -> Option<Vec<u8>> {
        let scheme = versions::scheme(long.version)?;
        if let Some((version, destination, keys)) = &mut self.keys {
            // A server may choose another version than the client began with (RFC 9369, section 4.1).
            let other = (*version != long.version).then(|| Keys::derive(scheme, destination));
            let tried = other.as_ref().unwrap_or(keys);
            let end = if from == self.client { &tried.client } else { &tried.server };
            if let Some(payload) = end.open(packet, number_at) {
                if let Some(other) = other {
                    (*version, *keys) = (long.version, other);
                }
                return Some(payload);
            }
        }
        let keys = Keys::derive(scheme, long.destination);
        let payload = keys.client.open(packet, number_at)?;
        if self.keys.is_some() {
            self.write(output);
            self.begin_again(output);
        }
        self.client = from;
        self.keys = Some((long.version, long.destination.to_vec(), keys));
        Some(payload)
    }

    /// Another connection between the same ports.
    fn begin_again(&mut self, output: &mut Output<'_>) {
        self.end_session(output);
        *self = Self { is_quic: self.is_quic, ..Self::default() };
    }

    /// Reads the hellos that have come whole.
    fn messages(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) {
        let is_client = self.is_client(chunk.from);
        while !self.session_over {
            let [client, server] = &mut self.handshake;
            let Some((kind, body)) = if is_client { client } else { server }.message() else { return };
            if self.session.handshake(chunk.ts, is_client, (kind, &body), output) == Err(Violation) {
                self.end_session(output);
                return;
            }
            match (kind, &mut self.record) {
                (message::CLIENT_HELLO, Some(record)) if is_client => {
                    let offer = Offer::read(&body).unwrap_or_default();
                    record.server_name = offer.server_name.map(text_from_bytes);
                    record.client_protocol = offer.protocol.map(text_from_bytes);
                    self.add_to_history(chunk.from, 'S');
                }
                (message::SERVER_HELLO, Some(_)) if !is_client => self.add_to_history(chunk.from, 'S'),
                _ => {}
            }
        }
    }

    fn close(&mut self, chunk: &Chunk<'_>, error: u64, output: &mut Output<'_>) {
        // Alerts of TLS are errors of QUIC (RFC 9001, section 4.8).
        if let [0, 0, 0, 0, 0, 0, 1, alert] = error.to_be_bytes()
            && !self.session_over
        {
            self.session.alert(chunk.ts, self.is_client(chunk.from), alert);
        }
        self.add_to_history(chunk.from, 'C');
        self.write(output);
        self.end_session(output);
        self.closed = true;
    }

    fn short(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) {
        let is_client = self.is_client(chunk.from);
        let [client, server] = &mut self.short;
        let count = if is_client { client } else { server };
        *count += 1;
        if count.is_power_of_two() {
            self.add_to_history(chunk.from, 'O');
        }
        // A client has keys for such packets once its part of the handshake is done (RFC 9001, section 5.7).
        if is_client && !self.session_over && self.session.is_tls_1_3() {
            self.session.encrypt(true);
            self.session.encrypt(false);
            self.session.ciphertext(chunk.ts);
            self.end_session(output);
        }
    }

    fn end_session(&mut self, output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.session_over, true) {
            self.session.write(output);
            self.handshake = Default::default();
        }
    }

    fn write(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take().filter(|_| self.is_quic) {
            output.write(*record);
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Analyzer for QuicAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let mut rest = chunk.bytes;
        for _ in 0..PACKETS_MAX {
            match wire::next(&mut rest) {
                Some(Packet::Long(long)) => self.long(&chunk, &long, output),
                Some(Packet::Short) => self.short(&chunk, output),
                Some(Packet::Other) if self.keys.is_some() => self.add_to_history(chunk.from, 'X'),
                Some(Packet::Other) => {}
                None => break,
            }
        }
        if !self.is_quic {
            self.unsure_datagrams += 1;
            if self.unsure_datagrams >= UNSURE_DATAGRAMS_MAX {
                output.reject();
            }
        }
    }

    fn gap(&mut self, _ts: Timestamp, _from: Sender, _length: u64, _output: &mut Output<'_>) {}

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        self.write(output);
        self.end_session(output);
    }
}
