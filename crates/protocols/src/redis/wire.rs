//! Values of RESP (Redis serialization protocol specification).

use crate::Verdict;
use crate::lines::{Ends, Lines, Piece};

/// So many bytes of a text are kept.
const TEXT_BYTES_KEPT: usize = 4096;
/// So many texts of a value are kept.
const TEXTS_KEPT: usize = 64;
/// Longer texts and lists are no Redis (its own limits are 512 MB and 1024 * 1024).
const TEXT_BYTES_MAX: u64 = 512 * 1024 * 1024;
const LIST_MAX: u64 = 1024 * 1024;

/// A value with its texts, those of lists within it in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// The byte that says what it is, `0` for a command that is a plain line.
    pub(super) kind: u8,
    pub(super) texts: Vec<Vec<u8>>,
}

impl Value {
    /// It is a list of some sort.
    pub(super) const fn is_list(&self) -> bool {
        matches!(self.kind, b'*' | b'%' | b'~')
    }

    /// It says that a command failed.
    pub(super) const fn is_error(&self) -> bool {
        matches!(self.kind, b'-' | b'!')
    }
}

/// The bytes are no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// Puts the values of one end together.
#[derive(Debug)]
pub(super) struct Values {
    lines: Lines,
    value: Option<Value>,
    /// Parts of the value that are still to come.
    left: u64,
    /// Bytes of the text at hand that are still to come, its line end included.
    text: Option<(u64, Vec<u8>)>,
    /// A command may be a plain line.
    allows_plain_lines: bool,
}

impl Values {
    /// Values of a client or of a server.
    pub(super) fn new(is_client: bool) -> Self {
        Self {
            lines: Lines::that_end(Ends::CrLf),
            value: None,
            left: 0,
            text: None,
            allows_plain_lines: is_client,
        }
    }

    /// Takes the next value off `input`; `None` when more bytes are needed.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Option<Result<Value, Broken>> {
        loop {
            match self.lines.next(input)? {
                Piece::Plain(bytes) => self.text_bytes(bytes),
                Piece::Line(line) => {
                    if self.line(&line).is_none() {
                        return Some(Err(Broken));
                    }
                }
            }
            if self.left == 0
                && self.text.is_none()
                && let Some(value) = self.value.take()
            {
                return Some(Ok(value));
            }
        }
    }

    fn text_bytes(&mut self, bytes: &[u8]) {
        let Some((left, kept)) = &mut self.text else { return };
        let content = left.saturating_sub(2);
        let content = usize::try_from(content).unwrap_or(usize::MAX).min(bytes.len());
        let room = TEXT_BYTES_KEPT.saturating_sub(kept.len()).min(content);
        kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        *left = left.saturating_sub(bytes.len() as u64);
        if *left == 0
            && let Some((_, kept)) = self.text.take()
        {
            self.push(&kept);
        }
    }

    fn push(&mut self, text: &[u8]) {
        self.left = self.left.saturating_sub(1);
        let value = self.value.get_or_insert_default();
        if value.texts.len() < TEXTS_KEPT {
            value.texts.push(text.get(..TEXT_BYTES_KEPT).unwrap_or(text).to_vec());
        }
    }

    fn line(&mut self, line: &[u8]) -> Option<()> {
        let Some((kind, rest)) = line.split_first() else {
            // Clients may send empty lines between commands.
            return self.value.is_none().then_some(());
        };
        let is_first = self.value.is_none();
        if is_first && self.allows_plain_lines && kind.is_ascii_alphabetic() {
            let texts = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
            let texts =
                texts.take(TEXTS_KEPT).map(|word| word.get(..TEXT_BYTES_KEPT).unwrap_or(word).to_vec());
            self.value = Some(Value { kind: 0, texts: texts.collect() });
            return Some(());
        }
        if is_first {
            self.value = Some(Value { kind: *kind, texts: Vec::new() });
            self.left = 1;
        }
        match kind {
            b'+' | b'-' | b':' | b'#' | b',' | b'(' => self.push(rest),
            b'_' => self.push(&[]),
            b'$' | b'!' | b'=' => match number(rest)? {
                Some(length) if length <= TEXT_BYTES_MAX => {
                    self.lines.plain = length + 2;
                    self.text = Some((length + 2, Vec::new()));
                }
                Some(_) => return None,
                None => self.push(&[]),
            },
            b'*' | b'~' | b'>' | b'%' | b'|' => {
                let count = number(rest)?.unwrap_or(0);
                if count > LIST_MAX {
                    return None;
                }
                let parts = match kind {
                    b'%' => 2 * count,
                    // Attributes stand before the value that they belong to.
                    b'|' => 2 * count + 1,
                    _ => count,
                };
                self.left = self.left.checked_sub(1)?.checked_add(parts)?;
            }
            _ => return None,
        }
        Some(())
    }
}

/// A length; `Some(None)` for -1, which stands for nothing at all.
fn number(digits: &[u8]) -> Option<Option<u64>> {
    if digits == b"-1" {
        return Some(None);
    }
    let text =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok().map(Some)
}

/// Whether a stream begins as a client's does: a list whose first text is a word.
pub(super) fn begins(stream: &[u8]) -> Verdict {
    if stream.first().is_some_and(u8::is_ascii_alphabetic) {
        let first = stream.split(|byte| matches!(byte, b'\r' | b' ')).next().unwrap_or_default();
        let plain = [&b"PING"[..], b"INFO", b"AUTH", b"QUIT"];
        let is_plain = plain.iter().any(|word| first.eq_ignore_ascii_case(word));
        return if is_plain { Verdict::Maybe } else { Verdict::No };
    }
    let mut lines = stream.splitn(3, |byte| *byte == b'\n');
    let list = lines.next().map_or(Verdict::Maybe, |line| counted(line, b'*'));
    let text = lines.next().map_or(Verdict::Maybe, |line| counted(line, b'$'));
    match (list, text, lines.next()) {
        (Verdict::No, ..) | (_, Verdict::No, _) => Verdict::No,
        (Verdict::Match, Verdict::Match, Some(word)) => {
            let word = word.split(|byte| *byte == b'\r').next().unwrap_or_default();
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            match word.len() {
                0 => Verdict::Maybe,
                1..=32 if word.iter().all(is_word) => Verdict::Match,
                _ => Verdict::No,
            }
        }
        (Verdict::Match | Verdict::Maybe, Verdict::Match | Verdict::Maybe, None) => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Whether a line is such a mark and a number of few digits; `Maybe` while its end has not come.
fn counted(line: &[u8], mark: u8) -> Verdict {
    let Some((first, digits)) = line.split_first() else { return Verdict::Maybe };
    let whole = digits.strip_suffix(b"\r");
    let digits = whole.unwrap_or(digits);
    if *first != mark || digits.len() > 5 || !digits.iter().all(u8::is_ascii_digit) {
        return Verdict::No;
    }
    match whole {
        Some([]) => Verdict::No,
        Some(_) => Verdict::Match,
        None => Verdict::Maybe,
    }
}

/// Whether a server's answer can begin so.
pub(super) fn can_answer(stream: &[u8]) -> bool {
    stream.first().is_none_or(|first| b"+-:$*_#,(!=%~>|".contains(first))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(pieces: &[&[u8]]) -> Vec<Option<Value>> {
        let mut values = Values::new(true);
        let mut found = Vec::new();
        for mut input in pieces.iter().copied() {
            while let Some(value) = values.next(&mut input) {
                let Ok(value) = value else {
                    found.push(None);
                    return found;
                };
                found.push(Some(value));
            }
        }
        found
    }

    #[test]
    fn values_are_put_together() {
        let found = values(&[
            b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n:5\r\n*2\r\n*1\r\n+a\r\n$-1\r\nPING x\r\n*0\r\n$9999999999\r\n",
        ]);
        let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let expected = [
            (b'*', texts(&["GET", "k"])),
            (b':', texts(&["5"])),
            (b'*', texts(&["a", ""])),
            (0, texts(&["PING", "x"])),
            (b'*', texts(&[])),
        ];
        let mut expected: Vec<_> =
            expected.into_iter().map(|(kind, texts)| Some(Value { kind, texts })).collect();
        expected.push(None);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_client_begins_with_a_list() {
        assert_eq!(begins(b"*1\r\n$4\r\nPING\r\n"), Verdict::Match);
        assert_eq!(begins(b"*1\r\n$4"), Verdict::Maybe);
        assert_eq!(begins(b"*1\r\nx"), Verdict::No);
        assert_eq!(begins(b"GET / HTTP/1.1\r\n"), Verdict::No);
    }

    proptest! {
        #[test]
        fn cuts_do_not_show(
            text in "(\\*[0-3]\r\n|\\$[0-5]\r\n|[a-c+:]{0,4}\r\n|%1\r\n|\\$-1\r\n){0,12}",
            size in 1_usize..5,
        ) {
            let stream = text.as_bytes();
            let cut: Vec<&[u8]> = stream.chunks(size).collect();
            prop_assert_eq!(values(&[stream]), values(&cut));
            let _ = begins(stream);
        }
    }
}
