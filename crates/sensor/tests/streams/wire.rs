//! A dialogue as frames.

use std::net::SocketAddr;

use protocols::Transport;
use records::Sender;
use testkit::frame::{self, Numbers};
use testkit::{ACK, FIN, PSH, SYN};

use crate::Frames;
use crate::dialogue::{Act, Dialogue, Step};
use crate::disorder::{Disorder, Piece};

/// Longest segment.
const SEGMENT_BYTES_MAX: usize = 1400;
/// Initial sequence numbers: one of them passes zero soon.
const INITIAL: [u32; 2] = [0xffff_ff00, 5000];

/// The frames of a dialogue. Over TCP all have the same time, as what is told must not depend on which of them came last.
pub(crate) fn frames(dialogue: &Dialogue, disorder: &mut Disorder) -> Frames {
    let id = dialogue.about.id;
    let ends = [SocketAddr::new(id.orig_h, id.orig_p), SocketAddr::new(id.resp_h, id.resp_p)];
    match dialogue.transport {
        Transport::Tcp => {
            let mut stream = Stream::new(ends, dialogue.about.start.0);
            stream.handshake();
            for turn in dialogue.steps.chunk_by(|one, next| one.from == next.from) {
                stream.turn(turn, disorder);
            }
            stream.frames
        }
        Transport::Udp => datagrams(dialogue, ends, disorder),
    }
}

fn datagrams(dialogue: &Dialogue, ends: [SocketAddr; 2], disorder: &mut Disorder) -> Frames {
    let mut frames = Frames::new();
    for (place, step) in dialogue.steps.iter().enumerate() {
        if let Act::Send(bytes) = &step.act {
            let [from, to] = towards(ends, step.from);
            add(&mut frames, (step.ts.0, place as u16 + 1), frame::udp(from, to, bytes), disorder);
        }
    }
    frames
}

/// Adds a frame, whole or in fragments.
fn add(frames: &mut Frames, (ts, identification): (i64, u16), whole: Vec<u8>, disorder: &mut Disorder) {
    match disorder.fragments(whole.len()) {
        Some(length) => {
            let mut fragments = frame::fragments(&whole, identification, length);
            disorder.shuffle(&mut fragments);
            frames.extend(fragments.into_iter().map(|fragment| (ts, fragment)));
        }
        None => frames.push((ts, whole)),
    }
}

fn towards([orig, resp]: [SocketAddr; 2], from: Sender) -> [SocketAddr; 2] {
    match from {
        Sender::Originator => [orig, resp],
        Sender::Responder => [resp, orig],
    }
}

/// A TCP connection being written.
struct Stream {
    ends: [SocketAddr; 2],
    ts: i64,
    /// What each end has sent, with what the capture has lost of it as zeros.
    sent: [Vec<u8>; 2],
    closed: [bool; 2],
    frames: Frames,
    identification: u16,
}

impl Stream {
    fn new(ends: [SocketAddr; 2], ts: i64) -> Self {
        let (sent, closed) = (Default::default(), [false; 2]);
        Self { ends, ts, sent, closed, frames: Frames::new(), identification: 0 }
    }

    fn handshake(&mut self) {
        let [orig, resp] = INITIAL;
        for (from, sequence, acknowledgment, flags) in [
            (Sender::Originator, orig, 0, SYN),
            (Sender::Responder, resp, orig.wrapping_add(1), SYN | ACK),
            (Sender::Originator, orig.wrapping_add(1), resp + 1, ACK),
        ] {
            let [from, to] = towards(self.ends, from);
            let numbers = Numbers { sequence, acknowledgment, flags };
            self.frames.push((self.ts, frame::tcp(from, to, numbers, &[])));
        }
    }

    /// What one end sends before the other does. The other acknowledges it all.
    fn turn(&mut self, steps: &[Step], disorder: &mut Disorder) {
        let Some(Step { from, .. }) = steps.first() else { return };
        let mut pieces = Vec::<Piece>::new();
        let sent = &mut self.sent[side(*from)];
        let already_closed = self.closed[side(*from)];
        for step in steps {
            let start = sent.len();
            match &step.act {
                Act::Send(bytes) => {
                    sent.extend_from_slice(bytes);
                    let firsts = (start..sent.len()).step_by(SEGMENT_BYTES_MAX);
                    pieces.extend(firsts.map(|first| (first, sent.len().min(first + SEGMENT_BYTES_MAX))));
                }
                Act::Gap(length) => sent.resize(start + usize::try_from(*length).unwrap(), 0),
                Act::Close => self.closed[side(*from)] = true,
            }
        }
        let mut segments: Vec<_> = disorder.pieces(pieces).into_iter().map(Some).collect();
        if self.closed[side(*from)] && !already_closed {
            segments.push(None);
            // The FIN may come before the last bytes.
            if let Some(last) = segments.last_chunk_mut::<2>() {
                disorder.shuffle(last);
            }
        }
        for segment in segments {
            self.segment(*from, segment, disorder);
        }
        self.acknowledge(from.other());
    }

    /// Sends a piece of what `from` has to say, or its FIN.
    fn segment(&mut self, from: Sender, piece: Option<Piece>, disorder: &mut Disorder) {
        let (start, bytes, flags) = match piece {
            Some((start, end)) => (start, self.sent[side(from)][start..end].to_vec(), ACK | PSH),
            None => (self.sent[side(from)].len(), Vec::new(), ACK | FIN),
        };
        let numbers = Numbers {
            sequence: number(from, start, false),
            acknowledgment: self.everything_from(from.other()),
            flags,
        };
        let [from, to] = towards(self.ends, from);
        self.identification += 1;
        let place = (self.ts, self.identification);
        add(&mut self.frames, place, frame::tcp(from, to, numbers, &bytes), disorder);
    }

    fn acknowledge(&mut self, from: Sender) {
        let mine = self.sent[side(from)].len();
        let numbers = Numbers {
            sequence: number(from, mine, self.closed[side(from)]),
            acknowledgment: self.everything_from(from.other()),
            flags: ACK,
        };
        let [from, to] = towards(self.ends, from);
        self.frames.push((self.ts, frame::tcp(from, to, numbers, &[])));
    }

    /// One past all that this end has sent.
    fn everything_from(&self, from: Sender) -> u32 {
        number(from, self.sent[side(from)].len(), self.closed[side(from)])
    }
}

/// The sequence number of a byte that is counted from 0.
fn number(from: Sender, place: usize, behind_the_fin: bool) -> u32 {
    let relative = u32::try_from(place).unwrap() + 1 + u32::from(behind_the_fin);
    INITIAL[side(from)].wrapping_add(relative)
}

fn side(from: Sender) -> usize {
    match from {
        Sender::Originator => 0,
        Sender::Responder => 1,
    }
}
