//! Follows one Telnet session until somebody has logged in.

use records::{Sender, Timestamp};

use super::wire::{self, Text, Words};
use crate::login::Attempt;
use crate::{Analyzer, Chunk, Output};

/// So many bytes of the server's last line are kept.
const LINE_BYTES_MAX: usize = 256;
/// Longer names are cut.
const NAME_BYTES_MAX: usize = 128;
/// So many bytes of an end are read for a login; then the session is about something else.
const READ_BYTES_MAX: u64 = 64 * 1024;

/// What the client types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typing {
    /// Nothing that is told.
    #[default]
    Other,
    Name,
    Password,
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct TelnetAnalyzer {
    texts: [Text; 2],
    read_bytes: u64,
    is_confirmed: bool,
    typing: Typing,
    name: Vec<u8>,
    line: Vec<u8>,
    /// The password was typed, and the server has not answered.
    attempt: Option<Attempt>,
}

impl TelnetAnalyzer {
    fn typed(&mut self, ts: Timestamp, byte: u8) {
        match (self.typing, byte) {
            (Typing::Name, b'\r' | b'\n' | 0) => {}
            (Typing::Name, 8 | 0x7f) => {
                self.name.pop();
            }
            (Typing::Name, byte) if self.name.len() < NAME_BYTES_MAX => self.name.push(byte),
            (Typing::Password, b'\r') => {
                self.attempt = Some(Attempt::with_password(ts, &std::mem::take(&mut self.name)));
                self.typing = Typing::Other;
                self.line.clear();
            }
            _ => {}
        }
    }

    /// True when somebody is in.
    fn said(&mut self, byte: u8, output: &mut Output<'_>) -> bool {
        if matches!(byte, b'\r' | b'\n') {
            let words = wire::words(&self.line);
            self.line.clear();
            if words == Some(Words::Refuses) {
                self.judged(false, output);
            }
            return false;
        }
        if self.line.len() < LINE_BYTES_MAX {
            self.line.push(byte);
        }
        // Only what can end a prompt is worth looking at the line.
        if !matches!(byte, b':' | b'$' | b'#' | b'>' | b'%') {
            return false;
        }
        match wire::words(&self.line) {
            Some(Words::AsksForName) => {
                // It asks again: the password before was wrong.
                self.judged(false, output);
                self.name.clear();
                self.typing = Typing::Name;
            }
            Some(Words::AsksForPassword) if !self.name.is_empty() => self.typing = Typing::Password,
            Some(Words::Prompts) if self.attempt.is_some() => {
                self.judged(true, output);
                return true;
            }
            _ => {}
        }
        false
    }

    fn judged(&mut self, success: bool, output: &mut Output<'_>) {
        if let Some(attempt) = self.attempt.take() {
            let line = std::mem::take(&mut self.line);
            attempt.write("telnet", success, if success { &[] } else { &line }, output);
            self.line = line;
        }
    }
}

impl Analyzer for TelnetAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, bytes } = chunk;
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("telnet");
        }
        for byte in bytes {
            self.read_bytes += 1;
            let [client, server] = &mut self.texts;
            let text = if from == Sender::Originator { client } else { server };
            let Some(byte) = text.byte(*byte) else { continue };
            let is_in = match from {
                Sender::Originator => {
                    self.typed(ts, byte);
                    false
                }
                Sender::Responder => self.said(byte, output),
            };
            if is_in || self.read_bytes > READ_BYTES_MAX {
                return output.finish();
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        output.finish();
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
