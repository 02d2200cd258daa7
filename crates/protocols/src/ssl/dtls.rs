//! One conversation over UDP: DTLS 1.0 and 1.2 (RFC 6347), and of DTLS 1.3 (RFC 9147) the hellos, behind which all is
//! encrypted. After the handshake nothing is read.
//!
//! With WebRTC, STUN and media share the conversation (RFC 7983): their datagrams are passed over.

use std::collections::BTreeMap;

use records::{Sender, Timestamp};

use super::session::{Carrier, Session, Violation};
use crate::{Analyzer, Chunk, Output, take};

/// A longer handshake message is not put together.
const HANDSHAKE_BYTES_MAX: usize = 64 * 1024;

/// So many messages may be incomplete.
const INCOMPLETE_MAX: usize = 8;

/// So many fragments of a message may have come before those in front of them.
const EARLY_MAX: usize = 64;

mod content {
    pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(super) const ALERT: u8 = 21;
    pub(super) const HANDSHAKE: u8 = 22;
    pub(super) const APPLICATION_DATA: u8 = 23;
    pub(super) const HEARTBEAT: u8 = 24;
    /// An encrypted record with a connection's id, whose length only the ends know (RFC 9146).
    pub(super) const WITH_CONNECTION_ID: u8 = 25;
    pub(super) const ACKNOWLEDGEMENT: u8 = 26;
    /// The first byte of an encrypted record of DTLS 1.3 (RFC 9147, section 4).
    pub(super) const UNIFIED: std::ops::RangeInclusive<u8> = 0x20..=0x3f;
}

/// First bytes of the datagrams of DTLS where it shares its conversation (RFC 7983, section 7).
const FIRST_BYTES: std::ops::RangeInclusive<u8> = 20..=63;

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
    /// Fragments behind a hole, by their place.
    early: BTreeMap<usize, Vec<u8>>,
}

impl Incomplete {
    /// Takes a fragment that lies within the message.
    fn add(&mut self, offset: usize, fragment: &[u8]) {
        if offset > self.bytes.len() {
            // Without overlaps they are no more than the message: whoever sends more of them wants to fill our memory.
            let kept: usize = self.early.values().map(Vec::len).sum();
            if self.early.len() < EARLY_MAX && kept + fragment.len() <= self.length {
                self.early.insert(offset, fragment.to_vec());
            }
            return;
        }
        self.append(offset, fragment);
        while let Some(next) = self.early.first_entry().filter(|next| *next.key() <= self.bytes.len()) {
            let (offset, fragment) = next.remove_entry();
            self.append(offset, &fragment);
        }
    }

    fn append(&mut self, offset: usize, fragment: &[u8]) {
        let known = self.bytes.len() - offset.min(self.bytes.len());
        self.bytes.extend_from_slice(fragment.get(known..).unwrap_or_default());
    }
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
            if content_type == content::WITH_CONNECTION_ID || content::UNIFIED.contains(&content_type) {
                // Where it ends is not told in clear: it is taken to fill the datagram.
                self.session.encrypt(self.is_client(chunk.from));
                self.sealed(chunk, output);
                return Ok(());
            }
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
            self.sealed(chunk, output);
            return Ok(());
        }
        match (content_type, body) {
            (content::CHANGE_CIPHER_SPEC, _) => self.session.change_cipher_spec(chunk.ts, is_client),
            (content::ALERT, [_, description, ..]) => self.session.alert(chunk.ts, is_client, *description),
            (content::HANDSHAKE, body) => self.fragments(chunk, body, output)?,
            (content::APPLICATION_DATA | content::ACKNOWLEDGEMENT, _) => {}
            (content::HEARTBEAT, [_, _, _, ..]) => self.session.heartbeat(chunk.ts, is_client),
            _ => return Err(Violation),
        }
        Ok(())
    }

    /// An encrypted record has come.
    fn sealed(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) {
        if self.session.ciphertext(chunk.ts) {
            self.finish(output);
        }
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

    /// The whole message, once its last fragment has come.
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
        if length > HANDSHAKE_BYTES_MAX || offset.saturating_add(fragment.len()) > length {
            return None;
        }
        if self.incomplete.len() >= INCOMPLETE_MAX && !self.incomplete.contains_key(&key) {
            self.incomplete.pop_first();
        }
        let message = self.incomplete.entry(key).or_default();
        if (message.kind, message.length) != (kind, length) {
            *message = Incomplete { kind, length, ..Incomplete::default() };
        }
        message.add(offset, fragment);
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
        let is_other = chunk.bytes.first().is_some_and(|first| !FIRST_BYTES.contains(first));
        if !self.over && !is_other && self.records(&chunk, output) == Err(Violation) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_that_overlap_take_no_more_room_than_their_message() {
        let length = HANDSHAKE_BYTES_MAX;
        let mut message = Incomplete { length, ..Incomplete::default() };
        for offset in 1..=EARLY_MAX {
            message.add(offset, &vec![7; length - EARLY_MAX]);
        }
        assert!(message.early.values().map(Vec::len).sum::<usize>() <= length);
        message.add(length - 1, b"e");
        message.add(0, &vec![7; length - 1]);
        assert_eq!((message.bytes.len(), message.early.len()), (length, 0));
    }
}
