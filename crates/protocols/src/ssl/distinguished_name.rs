//! Distinguished names as OpenSSL prints them with `XN_FLAG_RFC2253`: last part first, special characters and all
//! that is not ASCII escaped.

use std::fmt::Write as _;

use records::text_from_bytes;

use x509_parser::asn1_rs::{Any, ToDer as _};
use x509_parser::x509::X509Name;

use super::object_names;

/// The name in one line.
pub(crate) fn one_line(name: &X509Name<'_>) -> String {
    let mut line = String::new();
    let parts: Vec<_> = name.iter_rdn().collect();
    for part in parts.into_iter().rev() {
        let attributes: Vec<_> = part.iter().collect();
        for (index, attribute) in attributes.into_iter().rev().enumerate() {
            match index {
                0 if line.is_empty() => {}
                0 => line.push(','),
                _ => line.push('+'),
            }
            let identifier = attribute.attr_type().to_id_string();
            let short = object_names::attribute(&identifier);
            line.push_str(short.unwrap_or(&identifier));
            line.push('=');
            match (short, text_of(attribute.attr_value())) {
                (Some(_), Some(text)) => escape(&text, &mut line),
                _ => dump(attribute.attr_value(), &mut line),
            }
        }
    }
    line
}

/// The text of a string of any of the types of ASN.1; none for what is no string.
pub(crate) fn text_of(value: &Any<'_>) -> Option<String> {
    const UTF8: u32 = 12;
    const UNIVERSAL: u32 = 28;
    const BMP: u32 = 30;
    match value.tag().0 {
        UTF8 => Some(text_from_bytes(value.data)),
        // Each byte is a character of Latin-1.
        18 | 19 | 20 | 22 | 23 | 24 | 26 => Some(value.data.iter().map(|byte| char::from(*byte)).collect()),
        BMP => {
            let units = value.data.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        UNIVERSAL => {
            let units = value.data.as_chunks::<4>().0.iter().map(|unit| u32::from_be_bytes(*unit));
            Some(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        _ => None,
    }
}

fn escape(text: &str, line: &mut String) {
    let last = text.len().saturating_sub(1);
    for (index, byte) in text.bytes().enumerate() {
        let at_edge = index == 0 || index == last;
        match byte {
            b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' => {
                line.push('\\');
                line.push(char::from(byte));
            }
            b' ' if at_edge => line.push_str("\\ "),
            b'#' if index == 0 => line.push_str("\\#"),
            0x20..=0x7e => line.push(char::from(byte)),
            _ => {
                let _ = write!(line, "\\{byte:02X}");
            }
        }
    }
}

/// The encoding itself, in hexadecimal.
fn dump(value: &Any<'_>, line: &mut String) {
    line.push('#');
    for byte in value.to_der_vec().unwrap_or_default() {
        let _ = write!(line, "{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        for (text, expected) in [
            ("VeriSign, Inc.", "VeriSign\\, Inc."),
            (" #a ", "\\ #a\\ "),
            ("#a#", "\\#a#"),
            ("Zürich", "Z\\C3\\BCrich"),
            ("a\nb\u{7f}", "a\\0Ab\\7F"),
        ] {
            let mut line = String::new();
            escape(text, &mut line);
            assert_eq!(line, expected);
        }
    }
}
