//! Follows one HTTP connection: finds requests and responses in the two streams and when each is over.

use records::{Sender, Timestamp};

use super::body::{Both, Expect, Surroundings};
use super::message::Message;
use super::transactions::Transactions;
use super::unanswered::{Kind, Unanswered};
use super::wire::{ReplyLine, RequestLine, Version, reply_line, request_line};
use crate::lines::{Lines, Piece};
use crate::percent::unescape;
use crate::{Analyzer, Chunk, HandOver, Output};

/// What comes next in a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The first line of a message.
    #[default]
    FirstLine,
    /// The message at hand.
    Message,
    /// A response of HTTP/0.9: nothing but a body.
    Raw,
    /// Nothing that could be read.
    Nothing,
}

#[derive(Default)]
struct Direction {
    lines: Lines,
    state: State,
    /// Until it is over.
    message: Option<Box<Message>>,
    ongoing: bool,
    /// Bytes were lost where they mattered.
    deaf: bool,
}

/// What a connection carries after HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Successor {
    /// Whatever the proxy forwards.
    Tunnelled,
    /// WebSocket.
    Websocket,
    /// HTTP/2.
    Http2,
    /// A protocol to which it was upgraded and that is not read.
    Unknown,
}

/// Follows one connection.
#[derive(Default)]
pub(super) struct HttpAnalyzer {
    directions: [Direction; 2],
    both: Both,
    transactions: Transactions,
    /// Requests without a response, if there are any.
    unanswered: Option<Box<Unanswered>>,
    requests: u32,
    keep_alive: bool,
    /// The response at hand grants a tunnel.
    connects: bool,
    left: Option<Successor>,
}

const fn place(from: Sender) -> usize {
    match from {
        Sender::Originator => 0,
        Sender::Responder => 1,
    }
}

impl HttpAnalyzer {
    fn direction(&mut self, from: Sender) -> &mut Direction {
        let [request, reply] = &mut self.directions;
        if place(from) == 0 { request } else { reply }
    }

    /// Gives a piece to the message at hand and ends it when it is over.
    fn with_message(
        &mut self,
        ts: Timestamp,
        from: Sender,
        output: &mut Output<'_>,
        act: impl FnOnce(&mut Message, &mut Surroundings<'_, '_>) -> bool,
    ) -> bool {
        let Some(mut message) = self.direction(from).message.take() else { return false };
        self.both.request_ongoing = self.directions[0].ongoing;
        let was_over = message.is_over();
        let result = act(
            &mut message,
            &mut Surroundings { ts, both: &mut self.both, transactions: &mut self.transactions, output },
        );
        let direction = self.direction(from);
        message.direct(&mut direction.lines);
        let is_over = message.is_over();
        let body_length = message.body_length();
        direction.message = (!is_over).then_some(message);
        if is_over && !was_over {
            self.transactions.message_done(ts, from, body_length, output);
            self.made(from, false);
        }
        result
    }

    fn deliver(&mut self, chunk: Chunk<'_>, line_end: bool, output: &mut Output<'_>) {
        self.with_message(chunk.ts, chunk.from, output, |message, around| {
            message.deliver(chunk.bytes, line_end, around);
            true
        });
    }

    /// Ends the message at hand, as far as it came.
    fn end_message(&mut self, ts: Timestamp, from: Sender, interrupted: bool, output: &mut Output<'_>) {
        if !std::mem::take(&mut self.direction(from).ongoing) {
            return;
        }
        self.with_message(ts, from, output, |message, around| {
            message.end(around);
            true
        });
        self.direction(from).ongoing = true;
        self.made(from, interrupted);
    }

    /// A message is over: what comes next?
    fn made(&mut self, from: Sender, interrupted: bool) {
        let direction = self.direction(from);
        if !std::mem::take(&mut direction.ongoing) {
            return;
        }
        direction.state = if interrupted { State::Nothing } else { State::FirstLine };
        if from == Sender::Originator {
            return;
        }
        let code = std::mem::take(&mut self.both.reply_code);
        if !(100..200).contains(&code) {
            self.answered();
        }
        let upgrade = self.both.upgrade.take().unwrap_or_default();
        let is_last = self.unanswered.as_ref().is_some_and(|unanswered| unanswered.len() == 1);
        if code == 101 && is_last && self.both.upgrades && !upgrade.is_empty() {
            self.left = Some(match upgrade.to_ascii_lowercase().as_slice() {
                b"websocket" => Successor::Websocket,
                b"h2c" => Successor::Http2,
                _ => Successor::Unknown,
            });
        }
        self.both.upgrades = false;
    }

    /// The oldest request has its response; false where there is none.
    fn answered(&mut self) -> bool {
        let Some(unanswered) = &mut self.unanswered else { return false };
        let was_asked = unanswered.pop();
        if unanswered.len() == 0 {
            self.unanswered = None;
        }
        was_asked
    }

    fn first_line(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        match chunk.from {
            Sender::Originator => match request_line(chunk.bytes) {
                Ok(request) => self.request(chunk.ts, request, output),
                Err(name) => {
                    output.weird(chunk.ts, name, None);
                    if !chunk.bytes.is_empty() && (self.requests == 0 || self.keep_alive) {
                        self.direction(chunk.from).state = State::Nothing;
                    }
                }
            },
            Sender::Responder => match reply_line(chunk.bytes) {
                Some(reply) => self.reply(chunk.ts, reply, output),
                None if chunk.bytes.is_empty() => {}
                None => {
                    output.weird(chunk.ts, "bad_HTTP_reply", None);
                    self.direction(chunk.from).state = State::Nothing;
                }
            },
        }
    }

    fn set_version(&mut self, ts: Timestamp, from: Sender, version: Version, output: &mut Output<'_>) {
        let [request, reply] = &mut self.both.versions;
        let known = if from == Sender::Originator { request } else { reply };
        if *known != Version::default() && *known != version {
            output.weird(ts, "HTTP_version_mismatch", None);
        }
        *known = version;
        self.keep_alive |= version.major > 1 || (version.major == 1 && version.minor > 0);
    }

    fn begin_message(&mut self, ts: Timestamp, from: Sender, expect: Expect, output: &mut Output<'_>) {
        if self.direction(from).message.is_some() {
            output.weird(ts, "HTTP_overlapping_messages", None);
        }
        let (both, transactions) = (&mut self.both, &mut self.transactions);
        let message = Message::new(from, expect, &mut Surroundings { ts, both, transactions, output });
        let direction = self.direction(from);
        direction.message = Some(Box::new(message));
        direction.ongoing = true;
        if direction.state == State::FirstLine {
            direction.state = State::Message;
        }
    }

    fn request(&mut self, ts: Timestamp, request: RequestLine<'_>, output: &mut Output<'_>) {
        if let Some(version) = request.version {
            self.set_version(ts, Sender::Originator, version, output);
        }
        self.requests = self.requests.saturating_add(1);
        self.unanswered.get_or_insert_default().push(Kind::of(request.method));
        output.confirm("http");
        let (uri, complaints) = unescape(request.uri);
        for name in complaints {
            output.weird(ts, name, None);
        }
        self.transactions.request(ts, request.method, &uri, output);
        self.begin_message(ts, Sender::Originator, Expect::Maybe, output);
        let reply = self.direction(Sender::Responder);
        if request.version == Some(Version::HTTP_09) && reply.state != State::Raw {
            reply.state = State::Raw;
            reply.message = None;
        }
    }

    fn reply(&mut self, ts: Timestamp, reply: ReplyLine<'_>, output: &mut Output<'_>) {
        self.set_version(ts, Sender::Responder, reply.version, output);
        self.both.reply_code = reply.code;
        if self.unanswered.is_some() {
            output.confirm("http");
        }
        self.transactions.reply(ts, reply.version, reply.code, reply.reason, output);
        let answers = |kind| self.unanswered.as_ref().is_some_and(|unanswered| unanswered.is_next(kind));
        let to_head = answers(Kind::Head);
        self.connects = answers(Kind::Connect) && reply.code == 200;
        if self.connects {
            output.through_proxy("Tunnel::HTTP");
        }
        let no_body = to_head || matches!(reply.code, 100..200 | 204 | 304);
        let expect = if no_body { Expect::NoBody } else { Expect::Body };
        self.begin_message(ts, Sender::Responder, expect, output);
    }

    /// The response to a request of HTTP/0.9 has no headers.
    fn raw(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.direction(Sender::Responder).message.is_none() {
            self.set_version(chunk.ts, Sender::Responder, Version::HTTP_09, output);
            if self.answered() {
                output.confirm("http");
            }
            self.both.closes = true;
            self.transactions.reply(chunk.ts, Version::HTTP_09, 0, None, output);
            self.begin_message(chunk.ts, Sender::Responder, Expect::Body, output);
            self.deliver(Chunk { bytes: b"", ..chunk }, true, output);
        }
        self.deliver(chunk, false, output);
    }

    fn piece(&mut self, ts: Timestamp, from: Sender, piece: Piece<'_>, output: &mut Output<'_>) {
        let line = match piece {
            Piece::Plain(bytes) => return self.deliver(Chunk { ts, from, bytes }, false, output),
            Piece::Line(line) => line,
        };
        let chunk = Chunk { ts, from, bytes: &line };
        match self.direction(from).state {
            State::FirstLine => self.first_line(chunk, output),
            State::Message => {
                self.deliver(chunk, true, output);
                let in_header = self.direction(from).message.as_deref().is_some_and(Message::in_header);
                if self.connects && from == Sender::Responder && !in_header {
                    self.left = Some(Successor::Tunnelled);
                }
            }
            State::Raw | State::Nothing => {}
        }
    }
}

impl Analyzer for HttpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        if self.direction(from).state == State::Raw {
            return self.raw(chunk, output);
        }
        while self.left.is_none() && !self.direction(from).deaf {
            if self.direction(from).state == State::Nothing {
                return;
            }
            let Some(piece) = self.direction(from).lines.next(&mut bytes) else { return };
            self.piece(ts, from, piece, output);
        }
        let Some(successor) = self.left else { return };
        if !self.direction(from).lines.end_line(&mut bytes) {
            return;
        }
        if successor == Successor::Websocket {
            self.transactions.switched(ts, output);
        }
        self.end(ts, output);
        match successor {
            Successor::Tunnelled => output.hand_over(HandOver::Recognise),
            Successor::Websocket => output.hand_over(HandOver::To("websocket")),
            Successor::Http2 => output.hand_over(HandOver::To("http2")),
            Successor::Unknown => return output.reject(),
        }
        output.leave_unread(bytes.len());
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        if self.direction(from).deaf {
            return;
        }
        let skipped = self.with_message(ts, from, output, |message, around| message.gap(length, around));
        if skipped {
            return;
        }
        // Whether a response has a body can depend on the request that was lost.
        if from == Sender::Originator {
            self.end_message(ts, from, true, output);
        }
        self.end_message(ts, Sender::Responder, true, output);
        self.direction(from).deaf = true;
    }

    fn half_closed(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        if let Some(line) = self.direction(from).lines.finish()
            && !self.direction(from).deaf
        {
            self.piece(ts, from, Piece::Line(line.into()), output);
        }
        self.end_message(ts, from, false, output);
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.end_message(ts, Sender::Originator, true, output);
        self.end_message(ts, Sender::Responder, true, output);
        self.transactions.finish(output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Connections wait for their next request for a long time, and there are many of them.
    #[test]
    fn an_idle_connection_is_small() {
        let bytes = size_of::<HttpAnalyzer>();
        assert!(bytes <= 256, "{bytes}");
    }
}
