//! Messages of PostgreSQL (documentation, "Frontend/Backend Protocol").

use std::borrow::Cow;

use crate::Verdict;
use crate::by_message::Framing;
use crate::take;

/// The client wants to cancel a query of another connection.
const CANCEL: u32 = 80_877_102;
/// The client asks for TLS.
const TLS: u32 = 80_877_103;
/// The client asks for encryption by GSSAPI.
const GSSAPI: u32 = 80_877_104;
/// Longer first messages are refused by servers.
const STARTUP_BYTES_MAX: u32 = 10_000;

/// Length of the client's first message.
pub(super) fn measure_startup(bytes: &[u8]) -> Framing {
    match bytes.first_chunk::<4>().map(|length| u32::from_be_bytes(*length)) {
        Some(length @ 8..=STARTUP_BYTES_MAX) => Framing::Message(length as usize),
        Some(_) => Framing::Wrong,
        None => Framing::Short,
    }
}

/// Length of any later message: its kind, then the length of the rest.
pub(super) fn measure(bytes: &[u8]) -> Framing {
    let [kind, rest @ ..] = bytes else { return Framing::Short };
    if !kind.is_ascii_alphanumeric() {
        return Framing::Wrong;
    }
    match rest.first_chunk::<4>().map(|length| u32::from_be_bytes(*length)) {
        Some(length) if (4..1 << 30).contains(&length) => Framing::Message(length as usize + 1),
        Some(_) => Framing::Wrong,
        None => Framing::Short,
    }
}

/// The client's first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Startup<'a> {
    /// Names and values.
    Parameters(Vec<(&'a [u8], &'a [u8])>),
    Tls,
    Gssapi,
    Cancel,
}

/// Reads the client's first message.
pub(super) fn startup(bytes: &[u8]) -> Option<Startup<'_>> {
    let mut rest = bytes;
    let (_length, code) = (take::u32(&mut rest)?, take::u32(&mut rest)?);
    match code {
        TLS => return Some(Startup::Tls),
        GSSAPI => return Some(Startup::Gssapi),
        CANCEL => return Some(Startup::Cancel),
        _ if code >> 16 != 3 => return None,
        _ => {}
    }
    let mut texts = rest.split(|byte| *byte == 0);
    let mut parameters = Vec::new();
    while let (Some(name @ [_, ..]), Some(value)) = (texts.next(), texts.next()) {
        parameters.push((name, value));
    }
    Some(Startup::Parameters(parameters))
}

/// Whether a stream begins with a client's first message.
pub(super) fn begins(stream: &[u8]) -> Verdict {
    match measure_startup(stream) {
        Framing::Wrong => return Verdict::No,
        Framing::Short => {
            return if stream.iter().take(2).all(|byte| *byte == 0) { Verdict::Maybe } else { Verdict::No };
        }
        Framing::Message(_) => {}
    }
    let Some([a, b, c, d, e, f, g, h]) = stream.first_chunk::<8>() else { return Verdict::Maybe };
    let (length, code) = (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h]));
    match (code, length) {
        (TLS | GSSAPI, 8) | (CANCEL, 16) => Verdict::Match,
        (code, _) if code >> 16 == 3 && code & 0xffff <= 9 => {
            let content = stream.get(8..stream.len().min(usize::try_from(length).unwrap_or(0)));
            let content = content.unwrap_or_default();
            let is_text = content.iter().all(|byte| *byte == 0 || *byte >= b' ');
            match is_text {
                false => Verdict::No,
                true if content.starts_with(b"user\0") => Verdict::Match,
                true if memchr::memmem::find(content, b"\0user\0").is_some() => Verdict::Match,
                true => Verdict::Maybe,
            }
        }
        _ => Verdict::No,
    }
}

/// Whether a server can have begun so: with its answer about encryption, or with `R`, `E` or `N`.
pub(super) fn can_answer(stream: &[u8]) -> bool {
    matches!(stream, [] | [b'S' | b'N' | b'G' | b'R' | b'E' | b'v', ..])
}

/// A message after the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    /// A query in text.
    Query(&'a [u8]),
    /// A query that is prepared.
    Parse(&'a [u8]),
    Terminate,
    /// The server asks for a proof of this kind; 0 says that the client is in.
    Authentication(u32),
    /// Fields with their codes.
    Error(Vec<(u8, &'a [u8])>),
    Notice(Vec<(u8, &'a [u8])>),
    Row,
    /// The server waits for the next query, in this state of the transaction.
    Ready(u8),
    Other,
}

/// Reads a message of the client.
pub(super) fn from_client(bytes: &[u8]) -> Option<Message<'_>> {
    let (kind, content) = split(bytes)?;
    Some(match kind {
        b'Q' => Message::Query(text(content)),
        b'P' => {
            let name = content.iter().position(|byte| *byte == 0)?;
            Message::Parse(text(content.get(name + 1..)?))
        }
        b'X' => Message::Terminate,
        _ => Message::Other,
    })
}

/// Reads a message of the server.
pub(super) fn from_server(bytes: &[u8]) -> Option<Message<'_>> {
    let (kind, mut content) = split(bytes)?;
    Some(match kind {
        b'R' => Message::Authentication(take::u32(&mut content)?),
        b'E' => Message::Error(fields(content)),
        b'N' => Message::Notice(fields(content)),
        b'D' => Message::Row,
        b'Z' => Message::Ready(take::u8(&mut content)?),
        _ => Message::Other,
    })
}

fn split(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    Some((*kind, rest.get(4..)?))
}

fn text(content: &[u8]) -> &[u8] {
    content.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn fields(content: &[u8]) -> Vec<(u8, &[u8])> {
    let texts = content.split(|byte| *byte == 0);
    texts.map_while(|field| field.split_first()).map(|(code, value)| (*code, value)).collect()
}

/// The name of a field of an error.
pub(super) fn field(code: u8) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        b'S' => "SeverityLocalized",
        b'V' => "Severity",
        b'C' => "Code",
        b'M' => "Message",
        b'D' => "Detail",
        b'H' => "Hint",
        b'P' => "Position",
        b'p' => "InternalPosition",
        b'q' => "InternalQuery",
        b'W' => "Where",
        b's' => "Schema",
        b't' => "Table",
        b'c' => "Column",
        b'd' => "Data",
        b'n' => "Constraint",
        b'F' => "File",
        b'L' => "Line",
        b'R' => "Routine",
        other => return format!("UnknownErrorId{}", char::from(other).escape_default()).into(),
    })
}

/// The name of a way to prove who one is.
pub(super) fn proof(kind: u32) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        2 => "KerberosV5",
        3 => "CleartextPassword",
        5 => "MD5Password",
        7 => "GSSAPI",
        8 => "GSSAPIContinue",
        9 => "SSPI",
        10 => "SASL",
        11 => "SASLContinue",
        12 => "SASLFinal",
        other => return format!("UnknownAuthId{other}").into(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_client_begins_with_its_user() {
        assert_eq!(begins(b"\0\0\0\x08\x04\xd2\x16\x2f"), Verdict::Match);
        assert_eq!(begins(b"\0\0\0\x20\0\x03\0\0user\0me\0"), Verdict::Match);
        assert_eq!(begins(b"\0\0\0\x20\0\x03\0\0database\0x"), Verdict::Maybe);
        assert_eq!(begins(b"\0\0\0\x20\0\x05\0\0user\0"), Verdict::No);
        assert_eq!(begins(b"GET / HTTP"), Verdict::No);
        let named = startup(b"\0\0\0\x20\0\x03\0\0user\0me\0database\0db\0\0");
        assert_eq!(named, Some(Startup::Parameters(vec![(b"user", b"me"), (b"database", b"db")])));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (measure(&bytes), startup(&bytes), begins(&bytes), from_client(&bytes), from_server(&bytes));
        }
    }
}
