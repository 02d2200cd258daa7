//! Messages of Kerberos 5 (RFC 4120, section 5), as far as they are in clear.

use records::{Timestamp, text_from_bytes};

use crate::der::{self, Elements, INTEGER, SEQUENCE};

/// Ciphers that a client lists; more are passed over.
const CIPHERS_MAX: usize = 32;
/// Parts of a name; more are passed over.
const NAME_PARTS_MAX: usize = 16;
/// Elements of pre-authentication data; more are passed over.
const PREAUTHENTICATION_MAX: usize = 32;

const FORWARDABLE: u32 = 0x4000_0000;
const RENEWABLE: u32 = 0x0080_0000;
const ENCRYPTED_TIMESTAMP: i64 = 2;
const PUBLIC_KEY: i64 = 16;
const ENCRYPTED_CHALLENGE: i64 = 138;

/// What is asked for, or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// A first ticket, from the authentication service.
    Authentication,
    /// A ticket for a service, from the ticket-granting service.
    TicketGranting,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A ticket is asked for.
    Request(Exchange, Request),
    /// A ticket is given.
    Reply(Exchange, Reply),
    /// A ticket is shown to a service.
    Application,
    /// It is refused.
    Error(Refusal),
    /// Another kind, which has nothing in clear.
    Other,
}

/// KDC-REQ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// Who asks.
    pub(super) client: Option<String>,
    /// Realm of the service.
    pub(super) realm: Option<String>,
    /// For which service.
    pub(super) service: Option<String>,
    /// From when the ticket should be valid.
    pub(super) from: Option<Timestamp>,
    /// Until when.
    pub(super) till: Option<Timestamp>,
    /// Whether it should be forwardable and renewable.
    pub(super) options: Option<(bool, bool)>,
    /// Ciphers that the client can read, best first.
    pub(super) ciphers: Vec<i64>,
    /// Whether it proves that the client knows the key of the user.
    pub(super) preauthenticated: bool,
}

/// KDC-REP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// Who gets it.
    pub(super) client: Option<String>,
    /// Realm of the client.
    pub(super) realm: Option<String>,
    /// For which service.
    pub(super) service: Option<String>,
    /// Cipher of the ticket.
    pub(super) cipher: i64,
}

/// KRB-ERROR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Code.
    pub(super) code: i64,
    /// Who asked.
    pub(super) client: Option<String>,
    /// Realm of the client.
    pub(super) realm: Option<String>,
    /// For which service.
    pub(super) service: Option<String>,
    /// What the server says of it.
    pub(super) text: Option<String>,
}

/// So many bytes of a message are enough for [`begins_message`].
pub(super) const BEGINNING_BYTES: usize = 17;

/// Whether these first bytes are surely a message of Kerberos: tag, length, sequence and version 5.
pub(super) fn begins_message(bytes: &[u8]) -> bool {
    let Some((tag, rest)) = bytes.split_first().filter(|(tag, _)| is_tag(**tag)) else { return false };
    let Some(header) = header_length(rest) else { return false };
    let Some(inner) = rest.get(header..).and_then(|inner| inner.strip_prefix(&[SEQUENCE])) else {
        return false;
    };
    let Some(body) = header_length(inner).and_then(|header| inner.get(header..)) else { return false };
    // Requests number their fields from one, all others from zero.
    let version = if matches!(tag, 0x6a | 0x6c) { 0xa1 } else { 0xa0 };
    body.starts_with(&[version, 3, INTEGER, 1, 5])
}

/// Whether these bytes have the outer form of a message and nothing after it.
pub(super) fn has_form_of_message(bytes: &[u8]) -> bool {
    let mut elements = Elements(bytes);
    elements.next().is_some_and(|(tag, content)| is_tag(tag) && content.first() == Some(&SEQUENCE))
        && elements.0.is_empty()
}

/// Whether an element with this tag is a message: AS-REQ to AP-REP, KRB-SAFE, KRB-PRIV, KRB-CRED or KRB-ERROR.
const fn is_tag(tag: u8) -> bool {
    matches!(tag, 0x6a..=0x6f | 0x74..=0x76 | 0x7e)
}

fn header_length(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    match first {
        0..=0x7f => Some(1),
        0x81..=0x84 => Some(1 + usize::from(first & 0x7f)),
        _ => None,
    }
}

/// Reads a message; `None` where it is none or cut short.
pub(super) fn message(bytes: &[u8]) -> Option<Message> {
    let (tag, content) = Elements(bytes).next()?;
    if !is_tag(tag) {
        return None;
    }
    let fields = Elements(content).inside(SEQUENCE)?;
    match tag & 0x1f {
        10 => request(fields).map(|request| Message::Request(Exchange::Authentication, request)),
        12 => request(fields).map(|request| Message::Request(Exchange::TicketGranting, request)),
        11 => reply(fields).map(|reply| Message::Reply(Exchange::Authentication, reply)),
        13 => reply(fields).map(|reply| Message::Reply(Exchange::TicketGranting, reply)),
        14 => Some(Message::Application),
        30 => refusal(fields).map(Message::Error),
        _ => Some(Message::Other),
    }
}

fn request(fields: Elements<'_>) -> Option<Request> {
    let mut request = Request::default();
    let mut body = None;
    for (tag, content) in fields {
        match tag & 0x1f {
            3 => request.preauthenticated = preauthenticated(content),
            4 => body = Elements(content).inside(SEQUENCE),
            _ => {}
        }
    }
    for (tag, content) in body? {
        let mut value = Elements(content);
        match tag & 0x1f {
            0 => request.options = value.next().and_then(|(_, bits)| options(bits)),
            1 => request.client = principal(content),
            2 => request.realm = value.next().map(|(_, realm)| text_from_bytes(realm)),
            3 => request.service = principal(content),
            4 => request.from = value.next().and_then(|(_, time)| der::time(time)),
            5 => request.till = value.next().and_then(|(_, time)| der::time(time)),
            8 => {
                let ciphers = value.inside(SEQUENCE).into_iter().flatten().take(CIPHERS_MAX);
                request.ciphers = ciphers.filter_map(|(_, cipher)| der::integer(cipher)).collect();
            }
            _ => {}
        }
    }
    Some(request)
}

/// Whether the data holds a proof of the user's key (not the ticket that a TGS request shows).
fn preauthenticated(content: &[u8]) -> bool {
    let elements = Elements(content).inside(SEQUENCE).into_iter().flatten().take(PREAUTHENTICATION_MAX);
    elements
        .filter_map(|(_, element)| Elements(element).inside(der::context(1))?.tagged(INTEGER))
        .filter_map(der::integer)
        .any(|kind| matches!(kind, ENCRYPTED_TIMESTAMP | PUBLIC_KEY | ENCRYPTED_CHALLENGE))
}

fn options(bits: &[u8]) -> Option<(bool, bool)> {
    // The first byte counts the unused bits.
    let flags = u32::from_be_bytes(*bits.get(1..)?.first_chunk()?);
    Some((flags & FORWARDABLE != 0, flags & RENEWABLE != 0))
}

/// PrincipalName: its parts with slashes between them.
fn principal(content: &[u8]) -> Option<String> {
    let mut name = Elements(content).inside(SEQUENCE)?;
    name.tagged(der::context(0))?;
    let parts = name.inside(der::context(1))?.inside(SEQUENCE)?.take(NAME_PARTS_MAX);
    Some(parts.map(|(_, part)| text_from_bytes(part)).collect::<Vec<_>>().join("/"))
}

fn reply(fields: Elements<'_>) -> Option<Reply> {
    let mut reply = Reply::default();
    let mut has_ticket = false;
    for (tag, content) in fields {
        match tag & 0x1f {
            3 => reply.realm = Elements(content).next().map(|(_, realm)| text_from_bytes(realm)),
            4 => reply.client = principal(content),
            5 => {
                (reply.service, reply.cipher) = ticket(content)?;
                has_ticket = true;
            }
            _ => {}
        }
    }
    has_ticket.then_some(reply)
}

/// Service and cipher of a ticket.
fn ticket(content: &[u8]) -> Option<(Option<String>, i64)> {
    let fields = Elements(content).inside(der::application(1))?.inside(SEQUENCE)?;
    let (mut service, mut cipher) = (None, None);
    for (tag, content) in fields {
        match tag & 0x1f {
            2 => service = principal(content),
            3 => {
                let mut encrypted = Elements(content).inside(SEQUENCE)?;
                cipher = encrypted.inside(der::context(0))?.tagged(INTEGER).and_then(der::integer);
            }
            _ => {}
        }
    }
    Some((service, cipher?))
}

fn refusal(fields: Elements<'_>) -> Option<Refusal> {
    let mut refusal = Refusal::default();
    let mut has_code = false;
    for (tag, content) in fields {
        let mut value = Elements(content);
        match tag & 0x1f {
            6 => {
                refusal.code = value.tagged(INTEGER).and_then(der::integer)?;
                has_code = true;
            }
            7 => refusal.realm = value.next().map(|(_, realm)| text_from_bytes(realm)),
            8 => refusal.client = principal(content),
            10 => refusal.service = principal(content),
            11 => refusal.text = value.next().map(|(_, text)| text_from_bytes(text)),
            _ => {}
        }
    }
    has_code.then_some(refusal)
}
