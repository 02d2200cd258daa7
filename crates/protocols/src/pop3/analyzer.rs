//! Follows one POP3 connection: which command a reply answers, and the mails that come.

use std::collections::VecDeque;

use records::{Pop3, Sender, Timestamp, text_from_bytes};

use crate::Output;
use crate::by_line::ReadsLines;
use crate::login::Attempt;
use crate::mime::{Mail, MailNews, MailSource};

/// So many commands wait for their reply; more are not kept.
const PENDING_MAX: usize = 1000;

/// Longer names of users are cut.
const USER_BYTES_MAX: usize = 256;
/// Longer arguments and answers are cut.
const TEXT_BYTES_MAX: usize = 256;
/// So many files of a mail stand in its record.
const FILES_MAX: usize = 1000;

/// A command, as far as its reply depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Auth,
    Capa,
    /// `PASS` and `APOP`.
    Login,
    /// The reply is a mail.
    Mail,
    /// The reply goes on to a line with a single dot.
    Many,
    StartTls,
    User,
    Other,
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct Pop3Reader {
    greeted: bool,
    pending: VecDeque<(Command, Option<Box<Pop3>>)>,
    /// The reply at hand goes on.
    goes_on: bool,
    mail: Option<Mail>,
    /// The command that the mail answers.
    record: Option<Box<Pop3>>,
    user: Vec<u8>,
    attempt: Option<Attempt>,
    in_auth: bool,
    left: bool,
}

impl Pop3Reader {
    fn sent(&mut self, ts: Timestamp, line: &[u8], output: &Output<'_>) {
        if self.in_auth {
            if let Some(attempt) = &mut self.attempt {
                attempt.answer(line);
            }
            return;
        }
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let Some(word) = words.next() else { return };
        let argument = words.next();
        let command = match word.to_ascii_uppercase().as_slice() {
            b"USER" => {
                let user = argument.unwrap_or_default();
                self.user = user.get(..USER_BYTES_MAX).unwrap_or(user).to_vec();
                Command::User
            }
            b"PASS" => {
                self.attempt = Some(Attempt::with_password(ts, &self.user));
                Command::Login
            }
            b"APOP" => {
                self.attempt = Some(Attempt::with_password(ts, argument.unwrap_or_default()));
                Command::Login
            }
            b"AUTH" => {
                self.in_auth = argument.is_some();
                self.attempt = argument.map(|mechanism| Attempt::by_mechanism(ts, mechanism));
                if let (Some(attempt), Some(first)) = (&mut self.attempt, words.next()) {
                    attempt.answer(first);
                }
                if argument.is_some() { Command::Auth } else { Command::Many }
            }
            b"CAPA" => Command::Capa,
            b"STLS" => Command::StartTls,
            b"RETR" | b"TOP" => Command::Mail,
            b"LIST" | b"UIDL" if argument.is_none() => Command::Many,
            _ => Command::Other,
        };
        if self.pending.len() < PENDING_MAX {
            let record = self.told(ts, word, argument, output);
            self.pending.push_back((command, record));
        }
    }

    /// The record of a command, if it is one that matters.
    fn told(
        &self,
        ts: Timestamp,
        word: &[u8],
        argument: Option<&[u8]>,
        output: &Output<'_>,
    ) -> Option<Box<Pop3>> {
        const TOLD: [&str; 7] = ["PASS", "APOP", "AUTH", "RETR", "TOP", "DELE", "STLS"];
        let command = TOLD.into_iter().find(|told| word.eq_ignore_ascii_case(told.as_bytes()))?;
        let about = output.about;
        Some(Box::new(Pop3 {
            ts,
            uid: about.uid,
            id: about.id,
            command: command.into(),
            // What follows the others is secret, or a name that is told by itself.
            arg: argument.filter(|_| !matches!(command, "PASS" | "APOP")).map(text_of),
            ..Pop3::default()
        }))
    }

    /// Writes a command that the server has answered.
    fn write(&self, record: Pop3, output: &mut Output<'_>) {
        let user = (!self.user.is_empty()).then(|| text_from_bytes(&self.user));
        output.write(Pop3 { user, ..record });
    }

    fn news(&mut self, news: &MailNews) {
        let Some(record) = self.record.as_mut().filter(|_| !news.fuids.is_empty()) else { return };
        let fuids = record.fuids.get_or_insert_default();
        let room = FILES_MAX.saturating_sub(fuids.len());
        fuids.extend(news.fuids.iter().take(room).map(ToString::to_string));
    }

    /// Writes the record of a command, but for one that a mail answers: that waits for the mail.
    fn answered(
        &mut self,
        command: Option<Command>,
        record: Option<Box<Pop3>>,
        success: bool,
        line: &[u8],
        output: &mut Output<'_>,
    ) {
        if let (Some(Command::Login | Command::Auth), Some(user)) =
            (command, self.attempt.as_ref().and_then(Attempt::user))
        {
            self.user = user.as_bytes().to_vec();
        }
        let Some(mut record) = record else { return };
        record.success = Some(success);
        record.status = Some(text_of(line));
        if command == Some(Command::Mail) && success {
            self.record = Some(record);
        } else {
            self.write(*record, output);
        }
    }

    fn replied(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        if self.goes_on {
            if line == b"." {
                self.goes_on = false;
                self.end(ts, output);
            } else if let Some(mail) = &mut self.mail {
                mail.deliver(ts, line, true, output);
                let news = mail.take_news();
                self.news(&news);
            }
            return;
        }
        let success = if line.starts_with(b"+OK") {
            true
        } else if line.starts_with(b"-ERR") {
            false
        } else {
            return;
        };
        if !std::mem::replace(&mut self.greeted, true) {
            return;
        }
        let (command, record) = self.pending.pop_front().unzip();
        self.answered(command, record.flatten(), success, line, output);
        match command {
            Some(Command::Login | Command::Auth) => {
                self.in_auth = false;
                if let Some(attempt) = self.attempt.take() {
                    attempt.write("pop3", success, line, output);
                }
            }
            Some(Command::User) if success => output.confirm("pop3"),
            Some(Command::Capa) if success => {
                output.confirm("pop3");
                self.goes_on = true;
            }
            Some(Command::Many) => self.goes_on = success,
            Some(Command::StartTls) if success => {
                output.confirm("pop3");
                self.left = true;
            }
            Some(Command::Mail) if success => {
                let source = MailSource { name: "POP3", is_orig: false, is_numbered: false };
                let mut mail = Mail::new(source, 0, ts, output);
                mail.deliver(ts, line, true, output);
                self.mail = Some(mail);
                self.goes_on = true;
            }
            _ => {}
        }
    }
}

impl ReadsLines for Pop3Reader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        match from {
            Sender::Originator => self.sent(ts, line, output),
            Sender::Responder => self.replied(ts, line, output),
        }
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        if let (Sender::Responder, Some(mail)) = (from, &mut self.mail) {
            mail.gap(ts, length, output);
        }
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if let Some(mail) = self.mail.take() {
            let (_, news) = mail.end(ts, output);
            self.news(&news);
        }
        if let Some(record) = self.record.take() {
            self.write(*record, output);
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}
