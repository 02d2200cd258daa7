//! Follows one IMAP connection until it is encrypted or the user is logged in.

use std::collections::BTreeMap;

use records::{Sender, Timestamp};

use crate::Output;
use crate::by_line::ReadsLines;
use crate::login::Attempt;

/// So many commands wait for their answer; more are not kept.
const PENDING_MAX: usize = 64;
/// Longer tags are cut.
const TAG_BYTES_MAX: usize = 64;

/// A command whose answer matters.
enum Command {
    StartTls,
    Login(Attempt),
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct ImapReader {
    pending: BTreeMap<Vec<u8>, Command>,
    /// Tag of the command that asks the client for more.
    in_auth: Option<Vec<u8>>,
    left: bool,
}

impl ImapReader {
    fn sent(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        if let Some(Command::Login(attempt)) = self.in_auth.take().and_then(|tag| self.pending.get_mut(&tag))
        {
            attempt.answer(line);
            return;
        }
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let (Some(tag), Some(word)) = (words.next(), words.next()) else { return };
        let tag = tag.get(..TAG_BYTES_MAX).unwrap_or(tag);
        let word = word.to_ascii_lowercase();
        let argument = words.next().unwrap_or_default();
        let command = match word.as_slice() {
            b"starttls" => Command::StartTls,
            b"login" => {
                let user = argument.strip_prefix(b"\"").unwrap_or(argument);
                Command::Login(Attempt::with_password(ts, user.strip_suffix(b"\"").unwrap_or(user)))
            }
            b"authenticate" => {
                let mut attempt = Attempt::by_mechanism(ts, argument);
                match words.next() {
                    Some(first) => attempt.answer(first),
                    None => self.in_auth = Some(tag.to_vec()),
                }
                Command::Login(attempt)
            }
            b"capability" | b"examine" | b"create" | b"list" | b"fetch" => return output.confirm("imap"),
            _ => return,
        };
        output.confirm("imap");
        if self.pending.len() < PENDING_MAX {
            self.pending.insert(tag.to_vec(), command);
        }
    }

    fn replied(&mut self, line: &[u8], output: &mut Output<'_>) {
        let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        let (Some(tag), Some(word)) = (words.next(), words.next()) else { return };
        let is_ok = word.eq_ignore_ascii_case(b"OK");
        if tag == b"*" && is_ok {
            output.confirm("imap");
        }
        let status = line.get(tag.len()..).unwrap_or_default();
        match self.pending.remove(tag) {
            Some(Command::StartTls) => self.left = is_ok,
            Some(Command::Login(attempt)) => attempt.write("imap", is_ok, status, output),
            None => {}
        }
    }
}

impl ReadsLines for ImapReader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        match from {
            Sender::Originator => self.sent(ts, line, output),
            Sender::Responder => self.replied(line, output),
        }
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }
}
