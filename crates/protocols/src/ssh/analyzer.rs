//! One connection: identification lines, the offers, the server's key, then only sizes.

use records::{Login, Sender, Ssh, Timestamp, text_from_bytes};

use super::login_guess::LoginGuess;
use super::negotiation::{agreed, agreed_in_both, hassh, hassh_server, key_fingerprint};
use super::wire::{self, KexInit, Spoken, message};
use crate::{Analyzer, Chunk, Output, take};

/// A longer identification line is none (RFC 4253, section 4.2, allows 255).
const LINE_BYTES_MAX: usize = 1024;

/// A longer packet is none (RFC 4253, section 6.1, asks for 35,000).
const PACKET_BYTES_MAX: usize = 256 * 1024;

/// The bytes break the protocol: nothing more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Violation;

/// Follows a connection. The guess is made from the sizes of encrypted packets: bytes of one end and one moment
/// count as one, however they were cut.
#[derive(Default)]
pub(crate) struct SshAnalyzer {
    record: Option<Box<Ssh>>,
    client: End,
    server: End,
    guess: LoginGuess,
    /// Encrypted bytes of one end and moment so far.
    sized: Option<Packet>,
    last_attempt: Option<Timestamp>,
    last_answer: Option<Timestamp>,
    over: bool,
}

/// A packet of which only the size is known.
#[derive(Clone, Copy)]
struct Packet {
    ts: Timestamp,
    from: Sender,
    bytes: usize,
}

/// What is known of one end.
#[derive(Default)]
struct End {
    stage: Stage,
    /// A line or packet that has not come whole.
    partial: Vec<u8>,
    spoken: Option<Spoken>,
    offer: Option<KexInit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Line,
    Packets,
    Encrypted,
}

impl SshAnalyzer {
    fn end_of(&mut self, from: Sender) -> &mut End {
        match from {
            Sender::Originator => &mut self.client,
            Sender::Responder => &mut self.server,
        }
    }

    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Ssh {
        self.record.get_or_insert_with(|| {
            let id = output.about.id;
            let local = &output.shared.local_networks;
            let direction = match (local.contains(id.orig_h), local.contains(id.resp_h)) {
                (true, false) => Some("OUTBOUND".into()),
                (false, true) => Some("INBOUND".into()),
                _ => None,
            };
            Box::new(Ssh { ts, uid: output.about.uid, id, direction, ..Ssh::default() })
        })
    }

    /// Reads what is not encrypted, and counts what is.
    fn read(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> Result<(), Violation> {
        let mut buffered = std::mem::take(&mut self.end_of(chunk.from).partial);
        buffered.extend_from_slice(chunk.bytes);
        let mut rest = buffered.as_slice();
        loop {
            match self.end_of(chunk.from).stage {
                Stage::Line => {
                    let line = rest.get(..LINE_BYTES_MAX).unwrap_or(rest);
                    let Some(end) = line.iter().position(|byte| *byte == b'\n') else {
                        if rest.len() >= LINE_BYTES_MAX {
                            return Err(Violation);
                        }
                        break;
                    };
                    let (line, behind) = rest.split_at(end + 1);
                    rest = behind;
                    self.line(
                        chunk,
                        line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line),
                        output,
                    );
                    let other = chunk.from.other();
                    if self.version().is_some() && !self.end_of(other).partial.is_empty() {
                        // The other end did not wait until the version was settled.
                        self.read(&Chunk { from: other, bytes: &[], ..*chunk }, output)?;
                    }
                }
                Stage::Packets => {
                    let Some(version) = self.version() else { break };
                    let Some(packet) = packet(&mut rest, version)? else { break };
                    self.packet(chunk, version, packet, output)?;
                }
                Stage::Encrypted => {
                    self.encrypted(chunk, rest.len(), output);
                    return Ok(());
                }
            }
        }
        let consumed = buffered.len() - rest.len();
        buffered.drain(..consumed);
        if buffered.len() > PACKET_BYTES_MAX {
            return Err(Violation);
        }
        self.end_of(chunk.from).partial = buffered;
        Ok(())
    }

    fn version(&self) -> Option<u8> {
        self.client.spoken.zip(self.server.spoken).map(|(client, server)| wire::settled(client, server))
    }

    fn line(&mut self, chunk: &Chunk<'_>, line: &[u8], output: &Output<'_>) {
        let end = self.end_of(chunk.from);
        end.stage = Stage::Packets;
        end.spoken = wire::spoken(line);
        let version = self.version();
        let record = self.record(chunk.ts, output);
        match chunk.from {
            Sender::Originator => record.client = Some(text_from_bytes(line)),
            Sender::Responder => record.server = Some(text_from_bytes(line)),
        }
        record.version = version;
    }

    fn packet(
        &mut self,
        chunk: &Chunk<'_>,
        version: u8,
        packet: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        if version == 1 {
            if let Some(key) = wire::version_1_host_key(packet) {
                self.record(chunk.ts, output).host_key = Some(key_fingerprint(&key));
            }
            self.end_of(chunk.from).stage = Stage::Encrypted;
            output.confirm("ssh");
            return Ok(());
        }
        let (kind, mut content) = wire::unpack(packet).ok_or(Violation)?;
        match kind {
            message::KEX_INIT => {
                let end = self.end_of(chunk.from);
                if end.offer.is_none() {
                    end.offer = Some(KexInit::read(content).ok_or(Violation)?);
                    self.negotiate(chunk.ts, output);
                }
            }
            message::NEW_KEYS => {
                self.end_of(chunk.from).stage = Stage::Encrypted;
                output.confirm("ssh");
            }
            kind if Some(kind) == self.reply_with_key() => {
                let key = take::after_u32(&mut content).ok_or(Violation)?;
                self.record(chunk.ts, output).host_key = Some(key_fingerprint(&[key]));
            }
            _ => {}
        }
        Ok(())
    }

    /// The message in which the server's key comes, once the way of exchanging keys is settled.
    fn reply_with_key(&self) -> Option<u8> {
        let kex = self.record.as_ref()?.kex_alg.as_deref()?;
        let is_late = kex.starts_with("diffie-hellman-group-exchange") || kex.starts_with("gss-");
        Some(if is_late { message::KEX_GROUP_REPLY } else { message::KEX_REPLY })
    }

    fn negotiate(&mut self, ts: Timestamp, output: &Output<'_>) {
        let (client, server) = (self.client.offer.take(), self.server.offer.take());
        let record = self.record(ts, output);
        if let Some(client) = &client {
            record.hassh = Some(hassh(client));
        }
        if let Some(server) = &server {
            record.hassh_server = Some(hassh_server(server));
        }
        if let (Some(client), Some(server)) = (&client, &server) {
            record.kex_alg = Some(agreed(&client.kex, &server.kex));
            record.host_key_alg = Some(agreed(&client.host_key, &server.host_key));
            record.cipher_alg = Some(agreed_in_both(&client.ciphers, &server.ciphers));
            record.mac_alg = Some(agreed_in_both(&client.macs, &server.macs));
            record.compression_alg = Some(agreed_in_both(&client.compressions, &server.compressions));
        }
        (self.client.offer, self.server.offer) = (client, server);
    }

    /// So many encrypted bytes came.
    fn encrypted(&mut self, chunk: &Chunk<'_>, bytes: usize, output: &mut Output<'_>) {
        if bytes == 0 {
            return;
        }
        if self.sized.is_some_and(|sized| (sized.ts, sized.from) != (chunk.ts, chunk.from)) {
            self.packet_is_over(output);
        }
        let sized = self.sized.get_or_insert(Packet { ts: chunk.ts, from: chunk.from, bytes: 0 });
        sized.bytes = sized.bytes.saturating_add(bytes);
    }

    /// The encrypted packet so far is whole.
    fn packet_is_over(&mut self, output: &mut Output<'_>) {
        let Some(Packet { ts, from, bytes }) = self.sized.take() else { return };
        if self.version() != Some(2) {
            return;
        }
        if from == Sender::Originator {
            return self.guess.client_packet();
        }
        let Some(success) = self.guess.server_packet(bytes) else {
            self.last_answer = Some(ts);
            return;
        };
        let record = self.record(ts, output);
        if is_compressed(record) {
            return;
        }
        record.auth_success = Some(success);
        record.auth_attempts += 1;
        self.last_attempt = Some(ts);
        if success {
            self.finish(output);
        }
    }

    /// Tells of a login that was refused at once, which the record does not count.
    fn tell_refusal(&mut self, output: &mut Output<'_>) {
        let Some(ts) = self.last_answer.filter(|_| self.guess.was_refused_once()) else { return };
        let Some(record) = self.record.as_ref() else { return };
        if !is_compressed(record) {
            output.write(login(record, ts, Some(false), "refused once".to_owned()));
        }
    }

    fn finish(&mut self, output: &mut Output<'_>) {
        self.over = true;
        output.finish();
        let Some(record) = self.record.take() else { return };
        if let Some(ts) = self.last_attempt {
            let status = format!("{} attempts", record.auth_attempts);
            output.write(login(&record, ts, record.auth_success, status));
        }
        output.write(*record);
    }
}

/// Compressed packets have other sizes, which tell nothing of logins.
fn is_compressed(record: &Ssh) -> bool {
    matches!(record.compression_alg.as_deref(), Some("zlib" | "zlib@openssh.com"))
}

fn login(record: &Ssh, ts: Timestamp, success: Option<bool>, status: String) -> Login {
    Login {
        ts,
        uid: record.uid,
        id: record.id,
        service: "ssh".into(),
        method: None,
        user: None,
        success,
        status: Some(status),
    }
}

/// The next packet without its length; for SSH 1 also without its padding.
fn packet<'a>(rest: &mut &'a [u8], version: u8) -> Result<Option<&'a [u8]>, Violation> {
    let mut from = *rest;
    let Some(length) = take::u32(&mut from) else { return Ok(None) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > PACKET_BYTES_MAX {
        return Err(Violation);
    }
    let padding = match version {
        1 => 8 - length % 8,
        2 => 0,
        _ => return Err(Violation),
    };
    if take::bytes(&mut from, padding).is_none() {
        return Ok(None);
    }
    let Some(packet) = take::bytes(&mut from, length) else { return Ok(None) };
    *rest = from;
    Ok(Some(packet))
}

impl Analyzer for SshAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.sized.is_some_and(|sized| (sized.ts, sized.from) != (chunk.ts, chunk.from)) {
            self.packet_is_over(output);
        }
        if self.over {
            return;
        }
        if self.end_of(chunk.from).stage == Stage::Encrypted {
            return self.encrypted(&chunk, chunk.bytes.len(), output);
        }
        if self.read(&chunk, output) == Err(Violation) {
            self.finish(output);
            output.reject();
        }
    }

    fn gap(&mut self, _ts: Timestamp, _from: Sender, _length: u64, output: &mut Output<'_>) {
        // Sizes tell nothing any more; Zeek stops here as well.
        self.packet_is_over(output);
        if !self.over {
            self.finish(output);
        }
    }

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        self.packet_is_over(output);
        if !self.over {
            self.tell_refusal(output);
            self.finish(output);
        }
    }
}
