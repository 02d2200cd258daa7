//! Follows one IRC connection: who the client says it is, where it goes, and which files are offered.

use std::collections::VecDeque;
use std::net::IpAddr;

use records::{Irc, Sender, Timestamp, text_from_bytes};

use super::TRANSFER;
use super::wire;
use crate::by_line::ReadsLines;
use crate::ftp_data::UNKNOWN_TYPE;
use crate::{Expected, Output};

/// So many channels of one command are told.
const CHANNELS_MAX: usize = 64;
/// So many files that were offered are waited for.
const OFFERS_MAX: usize = 32;

/// Follows one connection.
#[derive(Default)]
pub(super) struct IrcReader {
    /// What is known of the client; a command adds to it.
    record: Option<Box<Irc>>,
    offers: VecDeque<((IpAddr, u16), Box<Irc>)>,
    left: bool,
}

impl IrcReader {
    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Irc {
        let about = output.about;
        let record = self
            .record
            .get_or_insert_with(|| Box::new(Irc { uid: about.uid, id: about.id, ..Irc::default() }));
        record.ts = ts;
        record
    }

    fn sent(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        let Some((command, argument)) = wire::command(line) else { return };
        match command.as_slice() {
            b"NICK" => {
                let nick = text_from_bytes(wire::without_colon(argument));
                let record = self.record(ts, output);
                record.command = Some("NICK".into());
                record.value = Some(nick.clone());
                output.write(record.clone());
                record.nick = Some(nick);
            }
            b"USER" => self.user(ts, argument, output),
            b"JOIN" => self.joins(ts, wire::without_colon(argument), output),
            b"PRIVMSG" => self.offered(ts, argument, output),
            _ => {}
        }
    }

    fn user(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        let mut words = wire::words(argument, b' ').map(text_from_bytes);
        let [user, host, server] = [(); 3].map(|()| words.next().unwrap_or_default());
        // The words of the real name as Zeek joins them: a blank after each but the first.
        let mut name = words.next().unwrap_or_default();
        for word in words {
            name.push_str(&word);
            name.push(' ');
        }
        let name = name.strip_prefix(':').unwrap_or(&name);
        let record = self.record(ts, output);
        record.command = Some("USER".into());
        record.value = Some(user.clone());
        record.addl = Some(format!("{host} {server} {name}"));
        output.write(record.clone());
        record.user = Some(user);
    }

    fn joins(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        let mut words = wire::words(argument, b' ');
        let (channels, keys) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut keys = wire::words(keys, b',');
        for channel in wire::words(channels, b',').take(CHANNELS_MAX) {
            let key = keys.next().map(text_from_bytes);
            let record = self.record(ts, output);
            record.command = Some("JOIN".into());
            record.value = Some(text_from_bytes(channel));
            record.addl = Some(key.map_or_else(String::new, |key| format!(" with channel key: '{key}'")));
            output.write(record.clone());
        }
    }

    /// Either end may offer a file: what a client offers, the server passes on to another one.
    fn offered(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        let Some(offer) = wire::offer(argument) else { return };
        let name = text_from_bytes(offer.name);
        let place = (IpAddr::V4(offer.address), offer.port);
        let id = output.about.id;
        if place.0 != id.orig_h && place.0 != id.resp_h {
            return;
        }
        let expected = Expected {
            protocol: TRANSFER.name,
            announced_by: output.about.uid,
            ts,
            filename: Some(name.clone()),
            transfer: None,
        };
        output.shared.expect(id, place, expected);
        let mut record = Box::new(self.record(ts, output).clone());
        // Before the client has said who it is, there is nothing to tell of it.
        if record.command.is_none() {
            return;
        }
        record.command = Some("DCC".into());
        record.dcc_file_name = Some(name);
        record.dcc_file_size = Some(offer.size);
        if self.offers.len() >= OFFERS_MAX {
            self.offers.pop_front();
        }
        self.offers.push_back((place, record));
    }

    /// Writes the offers whose file has come.
    fn fetched(&mut self, output: &mut Output<'_>) {
        let (id, uid) = (output.about.id, output.about.uid);
        for (place, mut record) in std::mem::take(&mut self.offers) {
            let expected = output.shared.expected(id, place).filter(|it| it.announced_by == uid);
            match expected.and_then(|expected| expected.transfer.take()) {
                Some(transfer) => {
                    record.fuid = Some(transfer.fuid);
                    record.dcc_mime_type =
                        transfer.mime_type.filter(|it| *it != UNKNOWN_TYPE).map(str::to_owned);
                    output.write(*record);
                }
                None => self.offers.push_back((place, record)),
            }
        }
    }
}

impl ReadsLines for IrcReader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        match from {
            Sender::Originator => {
                if wire::is_command(line) {
                    output.confirm("irc");
                }
                self.sent(ts, line, output);
            }
            Sender::Responder => {
                self.left = wire::starts_tls(line);
                if let Some((command, argument)) = wire::command(line)
                    && command == b"PRIVMSG"
                {
                    self.offered(ts, argument, output);
                }
            }
        }
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.fetched(output);
    }
}
