//! The mails of one connection become records, one for each mail that was sent or that the client began to send.

use records::{Smtp, Timestamp, text_from_bytes};
use rustc_hash::FxHashSet;

use super::addresses::{entries, first_ip, mail_addresses, received_from};
use super::wire::{Command, Reply};
use crate::Output;
use crate::mime::MailNews;

/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 4096;
/// So many recipients, addresses in a header or hosts on the path are kept.
const ADDRESSES_MAX: usize = 1000;
/// So many bytes of recipients or of the addresses of a header are kept.
const ADDRESS_BYTES_MAX: usize = 65_536;
/// So many files of a mail stand in its record.
const FILES_MAX: usize = 1000;
/// After so many mails without sender or recipients this is no SMTP worth following.
const INVALID_MAX: u32 = 25;

/// Addresses in the order in which they were first seen.
#[derive(Default)]
struct Addresses {
    list: Vec<String>,
    known: FxHashSet<String>,
    bytes: usize,
}

impl Addresses {
    /// Adds those that are not there yet. False when there is no room for one.
    fn add<'a>(&mut self, found: impl Iterator<Item = &'a [u8]>) -> bool {
        for address in found.map(text_of) {
            if self.known.contains(&address) {
                continue;
            }
            self.bytes += address.len();
            if self.list.len() >= ADDRESSES_MAX || self.bytes > ADDRESS_BYTES_MAX {
                return false;
            }
            self.known.insert(address.clone());
            self.list.push(address);
        }
        true
    }

    fn take(&mut self) -> Option<Vec<String>> {
        Some(std::mem::take(self).list).filter(|list| !list.is_empty())
    }
}

/// The mails of one connection.
#[derive(Default)]
pub(super) struct Transactions {
    record: Option<Box<Smtp>>,
    recipients: Addresses,
    to: Addresses,
    cc: Addresses,
    helo: Option<String>,
    /// Mails that the server has answered.
    transferred: u32,
    /// The client has done something about the mail at hand.
    is_active: bool,
    /// Entities of the mail at hand; headers count only in the first.
    entities: u32,
    has_sender: bool,
    has_recipient: bool,
    /// The last chunk of a mail has been announced.
    is_last_chunk: bool,
    invalid: u32,
}

impl Transactions {
    /// The client gives a command.
    pub(super) fn command(
        &mut self,
        ts: Timestamp,
        command: Command,
        argument: &[u8],
        output: &mut Output<'_>,
    ) {
        self.record(ts, output);
        match command {
            Command::Hello => {
                self.helo = Some(text_of(argument));
                let helo = self.helo.clone();
                self.record(ts, output).helo = helo;
            }
            Command::Mail if begins_with(argument, b"FROM:") => self.sender(ts, argument, output),
            Command::Rcpt if begins_with(argument, b"TO:") => self.recipients(ts, argument, output),
            Command::Data | Command::Bdat => {
                if !self.has_recipient {
                    self.invalid(ts, "data missing rcpt to", output);
                }
                if command == Command::Bdat && argument.ends_with(b" LAST") {
                    self.mail_is_over();
                    self.is_last_chunk = true;
                }
            }
            Command::EndOfData => self.mail_is_over(),
            Command::Auth
            | Command::AuthAnswer
            | Command::Mail
            | Command::Open
            | Command::Other
            | Command::Rcpt
            | Command::Rset
            | Command::StartTls
            | Command::Turn => {}
        }
    }

    fn mail_is_over(&mut self) {
        (self.has_sender, self.has_recipient) = (false, false);
    }

    fn sender(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        // The server's answer to the mail before may have been missed.
        self.write(ts, output);
        if let Some(sender) = mail_addresses(argument).first() {
            self.record(ts, output).mailfrom = Some(text_of(sender));
        }
        self.is_active = true;
        (self.has_sender, self.has_recipient) = (true, false);
    }

    fn recipients(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        let found = mail_addresses(argument);
        if !self.recipients.add(found.iter().map(|it| without_original(it))) {
            output.weird(ts, "smtp_too_many_rcptto_addresses", None);
        }
        self.is_active = true;
        self.has_recipient = true;
        if !self.has_sender {
            self.invalid(ts, "rcpt to missing mail from", output);
        }
    }

    fn invalid(&mut self, ts: Timestamp, what: &str, output: &mut Output<'_>) {
        output.weird(ts, "smtp_mail_transaction_invalid", Some(what.to_owned()));
        self.invalid += 1;
        if self.invalid == INVALID_MAX + 1 {
            output.weird(ts, "smtp_excessive_invalid_mail_transactions", None);
        }
    }

    /// So many mails lacked a sender or recipients that the rest is not worth reading.
    pub(super) fn are_senseless(&self) -> bool {
        self.invalid > INVALID_MAX
    }

    /// The connection goes on encrypted.
    pub(super) fn start_tls(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.record(ts, output).tls = true;
        self.is_active = true;
    }

    /// A line of the server's reply to `command`.
    pub(super) fn reply(
        &mut self,
        ts: Timestamp,
        command: Option<Command>,
        reply: Reply<'_>,
        output: &mut Output<'_>,
    ) {
        self.record(ts, output).last_reply = Some(format!("{} {}", reply.code, text_of(reply.text)));
        let is_whole = match command {
            Some(Command::EndOfData) => true,
            Some(Command::Bdat) => !reply.goes_on && self.is_last_chunk,
            _ => false,
        };
        if is_whole {
            self.is_last_chunk = false;
            self.transferred = self.transferred.saturating_add(1);
            self.write(ts, output);
            self.record = None;
            self.record(ts, output);
        }
    }

    /// What became known of the mail at hand.
    pub(super) fn news(&mut self, ts: Timestamp, news: MailNews, output: &mut Output<'_>) {
        for (name, value) in &news.headers {
            if self.entities <= 1 {
                self.header(ts, name, value, output);
            }
        }
        self.record(ts, output);
        self.entities = self.entities.saturating_add(news.entities);
        let fuids = self.record(ts, output).fuids.get_or_insert_default();
        let room = FILES_MAX.saturating_sub(fuids.len());
        fuids.extend(news.fuids.iter().take(room).map(ToString::to_string));
    }

    fn header(&mut self, ts: Timestamp, name: &[u8], value: &[u8], output: &mut Output<'_>) {
        if name.eq_ignore_ascii_case(b"to") && !self.to.add(entries(value).into_iter()) {
            output.weird(ts, "smtp_too_many_to_addresses", None);
        }
        if name.eq_ignore_ascii_case(b"cc") && !self.cc.add(entries(value).into_iter()) {
            output.weird(ts, "smtp_too_many_cc_addresses", None);
        }
        let text = || Some(text_of(value));
        let record = self.record(ts, output);
        match name.to_ascii_uppercase().as_slice() {
            b"MESSAGE-ID" => record.msg_id = text(),
            b"RECEIVED" => {
                record.second_received = record.first_received.take();
                record.first_received = text();
                passed(record, value);
            }
            b"IN-REPLY-TO" => record.in_reply_to = text(),
            b"SUBJECT" => record.subject = text(),
            b"FROM" => record.from = text(),
            b"REPLY-TO" => record.reply_to = text(),
            b"DATE" => record.date = text(),
            b"X-ORIGINATING-IP" => record.x_originating_ip = first_ip(value).or(record.x_originating_ip),
            b"X-MAILER" | b"USER-AGENT" | b"X-USER-AGENT" => record.user_agent = text(),
            _ => {}
        }
    }

    /// The record at hand; it begins if there is none.
    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Smtp {
        let Self { record, helo, transferred, entities, recipients, to, cc, .. } = self;
        record.get_or_insert_with(|| {
            *entities = 0;
            (*recipients, *to, *cc) = Default::default();
            let about = output.about;
            Box::new(Smtp {
                ts,
                uid: about.uid,
                id: about.id,
                trans_depth: transferred.saturating_add(1),
                helo: helo.clone(),
                path: Some(vec![about.id.resp_h, about.id.orig_h]),
                ..Smtp::default()
            })
        })
    }

    /// Writes the record at hand, if there is something to tell.
    pub(super) fn write(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if !std::mem::take(&mut self.is_active) {
            return;
        }
        if let Some(mut record) = self.record.take() {
            record.rcptto = self.recipients.take();
            (record.to, record.cc) = (self.to.take(), self.cc.take());
            output.write(*record);
        }
        self.record(ts, output);
    }
}

fn begins_with(argument: &[u8], word: &[u8]) -> bool {
    argument.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// An address without the mark of the recipient that was meant at first (RFC 3461).
fn without_original(address: &[u8]) -> &[u8] {
    address.strip_prefix(b"ORCPT=rfc822").unwrap_or(address)
}

/// A host through which the mail came.
fn passed(record: &mut Smtp, received: &[u8]) {
    let path = record.path.get_or_insert_default();
    if let Some(host) = received_from(received)
        && path.last() != Some(&host)
        && path.len() < ADDRESSES_MAX
    {
        path.push(host);
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}
