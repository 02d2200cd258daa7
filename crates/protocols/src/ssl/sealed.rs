//! Encrypted records: they end the handshake, and where the user's key log has the connection's secrets, what is in
//! them is read.

use records::{Sender, Timestamp};

use super::analyzer::{SslAnalyzer, content};
use super::decryption::{Closed, Found, Opened};
use super::record_layer::Record;
use super::wire::message;
use crate::{Chunk, Output, Within};

impl SslAnalyzer {
    /// A handshake message in clear may say something of the keys.
    pub(super) fn note_keys(&mut self, ts: Timestamp, (kind, body): (u8, &[u8]), output: &mut Output<'_>) {
        let key_log = &output.shared.key_log;
        if kind == message::CLIENT_HELLO && !key_log.is_empty() {
            self.decryption.get_or_insert_default();
        }
        let Some(decryption) = &mut self.decryption else { return };
        let noted = decryption.handshake(kind, body, key_log);
        self.unless_closed(ts, noted, output);
    }

    /// This end changes its cipher.
    pub(super) fn change_keys(&mut self, ts: Timestamp, is_client: bool, output: &mut Output<'_>) {
        let Some(decryption) = &mut self.decryption else { return };
        let changed = decryption.change_cipher_spec(is_client, &output.shared.key_log);
        self.unless_closed(ts, changed, output);
    }

    fn unless_closed(&mut self, ts: Timestamp, result: Result<(), Closed>, output: &mut Output<'_>) {
        match result {
            Ok(()) => {}
            Err(Closed::NoSecret) => self.decryption = None,
            Err(Closed::Unsupported) => self.give_up(ts, "version or cipher suite", output),
        }
    }

    /// Nothing more can be opened.
    fn give_up(&mut self, ts: Timestamp, why: &str, output: &mut Output<'_>) {
        self.decryption = None;
        output.weird(ts, "ssl_decryption_failed", Some(why.to_owned()));
        if self.is_told || self.session.is_established() {
            self.finish(output);
        }
    }

    /// An encrypted record has come, or one that should have been.
    pub(super) fn sealed(&mut self, ts: Timestamp, from: Sender, record: &Record, output: &mut Output<'_>) {
        let is_client = self.is_client(from);
        self.is_version_3 = true;
        let is_tls_1_3 = self.session.is_tls_1_3();
        if !self.is_told {
            if is_tls_1_3 {
                self.session.encrypt(is_client);
            }
            let is_complete = self.session.is_encrypted(is_client) && self.session.ciphertext(ts);
            if is_complete && self.decryption.is_none() {
                return self.finish(output);
            }
            // Of TLS 1.3 the encrypted part of the handshake has more to tell.
            if is_complete && !is_tls_1_3 {
                self.tell(output);
            }
        }
        let (Some(decryption), Some(body)) = (&mut self.decryption, &record.body) else { return };
        match decryption.open(is_client, &record.header, body) {
            Opened::Content { content, lost } => {
                self.content(ts, from, (content.content_type, content.bytes), lost, output);
            }
            Opened::PassedOver => {}
            Opened::Failed => self.give_up(ts, "no key fits", output),
        }
        self.tell_if_over(output);
    }

    /// The record of TLS 1.3 is written when both ends have finished.
    fn tell_if_over(&mut self, output: &mut Output<'_>) {
        let is_over = self.decryption.as_ref().is_some_and(|decryption| decryption.is_handshake_over());
        if is_over && self.session.is_established() {
            self.tell(output);
        }
    }

    fn content(
        &mut self,
        ts: Timestamp,
        from: Sender,
        (content_type, bytes): (u8, Vec<u8>),
        lost: u64,
        output: &mut Output<'_>,
    ) {
        if lost > 0 {
            output.within(Within::Gap(from, lost));
        }
        match content_type {
            content::APPLICATION_DATA if !bytes.is_empty() => {
                if self.session.is_http2() {
                    output.within_is("http2");
                }
                output.within(Within::Data(from, bytes));
            }
            content::HANDSHAKE => self.opened_handshake(ts, from, &bytes, output),
            content::CHANGE_CIPHER_SPEC => self.change_keys(ts, self.is_client(from), output),
            content::ALERT if !self.is_told => {
                if let [_, description] = *bytes {
                    self.session.alert(ts, self.is_client(from), description);
                }
            }
            _ => {}
        }
    }

    fn opened_handshake(&mut self, ts: Timestamp, from: Sender, bytes: &[u8], output: &mut Output<'_>) {
        let is_client = self.is_client(from);
        let read = self.each_message(from, bytes, |analyzer, message| {
            if !analyzer.is_told && analyzer.session.is_tls_1_3() {
                analyzer.session.sealed_handshake(ts, is_client, message, output);
            }
            let Some(decryption) = &mut analyzer.decryption else { return Ok(()) };
            let noted = decryption.sealed_handshake(is_client, message, &output.shared.key_log);
            analyzer.unless_closed(ts, noted, output);
            Ok(())
        });
        if read.is_err() {
            self.direction(from).handshake = Vec::new();
        }
    }

    /// Bytes were lost. False where nothing behind them can be read.
    pub(super) fn look_behind_gap(&mut self, from: Sender, length: u64) -> bool {
        let is_client = self.is_client(from);
        let direction = self.direction(from);
        let searched = direction.search.take().map_or(0, |search| search.into_rest().len() as u64);
        let unread = direction.layer.drop_partial() + searched;
        direction.handshake = Vec::new();
        let Some(decryption) = &mut self.decryption else { return false };
        let search = decryption.lose(is_client, length.saturating_add(unread));
        let is_found = search.is_some();
        self.direction(from).search = search;
        is_found
    }

    /// Looks for the next record behind a gap. What is left behind it is given back; `None` where there was no gap.
    pub(super) fn behind_lost_bytes(
        &mut self,
        chunk: &Chunk<'_>,
        output: &mut Output<'_>,
    ) -> Option<Vec<u8>> {
        let is_client = self.is_client(chunk.from);
        let mut search = self.direction(chunk.from).search.take()?;
        search.push(chunk.bytes);
        let found = self.decryption.as_mut().map_or(Found::Nothing, |it| it.search(is_client, &mut search));
        match found {
            Found::More => {
                self.direction(chunk.from).search = Some(search);
                Some(Vec::new())
            }
            Found::Record { content, lost } => {
                self.content(chunk.ts, chunk.from, (content.content_type, content.bytes), lost, output);
                self.tell_if_over(output);
                Some(search.into_rest())
            }
            Found::Nothing => {
                self.give_up(chunk.ts, "bytes were lost", output);
                Some(Vec::new())
            }
        }
    }

    /// The connection ends while the next record is still looked for.
    pub(super) fn tell_unfound(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        let is_searching =
            [Sender::Originator, Sender::Responder].iter().any(|from| self.direction(*from).search.is_some());
        if is_searching {
            output.weird(ts, "ssl_decryption_failed", Some("bytes were lost".to_owned()));
        }
    }
}
