//! Protocols whose messages are lines: what they share as analyzers.

use records::{Sender, Timestamp};

use crate::lines::{Ends, Lines, Piece};
use crate::{Analyzer, Chunk, HandOver, Output};

/// Reads the lines of one connection.
pub(crate) trait ReadsLines: Send {
    /// The next line of one end.
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>);

    /// After a line: so many bytes from the same end are no lines.
    fn plain_bytes_next(&mut self) -> u64 {
        0
    }

    /// The next of those bytes; so many are left.
    fn plain(&mut self, _ts: Timestamp, _from: Sender, _bytes: &[u8], _left: u64, _output: &mut Output<'_>) {}

    /// So many bytes are missing here.
    fn gap(&mut self, _ts: Timestamp, _from: Sender, _length: u64, _output: &mut Output<'_>) {}

    /// After a line: the connection has agreed on TLS.
    fn is_encrypted(&self) -> bool {
        false
    }

    /// The connection is over.
    fn end(&mut self, _ts: Timestamp, _output: &mut Output<'_>) {}
}

/// The analyzer around a reader of lines.
pub(crate) struct ByLine<R> {
    lines: [Lines; 2],
    reader: R,
}

impl<R: ReadsLines> ByLine<R> {
    /// Lines that end so are read by `reader`.
    pub(crate) fn new(ends: Ends, reader: R) -> Self {
        Self { lines: [Lines::that_end(ends), Lines::that_end(ends)], reader }
    }

    fn lines(&mut self, from: Sender) -> &mut Lines {
        let [originator, responder] = &mut self.lines;
        if from == Sender::Originator { originator } else { responder }
    }
}

impl<R: ReadsLines> Analyzer for ByLine<R> {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        while !self.reader.is_encrypted() {
            match self.lines(from).next(&mut bytes) {
                Some(Piece::Line(line)) => {
                    self.reader.line(ts, from, &line, output);
                    self.lines(from).plain = self.reader.plain_bytes_next();
                }
                Some(Piece::Plain(plain)) => {
                    let left = self.lines(from).plain;
                    self.reader.plain(ts, from, plain, left, output);
                }
                None => return,
            }
        }
        if !self.lines(from).end_line(&mut bytes) {
            return;
        }
        self.reader.end(ts, output);
        output.hand_over(HandOver::To("ssl"));
        output.leave_unread(bytes.len());
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        self.reader.gap(ts, from, length, output);
    }

    fn half_closed(&mut self, ts: Timestamp, from: Sender, output: &mut Output<'_>) {
        if let Some(line) = self.lines(from).finish() {
            self.reader.line(ts, from, &line, output);
        }
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.reader.end(ts, output);
    }
}
