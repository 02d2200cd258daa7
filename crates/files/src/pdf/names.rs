//! Names and strings of a PDF.

use crate::listed::{some_text, text};

/// Longer names are none that is looked for.
const NAME_BYTES_MAX: usize = 32;

/// As much of a string is read.
const STRING_BYTES_MAX: usize = 512;

/// A name without its slash and its escapes.
pub(super) struct Name {
    buffer: [u8; NAME_BYTES_MAX],
    length: usize,
    /// It was written with escapes.
    pub(super) is_escaped: bool,
}

impl Name {
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.bytes() == name
    }

    /// The name at the beginning of `bytes`; empty where it is too long.
    fn read(bytes: &[u8]) -> Self {
        let mut name = Self { buffer: [0; NAME_BYTES_MAX], length: 0, is_escaped: false };
        let mut bytes = bytes.iter();
        while let Some(byte) = bytes.next().filter(|byte| is_of_name(**byte)) {
            let escape = bytes.as_slice().first_chunk().filter(|_| *byte == b'#').and_then(hexadecimal);
            if escape.is_some() {
                bytes.nth(1);
                name.is_escaped = true;
            }
            let Some(place) = name.buffer.get_mut(name.length) else {
                name.length = 0;
                break;
            };
            *place = escape.unwrap_or(*byte);
            name.length += 1;
        }
        name
    }
}

const fn is_of_name(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t'
            | b'\n'
            | 0x0c
            | b'\r'
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

fn hexadecimal(digits: &[u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? << 4 | low?).ok()
}

/// Calls with each name and what follows it.
pub(super) fn each(text: &[u8], mut take: impl FnMut(Name, &[u8])) {
    for place in memchr::memchr_iter(b'/', text) {
        let behind = text.get(place + 1..).unwrap_or_default();
        let name = Name::read(behind);
        if name.length > 0 {
            let written =
                behind.iter().take_while(|byte| is_of_name(**byte)).take(3 * NAME_BYTES_MAX).count();
            take(name, behind.get(written..).unwrap_or_default());
        }
    }
}

/// Whether a string follows.
pub(super) fn is_string(behind: &[u8]) -> bool {
    matches!(behind.trim_ascii_start(), [b'(', ..] | [b'<', 0..=b';' | b'='.., ..])
}

/// The string that follows, in either of its forms.
pub(super) fn string(behind: &[u8]) -> Option<String> {
    let behind = behind.trim_ascii_start();
    let bytes = match behind.split_first()? {
        (b'(', rest) => literal(rest),
        (b'<', rest) if rest.first() != Some(&b'<') => digits(rest),
        _ => return None,
    };
    let Some(wide) = bytes.strip_prefix(b"\xfe\xff") else { return some_text(&bytes) };
    let units = wide.chunks_exact(2).filter_map(|unit| unit.try_into().ok()).map(u16::from_be_bytes);
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text(characters.collect::<String>().as_bytes()))
}

/// Up to the bracket that closes it.
fn literal(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut depth) = (Vec::new(), 0_u32);
    let mut text = text.iter().take(STRING_BYTES_MAX);
    while let Some(byte) = text.next() {
        match byte {
            b'\\' => bytes.extend(escaped(&mut text)),
            b')' if depth == 0 => break,
            _ => {
                depth = match byte {
                    b'(' => depth + 1,
                    b')' => depth - 1,
                    _ => depth,
                };
                bytes.push(*byte);
            }
        }
    }
    bytes
}

/// What stands for an escape (ISO 32000-1, table 3): a letter, up to three octal digits, or nothing for the end of a line.
fn escaped<'a>(text: &mut (impl Iterator<Item = &'a u8> + Clone)) -> Option<u8> {
    let is_octal = |digit: &u8| (b'0'..=b'7').contains(digit);
    let first = text.next()?;
    match first {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'b' => Some(8),
        b'f' => Some(12),
        b'\n' => None,
        b'\r' => {
            // The end of a line may be two characters.
            if text.clone().next() == Some(&b'\n') {
                text.next();
            }
            None
        }
        digit if is_octal(digit) => {
            let mut number = digit - b'0';
            for _ in 0..2 {
                let Some(digit) = text.clone().next().filter(|digit| is_octal(digit)) else { break };
                // Beyond a byte the overflow is ignored.
                number = number.wrapping_mul(8).wrapping_add(digit - b'0');
                text.next();
            }
            Some(number)
        }
        other => Some(*other),
    }
}

fn digits(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text
        .iter()
        .take(STRING_BYTES_MAX)
        .take_while(|byte| **byte != b'>')
        .filter(|byte| byte.is_ascii_hexdigit())
        .copied()
        .collect();
    digits.chunks_exact(2).filter_map(|pair| hexadecimal(pair.try_into().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_escapes_and_strings_their_brackets() {
        let mut read = Vec::new();
        each(b"/J#61v#61Script/A#zz /(x) /Long#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20#20 /Z", |name, _| {
            read.push((String::from_utf8_lossy(name.bytes()).into_owned(), name.is_escaped));
        });
        assert_eq!(
            read,
            [("JavaScript".to_owned(), true), ("A#zz".to_owned(), false), ("Z".to_owned(), false)]
        );
        assert_eq!(string(b" (a\\)(b)c) d").as_deref(), Some("a)(b)c"));
        assert_eq!(string(b"(\\150\\164t\\1609\\\r\n\\\nx)").as_deref(), Some("http9x"));
        assert_eq!(string(b"<6162 63>").as_deref(), Some("abc"));
        assert_eq!(string(b"(\xfe\xff\0a\0b)").as_deref(), Some("ab"));
        assert_eq!((string(b"<</A>>"), string(b"5 0 R"), string(b"")), (None, None, None));
    }
}
