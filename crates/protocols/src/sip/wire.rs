//! The messages of SIP (RFC 3261, section 7).

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// Its first line.
    pub(super) start: Start<'a>,
    /// Its headers, up to the empty line.
    pub(super) headers: &'a [u8],
    /// What follows it.
    pub(super) body: &'a [u8],
}

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start<'a> {
    /// Of a request.
    Request { method: &'a [u8], uri: &'a [u8] },
    /// Of a reply.
    Reply { code: u16, reason: &'a [u8] },
}

/// Reads a datagram.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let mut rest = datagram;
    let start = start(line(&mut rest))?;
    let headers = rest;
    while !rest.is_empty() && !line(&mut rest).is_empty() {}
    let (headers, body) = headers.split_at_checked(headers.len().checked_sub(rest.len())?)?;
    Some(Message { start, headers, body })
}

fn start(line: &[u8]) -> Option<Start<'_>> {
    if let Some(after) = line.strip_prefix(b"SIP/") {
        let mut words = after.splitn(3, |byte| *byte == b' ');
        let (version, code) = (words.next()?, words.next()?);
        let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = code else { return None };
        let digit = |byte: &u8| u16::from(byte - b'0');
        let code = digit(a) * 100 + digit(b) * 10 + digit(c);
        return is_version(version)
            .then_some(Start::Reply { code, reason: words.next().unwrap_or_default() });
    }
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (method, uri, version) = (words.next()?, words.next()?, words.next()?);
    let is_token = method.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte));
    let is_request = is_token
        && uri.iter().all(u8::is_ascii_graphic)
        && version.strip_prefix(b"SIP/").is_some_and(is_version)
        && words.next().is_none();
    is_request.then_some(Start::Request { method, uri })
}

fn is_version(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9', b'.', b'0'..=b'9'])
}

/// Takes the next line off, without its end.
pub(super) fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    *rest = after.get(1..).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Name and value of each header.
pub(super) fn headers(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let line = line(&mut rest);
            let colon = memchr::memchr(b':', line);
            if let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) {
                return Some((name.trim_ascii_end(), value.get(1..)?.trim_ascii_start()));
            }
        }
        None
    })
}

/// What stands before the first `;name`, between which a space may stand: the value without that parameter.
pub(super) fn before_parameter<'a>(value: &'a [u8], name: &[u8]) -> &'a [u8] {
    let is_here = |place: usize| {
        let after = value.get(place + 1..).unwrap_or_default();
        after.strip_prefix(b" ").unwrap_or(after).starts_with(name)
    };
    let place = memchr::memchr_iter(b';', value).find(|place| is_here(*place));
    value.get(..place.unwrap_or(value.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn first_lines_are_requests_or_replies() {
        assert_eq!(
            start(b"INVITE sip:a@b SIP/2.0"),
            Some(Start::Request { method: b"INVITE", uri: b"sip:a@b" })
        );
        assert_eq!(start(b"SIP/2.0 404 Not Found"), Some(Start::Reply { code: 404, reason: b"Not Found" }));
        assert_eq!(start(b"SIP/2.0 200"), Some(Start::Reply { code: 200, reason: b"" }));
        assert_eq!(start(b"GET / HTTP/1.1"), None);
        assert_eq!(start(b"SIP/2.0 4 x"), None);
    }

    #[test]
    fn headers_end_at_the_empty_line() {
        let message =
            message(b"OPTIONS sip:a SIP/2.0\r\nFrom: <a>; tag=1\r\nnone\r\nv:x\r\n\r\nbody").unwrap();
        let headers: Vec<_> = headers(message.headers).collect();
        assert_eq!(headers, [(&b"From"[..], &b"<a>; tag=1"[..]), (b"v", b"x")]);
        assert_eq!(message.body, b"body");
        assert_eq!(before_parameter(b"<a>; tag=1", b"tag="), b"<a>");
        assert_eq!(before_parameter(b"<a;b>", b"tag="), b"<a;b>");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = message(&bytes).map(|message| headers(message.headers).count());
            let _ = before_parameter(&bytes, b"tag=");
        }
    }
}
