//! One conversation over UDP: DTLS 1.0 and 1.2 (RFC 6347). After the handshake nothing is read; encrypted handshakes
//! of DTLS 1.3 are not followed.

use std::collections::BTreeMap;

use records::{Sender, Timestamp};

use super::session::{Carrier, Session, Violation};
use crate::{Analyzer, Chunk, Output, take};

/// A longer handshake message is not put together.
const HANDSHAKE_BYTES_MAX: usize = 64 * 1024;

/// So many messages may be incomplete.
const INCOMPLETE_MAX: usize = 8;

/// Follows a conversation until its handshake is over.
pub(crate) struct DtlsAnalyzer {
    session: Session,
    /// Incomplete messages by sender and sequence number.
    incomplete: BTreeMap<(Sender, u16), Incomplete>,
    flipped: bool,
    over: bool,
}

#[derive(Default)]
struct Incomplete {
    kind: u8,
    length: usize,
    /// The beginning, as far as it has come without holes.
    bytes: Vec<u8>,
}

impl Default for DtlsAnalyzer {
    fn default() -> Self {
        let session = Session::new(Carrier::Dtls);
        Self { session, incomplete: BTreeMap::new(), flipped: false, over: false }
    }
}

impl DtlsAnalyzer {
    fn is_client(&self, from: Sender) -> bool {
        (from == Sender::Originator) != self.flipped
    }

    fn records(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> Result<(), Violation> {
        let mut rest = chunk.bytes;
        while !rest.is_empty() && !self.over {
            let content_type = take::u8(&mut rest).ok_or(Violation)?;
            let version = take::u16(&mut rest).ok_or(Violation)?;
            take::bytes(&mut rest, 8).ok_or(Violation)?;
            let body = take::after_u16(&mut rest).ok_or(Violation)?;
            if !matches!(version, 0xfeff | 0xfefd | 0x0100) {
                return Err(Violation);
            }
            self.record(chunk, content_type, body, output)?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        chunk: &Chunk<'_>,
        content_type: u8,
        body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        let is_client = self.is_client(chunk.from);
        if self.session.is_encrypted(is_client) {
            if self.session.ciphertext(chunk.ts) {
                self.finish(output);
            }
            return Ok(());
        }
        match (content_type, body) {
            (20, _) => self.session.change_cipher_spec(chunk.ts, is_client),
            (21, [_, description, ..]) => self.session.alert(chunk.ts, is_client, *description),
            (22, body) => self.fragments(chunk, body, output)?,
            (23, _) => {}
            (24, [_, _, _, ..]) => self.session.heartbeat(chunk.ts, is_client),
            _ => return Err(Violation),
        }
        Ok(())
    }

    fn fragments(
        &mut self,
        chunk: &Chunk<'_>,
        mut body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        const CLIENT_HELLO: u8 = 1;
        while !body.is_empty() {
            let kind = take::u8(&mut body).ok_or(Violation)?;
            let length = take::u24(&mut body).ok_or(Violation)?;
            let number = take::u16(&mut body).ok_or(Violation)?;
            let offset = take::u24(&mut body).ok_or(Violation)?;
            let fragment = take::after_u24(&mut body).ok_or(Violation)?;
            let Some(whole) = self.assemble((chunk.from, number), (kind, length), offset, fragment) else {
                continue;
            };
            if kind == CLIENT_HELLO && !self.is_client(chunk.from) && !self.flipped {
                self.flipped = true;
                self.session.flipped(chunk.ts);
            }
            self.session.handshake(chunk.ts, self.is_client(chunk.from), (kind, &whole), output)?;
        }
        Ok(())
    }

    /// The whole message, once its last fragment has come. Fragments out of order are not waited for.
    fn assemble(
        &mut self,
        key: (Sender, u16),
        (kind, length): (u8, usize),
        offset: usize,
        fragment: &[u8],
    ) -> Option<Vec<u8>> {
        if offset == 0 && fragment.len() == length {
            self.incomplete.remove(&key);
            return Some(fragment.to_vec());
        }
        if length > HANDSHAKE_BYTES_MAX {
            return None;
        }
        if self.incomplete.len() >= INCOMPLETE_MAX && !self.incomplete.contains_key(&key) {
            self.incomplete.pop_first();
        }
        let message = self.incomplete.entry(key).or_default();
        if (message.kind, message.length) != (kind, length) {
            *message = Incomplete { kind, length, bytes: Vec::new() };
        }
        let known = message.bytes.len().checked_sub(offset)?;
        message.bytes.extend_from_slice(fragment.get(known..)?);
        if message.bytes.len() < length {
            return None;
        }
        self.incomplete.remove(&key).map(|message| message.bytes)
    }

    fn finish(&mut self, output: &mut Output<'_>) {
        self.over = true;
        output.finish();
        self.incomplete.clear();
        self.session.write(output);
    }
}

impl Analyzer for DtlsAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if !self.over && self.records(&chunk, output) == Err(Violation) {
            self.finish(output);
            output.withdraw("dtls");
            output.reject();
        }
    }

    fn gap(&mut self, _ts: Timestamp, _from: Sender, _length: u64, _output: &mut Output<'_>) {}

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        if !self.over {
            self.finish(output);
        }
    }
}
