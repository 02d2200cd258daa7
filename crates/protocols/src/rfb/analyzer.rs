//! Follows the beginning of one RFB session: what each end sends depends on what the other one has sent.

use records::{Rfb, Sender, Timestamp, text_from_bytes};

use super::wire::{self, CHALLENGE_BYTES, Read};
use crate::login::Attempt;
use crate::{Analyzer, Chunk, Output};

/// So many bytes of an end wait for more, or for the other end.
const WAITING_BYTES_MAX: usize = 70_000;

/// What the server sends next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Server {
    #[default]
    Version,
    /// The kind of proof that it wants (before version 3.7).
    Kind,
    /// The kinds of proof that it accepts.
    Kinds,
    Challenge,
    AppleChallenge,
    Result,
    /// Why it refuses.
    Reason,
    Screen,
    /// Nothing until the client has spoken.
    Waits,
}

/// What the client sends next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Client {
    #[default]
    Version,
    /// The kind of proof that it chooses.
    Choice,
    Answer,
    /// The answer to a challenge of Apple Remote Desktop, with keys of this length.
    AppleAnswer(usize),
    /// Whether it shares the screen.
    Share,
    /// Nothing that is told.
    Done,
    /// Nothing until the server has spoken.
    Waits,
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct RfbAnalyzer {
    server: Server,
    client: Client,
    waiting: [Vec<u8>; 2],
    minor_version: u32,
    record: Option<Box<Rfb>>,
    is_over: bool,
}

/// How far an end has come.
enum Step {
    /// So many bytes were read.
    Read(usize),
    /// There is nothing to read yet.
    Stuck,
    /// This is no RFB.
    Broken,
}

/// Goes on with what was read.
macro_rules! take_or_return {
    ($read:expr) => {
        match $read {
            Read::Whole(value, length) => (value, length),
            Read::More => return Step::Stuck,
            Read::Broken => return Step::Broken,
        }
    };
}

impl RfbAnalyzer {
    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Rfb {
        let about = output.about;
        self.record
            .get_or_insert_with(|| Box::new(Rfb { ts, uid: about.uid, id: about.id, ..Rfb::default() }))
    }

    fn server_step(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> Step {
        let length = match self.server {
            Server::Version => {
                let ((major, minor), length) = take_or_return!(wire::version(bytes));
                let record = self.record(ts, output);
                record.server_major_version = Some(text_from_bytes(major));
                record.server_minor_version = Some(text_from_bytes(minor));
                self.server = Server::Waits;
                length
            }
            Server::Kind => {
                let (kind, length) = take_or_return!(wire::word(bytes));
                self.record(ts, output).authentication_method = Some(wire::method(kind));
                (self.server, self.client) = match kind {
                    0 => (Server::Reason, Client::Share),
                    1 => (Server::Screen, Client::Share),
                    2 => (Server::Challenge, Client::Answer),
                    _ => return Step::Broken,
                };
                length
            }
            Server::Kinds => {
                let (kinds, length) = take_or_return!(wire::kinds(bytes));
                self.server = if kinds == 0 { Server::Reason } else { Server::Waits };
                length
            }
            Server::Challenge => {
                let ((), length) = take_or_return!(wire::opaque(bytes, CHALLENGE_BYTES));
                self.server = Server::Result;
                length
            }
            Server::AppleChallenge => {
                let (key, length) = take_or_return!(wire::apple_challenge(bytes));
                (self.server, self.client) = (Server::Result, Client::AppleAnswer(key));
                length
            }
            Server::Result => {
                let (result, length) = take_or_return!(wire::word(bytes));
                self.judged(ts, result == 0, output);
                self.server = if result == 0 { Server::Screen } else { Server::Reason };
                length
            }
            Server::Reason => {
                let (_, length) = take_or_return!(wire::reason(bytes));
                self.server = Server::Screen;
                length
            }
            Server::Screen => {
                let (screen, length) = take_or_return!(wire::screen(bytes));
                let record = self.record(ts, output);
                record.desktop_name = Some(text_from_bytes(screen.name));
                (record.width, record.height) = (Some(screen.width), Some(screen.height));
                self.is_over = true;
                length
            }
            Server::Waits => return Step::Stuck,
        };
        Step::Read(length)
    }

    fn client_step(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> Step {
        let length = match self.client {
            Client::Version => {
                let ((major, minor), length) = take_or_return!(wire::version(bytes));
                output.confirm("rfb");
                self.minor_version =
                    std::str::from_utf8(minor).ok().and_then(|it| it.parse().ok()).unwrap_or(0);
                let record = self.record(ts, output);
                record.client_major_version = Some(text_from_bytes(major));
                record.client_minor_version = Some(text_from_bytes(minor));
                // Apple gives the minor version 889 and speaks 3.7.
                (self.server, self.client) = match self.minor_version {
                    7.. => (Server::Kinds, Client::Choice),
                    _ => (Server::Kind, Client::Waits),
                };
                length
            }
            Client::Choice => {
                let (kind, length) = take_or_return!(wire::byte(bytes));
                self.record(ts, output).authentication_method = Some(wire::method(u32::from(kind)));
                (self.server, self.client) = match kind {
                    1 if self.minor_version > 7 => (Server::Result, Client::Share),
                    1 => (Server::Screen, Client::Share),
                    2 => (Server::Challenge, Client::Answer),
                    30 => (Server::AppleChallenge, Client::Waits),
                    _ => return Step::Broken,
                };
                length
            }
            Client::Answer => {
                let ((), length) = take_or_return!(wire::opaque(bytes, CHALLENGE_BYTES));
                self.client = Client::Share;
                length
            }
            Client::AppleAnswer(key) => {
                let ((), length) = take_or_return!(wire::opaque(bytes, 2 * key));
                self.client = Client::Share;
                length
            }
            Client::Share => {
                let (shares, length) = take_or_return!(wire::byte(bytes));
                self.record(ts, output).share_flag = Some(shares != 0);
                self.client = Client::Done;
                length
            }
            Client::Done => bytes.len(),
            Client::Waits => return Step::Stuck,
        };
        Step::Read(length)
    }

    fn judged(&mut self, ts: Timestamp, success: bool, output: &mut Output<'_>) {
        let record = self.record(ts, output);
        record.auth = Some(success);
        let (began, method) = (record.ts, record.authentication_method.clone().unwrap_or_default());
        Attempt::by_mechanism(began, method.as_bytes()).write("rfb", success, &[], output);
    }

    /// Reads what has come, as long as one of the ends goes on.
    fn advance(&mut self, ts: Timestamp, output: &mut Output<'_>) -> Step {
        loop {
            let mut read = 0;
            for from in [Sender::Responder, Sender::Originator] {
                let place = usize::from(from == Sender::Responder);
                let Some(waiting) = self.waiting.get_mut(place) else { continue };
                let bytes = std::mem::take(waiting);
                let step = match from {
                    _ if bytes.is_empty() || self.is_over => Step::Stuck,
                    Sender::Responder => self.server_step(ts, &bytes, output),
                    Sender::Originator => self.client_step(ts, &bytes, output),
                };
                let used = match step {
                    Step::Read(used) => used,
                    Step::Stuck => 0,
                    Step::Broken => return Step::Broken,
                };
                read += used;
                if let Some(waiting) = self.waiting.get_mut(place) {
                    *waiting = bytes;
                    waiting.drain(..used);
                }
            }
            if read == 0 {
                return Step::Stuck;
            }
        }
    }

    fn write(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take() {
            output.write(*record);
        }
    }
}

impl Analyzer for RfbAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let mut bytes = chunk.bytes;
        while !bytes.is_empty() {
            let Some(waiting) = self.waiting.get_mut(usize::from(chunk.from == Sender::Responder)) else {
                return;
            };
            let room = WAITING_BYTES_MAX.saturating_sub(waiting.len());
            let (taken, rest) = bytes.split_at_checked(room.min(bytes.len())).unwrap_or((bytes, &[]));
            waiting.extend_from_slice(taken);
            bytes = rest;
            if taken.is_empty() || matches!(self.advance(chunk.ts, output), Step::Broken) {
                self.write(output);
                return output.reject();
            }
            if self.is_over {
                self.write(output);
                return output.finish();
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        self.write(output);
        output.reject();
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.write(output);
    }
}
