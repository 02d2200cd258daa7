//! One connection over TCP: records, the handshake messages in them, and what they tell.

use records::{Sender, Timestamp};

use super::decryption::{Decryption, Search};
use super::record_layer::{Body, Header, Record, RecordLayer};
use super::session::{Session, Violation};
use super::wire::message;
use crate::{Analyzer, Chunk, Output, take};

/// A longer handshake message is a violation.
const HANDSHAKE_BYTES_MAX: usize = 256 * 1024;

/// Zeek leaves a connection its service if it breaks the protocol behind so many bytes (`ignore_violations_after`).
const WITHDRAWN_WITHIN_BYTES: u64 = 10 * 1024;

pub(super) mod content {
    pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(crate) const ALERT: u8 = 21;
    pub(crate) const HANDSHAKE: u8 = 22;
    pub(crate) const APPLICATION_DATA: u8 = 23;
    pub(crate) const HEARTBEAT: u8 = 24;
}

/// Follows a connection until its handshake is over, or to its end where the user's key log has its secrets.
#[derive(Default)]
pub(crate) struct SslAnalyzer {
    pub(super) session: Session,
    /// Where there is a key log that may have the connection's secrets.
    pub(super) decryption: Option<Box<Decryption>>,
    /// The record is written.
    pub(super) is_told: bool,
    originator: Direction,
    responder: Direction,
    /// The client speaks from the responder's end.
    flipped: bool,
    /// Records of SSL 3 or later were seen.
    pub(super) is_version_3: bool,
    bytes: u64,
    over: bool,
}

#[derive(Default)]
pub(super) struct Direction {
    pub(super) layer: RecordLayer,
    /// Handshake messages that have not come whole.
    pub(super) handshake: Vec<u8>,
    /// Bytes were lost, and the next record is looked for.
    pub(super) search: Option<Search>,
}

impl SslAnalyzer {
    pub(super) fn direction(&mut self, from: Sender) -> &mut Direction {
        match from {
            Sender::Originator => &mut self.originator,
            Sender::Responder => &mut self.responder,
        }
    }

    pub(super) fn is_client(&self, from: Sender) -> bool {
        (from == Sender::Originator) != self.flipped
    }

    /// What to do with the bytes behind a header.
    fn decide(&self, from: Sender, header: &Header) -> Body {
        if !self.is_version_3
            && let Some(length) = version_2_length(header)
        {
            return Body::KeepExactly(length);
        }
        if !matches!(header.version, 0x0300..=0x0303) || !(20..=24).contains(&header.content_type) {
            return Body::Broken;
        }
        let is_encrypted = self.session.is_encrypted(self.is_client(from))
            || (self.session.is_tls_1_3() && header.content_type == content::APPLICATION_DATA);
        if !is_encrypted && header.content_type != content::APPLICATION_DATA {
            return Body::Keep;
        }
        let decryption = self.decryption.as_ref();
        let is_opened = decryption.is_some_and(|it| it.is_for(self.is_client(from), header));
        if is_opened { Body::Open } else { Body::Skip }
    }

    fn record(
        &mut self,
        ts: Timestamp,
        from: Sender,
        record: &Record,
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        let is_client = self.is_client(from);
        let Some(body) = record.body.as_ref().filter(|_| !record.is_sealed) else {
            self.sealed(ts, from, record, output);
            return Ok(());
        };
        if !self.is_version_3 && version_2_length(&record.header).is_some() {
            return self.version_2(ts, record.header.raw, body, output);
        }
        self.is_version_3 = true;
        match (record.header.content_type, body.as_slice()) {
            (content::HANDSHAKE, body) => self.handshake(ts, from, body, output)?,
            (content::CHANGE_CIPHER_SPEC, _) => {
                self.session.change_cipher_spec(ts, is_client);
                self.change_keys(ts, is_client, output);
            }
            (content::ALERT, alerts) => {
                for alert in alerts.as_chunks::<2>().0 {
                    self.session.alert(ts, is_client, alert[1]);
                }
            }
            (content::HEARTBEAT, [_, _, _, ..]) => self.session.heartbeat(ts, is_client),
            _ => return Err(Violation),
        }
        Ok(())
    }

    fn handshake(
        &mut self,
        ts: Timestamp,
        from: Sender,
        body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        self.each_message(from, body, |analyzer, (kind, body)| {
            if kind == message::CLIENT_HELLO && !analyzer.is_client(from) && !analyzer.flipped {
                analyzer.flipped = true;
                analyzer.session.flipped(ts);
            }
            analyzer.session.handshake(ts, analyzer.is_client(from), (kind, body), output)?;
            analyzer.note_keys(ts, (kind, body), output);
            Ok(())
        })
    }

    /// Does something with each handshake message that is whole.
    pub(super) fn each_message(
        &mut self,
        from: Sender,
        body: &[u8],
        mut act: impl FnMut(&mut Self, (u8, &[u8])) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        let mut buffered = std::mem::take(&mut self.direction(from).handshake);
        buffered.extend_from_slice(body);
        let mut rest = buffered.as_slice();
        loop {
            let mut message = rest;
            let (Some(kind), Some(length)) = (take::u8(&mut message), take::u24(&mut message)) else { break };
            if length > HANDSHAKE_BYTES_MAX {
                return Err(Violation);
            }
            let Some(body) = take::bytes(&mut message, length) else { break };
            rest = message;
            act(self, (kind, body))?;
        }
        let consumed = buffered.len() - rest.len();
        buffered.drain(..consumed);
        self.direction(from).handshake = buffered;
        Ok(())
    }

    fn version_2(
        &mut self,
        ts: Timestamp,
        [_, _, kind, fourth, fifth]: [u8; 5],
        mut body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        const CLIENT_HELLO: u8 = 1;
        const SERVER_HELLO: u8 = 4;
        match kind {
            CLIENT_HELLO => {
                if !super::names::is_version(u16::from_be_bytes([fourth, fifth])) {
                    return Err(Violation);
                }
                output.confirm("ssl");
                self.session.version_2_client_hello(ts);
            }
            SERVER_HELLO => {
                let body = &mut body;
                let (version, certificate, ciphers) = (take::u16(body), take::u16(body), take::u16(body));
                let (Some(2), Some(certificate), Some(ciphers)) = (version, certificate, ciphers) else {
                    return Err(Violation);
                };
                take::u16(body);
                take::bytes(body, usize::from(certificate)).ok_or(Violation)?;
                let mut ciphers = take::bytes(body, usize::from(ciphers)).ok_or(Violation)?;
                let first = take::u24(&mut ciphers).and_then(|cipher| u32::try_from(cipher).ok());
                self.session.version_2_server_hello(ts, first);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, output: &mut Output<'_>) {
        self.over = true;
        output.finish();
        self.tell(output);
    }

    /// Writes the record, once.
    pub(super) fn tell(&mut self, output: &mut Output<'_>) {
        if !std::mem::replace(&mut self.is_told, true) {
            self.session.write(output);
        }
    }

    fn violate(&mut self, output: &mut Output<'_>) {
        let is_late = self.is_told;
        self.finish(output);
        if self.bytes <= WITHDRAWN_WITHIN_BYTES && !is_late {
            output.withdraw("ssl");
        }
        output.reject();
    }

    /// Reads records until the bytes are used up.
    fn records(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) {
        let mut bytes = chunk.bytes;
        while !self.over {
            let mut layer = std::mem::take(&mut self.direction(chunk.from).layer);
            let mut broken = false;
            let record = layer.next(&mut bytes, |header| {
                let body = self.decide(chunk.from, header);
                broken |= body == Body::Broken;
                body
            });
            self.direction(chunk.from).layer = layer;
            let Some(record) = record else {
                if broken {
                    self.violate(output);
                }
                return;
            };
            if self.record(chunk.ts, chunk.from, &record, output) == Err(Violation) {
                self.violate(output);
            }
        }
    }
}

/// The length of what follows the first five bytes of a record of SSL 2, if it is one.
fn version_2_length(header: &Header) -> Option<usize> {
    let [high, low, kind, ..] = header.raw;
    let length = usize::from(u16::from_be_bytes([high & 0x7f, low]));
    if high & 0x80 != 0 && matches!(kind, 1 | 2 | 4) { length.checked_sub(3) } else { None }
}

impl Analyzer for SslAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.over {
            return;
        }
        self.bytes = self.bytes.saturating_add(chunk.bytes.len() as u64);
        match self.behind_lost_bytes(&chunk, output) {
            Some(rest) => self.records(&Chunk { bytes: &rest, ..chunk }, output),
            None => self.records(&chunk, output),
        }
    }

    fn gap(&mut self, _ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        // Without keys, what follows cannot be put in step with the records again; Zeek stops here as well.
        if !self.over && !self.look_behind_gap(from, length) {
            self.finish(output);
        }
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if !self.over {
            self.tell_unfound(ts, output);
            self.finish(output);
        }
    }
}
