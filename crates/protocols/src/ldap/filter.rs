//! What a search asks for, as text (RFC 4515, section 3), in Zeek's manner.

use std::fmt::Write as _;

use records::{hexadecimal, text_from_bytes};

use super::wire::is_filter;
use crate::der::Elements;

/// Deeper filters are cut off.
const DEPTH_MAX: u32 = 16;
/// Longer texts are cut off.
const TEXT_BYTES_MAX: usize = 8192;
/// What stands for a part that is not readable.
const BROKEN: &str = "FILTER_PARSING_ERROR";

/// The filter as text.
pub(super) fn text((tag, content): (u8, &[u8])) -> String {
    let mut text = String::new();
    write_filter(&mut text, tag, content, DEPTH_MAX);
    text
}

fn write_filter(out: &mut String, tag: u8, content: &[u8], depth: u32) {
    if depth == 0 || out.len() > TEXT_BYTES_MAX {
        return out.push('…');
    }
    let is_written = match tag & 0x1f {
        _ if tag & 0xc0 != 0x80 => None,
        0 => write_joined(out, '&', content, depth),
        1 => write_joined(out, '|', content, depth),
        2 => Elements(content).next().map(|(tag, inner)| {
            out.push_str("(!");
            write_filter(out, tag, inner, depth - 1);
            out.push(')');
        }),
        3 => write_comparison(out, "=", content),
        4 => write_parts(out, content),
        5 => write_comparison(out, ">=", content),
        6 => write_comparison(out, "<=", content),
        7 if is_filter(tag, 7) => {
            let _ = write!(out, "({}=*)", text_from_bytes(content));
            Some(())
        }
        8 => write_comparison(out, "~=", content),
        9 => write_extended(out, content),
        _ => None,
    };
    if is_written.is_none() {
        out.push_str(BROKEN);
    }
}

/// Zeek wraps what is joined two by two: `(&(&(a)(b))(c))`.
fn write_joined(out: &mut String, sign: char, content: &[u8], depth: u32) -> Option<()> {
    let count = Elements(content).count();
    for _ in 0..count.saturating_sub(1).clamp(1, TEXT_BYTES_MAX) {
        out.push('(');
        out.push(sign);
    }
    for (place, (tag, inner)) in Elements(content).enumerate() {
        if out.len() > TEXT_BYTES_MAX {
            break;
        }
        write_filter(out, tag, inner, depth - 1);
        if place > 0 || count == 1 {
            out.push(')');
        }
    }
    Some(())
}

fn write_comparison(out: &mut String, sign: &str, content: &[u8]) -> Option<()> {
    let mut inner = Elements(content);
    let ((_, name), (_, value)) = (inner.next()?, inner.next()?);
    let _ = write!(out, "({}{sign}{})", text_from_bytes(name), value_text(name, value));
    Some(())
}

fn write_parts(out: &mut String, content: &[u8]) -> Option<()> {
    let mut inner = Elements(content);
    let ((_, name), (_, parts)) = (inner.next()?, inner.next()?);
    let (mut initial, mut middle, mut last) = (String::new(), String::new(), String::new());
    for (tag, part) in Elements(parts).take(TEXT_BYTES_MAX) {
        match tag & 0x1f {
            0 => initial = text_from_bytes(part),
            1 => {
                middle.push_str(&text_from_bytes(part));
                middle.push('*');
            }
            _ => last = text_from_bytes(part),
        }
    }
    let _ = write!(out, "({}={initial}*{middle}{last})", text_from_bytes(name));
    Some(())
}

/// By a rule of its own: `(attribute:rule:=value)`.
fn write_extended(out: &mut String, content: &[u8]) -> Option<()> {
    let part = |number: u8| Elements(content).find(|(tag, _)| *tag == 0x80 | number).map(|(_, value)| value);
    let attribute = text_from_bytes(part(2).unwrap_or_default());
    let _ = write!(out, "({attribute}:{}:={})", text_from_bytes(part(1)?), text_from_bytes(part(3)?));
    Some(())
}

/// Some attributes of Windows are not text.
fn value_text(name: &[u8], value: &[u8]) -> String {
    match (name, value) {
        (b"DomainGuid", [a, b, c, d, e, f, g, h, rest @ ..]) if rest.len() == 8 => {
            let (clock, node) = rest.split_at_checked(2).unwrap_or_default();
            let groups = [&[*d, *c, *b, *a][..], &[*f, *e], &[*h, *g], clock, node];
            groups.map(|group| hexadecimal(group.iter().copied(), "")).join("-")
        }
        (b"objectSid" | b"AAC", _) => hexadecimal(value.iter().copied(), ":"),
        (b"DomainSid", [revision, _, a, b, c, d, e, f, rest @ ..]) if rest.len() % 4 == 0 => {
            let authority =
                [*a, *b, *c, *d, *e, *f].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            let (parts, _) = rest.as_chunks::<4>();
            parts.iter().take(16).fold(format!("S-{revision}-{authority}"), |mut text, part| {
                let _ = write!(text, "-{}", u32::from_le_bytes(*part));
                text
            })
        }
        (b"NtVer", [a, b, c, d]) => format!("0x{:08x}", u32::from_le_bytes([*a, *b, *c, *d])),
        _ => text_from_bytes(value),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn comparison(tag: u8, name: &[u8], value: &[u8]) -> Vec<u8> {
        element(tag, &[element(4, name), element(4, value)].concat())
    }

    fn read(filter: &[u8]) -> String {
        text(Elements(filter).next().unwrap())
    }

    #[test]
    fn filters_are_text() {
        let [a, b, c] = [b"a", b"b", b"c"].map(|name| comparison(0xa3, name, b"1"));
        assert_eq!(read(&element(0xa0, &[a.clone(), b.clone()].concat())), "(&(a=1)(b=1))");
        assert_eq!(read(&element(0xa1, &[a.clone(), b, c].concat())), "(|(|(a=1)(b=1))(c=1))");
        assert_eq!(read(&element(0xa2, &a)), "(!(a=1))");
        assert_eq!(read(&element(0x87, b"cn")), "(cn=*)");
        let parts = element(0x30, &[element(0x80, b"x"), element(0x81, b"y"), element(0x82, b"z")].concat());
        assert_eq!(read(&element(0xa4, &[element(4, b"cn"), parts].concat())), "(cn=x*y*z)");
        let rule = [element(0x81, b"1.2"), element(0x82, b"uac"), element(0x83, b"2")].concat();
        assert_eq!(read(&element(0xa9, &rule)), "(uac:1.2:=2)");
        assert_eq!(read(&comparison(0xa3, b"NtVer", &[6, 0, 0, 0])), "(NtVer=0x00000006)");
        assert_eq!(read(&element(0x30, b"")), BROKEN);
    }

    #[test]
    fn deep_filters_are_cut_off() {
        let deep = (0..40).fold(comparison(0xa3, b"a", b"1"), |inner, _| element(0xa2, &inner));
        assert!(read(&deep).contains('…'));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(tag in any::<u8>(), bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = text((tag, &bytes));
        }
    }
}
