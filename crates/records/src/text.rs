//! Bytes from the wire as text.

use std::fmt::Write as _;

/// Text from bytes that should be UTF-8: what is not, and what controls terminals, is written as `\xNN`, as
/// Zeek does, so that nothing is lost.
pub fn text_from_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(place) = rest.bytes().position(is_escaped_control) {
            let (before, after) = rest.split_at(place);
            text.push_str(before);
            let mut characters = after.chars();
            let _ = write!(text, "\\x{:02x}", characters.next().map_or(0, u32::from));
            rest = characters.as_str();
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// All but those that JSON has a short form for.
const fn is_escaped_control(byte: u8) -> bool {
    matches!(byte, 0..=7 | 0x0b | 0x0e..=0x1f | 0x7f)
}

/// Text from UTF-16LE, as the protocols of Windows carry it; a lone surrogate becomes U+FFFD.
pub fn text_from_utf16le(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_text_is_escaped() {
        assert_eq!(text_from_bytes("a\tü€\r\n".as_bytes()), "a\tü€\r\n");
        assert_eq!(text_from_bytes(b"\x00a\x1b[0m\x7f\xffb\xe2\x82"), r"\x00a\x1b[0m\x7f\xffb\xe2\x82");
    }
}
