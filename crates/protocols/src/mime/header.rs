//! Header lines (RFC 2822, RFC 2045), read as leniently as Zeek does.

use std::borrow::Cow;

/// Longer headers are cut (a header can be folded over many lines).
pub(crate) const HEADER_BYTES_MAX: usize = 65_536;

/// Collects the lines of a header block. A header is whole once the next one begins.
#[derive(Debug, Default)]
pub(crate) struct HeaderBlock {
    line: Vec<u8>,
    begun: bool,
    too_long: bool,
}

/// What a line of a header block brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderStep {
    /// Nothing is whole yet.
    Folded,
    /// The header before is whole; this line begins another.
    Another,
    /// The header before is whole, and the block is over.
    End,
}

impl HeaderBlock {
    /// What `line` does. The header before it must be taken before [`HeaderBlock::add`] adds the line.
    pub(crate) fn step(&self, line: &[u8]) -> HeaderStep {
        match line.first() {
            None | Some(0) => HeaderStep::End,
            Some(b' ' | b'\t') if self.begun => HeaderStep::Folded,
            Some(_) => HeaderStep::Another,
        }
    }

    /// Adds a line that is not the last. Says when the header has become too long, once.
    pub(crate) fn add(&mut self, line: &[u8], step: HeaderStep) -> Result<(), HeaderTooLong> {
        if step == HeaderStep::Another {
            self.line.clear();
            self.begun = true;
            self.too_long = false;
            self.line.extend(trim_start(line));
            return Ok(());
        }
        if self.line.len() < HEADER_BYTES_MAX {
            self.line.extend_from_slice(line);
            return Ok(());
        }
        if std::mem::replace(&mut self.too_long, true) { Ok(()) } else { Err(HeaderTooLong) }
    }

    /// The header that is whole, as name and value.
    pub(crate) fn header(&self) -> Option<(&[u8], &[u8])> {
        if self.begun { split(&self.line) } else { None }
    }

    /// Forgets the header that was taken.
    pub(crate) fn clear(&mut self) {
        self.line.clear();
        self.begun = false;
    }
}

/// A header is longer than [`HEADER_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderTooLong;

/// Splits a header into its name and its value without leading blanks.
pub(crate) fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = find_run(skip_blanks(line), is_name_byte)?;
    let end = line.iter().position(|byte| !is_name_byte(*byte))?;
    let (name, rest) = line.split_at_checked(end)?;
    match skip_blanks(rest) {
        [b':', value @ ..] => Some((name, value.trim_ascii_start())),
        _ => None,
    }
}

/// The first token of `bytes`, and what follows it.
pub(crate) fn token(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    take_token(skip_blanks(bytes), is_token_byte)
}

fn take_token(bytes: &[u8], is_part: fn(u8) -> bool) -> Option<(&[u8], &[u8])> {
    let bytes = find_run(bytes, is_part)?;
    let end = bytes.iter().position(|byte| !is_part(*byte)).unwrap_or(bytes.len());
    bytes.split_at_checked(end)
}

/// The value of a parameter, quoted or not, and what follows it.
pub(crate) fn parameter_value(bytes: &[u8], is_boundary: bool) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let bytes = if is_boundary { bytes } else { skip_blanks(bytes) };
    if let [b'"', quoted @ ..] = bytes {
        return unquote(quoted);
    }
    let is_part = if is_boundary { is_boundary_byte } else { is_token_byte };
    take_token(bytes, is_part).map(|(value, rest)| (Cow::Borrowed(value), rest))
}

fn unquote(quoted: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = quoted;
    loop {
        match rest {
            [b'"', after @ ..] => return Some((Cow::Owned(value), after)),
            [b'\\', byte, after @ ..] | [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return None,
        }
    }
}

/// Skips blanks and comments.
pub(crate) fn skip_blanks(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = match bytes {
            [b' ' | b'\t', rest @ ..] => rest,
            [b'(', ..] => skip_comment(bytes),
            _ => return bytes,
        };
    }
}

fn skip_comment(bytes: &[u8]) -> &[u8] {
    let mut depth = 0_usize;
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return rest;
                }
            }
            b'\\' => rest = rest.get(1..).unwrap_or_default(),
            _ => {}
        }
    }
    rest
}

/// From the first such byte on, outside of comments.
fn find_run(mut bytes: &[u8], is_part: fn(u8) -> bool) -> Option<&[u8]> {
    while !is_part(*bytes.first()?) {
        let skipped = skip_blanks(bytes);
        bytes = if skipped.len() < bytes.len() { skipped } else { bytes.get(1..)? };
    }
    Some(bytes)
}

fn trim_start(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    line.get(blanks..).unwrap_or_default()
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b':'
}

const fn is_boundary_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"'
}

/// Whether a byte can stand in a token (RFC 2045).
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'(' | b')'
                | b'<'
                | b'>'
                | b'@'
                | b','
                | b';'
                | b':'
                | b'\\'
                | b'"'
                | b'/'
                | b'['
                | b']'
                | b'?'
                | b'='
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Split<'a> = Option<(&'a [u8], &'a [u8])>;

    #[test]
    fn a_header_is_split_at_its_colon() {
        let cases: [(&[u8], Split<'_>); 6] = [
            (b"Host: a.example", Some((b"Host", b"a.example"))),
            (b"Host :a", Some((b"Host", b"a"))),
            (b"X-Empty:", Some((b"X-Empty", b""))),
            (b"(note) Name: \t v ", Some((b"Name", b"v "))),
            (b"Two words: v", None),
            (b"no colon", None),
        ];
        for (line, expected) in cases {
            assert_eq!(split(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn parameters_may_be_quoted() {
        assert_eq!(
            parameter_value(b" \"a\\\"b\" x", false),
            Some((Cow::Borrowed(b"a\"b".as_slice()), &b" x"[..]))
        );
        assert_eq!(parameter_value(b"=_x=; y", true), Some((Cow::Borrowed(b"=_x=;".as_slice()), &b" y"[..])));
        assert_eq!(parameter_value(b"\"open", false), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = (split(&bytes), token(&bytes), parameter_value(&bytes, true), parameter_value(&bytes, false));
        }
    }
}
