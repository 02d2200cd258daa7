//! Follows one connection to PostgreSQL.

use records::{Sender, Timestamp};

use super::session::Session;
use super::wire::{self, Startup};
use crate::by_message::Framing;
use crate::messages::Messages;
use crate::{Analyzer, Chunk, HandOver, Output};

/// So many bytes of a message are kept.
const MESSAGE_BYTES_KEPT: usize = 32 * 1024;

/// What the two have agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// The client has not said who it is.
    #[default]
    Startup,
    /// The client has asked for encryption, and the server answers with one byte.
    Tls,
    Gssapi,
    Messages,
}

/// Follows one connection.
pub(super) struct PostgresqlAnalyzer {
    streams: [Messages; 2],
    phase: Phase,
    session: Session,
}

impl PostgresqlAnalyzer {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        let stream = || Messages::that_keep(MESSAGE_BYTES_KEPT);
        Self { streams: [stream(), stream()], phase: Phase::default(), session: Session::default() }
    }

    /// The client's first message.
    fn startup(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> Option<()> {
        output.confirm("postgresql");
        match wire::startup(bytes)? {
            Startup::Tls => {
                self.phase = Phase::Tls;
                self.session.asks_for_tls(ts, output);
            }
            Startup::Gssapi => self.phase = Phase::Gssapi,
            Startup::Cancel => self.session.cancels(ts, output),
            Startup::Parameters(parameters) => {
                self.phase = Phase::Messages;
                self.session.starts(ts, &parameters, output);
            }
        }
        Some(())
    }

    /// The server's answer about encryption. True when it agrees to TLS.
    fn encrypts(&mut self, ts: Timestamp, answer: u8, output: &mut Output<'_>) -> bool {
        if self.phase == Phase::Tls {
            self.session.answers_about_tls(ts, answer == b'S', output);
        }
        let is_tls = self.phase == Phase::Tls && answer == b'S';
        self.phase = Phase::Startup;
        is_tls
    }

    fn give_up(&mut self, output: &mut Output<'_>) {
        self.session.write(output);
        output.reject();
    }
}

impl Analyzer for PostgresqlAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        let is_client = from == Sender::Originator;
        loop {
            let phase = self.phase;
            let measure = |bytes: &[u8]| match phase {
                Phase::Tls | Phase::Gssapi if !is_client => match bytes {
                    [] => Framing::Short,
                    [b'S' | b'N' | b'G', ..] => Framing::Message(1),
                    _ => wire::measure(bytes),
                },
                Phase::Startup | Phase::Tls | Phase::Gssapi if is_client => wire::measure_startup(bytes),
                _ => wire::measure(bytes),
            };
            let stream = self.streams.get_mut(usize::from(!is_client));
            let Some(found) = stream.and_then(|stream| stream.next(&mut bytes, measure)) else { return };
            let Ok(found) = found else { return self.give_up(output) };
            if is_client && phase != Phase::Messages {
                if self.startup(ts, &found.bytes, output).is_none() {
                    return self.give_up(output);
                }
            } else if let ([answer], Phase::Tls | Phase::Gssapi) = (found.bytes.as_ref(), phase) {
                if self.encrypts(ts, *answer, output) {
                    output.hand_over(HandOver::To("ssl"));
                    return output.leave_unread(bytes.len());
                }
                if *answer == b'G' {
                    return self.give_up(output);
                }
            } else if is_client {
                if let Some(message) = wire::from_client(&found.bytes) {
                    self.session.sent(ts, &message, output);
                }
            } else if let Some(message) = wire::from_server(&found.bytes) {
                self.session.replied(ts, message, output);
            }
        }
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        let stream = self.streams.get_mut(usize::from(from == Sender::Responder));
        if !stream.is_some_and(|stream| stream.gap(length)) {
            self.give_up(output);
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.session.write(output);
    }
}
