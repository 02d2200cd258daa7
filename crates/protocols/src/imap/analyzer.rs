//! Follows one IMAP connection until it is encrypted: commands, their answers, and mails on their way.

use std::collections::BTreeMap;

use records::{Imap, Sender, Timestamp, Uid, text_from_bytes};

use super::wire;
use crate::Output;
use crate::by_line::ReadsLines;
use crate::lines::{Ends, Lines, Piece};
use crate::login::Attempt;
use crate::mime::{Mail, MailNews, MailSource};

/// So many commands wait for their answer; more are not kept, and told as a violation.
const PENDING_MAX: usize = 1000;
/// Longer tags are cut.
const TAG_BYTES_MAX: usize = 64;
/// Longer arguments and answers are cut.
const TEXT_BYTES_MAX: usize = 256;
/// So many files stand in a record.
const FILES_MAX: usize = 1000;

/// A command that waits for its answer.
#[derive(Default)]
struct Command {
    record: Option<Box<Imap>>,
    attempt: Option<Attempt>,
    is_start_tls: bool,
}

/// A mail on its way, cut into lines.
struct Passing {
    mail: Mail,
    lines: Lines,
}

/// One direction.
#[derive(Default)]
struct Side {
    /// The next line goes on with the one before, after a text behind its length.
    goes_on: bool,
    passing: Option<Passing>,
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct ImapReader {
    pending: BTreeMap<Vec<u8>, Command>,
    /// Tag of the command that asks the client for more.
    in_auth: Option<Vec<u8>>,
    /// Tag of the login whose user is named by a text behind its length, and what has come of that.
    naming: Option<(Vec<u8>, Vec<u8>)>,
    user: Option<String>,
    sides: [Side; 2],
    /// So many bytes of a text come next.
    literal: u64,
    /// Files of mails that belong to the next command that is answered.
    fuids: Vec<Uid>,
    left: bool,
}

impl ImapReader {
    fn side(&mut self, from: Sender) -> &mut Side {
        let [client, server] = &mut self.sides;
        if from == Sender::Originator { client } else { server }
    }

    fn sent(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        if let Some(tag) = self.in_auth.take()
            && let Some(Command { attempt: Some(attempt), .. }) = self.pending.get_mut(&tag)
        {
            attempt.answer(line);
            return;
        }
        let Some((tag, rest)) = wire::word(line) else { return };
        let tag = tag.get(..TAG_BYTES_MAX).unwrap_or(tag);
        let Some((word, mut argument)) = wire::word(rest) else { return };
        let mut name = word.to_ascii_uppercase();
        if name == b"UID"
            && let Some((word, rest)) = wire::word(argument)
        {
            name = word.to_ascii_uppercase();
            argument = rest;
        }
        let command = Command {
            record: self.told(ts, word, &name, argument, output),
            attempt: self.attempt(ts, tag, &name, argument),
            is_start_tls: name == b"STARTTLS",
        };
        let is_known = matches!(name.as_slice(), b"CAPABILITY" | b"EXAMINE" | b"CREATE" | b"LIST" | b"FETCH");
        if is_known || command.attempt.is_some() || command.is_start_tls {
            output.confirm("imap");
        }
        let is_told = command.record.is_some() || command.attempt.is_some();
        if is_told && self.pending.len() < PENDING_MAX {
            self.pending.insert(tag.to_vec(), command);
        } else if is_told {
            output.weird(ts, "imap_excessive_pending_cmds", None);
        }
        if name == b"LOGIN" && argument.starts_with(b"{") && wire::literal(line).is_some() {
            self.naming = Some((tag.to_vec(), Vec::new()));
        }
        if name == b"APPEND" && wire::literal(line).is_some() {
            self.begin_mail(ts, Sender::Originator, output);
        }
    }

    /// The record of a command, if it is one that matters.
    fn told(
        &self,
        ts: Timestamp,
        word: &[u8],
        name: &[u8],
        argument: &[u8],
        output: &Output<'_>,
    ) -> Option<Box<Imap>> {
        if !wire::is_told(name) {
            return None;
        }
        let about = output.about;
        let prefix = if word.eq_ignore_ascii_case(b"UID") { "UID " } else { "" };
        let arg = match name {
            b"LOGIN" => None,
            b"AUTHENTICATE" => wire::word(argument).map(|(mechanism, _)| text_of(mechanism)),
            _ => Some(text_of(argument)).filter(|argument| !argument.is_empty()),
        };
        let command = format!("{prefix}{}", text_of(name));
        Some(Box::new(Imap { ts, uid: about.uid, id: about.id, command, arg, ..Imap::default() }))
    }

    fn attempt(&mut self, ts: Timestamp, tag: &[u8], name: &[u8], argument: &[u8]) -> Option<Attempt> {
        let mut words = argument.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let first = words.next().unwrap_or_default();
        match name {
            b"LOGIN" => {
                let quoted = argument.strip_prefix(b"\"");
                let user = quoted.and_then(|quoted| quoted.split(|byte| *byte == b'"').next());
                Some(Attempt::with_password(ts, user.unwrap_or(first)))
            }
            b"AUTHENTICATE" => {
                let mut attempt = Attempt::by_mechanism(ts, first);
                match words.next() {
                    Some(first) => attempt.answer(first),
                    None => self.in_auth = Some(tag.to_vec()),
                }
                Some(attempt)
            }
            _ => None,
        }
    }

    fn replied(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        let Some((tag, status)) = wire::word(line) else { return };
        let Some((word, _)) = wire::word(status) else { return };
        let is_ok = word.eq_ignore_ascii_case(b"OK");
        if tag == b"*" {
            if is_ok {
                output.confirm("imap");
            }
            if wire::gives_mail(line) {
                self.begin_mail(ts, Sender::Responder, output);
            }
            return;
        }
        let Some(command) = self.pending.remove(tag) else { return };
        self.left = command.is_start_tls && is_ok;
        if let Some(attempt) = command.attempt {
            if is_ok {
                self.user = attempt.user().map(str::to_owned);
            }
            let user = attempt.user().map(str::to_owned);
            attempt.write("imap", is_ok, status, output);
            return self.write(command.record, user, is_ok, status, output);
        }
        let user = self.user.clone();
        self.write(command.record, user, is_ok, status, output);
    }

    fn write(
        &mut self,
        record: Option<Box<Imap>>,
        user: Option<String>,
        is_ok: bool,
        status: &[u8],
        output: &mut Output<'_>,
    ) {
        let Some(mut record) = record else { return };
        let fuids = std::mem::take(&mut self.fuids);
        record.user = user;
        record.success = Some(is_ok);
        record.status = Some(text_of(status));
        record.fuids = (!fuids.is_empty()).then(|| fuids.iter().map(ToString::to_string).collect());
        output.write(*record);
    }

    fn begin_mail(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        self.end_mail(ts, from, output);
        let is_orig = from == Sender::Originator;
        let source = MailSource { name: "IMAP", is_orig, is_numbered: false };
        let mail = Mail::new(source, 0, ts, output);
        self.side(from).passing = Some(Passing { mail, lines: Lines::that_end(Ends::CrLf) });
    }

    fn end_mail(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        let Some(Passing { mut mail, mut lines }) = self.side(from).passing.take() else { return };
        if let Some(rest) = lines.rest() {
            mail.deliver(ts, &rest, false, output);
        }
        let (_, news) = mail.end(ts, output);
        self.news(&news);
    }

    fn news(&mut self, news: &MailNews) {
        let room = FILES_MAX.saturating_sub(self.fuids.len());
        self.fuids.extend(news.fuids.iter().take(room));
    }
}

impl ReadsLines for ImapReader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        if from == Sender::Originator {
            self.naming = None;
        }
        let literal = wire::literal(line);
        let goes_on = std::mem::replace(&mut self.side(from).goes_on, literal.is_some());
        self.literal = literal.unwrap_or(0);
        match from {
            _ if goes_on => {
                if from == Sender::Responder && wire::gives_mail(line) {
                    self.begin_mail(ts, from, output);
                }
            }
            Sender::Originator => self.sent(ts, line, output),
            Sender::Responder => self.replied(ts, line, output),
        }
        if literal == Some(0) {
            self.end_mail(ts, from, output);
        }
    }

    fn plain_bytes_next(&mut self) -> u64 {
        std::mem::take(&mut self.literal)
    }

    fn plain(&mut self, ts: Timestamp, from: Sender, mut bytes: &[u8], left: u64, output: &mut Output<'_>) {
        if from == Sender::Originator
            && let Some((tag, user)) = &mut self.naming
        {
            let room = TEXT_BYTES_MAX.saturating_sub(user.len());
            user.extend(bytes.iter().take(room));
            if left == 0
                && let Some(Command { attempt: Some(attempt), .. }) = self.pending.get_mut(tag)
            {
                attempt.is_of(user);
            }
            return;
        }
        let Some(passing) = &mut self.side(from).passing else { return };
        while let Some(piece) = passing.lines.next(&mut bytes) {
            if let Piece::Line(line) = piece {
                passing.mail.deliver(ts, &line, true, output);
            }
        }
        let news = passing.mail.take_news();
        self.news(&news);
        if left == 0 {
            self.end_mail(ts, from, output);
        }
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        self.naming = None;
        if let Some(passing) = &mut self.side(from).passing {
            passing.mail.gap(ts, length, output);
        }
        self.end_mail(ts, from, output);
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.end_mail(ts, Sender::Originator, output);
        self.end_mail(ts, Sender::Responder, output);
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}
