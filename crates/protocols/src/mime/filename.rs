//! The file name that a header gives (RFC 2183, RFC 5987), found as leniently as Zeek does.

use records::text_from_bytes;

use crate::percent::unescape;

/// The file name in the value of `Content-Disposition`.
pub(crate) fn from_disposition(value: &[u8]) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let named = memchr::memmem::find_iter(&lower, b"filename")
        .any(|place| after_equals(value.get(place + 8..).unwrap_or_default(), true).is_some());
    named.then(|| extract(value, &lower))
}

/// The file name in the value of `Content-Type`.
pub(crate) fn from_content_type(value: &[u8]) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let named = memchr::memmem::find_iter(&lower, b"name")
        .any(|place| after_equals(value.get(place + 4..).unwrap_or_default(), false).is_some());
    named.then(|| extract(value, &lower))
}

/// What stands after `=`, which blanks and a star may precede.
fn after_equals(bytes: &[u8], star: bool) -> Option<&[u8]> {
    match trim_blanks(bytes) {
        [b'*', b'=', rest @ ..] if star => Some(trim_blanks(rest)),
        [b'=', rest @ ..] => Some(trim_blanks(rest)),
        _ => None,
    }
}

fn trim_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    bytes.get(blanks..).unwrap_or_default()
}

fn extract(value: &[u8], lower: &[u8]) -> String {
    let mut name = memchr::memmem::rfind_iter(lower, b"name")
        .find_map(|place| after_equals(value.get(place + 4..)?, true))
        .unwrap_or(value);
    if let [b'"', quoted @ ..] = name {
        name = quoted.split(|byte| *byte == b'"').next().unwrap_or_default();
    }
    let (name, _) = unescape(without_charset(name));
    text_from_bytes(&name)
}

/// Takes the character set and the language off (`utf-8'en'`).
fn without_charset(name: &[u8]) -> &[u8] {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'+'..=b'^' | b'_' | b'`' | b'{' | b'}' | b'~'
            )
    };
    let charset = name.iter().take_while(|byte| is_part(byte)).count();
    let Some([b'\'', rest @ ..]) = name.get(charset..) else { return name };
    let language = rest.iter().take_while(|byte| is_part(byte)).count();
    if charset == 0 || rest.get(language) != Some(&b'\'') {
        return name;
    }
    let last = memchr::memrchr(b'\'', name).unwrap_or_default();
    name.get(last + 1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_header() {
        let cases: [(&str, Option<&str>); 7] = [
            ("attachment; filename=\"a b.txt\"; size=1", Some("a b.txt")),
            ("attachment; FileName = plain.exe", Some("plain.exe")),
            ("attachment; filename*=UTF-8'en'%e2%82%ac.pdf", Some("€.pdf")),
            ("attachment; filename=a.txt; filename*=utf-8''b.txt", Some("b.txt")),
            ("form-data; name=\"field\"", None),
            ("inline", None),
            ("attachment; filename=\"open", Some("open")),
        ];
        for (value, expected) in cases {
            assert_eq!(from_disposition(value.as_bytes()).as_deref(), expected, "{value}");
        }
        assert_eq!(from_content_type(b"text/plain; name=x.txt").as_deref(), Some("x.txt"));
        assert_eq!(from_content_type(b"text/plain; charset=utf-8"), None);
    }
}
