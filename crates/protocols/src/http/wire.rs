//! The lines of HTTP/1.x (RFC 9112), read as leniently as Zeek does.

/// A version of HTTP, e.g. 1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// Before the dot.
    pub(super) major: u8,
    /// After it.
    pub(super) minor: u8,
}

impl Version {
    /// No version at all: the response is nothing but the body.
    pub(super) const HTTP_09: Self = Self { major: 0, minor: 9 };
    /// The version that knows chunks.
    pub(super) const HTTP_11: Self = Self { major: 1, minor: 1 };

    fn read(text: &[u8]) -> Self {
        match text {
            [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', ..] => {
                Self { major: major - b'0', minor: minor - b'0' }
            }
            _ => Self::default(),
        }
    }
}

/// The first line of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'a> {
    /// Verb.
    pub(super) method: &'a [u8],
    /// Target, with percent encoding.
    pub(super) uri: &'a [u8],
    /// Version, unless it is cut.
    pub(super) version: Option<Version>,
}

/// Reads the first line of a request; `Err` names what is wrong with it.
pub(super) fn request_line(line: &[u8]) -> Result<RequestLine<'_>, &'static str> {
    const BAD: &str = "bad_HTTP_request";
    let end = line.iter().position(|byte| !is_token_byte(*byte)).unwrap_or(line.len());
    let (method, rest) = line.split_at_checked(end).ok_or(BAD)?;
    if method.is_empty() {
        let tail = line.len().checked_sub(9).and_then(|place| line.get(place..place + 6));
        let has_version = tail.is_some_and(|tail| tail.eq_ignore_ascii_case(b" HTTP/"));
        return Err(if has_version { "bad_HTTP_request_with_version" } else { BAD });
    }
    let target = skip_space(rest);
    if target.len() == rest.len() {
        return Err(BAD);
    }
    let (uri, version) = split_version(target);
    if version == Some(Version::HTTP_09) && (method.len() < 3 || uri.is_empty()) {
        return Err(BAD);
    }
    Ok(RequestLine { method, uri, version })
}

/// Splits what follows the verb into the target and the version.
fn split_version(target: &[u8]) -> (&[u8], Option<Version>) {
    let mut end = target.iter().position(|byte| !is_uri_byte(*byte)).unwrap_or(target.len());
    if end == target.len() && starts_with_http(target) {
        end = 0;
    }
    let mut start = end;
    while start < target.len() {
        end = start;
        let rest = skip_space(target.get(start..).unwrap_or_default());
        start = target.len() - rest.len();
        if starts_with_http(rest) {
            let version = (rest.len() >= 8).then(|| Version::read(rest.get(5..).unwrap_or_default()));
            return (target.get(..end).unwrap_or_default(), version);
        }
        start += 1;
    }
    (target.get(..end).unwrap_or_default(), Some(Version::HTTP_09))
}

/// The first line of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReplyLine<'a> {
    /// Version.
    pub(super) version: Version,
    /// Status code; 0 where it is no number.
    pub(super) code: u16,
    /// Reason phrase, where there is one.
    pub(super) reason: Option<&'a [u8]>,
}

/// Reads the first line of a response.
pub(super) fn reply_line(line: &[u8]) -> Option<ReplyLine<'_>> {
    if !starts_with_http(line) {
        return None;
    }
    let rest = line.get(5..)?;
    let version = Version::read(rest);
    let rest = skip_space(rest.get(rest.iter().position(is_blank)?..)?);
    let (code, rest) = rest.split_at_checked(3)?;
    let code = match code {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
        }
        _ => 0,
    };
    let reason = rest.iter().position(is_blank).and_then(|place| rest.get(place..)).map(skip_space);
    Some(ReplyLine { version, code, reason })
}

/// Whether it begins like a response or a version.
pub(super) fn starts_with_http(bytes: &[u8]) -> bool {
    bytes.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"HTTP/"))
}

/// The number that `text` begins with, after blanks. Too large a number saturates.
pub(super) fn number(text: &[u8], radix: u32) -> Option<u64> {
    let text = skip_space(text);
    let digits = text.iter().map_while(|byte| char::from(*byte).to_digit(radix));
    digits.fold(None, |number: Option<u64>, digit| {
        Some(number.unwrap_or(0).saturating_mul(u64::from(radix)).saturating_add(u64::from(digit)))
    })
}

/// The part of a file that a response with status 206 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// Place of its first byte.
    pub(super) first: u64,
    /// Its length.
    pub(super) length: u64,
    /// Length of the whole file, where the server says it.
    pub(super) instance_length: Option<u64>,
}

/// Reads the value of `Content-Range`; `Err` names what is wrong with it.
pub(super) fn content_range(value: &[u8]) -> Result<ContentRange, &'static str> {
    const BAD: &str = "HTTP_content_range_cannot_parse";
    let (unit, range) = crate::mime::token(value).ok_or(BAD)?;
    if unit != b"bytes" {
        return Err("HTTP_content_range_unknown_byte_unit");
    }
    let range: Vec<u8> = range.iter().copied().filter(|byte| *byte != b' ').collect();
    let slash = memchr::memchr(b'/', &range).ok_or(BAD)?;
    let (range, instance) = range.split_at_checked(slash).ok_or(BAD)?;
    let dash = memchr::memchr(b'-', range).ok_or(BAD)?;
    let (first, last) = range.split_at_checked(dash).ok_or(BAD)?;
    let first = number(first, 10).ok_or(BAD)?;
    let last = number(last.get(1..).unwrap_or_default(), 10).ok_or(BAD)?;
    let length = last.checked_sub(first).and_then(|length| length.checked_add(1));
    let length = length.filter(|length| i64::try_from(*length).is_ok());
    let length = length.ok_or("HTTP_non_positive_content_range")?;
    let instance_length = number(instance.get(1..).unwrap_or_default(), 10);
    Ok(ContentRange { first, length, instance_length })
}

fn skip_space(bytes: &[u8]) -> &[u8] {
    let space = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    bytes.get(space..).unwrap_or_default()
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const fn is_token_byte(byte: u8) -> bool {
    crate::mime::is_token_byte(byte) && !matches!(byte, b'{' | b'}')
}

fn is_uri_byte(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_alphanumeric() || b":/?#[]@!$&'()*+,;=-_.~%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Request = (&'static str, &'static str, Option<Version>);
    type Reply = (Version, u16, Option<&'static str>);

    const HTTP_10: Version = Version { major: 1, minor: 0 };

    #[test]
    fn the_first_line_of_a_request_is_read() {
        let cases: [(&str, Result<Request, &str>); 10] = [
            ("GET / HTTP/1.1", Ok(("GET", "/", Some(Version::HTTP_11)))),
            ("GET  /a b HTTP/1.0 ", Ok(("GET", "/a b", Some(HTTP_10)))),
            ("GET /old", Ok(("GET", "/old", Some(Version::HTTP_09)))),
            ("GET HTTP/1.1", Ok(("GET", "", Some(Version::HTTP_11)))),
            ("GET / HTTP/1", Ok(("GET", "/", None))),
            ("GET / http/x.y", Ok(("GET", "/", Some(Version::default())))),
            ("G /", Err("bad_HTTP_request")),
            ("GET", Err("bad_HTTP_request")),
            ("", Err("bad_HTTP_request")),
            ("<x> / HTTP/1.1", Err("bad_HTTP_request_with_version")),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(method, uri, version)| RequestLine {
                method: method.as_bytes(),
                uri: uri.as_bytes(),
                version,
            });
            assert_eq!(request_line(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn the_first_line_of_a_response_is_read() {
        let cases: [(&str, Option<Reply>); 6] = [
            ("HTTP/1.1 200 OK", Some((Version::HTTP_11, 200, Some("OK")))),
            ("HTTP/1.0 404 Not Found", Some((HTTP_10, 404, Some("Not Found")))),
            ("HTTP/1.1 200", Some((Version::HTTP_11, 200, None))),
            ("HTTP/1.1 abc ?", Some((Version::HTTP_11, 0, Some("?")))),
            ("HTTP/1.1", None),
            ("ICY 200 OK", None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(version, code, reason)| ReplyLine {
                version,
                code,
                reason: reason.map(str::as_bytes),
            });
            assert_eq!(reply_line(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn ranges_are_read() {
        let range = |first, length, instance_length| Ok(ContentRange { first, length, instance_length });
        let cases = [
            ("bytes 0-99/1000", range(0, 100, Some(1000))),
            ("bytes 5-5/*", range(5, 1, None)),
            ("bytes 9-5/10", Err("HTTP_non_positive_content_range")),
            ("lines 0-1/2", Err("HTTP_content_range_unknown_byte_unit")),
            ("bytes 0/2", Err("HTTP_content_range_cannot_parse")),
        ];
        for (value, expected) in cases {
            assert_eq!(content_range(value.as_bytes()), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = (request_line(&line), reply_line(&line), content_range(&line), number(&line, 16));
        }
    }
}
