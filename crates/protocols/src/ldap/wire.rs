//! The messages of LDAP in their ASN.1 (RFC 4511, section 4 and appendix B).

use records::Sender;

use crate::Verdict;
use crate::der::{Elements, INTEGER, OCTET_STRING, SEQUENCE, context, integer};

/// The tag of an ENUMERATED.
const ENUMERATED: u8 = 0x0a;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// Its number.
    pub(super) id: i64,
    /// Number of its operation.
    pub(super) operation: u8,
    /// What the operation holds.
    pub(super) content: &'a [u8],
}

/// Numbers of operations.
pub(super) mod operation {
    pub(in super::super) const BIND_REQUEST: u8 = 0;
    pub(in super::super) const BIND_RESPONSE: u8 = 1;
    pub(in super::super) const UNBIND_REQUEST: u8 = 2;
    pub(in super::super) const SEARCH_REQUEST: u8 = 3;
    pub(in super::super) const SEARCH_RESULT_ENTRY: u8 = 4;
    pub(in super::super) const SEARCH_RESULT_DONE: u8 = 5;
    pub(in super::super) const MODIFY_REQUEST: u8 = 6;
    pub(in super::super) const MODIFY_RESPONSE: u8 = 7;
    pub(in super::super) const ADD_REQUEST: u8 = 8;
    pub(in super::super) const ADD_RESPONSE: u8 = 9;
    pub(in super::super) const DELETE_REQUEST: u8 = 10;
    pub(in super::super) const DELETE_RESPONSE: u8 = 11;
    pub(in super::super) const MODIFY_NAME_REQUEST: u8 = 12;
    pub(in super::super) const MODIFY_NAME_RESPONSE: u8 = 13;
    pub(in super::super) const COMPARE_REQUEST: u8 = 14;
    pub(in super::super) const COMPARE_RESPONSE: u8 = 15;
    pub(in super::super) const ABANDON_REQUEST: u8 = 16;
    pub(in super::super) const SEARCH_RESULT_REFERENCE: u8 = 19;
    pub(in super::super) const EXTENDED_REQUEST: u8 = 23;
    pub(in super::super) const EXTENDED_RESPONSE: u8 = 24;
    pub(in super::super) const INTERMEDIATE_RESPONSE: u8 = 25;
}

/// Takes the next message off `bytes`.
pub(super) fn message<'a>(bytes: &mut Elements<'a>) -> Option<Message<'a>> {
    let mut inner = bytes.inside(SEQUENCE)?;
    let id = inner.tagged(INTEGER).and_then(integer)?;
    let (tag, content) = inner.next()?;
    // Application-wide tags, primitive or constructed.
    (tag & 0xc0 == 0x40).then_some(Message { id, operation: tag & 0x1f, content })
}

/// The number and the operation of a message of which only the beginning is there.
pub(super) fn head(bytes: &[u8]) -> Option<(i64, u8)> {
    let (_, header) = element_length(bytes)?;
    let mut inner = Elements(bytes.get(header..)?);
    let id = inner.tagged(INTEGER).and_then(integer)?;
    let tag = *inner.0.first()?;
    (tag & 0xc0 == 0x40).then_some((id, tag & 0x1f))
}

/// Length of the element's content and of what stands before it.
pub(super) fn element_length(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(1..)? {
        [length @ 0..=0x7f, ..] => Some((usize::from(*length), 2)),
        [digits @ 0x81..=0x84, rest @ ..] => {
            let digits = usize::from(digits & 0x7f);
            let length = rest.get(..digits)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            Some((length, 2 + digits))
        }
        _ => None,
    }
}

/// Whether what this end sent first can be LDAP.
pub(super) fn beginning(from: Sender, bytes: &[u8]) -> Verdict {
    const BEGINNING_BYTES: usize = 16;
    if bytes.is_empty() {
        return Verdict::Maybe;
    }
    if bytes.first() != Some(&SEQUENCE) {
        return Verdict::No;
    }
    let Some((_, tag, content)) = parts(bytes) else {
        return if bytes.len() < BEGINNING_BYTES { Verdict::Maybe } else { Verdict::No };
    };
    let first = content.first().copied();
    let fits = match (from, tag) {
        (Sender::Originator, 0x60) => first.is_none_or(|tag| tag == INTEGER),
        (Sender::Originator, 0x63 | 0x66 | 0x68 | 0x6c | 0x6e) => first.is_none_or(|tag| tag == OCTET_STRING),
        (Sender::Originator, 0x77) => first.is_none_or(|tag| tag == 0x80),
        (Sender::Responder, 0x64) => first.is_none_or(|tag| tag == OCTET_STRING),
        (Sender::Responder, 0x61 | 0x65 | 0x67 | 0x69 | 0x6b | 0x6d | 0x6f | 0x78) => {
            first.is_none_or(|tag| tag == ENUMERATED)
        }
        _ => false,
    };
    match (fits, first) {
        (true, Some(_)) => Verdict::Match,
        (true, None) => Verdict::Maybe,
        (false, _) => Verdict::No,
    }
}

/// Number, operation and the beginning of its content.
fn parts(bytes: &[u8]) -> Option<(i64, u8, &[u8])> {
    let (_, header) = element_length(bytes)?;
    let mut inner = Elements(bytes.get(header..)?);
    let id = inner.tagged(INTEGER).and_then(integer).filter(|id| *id >= 0)?;
    let tag = *inner.0.first()?;
    let (_, header) = element_length(inner.0)?;
    Some((id, tag, inner.0.get(header..)?))
}

/// The outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome<'a> {
    pub(super) code: u64,
    pub(super) text: &'a [u8],
}

/// Takes the outcome off the content of an answer.
pub(super) fn outcome<'a>(content: &mut Elements<'a>) -> Option<Outcome<'a>> {
    let code = enumerated(content)?;
    let _matched_name = content.tagged(OCTET_STRING)?;
    Some(Outcome { code, text: content.tagged(OCTET_STRING)? })
}

fn enumerated(content: &mut Elements<'_>) -> Option<u64> {
    u64::try_from(integer(content.tagged(ENUMERATED)?)?).ok()
}

/// A login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bind<'a> {
    pub(super) version: i64,
    pub(super) name: &'a [u8],
    pub(super) proof: Proof<'a>,
}

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof<'a> {
    /// By a password.
    Password(&'a [u8]),
    /// By a mechanism (RFC 4422), with what that says.
    Mechanism(&'a [u8], &'a [u8]),
    /// By NTLM in the first way of Windows (MS-ADTS, section 5.1.1.1.3): which package, negotiation or response.
    Sicily(u8, &'a [u8]),
}

/// Reads a login.
pub(super) fn bind(content: &[u8]) -> Option<Bind<'_>> {
    let mut inner = Elements(content);
    let version = inner.tagged(INTEGER).and_then(integer)?;
    let name = inner.tagged(OCTET_STRING)?;
    let (tag, value) = inner.next()?;
    let proof = match tag {
        0x80 => Proof::Password(value),
        0xa3 => {
            let mut inner = Elements(value);
            let mechanism = inner.tagged(OCTET_STRING)?;
            Proof::Mechanism(mechanism, inner.tagged(OCTET_STRING).unwrap_or_default())
        }
        0x89..=0x8b => Proof::Sicily(tag & 0x1f, value),
        _ => return None,
    };
    Some(Bind { version, name, proof })
}

/// What the server says in its mechanism, in what is left of its answer to a login.
pub(super) fn server_credentials(mut rest: Elements<'_>) -> Option<&[u8]> {
    rest.find(|(tag, _)| *tag == 0x87).map(|(_, value)| value)
}

/// The name of an extended operation.
pub(super) fn extended(content: &[u8]) -> Option<&[u8]> {
    Elements(content).tagged(0x80)
}

/// A search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'a> {
    pub(super) base: &'a [u8],
    pub(super) scope: u64,
    pub(super) aliases: u64,
    /// Tag and content of the filter.
    pub(super) filter: (u8, &'a [u8]),
    /// The attributes asked for.
    pub(super) attributes: Elements<'a>,
}

/// Reads a search.
pub(super) fn search(content: &[u8]) -> Option<Search<'_>> {
    const BOOLEAN: u8 = 1;
    let mut inner = Elements(content);
    let base = inner.tagged(OCTET_STRING)?;
    let (scope, aliases) = (enumerated(&mut inner)?, enumerated(&mut inner)?);
    let _size_limit = inner.tagged(INTEGER)?;
    let _time_limit = inner.tagged(INTEGER)?;
    let _types_only = inner.tagged(BOOLEAN)?;
    let filter = inner.next()?;
    Some(Search { base, scope, aliases, filter, attributes: inner.inside(SEQUENCE)? })
}

/// The name with which the content of an operation begins.
pub(super) fn name(content: &[u8]) -> Option<&[u8]> {
    Elements(content).tagged(OCTET_STRING)
}

/// Whether a filter is one of the kind with this number.
pub(super) const fn is_filter(tag: u8, number: u8) -> bool {
    tag == context(number) || tag == 0x80 | number
}
