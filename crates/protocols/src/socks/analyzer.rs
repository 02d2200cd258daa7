//! Follows one connection up to the proxy's answer.

use records::{Sender, Socks, Timestamp, text_from_bytes};

use super::wire::{self, Read, Target};
use crate::login::Attempt;
use crate::{Analyzer, Chunk, HandOver, Output};

/// More than the longest message: two texts of 255 bytes and what stands around them.
const WAITING_BYTES_MAX: usize = 1024;

/// Follows one connection.
#[derive(Default)]
pub(super) struct SocksAnalyzer {
    waiting: [Vec<u8>; 2],
    stage: Stage,
    record: Option<Box<Socks>>,
    login: Option<Attempt>,
}

/// Whose turn it is, and for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The client begins.
    #[default]
    Greeting,
    /// The server chooses how the client must show who it is.
    Method,
    /// The client does.
    Login,
    /// The server says whether that was right.
    LoginReply,
    /// The client says where it wants to go.
    Request,
    /// The server answers.
    Reply4,
    /// The same in version 5.
    Reply5,
}

enum Step {
    More,
    Next(Stage, usize),
    /// The answer is there; whether the way is free, and how many bytes it took.
    Answered(bool, usize),
    Broken,
}

impl SocksAnalyzer {
    fn waiting(&mut self, from: Sender) -> &mut Vec<u8> {
        let [originator, responder] = &mut self.waiting;
        if from == Sender::Originator { originator } else { responder }
    }

    fn record(&mut self, ts: Timestamp, version: u8, output: &Output<'_>) -> &mut Socks {
        let about = output.about;
        let new = || Box::new(Socks { ts, uid: about.uid, id: about.id, version, ..Socks::default() });
        self.record.get_or_insert_with(new)
    }

    fn step(&mut self, ts: Timestamp, output: &mut Output<'_>) -> Step {
        let from_client = std::mem::take(self.waiting(Sender::Originator));
        let from_server = std::mem::take(self.waiting(Sender::Responder));
        let step = match self.stage {
            Stage::Greeting if from_client.first() == Some(&4) => {
                then(wire::request_4(&from_client), |(target, user)| {
                    let record = self.record(ts, 4, output);
                    record.user = Some(text(&user)).filter(|user| !user.is_empty());
                    request(record, target);
                    output.through_proxy("Tunnel::SOCKS");
                    Stage::Reply4
                })
            }
            Stage::Greeting => then(wire::greeting(&from_client), |()| Stage::Method),
            Stage::Method => match wire::method(&from_server) {
                Read::Whole(0, length) => Step::Next(Stage::Request, length),
                Read::Whole(2, length) => Step::Next(Stage::Login, length),
                Read::More => Step::More,
                Read::Whole(..) | Read::Broken => Step::Broken,
            },
            Stage::Login => then(wire::login(&from_client), |user| {
                self.record(ts, 5, output).user = Some(text(&user));
                self.login = Some(Attempt::with_password(ts, &user));
                Stage::LoginReply
            }),
            Stage::LoginReply => match wire::login_reply(&from_server) {
                Read::Whole(code, length) => {
                    if let Some(login) = self.login.take() {
                        login.write("socks", code == 0, wire::status_5(code).as_bytes(), output);
                    }
                    if code == 0 { Step::Next(Stage::Request, length) } else { Step::Broken }
                }
                Read::More => Step::More,
                Read::Broken => Step::Broken,
            },
            Stage::Request => then(wire::request_5(&from_client), |target| {
                request(self.record(ts, 5, output), target);
                output.through_proxy("Tunnel::SOCKS");
                Stage::Reply5
            }),
            Stage::Reply4 => match wire::reply_4(&from_server) {
                Read::Whole((code, target), length) => {
                    let is_free = code == 0x5a;
                    reply(self.record(ts, 4, output), wire::status_4(code), target);
                    Step::Answered(is_free, length)
                }
                Read::More => Step::More,
                Read::Broken => Step::Broken,
            },
            Stage::Reply5 => match wire::reply_5(&from_server) {
                Read::Whole((code, target), length) => {
                    reply(self.record(ts, 5, output), wire::status_5(code), target);
                    Step::Answered(code == 0, length)
                }
                Read::More => Step::More,
                Read::Broken => Step::Broken,
            },
        };
        self.waiting = [from_client, from_server];
        step
    }

    /// Takes what was read off the end whose turn it was.
    fn used(&mut self, length: usize) {
        let from = match self.stage {
            Stage::Greeting | Stage::Login | Stage::Request => Sender::Originator,
            Stage::Method | Stage::LoginReply | Stage::Reply4 | Stage::Reply5 => Sender::Responder,
        };
        let waiting = self.waiting(from);
        waiting.drain(..length.min(waiting.len()));
    }
}

impl Analyzer for SocksAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let waiting = self.waiting(chunk.from);
        let room = WAITING_BYTES_MAX.saturating_sub(waiting.len());
        waiting.extend(chunk.bytes.iter().take(room));
        loop {
            match self.step(chunk.ts, output) {
                Step::More => break,
                Step::Next(stage, length) => {
                    self.used(length);
                    self.stage = stage;
                }
                Step::Answered(is_free, length) => {
                    output.confirm("socks");
                    if let Some(record) = self.record.take() {
                        output.write(*record);
                    }
                    if !is_free {
                        return output.finish();
                    }
                    self.used(length);
                    // Only of the chunk at hand anything can be left: what came before is too short.
                    let cut = chunk.bytes.len().saturating_sub(room);
                    output.hand_over(HandOver::Recognise);
                    return output.leave_unread(self.waiting(Sender::Responder).len() + cut);
                }
                Step::Broken => return output.reject(),
            }
        }
        if self.waiting(chunk.from).len() >= WAITING_BYTES_MAX {
            output.reject();
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        output.reject();
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}

fn then<T>(read: Read<T>, next: impl FnOnce(T) -> Stage) -> Step {
    match read {
        Read::Whole(message, length) => Step::Next(next(message), length),
        Read::More => Step::More,
        Read::Broken => Step::Broken,
    }
}

fn request(record: &mut Socks, target: Target) {
    record.request_host = target.host;
    record.request_name = target.name.as_deref().map(text);
    record.request_p = Some(target.port);
}

fn reply(record: &mut Socks, status: std::borrow::Cow<'static, str>, target: Target) {
    record.status = Some(status);
    record.bound_host = target.host;
    record.bound_name = target.name.as_deref().map(text);
    record.bound_p = Some(target.port);
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes)
}
