//! Follows one POP3 connection: which command a reply answers, and the mails that come.

use std::collections::VecDeque;

use records::{Sender, Timestamp};

use crate::Output;
use crate::by_line::ReadsLines;
use crate::login::Attempt;
use crate::mime::{Mail, MailSource};

/// So many commands wait for their reply; more are not kept.
const PENDING_MAX: usize = 1000;

/// Longer names of users are cut.
const USER_BYTES_MAX: usize = 256;

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
    pending: VecDeque<Command>,
    /// The reply at hand goes on.
    goes_on: bool,
    mail: Option<Mail>,
    user: Vec<u8>,
    attempt: Option<Attempt>,
    in_auth: bool,
    left: bool,
}

impl Pop3Reader {
    fn sent(&mut self, ts: Timestamp, line: &[u8]) {
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
            self.pending.push_back(command);
        }
    }

    fn replied(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        if self.goes_on {
            if line == b"." {
                self.goes_on = false;
                self.end(ts, output);
            } else if let Some(mail) = &mut self.mail {
                mail.deliver(ts, line, true, output);
                mail.take_news();
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
        let command = self.pending.pop_front();
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
            Sender::Originator => self.sent(ts, line),
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
            mail.end(ts, output);
        }
    }
}
