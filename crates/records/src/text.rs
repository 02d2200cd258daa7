//! Bytes from the wire as text.

use std::fmt::Write as _;
use std::net::IpAddr;

/// Text from bytes that should be UTF-8: what controls terminals is written as `\xNN`, as Zeek does, and so is all
/// that is not ASCII where the whole is not UTF-8. Nothing is lost.
pub fn text_from_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        // Most text is plain ASCII, which is told at once.
        Ok(text) if !bytes.iter().any(|byte| is_escaped_control(*byte) || !byte.is_ascii()) => {
            text.to_owned()
        }
        Ok(text) => escaped(text.chars()),
        Err(_) => bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut escaped, byte| {
            if is_escaped_control(*byte) || !byte.is_ascii() {
                push_escaped(&mut escaped, *byte);
            } else {
                escaped.push(char::from(*byte));
            }
            escaped
        }),
    }
}

/// Controls as `\\xNN`; those beyond ASCII, and characters that turn the direction of writing round, as `\\u{NNNN}`.
fn escaped(characters: impl Iterator<Item = char>) -> String {
    characters.fold(String::new(), |mut escaped, character| {
        match u8::try_from(character) {
            Ok(byte) if is_escaped_control(byte) => push_escaped(&mut escaped, byte),
            _ if is_deceptive(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
        escaped
    })
}

/// Terminals obey them, or show what follows in another order.
pub const fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_escaped(text: &mut String, byte: u8) {
    let _ = write!(text, "\\x{byte:02x}");
}

/// All but those that JSON has a short form for.
const fn is_escaped_control(byte: u8) -> bool {
    matches!(byte, 0..=7 | 0x0b | 0x0e..=0x1f | 0x7f)
}

/// Bytes in lower case hexadecimal, with `separator` between them.
pub fn hexadecimal(bytes: impl IntoIterator<Item = u8>, separator: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS.get(usize::from(half)).copied().unwrap_or(b'0'));
    let bytes = bytes.into_iter();
    let mut text = String::with_capacity(bytes.size_hint().0 * (2 + separator.len()));
    for byte in bytes {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Appends the address as its `Display` writes it; for IPv4 much quicker.
pub fn push_address(text: &mut String, address: IpAddr) {
    let IpAddr::V4(address) = address else {
        // Writing to a string cannot fail.
        let _ = write!(text, "{address}");
        return;
    };
    let digit = |digit: u8| char::from(b'0' + digit);
    for (place, octet) in address.octets().into_iter().enumerate() {
        if place > 0 {
            text.push('.');
        }
        if octet >= 100 {
            text.push(digit(octet / 100));
        }
        if octet >= 10 {
            text.push(digit(octet / 10 % 10));
        }
        text.push(digit(octet % 10));
    }
}

/// Text from UTF-16LE, as the protocols of Windows carry it; a lone surrogate becomes U+FFFD. Controls
/// are escaped as by [`text_from_bytes`].
pub fn text_from_utf16le(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    // Zeros fill up fields of a fixed length; who reads those takes them off.
    let text: String = characters.collect();
    if text.chars().any(|character| character != '\0' && (character.is_control() || is_deceptive(character)))
    {
        return text.split('\0').map(|part| escaped(part.chars())).collect::<Vec<_>>().join("\0");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_by_display() {
        for address in ["0.0.0.0", "9.10.99.100", "255.249.200.199", "::", "2001:db8::1", "::ffff:1.2.3.4"] {
            let mut text = "x".to_owned();
            push_address(&mut text, address.parse().unwrap());
            assert_eq!(text.strip_prefix('x'), Some(address));
        }
    }

    #[test]
    fn what_is_not_text_is_escaped() {
        assert_eq!(text_from_bytes("a\tü€\r\n".as_bytes()), "a\tü€\r\n");
        assert_eq!(text_from_bytes("ü\x1b".as_bytes()), r"ü\x1b");
        assert_eq!(text_from_bytes("a\u{9b}31m\u{202e}b".as_bytes()), r"a\u{9b}31m\u{202e}b");
        let utf16: Vec<u8> = "ü\x1b]0;x\x07".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_from_utf16le(&utf16), r"ü\x1b]0;x\x07");
        assert_eq!(text_from_bytes(b"\xc3\xbc\xff"), r"\xc3\xbc\xff");
        assert_eq!(text_from_bytes(b"\x00a\x1b[0m\x7f\xffb\xe2\x82"), r"\x00a\x1b[0m\x7f\xffb\xe2\x82");
    }
}
