//! Signatures of text: markup, JSON, configuration, and the plain text that is left.

use super::pattern::without_prefix_of_any_case as after;
use super::{Signature, when};

#[rustfmt::skip]
pub(crate) const SIGNATURES: &[Signature] = &[
    when("application/f4m", 49, |head| any_tag(head, |tag| after(tag, b"manifest").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"xmlns=\"http://ns.adobe.com/f4m/")))),
    when("application/javascript", 60, is_javascript),
    when("application/soap+xml", 49, |head| any_tag(head, is_soap_envelope)),
    when("application/xml", 10, is_xml),
    when("application/xml-rpc", 49, |head| any_tag(head, |tag| after(tag, b"methodresponse>").is_some())),
    when("text/atom", 100, |head| any_tag(head, is_atom)),
    when("text/html", 100, |head| any_tag(head, is_html)),
    when("text/html", 20, |head| any_tag(head, |tag| [&b"head"[..], b"title", b"body"].iter().any(|name| after(tag, name).is_some()))),
    when("text/ini", 20, is_ini),
    when("text/json", 0, is_empty_json),
    when("text/json", 1, is_json),
    when("text/plain", -20, is_plain),
    when("text/rss", 90, |head| any_tag(head, |tag| after(tag, b"rss").is_some())),
    when("text/x-cross-domain-policy", 49, |head| any_tag(head, is_cross_domain_policy)),
];

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn without_blanks(bytes: &[u8]) -> &[u8] {
    let count = bytes.iter().take_while(|byte| is_blank(**byte)).count();
    bytes.get(count..).unwrap_or_default()
}

fn without_byte_order_mark(head: &[u8]) -> &[u8] {
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    marks.into_iter().find_map(|mark| head.strip_prefix(mark)).unwrap_or(head)
}

/// The places behind each occurrence of `mark`, without the blanks that follow.
fn places_behind<'a>(bytes: &'a [u8], mark: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let place = memchr::memmem::find(rest, mark)?;
        rest = rest.get(place + mark.len()..)?;
        Some(without_blanks(rest))
    })
}

/// Adds the places to which comments lead. Like Zeek's expressions, a comment may end at any later `-->`.
fn follow_comments(places: &mut Vec<&[u8]>) {
    let comment = places.iter().find_map(|place| place.strip_prefix(b"<!--"));
    if let Some(comment) = comment {
        places.extend(places_behind(comment, b"-->"));
    }
}

/// Where markup can begin: behind blanks and comments.
fn markup(head: &[u8]) -> Vec<&[u8]> {
    let mut places = vec![without_blanks(without_byte_order_mark(head))];
    follow_comments(&mut places);
    places
}

fn is_xml(head: &[u8]) -> bool {
    // UTF-16 has a zero byte beside each letter.
    let plain: Vec<u8> = head.iter().take(64).copied().filter(|byte| *byte != 0).collect();
    without_blanks(without_byte_order_mark(&plain)).starts_with(b"<?xml ")
        || markup(head).iter().any(|place| place.starts_with(b"<?xml "))
}

/// Whether a tag that `fits` (given without its `<`) is the first one, behind any XML declaration and comments.
fn any_tag(head: &[u8], fits: impl Fn(&[u8]) -> bool) -> bool {
    let mut places = markup(head);
    let declaration = places.iter().find_map(|place| place.strip_prefix(b"<?xml "));
    if let Some(declaration) = declaration {
        let mut behind: Vec<&[u8]> = places_behind(declaration, b"?>").collect();
        follow_comments(&mut behind);
        places.append(&mut behind);
    }
    places.iter().any(|place| place.strip_prefix(b"<").is_some_and(&fits))
}

fn after_spaces(bytes: &[u8]) -> Option<&[u8]> {
    let count = bytes.iter().take_while(|byte| **byte == b' ').count();
    if count > 0 { bytes.get(count..) } else { None }
}

fn after_doctype(tag: &[u8]) -> Option<&[u8]> {
    after(tag, b"!doctype").and_then(after_spaces)
}

fn is_html(tag: &[u8]) -> bool {
    after_doctype(tag).is_some_and(|name| after(name, b"html").is_some())
        || after(tag, b"html").is_some()
        || after(tag, b"meta").and_then(after_spaces).is_some_and(|name| after(name, b"http-equiv").is_some())
}

fn is_cross_domain_policy(tag: &[u8]) -> bool {
    after(after_doctype(tag).unwrap_or(tag), b"cross-domain-policy").is_some()
}

fn is_soap_envelope(tag: &[u8]) -> bool {
    let Some(name) = after(tag, b"soap") else { return false };
    after(after(name, b"-env").unwrap_or(name), b":envelope").is_some()
}

fn is_atom(tag: &[u8]) -> bool {
    let inside = |rest: &[u8], text: &[u8]| {
        let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
        let attributes = rest.get(..end).unwrap_or(rest);
        memchr::memmem::find(attributes, text).is_some()
    };
    after(tag, b"rss").is_some_and(|rest| inside(rest, b"xmlns:atom"))
        || after(tag, b"feed").is_some_and(|rest| {
            [
                &b"xmlns=\"http://www.w3.org/2005/Atom"[..],
                b"xmlns='http://www.w3.org/2005/Atom",
                b"xmlns=http://www.w3.org/2005/Atom",
            ]
            .iter()
            .any(|name| inside(rest, name))
        })
}

fn is_javascript(head: &[u8]) -> bool {
    let text = without_blanks(head);
    let is_script_tag = || {
        let rest = after(text, b"<script")?;
        let attribute = rest.trim_ascii_start();
        let value = after(attribute, b"type=").or_else(|| after(attribute, b"language="))?;
        let value = value.strip_prefix(b"'").or(value.strip_prefix(b"\"")).unwrap_or(value);
        after(after(value, b"text/").unwrap_or(value), b"javascript")
    };
    let is_script_code = || {
        let code = without_blanks(text.strip_prefix(b"<script>")?);
        code.strip_prefix(b"var ").or(code.strip_prefix(b"function "))
    };
    let writes = || {
        let rest = text.strip_prefix(b"document.write")?;
        rest.strip_prefix(b"ln").unwrap_or(rest).strip_prefix(b"(")
    };
    let is_function = || {
        let body = head.strip_prefix(b"(function()")?;
        let blanks = body.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        body.get(blanks..)?.strip_prefix(b"{")
    };
    text.starts_with(b"for (;;);")
        || is_script_tag().is_some()
        || is_script_code().is_some()
        || writes().is_some()
        || is_function().is_some()
}

/// A line with a name in brackets.
fn is_ini(head: &[u8]) -> bool {
    let text = without_byte_order_mark(head);
    let blanks = text.iter().take_while(|byte| is_blank(**byte) || **byte == 0).count();
    let Some([b'[', text @ ..]) = text.get(blanks..) else { return false };
    let Some(end) = text.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return false };
    let line = text.get(..end).unwrap_or_default();
    let last = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | 0));
    last.is_some_and(|last| last > 0 && line.get(last) == Some(&b']'))
}

fn is_empty_json(head: &[u8]) -> bool {
    let text = without_blanks(without_byte_order_mark(head));
    let rest = text.strip_prefix(b"[]").or(text.strip_prefix(b"{}"));
    rest.is_some_and(|rest| without_blanks(rest).is_empty())
}

fn is_json(head: &[u8]) -> bool {
    let text = without_blanks(without_byte_order_mark(head));
    match text.split_first() {
        Some((b'{', rest)) => is_object(without_blanks(rest)),
        Some((b'[', rest)) => is_array(without_blanks(rest)),
        _ => false,
    }
}

/// A text in quotation marks, not empty; returns what follows.
fn after_quoted(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    if end > 0 { text.get(end + 1..) } else { None }
}

/// A name and the beginning of a value of the kinds that Zeek knows: no `null`, no negative number.
fn is_object(text: &[u8]) -> bool {
    let after_name = after_quoted(text).or_else(|| {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\\');
        let length = text.iter().take_while(|byte| is_name(byte)).count();
        if text.first()?.is_ascii_alphabetic() { text.get(length..) } else { None }
    });
    let Some([b':', value @ ..]) = after_name.map(without_blanks) else { return false };
    let value = without_blanks(value);
    matches!(value.first(), Some(b'"' | b'[' | b'{' | b'0'..=b'9'))
        || value.starts_with(b"true")
        || value.starts_with(b"false")
}

/// A list or object in the list, or a value and a comma.
fn is_array(text: &[u8]) -> bool {
    let after_number = || {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = digits(text);
        let rest = if whole > 0 { text.get(whole..)? } else { return None };
        match rest.strip_prefix(b".").map(|fraction| (fraction, digits(fraction))) {
            Some((fraction, length)) if length > 0 => fraction.get(length..),
            _ => Some(rest),
        }
    };
    let after_value = || {
        after_quoted(text)
            .or_else(after_number)
            .or_else(|| text.strip_prefix(b"true"))
            .or_else(|| text.strip_prefix(b"false"))
    };
    matches!(text.first(), Some(b'{' | b'['))
        || after_value().is_some_and(|rest| without_blanks(rest).starts_with(b","))
}

/// Ten printable characters.
fn is_plain(head: &[u8]) -> bool {
    const LENGTH: usize = 10;
    let marks: [&[u8]; 5] = [b"\xef\xbb\xbf", b"\0\0\xfe\xff", b"\xfe\xff", b"\xff\xfe\0\0", b"\xff\xfe"];
    let text = marks.into_iter().find_map(|mark| head.strip_prefix(mark)).unwrap_or(head);
    let is_printable = |byte: &u8| matches!(byte, 9..=13 | 0x20..=0x7e);
    text.get(..LENGTH).is_some_and(|start| start.iter().all(is_printable))
}
