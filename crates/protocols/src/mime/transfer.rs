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
    pub(super) fn decode(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for byte in text {
            let Some(value) = digit(*byte) else {
                self.padded |= *byte == b'=';
                continue;
            };
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

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
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
