//! The lines of a file, each no longer than a bound.

use capture::Input;

/// Longer lines are passed over. EVE can be told to put whole packets and files into its lines.
const LINE_BYTES_MAX: usize = 4 << 20;

/// How much is read at once.
const PORTION_BYTES: usize = 256 << 10;

/// A line of a file.
pub(crate) enum Line<'a> {
    /// Without its end.
    Whole(&'a [u8]),
    /// Too long to be kept.
    TooLong,
}

/// Reads line by line.
pub(crate) struct Lines {
    input: Input,
    buffer: Vec<u8>,
    at: usize,
    /// No end of a line lies before.
    searched: usize,
    /// The line that begins here is too long: its rest is passed over.
    is_too_long: bool,
    is_over: bool,
}

impl Lines {
    pub(crate) fn new(input: Input) -> Self {
        Self { input, buffer: Vec::new(), at: 0, searched: 0, is_too_long: false, is_over: false }
    }

    /// The next line; the last one may have no end.
    pub(crate) fn next(&mut self) -> Option<Line<'_>> {
        loop {
            let rest = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', rest) {
                let (start, end) = (self.at, self.searched + length);
                (self.at, self.searched) = (end + 1, end + 1);
                return Some(self.line(start, end));
            }
            self.searched = self.buffer.len();
            if self.buffer.len() - self.at > LINE_BYTES_MAX {
                self.is_too_long = true;
                self.at = self.buffer.len();
            }
            if self.is_over || !self.fill() {
                let (start, end) = (self.at, self.buffer.len());
                self.at = end;
                return (start < end || self.is_too_long).then(|| self.line(start, end));
            }
        }
    }

    fn line(&mut self, start: usize, end: usize) -> Line<'_> {
        if std::mem::take(&mut self.is_too_long) {
            return Line::TooLong;
        }
        let line = self.buffer.get(start..end).unwrap_or_default();
        Line::Whole(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Reads on; false at the end.
    fn fill(&mut self) -> bool {
        self.buffer.drain(..self.at);
        self.searched -= self.at;
        self.at = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + PORTION_BYTES, 0);
        let filled = self.buffer.get_mut(before..).map_or(0, |room| self.input.fill(room));
        self.buffer.truncate(before + filled);
        self.is_over = filled == 0;
        filled > 0
    }

    /// What the lines came from.
    pub(crate) fn into_input(self) -> Input {
        self.input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(content: &[u8]) -> Vec<Option<Vec<u8>>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, content).unwrap();
        let file = capture::list_captures(&[path]).unwrap().captures.pop().unwrap();
        let mut lines = Lines::new(Input::of(&file, None));
        let mut all = Vec::new();
        while let Some(line) = lines.next() {
            all.push(match line {
                Line::Whole(line) => Some(line.to_vec()),
                Line::TooLong => None,
            });
        }
        all
    }

    #[test]
    fn lines_are_cut_at_their_ends() {
        assert_eq!(lines(b"a\r\n\nb"), [Some(b"a".to_vec()), Some(vec![]), Some(b"b".to_vec())]);
        assert_eq!(lines(b""), []);
        let long = [b"x".repeat(PORTION_BYTES), b"\ny\n".to_vec()].concat();
        assert_eq!(lines(&long), [Some(b"x".repeat(PORTION_BYTES)), Some(b"y".to_vec())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let long = b"x".repeat(LINE_BYTES_MAX + PORTION_BYTES + 1);
        assert_eq!(
            lines(&[b"a\n", long.as_slice(), b"\nb"].concat()),
            [Some(b"a".to_vec()), None, Some(b"b".to_vec())]
        );
        assert_eq!(lines(&long), [None]);
    }
}
