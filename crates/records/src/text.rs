//! Bytes from the wire as text.

use std::fmt::Write as _;

/// Text from bytes that should be UTF-8: what is not is written as `\xNN`, as Zeek does, so that nothing is lost.
pub fn text_from_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Text from UTF-16LE, as the protocols of Windows carry it; a lone surrogate becomes U+FFFD.
pub fn text_from_utf16le(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
