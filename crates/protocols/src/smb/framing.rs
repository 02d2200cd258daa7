//! Session messages of NetBIOS (RFC 1002, section 4.3; SMB on port 445 uses the same four bytes): cuts one
//! direction of a stream into messages. The content of large reads and writes is handed on as it comes, all
//! else is gathered up to a bound.

use crate::resynchronisation::find_beginning;

/// So many bytes of a message are gathered before it is decided what to do with it. No fixed part of a read
/// or write is longer.
pub(super) const HEAD_BYTES: usize = 128;
/// Reads and writes in messages up to this length are gathered too: their content is dealt with when it is
/// complete, as Zeek does, which keeps the order of what both ends say. Copying so little costs little.
pub(super) const CONTENT_BYTES_GATHERED: usize = 66 * 1024;
/// Longer messages are passed over, but for the content of reads and writes. Security blobs and calls of
/// DCE/RPC fit in.
pub(super) const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// A buffer larger than this is given back after a message, as most messages are small.
const BUFFER_BYTES_KEPT: usize = 16 * 1024;
/// No message of SMB is shorter: the header of its first version.
const MESSAGE_BYTES_MIN: usize = 32;
const NETBIOS_BYTES: usize = 4;
/// What shows that a message begins: its NetBIOS header and the mark of a version.
const MARK_BYTES: usize = NETBIOS_BYTES + 4;
const SESSION_MESSAGE: u8 = 0;

/// What to do with a message whose head was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Gather all of it.
    Gather,
    /// Pass over it.
    Skip,
    /// Hand on the bytes of this part as they come and pass over the others.
    Stream {
        /// Place of the first byte in the message.
        start: usize,
        /// How many.
        length: usize,
    },
    /// It is no message of SMB: look for the next one.
    Search,
}

/// Takes the messages of one direction.
pub(super) trait Receiver {
    /// The first bytes of a message of this length: [`HEAD_BYTES`] of them, or all where it is shorter.
    fn head(&mut self, head: &[u8], length: usize) -> Plan;
    /// A message, whole.
    fn message(&mut self, message: &[u8]);
    /// A message that should be gathered, but bytes of it are missing: what came before the first of them.
    fn broken(&mut self, start: &[u8]);
    /// The next bytes of the part that is handed on.
    fn content(&mut self, bytes: &[u8]);
    /// So many bytes of that part are missing.
    fn content_gap(&mut self, length: usize);
    /// The part is over, or broken off.
    fn content_end(&mut self);
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In the four bytes of NetBIOS.
    Netbios,
    /// In the head of a message of this length.
    Head(usize),
    /// In a message of this length that is gathered.
    Gather(usize),
    /// In a message of which a part is handed on.
    Pass(Span),
    /// Bytes are missing or make no sense: the next message must show the marks of SMB.
    Lost,
}

/// What is left of a message: bytes before the part that is handed on, in it and after it.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    before: usize,
    part: usize,
    after: usize,
}

/// Cuts one direction of a stream into messages.
pub(super) struct Framer {
    state: State,
    buffer: Vec<u8>,
}

impl Default for Framer {
    fn default() -> Self {
        Self { state: State::Netbios, buffer: Vec::new() }
    }
}

impl Framer {
    /// The next bytes of the stream.
    pub(super) fn feed(&mut self, mut bytes: &[u8], receiver: &mut impl Receiver) {
        while !bytes.is_empty() {
            match self.state {
                State::Netbios => self.netbios(&mut bytes),
                State::Head(length) => {
                    if self.fill(length.min(HEAD_BYTES), &mut bytes) {
                        let plan = receiver.head(&self.buffer, length);
                        self.follow(plan, length, receiver);
                    }
                }
                State::Gather(length) => {
                    if self.fill(length, &mut bytes) {
                        self.gathered(receiver);
                    }
                }
                State::Pass(span) => self.pass(span, &mut bytes, receiver),
                State::Lost => self.search(&mut bytes),
            }
        }
        // Between messages, which may be long, a connection waits for a long time.
        if self.buffer.is_empty() && self.buffer.capacity() > HEAD_BYTES {
            self.buffer = Vec::new();
        }
    }

    /// So many bytes of the stream are missing.
    pub(super) fn gap(&mut self, length: u64, receiver: &mut impl Receiver) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if let State::Pass(mut span) = self.state {
            let in_part = length.saturating_sub(span.before).min(span.part);
            let left = span.before.saturating_add(span.part).saturating_add(span.after);
            if in_part > 0 {
                receiver.content_gap(in_part);
            }
            if length < left {
                let after = length.saturating_sub(span.before).saturating_sub(span.part);
                let ends = span.part > 0 && span.part == in_part;
                span.before = span.before.saturating_sub(length);
                span.part -= in_part;
                span.after -= after;
                self.state = State::Pass(span);
                if ends {
                    receiver.content_end();
                }
                return;
            }
            if span.part > 0 {
                receiver.content_end();
            }
        }
        if let State::Gather(whole) = self.state {
            receiver.broken(&self.buffer);
            let left = whole.saturating_sub(self.buffer.len());
            if length < left {
                self.buffer.clear();
                self.state = State::Pass(Span { before: left - length, ..Span::default() });
                return;
            }
        }
        self.buffer.clear();
        self.state = State::Lost;
    }

    /// No more bytes come.
    pub(super) fn end(&mut self, receiver: &mut impl Receiver) {
        if let State::Pass(Span { part: 1.., .. }) = self.state {
            receiver.content_end();
        }
        self.state = State::Lost;
    }

    fn netbios(&mut self, bytes: &mut &[u8]) {
        if !self.fill(NETBIOS_BYTES, bytes) {
            return;
        }
        let Some([kind, high, middle, low]) = self.buffer.first_chunk::<NETBIOS_BYTES>().copied() else {
            return;
        };
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        self.buffer.drain(..NETBIOS_BYTES);
        self.state = match kind {
            SESSION_MESSAGE if length == 0 => State::Netbios,
            SESSION_MESSAGE => State::Head(length),
            // Session request, its answers, and keep-alive.
            0x81..=0x85 => State::Pass(Span { before: length, ..Span::default() }),
            _ => State::Lost,
        };
        if let State::Pass(Span { before: 0, .. }) = self.state {
            self.state = State::Netbios;
        }
    }

    /// Fills the buffer to this length, if there are bytes enough.
    fn fill(&mut self, length: usize, bytes: &mut &[u8]) -> bool {
        let missing = length.saturating_sub(self.buffer.len()).min(bytes.len());
        let (taken, rest) = bytes.split_at(missing);
        self.buffer.extend_from_slice(taken);
        *bytes = rest;
        self.buffer.len() >= length
    }

    fn follow(&mut self, plan: Plan, length: usize, receiver: &mut impl Receiver) {
        let span = match plan {
            Plan::Gather if length <= self.buffer.len() => return self.gathered(receiver),
            Plan::Gather if length <= MESSAGE_BYTES_MAX => {
                self.state = State::Gather(length);
                return;
            }
            Plan::Gather | Plan::Skip => Span { before: length, ..Span::default() },
            Plan::Stream { start, length: wanted } => {
                let before = start.min(length);
                let part = wanted.min(length - before);
                Span { before, part, after: length - before - part }
            }
            Plan::Search => {
                self.state = State::Lost;
                return;
            }
        };
        let head = std::mem::take(&mut self.buffer);
        let mut head_bytes = head.as_slice();
        if span.part == 0 && matches!(plan, Plan::Stream { .. }) {
            receiver.content_end();
        }
        self.pass(span, &mut head_bytes, receiver);
    }

    fn gathered(&mut self, receiver: &mut impl Receiver) {
        receiver.message(&self.buffer);
        if self.buffer.capacity() > BUFFER_BYTES_KEPT {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        self.state = State::Netbios;
    }

    fn pass(&mut self, mut span: Span, bytes: &mut &[u8], receiver: &mut impl Receiver) {
        take(&mut span.before, bytes);
        if span.before == 0 && span.part > 0 {
            let content = take(&mut span.part, bytes);
            if !content.is_empty() {
                receiver.content(content);
            }
            if span.part == 0 {
                receiver.content_end();
            }
        }
        if span.before == 0 && span.part == 0 {
            take(&mut span.after, bytes);
        }
        let left = span.before > 0 || span.part > 0 || span.after > 0;
        self.state = if left { State::Pass(span) } else { State::Netbios };
    }

    /// Looks for a message: its kind, a length that can be, and the mark of a version.
    fn search(&mut self, bytes: &mut &[u8]) {
        if find_beginning(&mut self.buffer, bytes, MARK_BYTES, begins_message) {
            self.state = State::Netbios;
        }
    }
}

fn begins_message(bytes: &[u8]) -> bool {
    let [SESSION_MESSAGE, high, middle, low, 0xfc..=0xff, b'S', b'M', b'B'] = bytes else { return false };
    let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
    length >= MESSAGE_BYTES_MIN
}

/// Takes at most so many bytes and counts them off.
fn take<'a>(wanted: &mut usize, bytes: &mut &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at((*wanted).min(bytes.len()));
    *wanted -= taken.len();
    *bytes = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gathers messages that begin with an odd byte, hands on from the fifth byte of others.
    #[derive(Default, Debug, PartialEq)]
    struct Seen(Vec<(&'static str, Vec<u8>)>);

    impl Receiver for Seen {
        fn head(&mut self, head: &[u8], length: usize) -> Plan {
            match head.get(4) {
                Some(1) => Plan::Gather,
                Some(2) => Plan::Stream { start: 33, length: length - 34 },
                _ => Plan::Skip,
            }
        }
        fn message(&mut self, message: &[u8]) {
            self.0.push(("message", message.to_vec()));
        }
        fn broken(&mut self, _start: &[u8]) {
            self.0.push(("broken", Vec::new()));
        }
        fn content(&mut self, bytes: &[u8]) {
            match self.0.last_mut() {
                Some(("content", last)) => last.extend_from_slice(bytes),
                _ => self.0.push(("content", bytes.to_vec())),
            }
        }
        fn content_gap(&mut self, length: usize) {
            self.content(&vec![b'?'; length]);
        }
        fn content_end(&mut self) {
            self.0.push(("end", Vec::new()));
        }
    }

    fn message(kind: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, u8::try_from(length).unwrap(), 0xfe, b'S', b'M', b'B', kind];
        bytes.extend((0..length - 5).map(|index| u8::try_from(index).unwrap()));
        bytes
    }

    fn seen(pieces: &[&[u8]]) -> Seen {
        let (mut framer, mut seen) = (Framer::default(), Seen::default());
        pieces.iter().for_each(|piece| framer.feed(piece, &mut seen));
        framer.end(&mut seen);
        seen
    }

    #[test]
    fn any_cut_gives_the_same_messages() {
        let garbage = [9; 13];
        let stream =
            [&message(1, 40)[..], &[0x85, 0, 0, 0], &message(2, 200), &message(3, 150), &garbage].concat();
        let stream = [stream, message(1, 140)].concat();
        let whole = seen(&[&stream]);
        assert_eq!(
            whole.0.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
            ["message", "content", "end", "message"]
        );
        for cut in 0..stream.len() {
            let (left, right) = stream.split_at(cut);
            assert_eq!(seen(&[left, right]), whole, "cut at {cut}");
        }
        assert_eq!(seen(&stream.chunks(1).collect::<Vec<_>>()), whole);
    }

    #[test]
    fn the_next_message_is_found_behind_a_gap_wherever_the_stream_is_cut() {
        let garbage: Vec<u8> = (0..300_u16).map(|index| (index % 7) as u8).collect();
        let stream = [&garbage, &message(1, 40)[..], &message(1, 50)].concat();
        let read = |pieces: &[&[u8]]| {
            let (mut framer, mut seen) = (Framer::default(), Seen::default());
            framer.gap(5, &mut seen);
            pieces.iter().for_each(|piece| framer.feed(piece, &mut seen));
            // What is kept while searching is never more than a part of a mark.
            (seen, framer.buffer.capacity())
        };
        let (whole, _) = read(&[&stream]);
        assert_eq!(whole.0.len(), 2);
        for cut in 0..stream.len() {
            let (left, right) = stream.split_at(cut);
            assert_eq!(read(&[left, right]).0, whole, "cut at {cut}");
        }
        for size in 1..20 {
            assert_eq!(read(&stream.chunks(size).collect::<Vec<_>>()).0, whole, "pieces of {size}");
        }
        let (_, kept) = read(&[&vec![9; 100_000]]);
        assert!(kept < 100, "{kept} bytes were copied");
    }

    #[test]
    fn a_gap_inside_a_gathered_message_keeps_the_place() {
        let stream = [message(1, 200), message(1, 40)].concat();
        let (mut framer, mut seen) = (Framer::default(), Seen::default());
        framer.feed(stream.get(..150).unwrap(), &mut seen);
        framer.gap(20, &mut seen);
        framer.feed(stream.get(170..).unwrap(), &mut seen);
        assert_eq!(seen.0.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["broken", "message"]);
    }

    #[test]
    fn a_gap_inside_content_keeps_the_place() {
        let stream = [message(2, 200), message(1, 40)].concat();
        for (from, to) in [(140, 150), (10, 60), (190, 204), (190, 220)] {
            let (mut framer, mut seen) = (Framer::default(), Seen::default());
            framer.feed(stream.get(..from).unwrap(), &mut seen);
            framer.gap(to as u64 - from as u64, &mut seen);
            framer.feed(stream.get(to..).unwrap(), &mut seen);
            framer.end(&mut seen);
            let content: usize =
                seen.0.iter().filter(|(kind, _)| *kind == "content").map(|(_, b)| b.len()).sum();
            let (wanted, messages) = match to {
                60 => (0, 1),
                220 => (166, 0),
                _ => (166, 1),
            };
            assert_eq!(content, wanted, "{from}");
            assert_eq!(seen.0.iter().filter(|(kind, _)| *kind == "message").count(), messages, "{from}");
        }
    }
}
