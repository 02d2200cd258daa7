//! A stream as lines, with stretches of plain bytes between them. What ends a line is chosen by the protocol.
//! Which cuts the stream came in makes no difference.

use std::borrow::Cow;

/// A longer line is given in pieces of this size.
pub(crate) const LINE_BYTES_MAX: usize = 256 * 1024;

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ends {
    /// CR, LF or CR LF.
    #[default]
    Any,
    /// LF, with or without a CR before it.
    Lf,
    /// Only CR LF; either by itself belongs to the line.
    CrLf,
}

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A line without its end.
    Line(Cow<'a, [u8]>),
    /// Bytes of a plain stretch.
    Plain(&'a [u8]),
}

/// Cuts the stream of one end of a connection into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What ends a line from here on.
    pub(crate) ends: Ends,
    /// So many bytes from here on are no lines.
    pub(crate) plain: u64,
    /// After so many bytes a line ends although nothing ends it.
    pub(crate) limit: Option<u64>,
    partial: Vec<u8>,
    /// A line ended with a CR, and its LF may follow; it counts if the line counted.
    after_cr: Option<Counts>,
}

/// Whether bytes count towards the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Yes,
    No,
}

impl Lines {
    /// Lines that end so.
    pub(crate) fn that_end(ends: Ends) -> Self {
        Self { ends, ..Self::default() }
    }

    /// Takes the next piece off `input`; `None` when more bytes are needed.
    pub(crate) fn next<'a>(&mut self, input: &mut &'a [u8]) -> Option<Piece<'a>> {
        self.end_line(input);
        if input.is_empty() {
            return None;
        }
        if self.plain > 0 {
            let length = usize::try_from(self.plain).unwrap_or(usize::MAX).min(input.len());
            let (bytes, rest) = input.split_at_checked(length)?;
            *input = rest;
            self.plain -= length as u64;
            self.count(length);
            return Some(Piece::Plain(bytes));
        }
        self.line(input).map(Piece::Line)
    }

    /// Takes the LF that belongs to the CR before it off `input`. False while it is not known whether one comes.
    pub(crate) fn end_line(&mut self, input: &mut &[u8]) -> bool {
        let Some(counts) = self.after_cr else { return true };
        let [first, rest @ ..] = *input else { return false };
        self.after_cr = None;
        if *first == b'\n' {
            *input = rest;
            if counts == Counts::Yes {
                self.count(1);
            }
        }
        true
    }

    /// The line that has begun, when the stream is over.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        if self.partial.is_empty() || self.ends == Ends::CrLf {
            return None;
        }
        let mut line = std::mem::take(&mut self.partial);
        if self.ends == Ends::Lf && line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(line)
    }

    /// What has come of the line at hand, whatever ends lines.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        (!self.partial.is_empty()).then(|| std::mem::take(&mut self.partial))
    }

    fn count(&mut self, length: usize) {
        if let Some(limit) = &mut self.limit {
            *limit = limit.saturating_sub(length as u64);
        }
    }

    fn line<'a>(&mut self, input: &mut &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let room = LINE_BYTES_MAX.saturating_sub(self.partial.len());
        let limit = self.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let reach = room.min(limit).min(input.len());
        let window = input.get(..reach).unwrap_or_default();
        let (content, used) = match self.find_end(window) {
            Some(place) => self.cut(input, place),
            None if reach == room || reach == limit => (reach, reach),
            None => {
                self.partial.extend_from_slice(input);
                self.count(input.len());
                *input = &[];
                return None;
            }
        };
        let (taken, rest) = input.split_at_checked(used)?;
        *input = rest;
        self.count(used);
        if self.limit == Some(0) {
            self.limit = None;
        }
        let content = taken.get(..content).unwrap_or_default();
        if self.partial.is_empty() {
            return Some(Cow::Borrowed(self.without_cr(content, used > content.len())));
        }
        let mut line = std::mem::take(&mut self.partial);
        line.extend_from_slice(content);
        let length = self.without_cr(&line, used > content.len()).len();
        line.truncate(length);
        Some(Cow::Owned(line))
    }

    /// Where the line ends in `window`.
    fn find_end(&self, window: &[u8]) -> Option<usize> {
        match self.ends {
            Ends::Any => memchr::memchr2(b'\r', b'\n', window),
            Ends::Lf => memchr::memchr(b'\n', window),
            Ends::CrLf => memchr::memchr_iter(b'\n', window).find(|place| {
                let before = match place.checked_sub(1) {
                    Some(before) => window.get(before),
                    None => self.partial.last(),
                };
                before == Some(&b'\r')
            }),
        }
    }

    /// The bytes of `input` that belong to the line that ends at `place`, and those that are used up.
    fn cut(&mut self, input: &[u8], place: usize) -> (usize, usize) {
        if self.ends != Ends::Any || input.get(place) == Some(&b'\n') {
            return (place, place + 1);
        }
        match input.get(place + 1) {
            Some(b'\n') => (place, place + 2),
            Some(_) => (place, place + 1),
            None => {
                self.after_cr = Some(if self.limit.is_some() { Counts::Yes } else { Counts::No });
                (place, place + 1)
            }
        }
    }

    /// Takes the CR off that stood before the LF that ended the line.
    fn without_cr<'a>(&self, line: &'a [u8], ended: bool) -> &'a [u8] {
        match line {
            [before @ .., b'\r'] if self.ends != Ends::Any && ended => before,
            _ => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(stream: &[&[u8]], ends: Ends) -> Vec<String> {
        let mut lines = Lines { ends, ..Lines::default() };
        let mut found = Vec::new();
        for mut input in stream.iter().copied() {
            while let Some(Piece::Line(line)) = lines.next(&mut input) {
                found.push(line.escape_ascii().to_string());
            }
        }
        found.extend(lines.finish().map(|line| format!("{}$", line.escape_ascii())));
        found
    }

    #[test]
    fn what_ends_a_line_is_the_protocols_choice() {
        let stream: &[u8] = b"a\r\nb\rc\nd\r\r\ne";
        assert_eq!(pieces(&[stream], Ends::Any), ["a", "b", "c", "d", "", "e$"]);
        assert_eq!(pieces(&[stream], Ends::Lf), ["a", "b\\rc", "d\\r", "e$"]);
        assert_eq!(pieces(&[stream], Ends::CrLf), ["a", "b\\rc\\nd\\r"]);
    }

    #[test]
    fn plain_bytes_stand_between_lines() {
        let mut lines = Lines::default();
        let mut input: &[u8] = b"head\r\n\n\r\nxtail\n";
        assert_eq!(lines.next(&mut input), Some(Piece::Line(Cow::Borrowed(b"head"))));
        lines.plain = 4;
        assert_eq!(lines.next(&mut input), Some(Piece::Plain(b"\n\r\nx")));
        assert_eq!(lines.next(&mut input), Some(Piece::Line(Cow::Borrowed(b"tail"))));
    }

    #[test]
    fn a_limit_ends_a_line() {
        let mut lines = Lines { limit: Some(5), ..Lines::default() };
        let mut input: &[u8] = b"a\nbcde\n";
        assert_eq!(lines.next(&mut input), Some(Piece::Line(Cow::Borrowed(b"a"))));
        assert_eq!(lines.next(&mut input), Some(Piece::Line(Cow::Borrowed(b"bcd"))));
        assert_eq!(lines.next(&mut input), Some(Piece::Line(Cow::Borrowed(b"e"))));
    }

    proptest! {
        #[test]
        fn cuts_do_not_show(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a')], 0..60),
            size in 1_usize..5,
        ) {
            for ends in [Ends::Any, Ends::Lf, Ends::CrLf] {
                let cut: Vec<&[u8]> = bytes.chunks(size).collect();
                prop_assert_eq!(pieces(&[&bytes], ends), pieces(&cut, ends));
            }
        }
    }
}
