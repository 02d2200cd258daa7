//! Content transfer encodings (RFC 2045): base64, quoted-printable and none.

use crate::percent::hex_byte;

/// How the content of an entity is encoded.
#[derive(Clone, Debug, Default)]
pub(super) enum Transfer {
    /// As it is. Of an entity in a multipart the line end before a boundary belongs to the boundary, so each
    /// line end is given only when more content comes.
    #[default]
    Identity,
    /// Base64.
    Base64(Base64),
    /// Quoted-printable.
    QuotedPrintable,
}

impl Transfer {
    /// The encoding of this name.
    pub(super) fn named(name: &[u8]) -> Self {
        if name.eq_ignore_ascii_case(b"base64") {
            Self::Base64(Base64::default())
        } else if name.eq_ignore_ascii_case(b"quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }
}

/// Decodes base64 and skips what is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Base64 {
    bits: u32,
    digits: u8,
    padded: bool,
}

impl Base64 {
    /// Decodes more text and appends the bytes.
    pub(super) fn decode(&mut self, mut text: &[u8], out: &mut Vec<u8>) {
        out.reserve(text.len() / 4 * 3 + 3);
        loop {
            if self.digits == 0 && !self.padded {
                text = decode_groups(text, out);
            }
            let Some((byte, rest)) = text.split_first() else { return };
            text = rest;
            let value = digit(*byte);
            if value == NO_DIGIT {
                self.padded |= *byte == b'=';
                continue;
            }
            if self.padded {
                if self.digits < 2 {
                    continue;
                }
                self.flush(out);
                return;
            }
            self.bits = self.bits << 6 | u32::from(value);
            self.digits += 1;
            if self.digits == 4 {
                let [_, first, second, third] = self.bits.to_be_bytes();
                out.extend_from_slice(&[first, second, third]);
                (self.bits, self.digits) = (0, 0);
            }
        }
    }

    /// Appends what is left of an unfinished group.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        let bytes = (self.bits << (6 * (4 - u32::from(self.digits.min(4))))).to_be_bytes();
        let [_, first, second, _] = bytes;
        match self.digits {
            2 => out.push(first),
            3 => out.extend_from_slice(&[first, second]),
            _ => {}
        }
        (self.bits, self.digits) = (0, 0);
    }
}

/// Decodes as many whole groups of four digits as there are; the rest.
fn decode_groups<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (groups, _) = text.as_chunks::<4>();
    let mut decoded = 0;
    for group in groups {
        let [first, second, third, fourth] = group.map(digit);
        if first | second | third | fourth == NO_DIGIT {
            break;
        }
        let bits =
            u32::from(first) << 18 | u32::from(second) << 12 | u32::from(third) << 6 | u32::from(fourth);
        let [_, first, second, third] = bits.to_be_bytes();
        out.extend_from_slice(&[first, second, third]);
        decoded += group.len();
    }
    text.get(decoded..).unwrap_or_default()
}

/// Stands for a byte that is no digit. All its bits are set, so that it shows among others.
const NO_DIGIT: u8 = u8::MAX;

/// The value of each byte as a digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < alphabet.len() {
        digits[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

fn digit(byte: u8) -> u8 {
    // An index of type u8 cannot lie outside 256 values.
    DIGITS[usize::from(byte)]
}

/// Decodes a line of quoted-printable and appends the bytes, with the line end unless it is soft.
pub(super) fn decode_quoted_printable(line: &[u8], out: &mut Vec<u8>) {
    let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut rest = line.get(..line.len() - blanks).unwrap_or_default();
    loop {
        rest = match rest {
            [] => break,
            [b'='] => return,
            [b'=', high, low, after @ ..] if let Some(byte) = hex_byte(*high, *low) => {
                out.push(byte);
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
    out.extend_from_slice(b"\r\n");
}

/// Decodes a whole base64 text, e.g. credentials.
pub(crate) fn decode_base64(text: &[u8]) -> Vec<u8> {
    let (mut decoder, mut out) = (Base64::default(), Vec::with_capacity(text.len() / 4 * 3 + 3));
    decoder.decode(text, &mut out);
    decoder.flush(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_and_other_bytes_skipped() {
        for (text, expected) in
            [("aGVsbG8=", "hello"), ("aGVs\r\nbG8h", "hello!"), ("YQ", "a"), ("", ""), ("Y*Q==", "a")]
        {
            assert_eq!(decode_base64(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn base64_is_the_same_however_it_is_cut() {
        let text = b"AAECAwQFBgcICQoL\r\nDA0O-Dx/+8PHy88=\r\n";
        let whole = decode_base64(text);
        assert_eq!(whole.len(), 22);
        for size in 1..text.len() {
            let (mut decoder, mut out) = (Base64::default(), Vec::new());
            text.chunks(size).for_each(|part| decoder.decode(part, &mut out));
            decoder.flush(&mut out);
            assert_eq!(out, whole, "{size}");
        }
    }

    #[test]
    fn quoted_printable_is_decoded() {
        for (line, expected) in
            [("a=3Db  ", "a=b\r\n"), ("soft=", "soft"), ("bad=zz", "bad=zz\r\n"), ("", "\r\n")]
        {
            let mut out = Vec::new();
            decode_quoted_printable(line.as_bytes(), &mut out);
            assert_eq!(out, expected.as_bytes(), "{line}");
        }
    }
}
