//! Kerberos on a connection of its own: datagrams, or messages with a length before them on a stream.

use records::{Sender, Timestamp};

use super::session::KerberosSession;
use crate::{Analyzer, Chunk, Output, Transport};

/// Longer messages are not read: a ticket with the largest authorization data that Windows allows fits in.
const MESSAGE_BYTES_MAX: usize = 128 * 1024;

/// Follows one connection.
pub(super) struct KerberosAnalyzer {
    transport: Transport,
    session: KerberosSession,
    originator: Stream,
    responder: Stream,
    confirmed: bool,
}

/// One direction of a TCP connection.
#[derive(Default)]
struct Stream {
    buffer: Vec<u8>,
    /// Bytes lost or nonsense seen: where the next message begins is not known.
    lost: bool,
}

impl KerberosAnalyzer {
    pub(super) fn new(transport: Transport) -> Self {
        let (originator, responder) = (Stream::default(), Stream::default());
        Self { transport, session: KerberosSession::default(), originator, responder, confirmed: false }
    }

    fn message(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) {
        if self.session.message(ts, bytes, output) && !self.confirmed {
            self.confirmed = true;
            output.confirm(match self.transport {
                Transport::Tcp => "krb_tcp",
                Transport::Udp => "krb",
            });
        }
    }
}

impl Analyzer for KerberosAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.transport == Transport::Udp {
            self.message(chunk.ts, chunk.bytes, output);
            return;
        }
        let mut rest = chunk.bytes;
        loop {
            let stream = match chunk.from {
                Sender::Originator => &mut self.originator,
                Sender::Responder => &mut self.responder,
            };
            let Some(message) = stream.next(&mut rest) else { break };
            self.message(chunk.ts, message.get(4..).unwrap_or_default(), output);
        }
    }

    fn gap(&mut self, _ts: Timestamp, from: Sender, _length: u64, _output: &mut Output<'_>) {
        match from {
            Sender::Originator => self.originator.lost = true,
            Sender::Responder => self.responder.lost = true,
        }
    }

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        self.session.end(output);
    }
}

impl Stream {
    /// Takes bytes for the next message; gives it with its length before it, once it is whole.
    fn next(&mut self, bytes: &mut &[u8]) -> Option<Vec<u8>> {
        while !self.lost && !bytes.is_empty() {
            let wanted = match self.buffer.first_chunk::<4>() {
                // The top bit is reserved (RFC 4120, section 7.2.2).
                Some(length) => 4 + (u32::from_be_bytes(*length) & 0x7fff_ffff) as usize,
                None => 4,
            };
            if wanted > 4 + MESSAGE_BYTES_MAX {
                self.lost = true;
                self.buffer = Vec::new();
                return None;
            }
            let missing = wanted.saturating_sub(self.buffer.len()).min(bytes.len());
            let (taken, rest) = bytes.split_at_checked(missing)?;
            self.buffer.extend_from_slice(taken);
            *bytes = rest;
            if self.buffer.len() == wanted && wanted > 4 {
                return Some(std::mem::take(&mut self.buffer));
            }
            if self.buffer.as_slice() == [0; 4] {
                self.buffer.clear();
            }
        }
        None
    }
}
