//! The messages of SNMP in their ASN.1 (RFC 1157, RFC 3416, RFC 3412).

use crate::der::{Elements, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, context, integer};

/// `sysDescr.0`, 1.3.6.1.2.1.1.1.0.
const DESCRIPTION: [u8; 8] = [0x2b, 6, 1, 2, 1, 1, 1, 0];
/// `sysUpTime.0`, 1.3.6.1.2.1.1.3.0.
const UP_TIME: [u8; 8] = [0x2b, 6, 1, 2, 1, 1, 3, 0];

/// The application-wide tags of numbers without a sign: Counter32, Unsigned32, TimeTicks, Counter64.
const UNSIGNED: [u8; 4] = [0x41, 0x42, 0x43, 0x46];
/// The tag of an IpAddress.
const ADDRESS: u8 = 0x40;
/// The tag of TimeTicks.
const TICKS: u8 = 0x43;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// As Zeek writes it.
    pub(super) version: &'static str,
    /// Versions 1 and 2.
    pub(super) community: Option<&'a [u8]>,
    /// What it is about.
    pub(super) operation: Operation<'a>,
}

/// What a message asks or tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation<'a> {
    /// Asks for so many variables, one by one.
    Get(u64),
    /// Asks for so many beginnings of tables.
    GetBulk(u64),
    /// Writes so many.
    Set(u64),
    /// Answers.
    Response(Response<'a>),
    /// Notifies; nobody answers.
    Notification,
    /// Reports, or is encrypted.
    Other,
    /// Nobody knows what it is.
    Unknown,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Response<'a> {
    /// Variables in it.
    pub(super) variables: u64,
    /// How the system describes itself.
    pub(super) description: Option<&'a [u8]>,
    /// For how long it is up, in hundredths of a second.
    pub(super) up_ticks: Option<u64>,
}

/// Reads a datagram: one message and nothing after it.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let mut whole = Elements(datagram);
    let mut inner = whole.inside(SEQUENCE)?;
    if !whole.0.is_empty() {
        return None;
    }
    let version = match inner.tagged(INTEGER)? {
        [0] => "1",
        [1] => "2c",
        [3] => {
            let operation = secured(inner)?;
            return Some(Message { version: "3", community: None, operation });
        }
        _ => return None,
    };
    let community = Some(inner.tagged(OCTET_STRING)?);
    Some(Message { version, community, operation: operation(inner)? })
}

/// Version 3: header, security parameters, and what it is about in clear or encrypted.
fn secured(mut inner: Elements<'_>) -> Option<Operation<'_>> {
    let mut header = inner.inside(SEQUENCE)?;
    header.tagged(INTEGER)?;
    header.tagged(INTEGER)?;
    let [_flags] = header.tagged(OCTET_STRING)? else { return None };
    header.tagged(INTEGER)?;
    inner.tagged(OCTET_STRING)?;
    let Some(mut scoped) = inner.inside(SEQUENCE) else {
        return inner.tagged(OCTET_STRING).map(|_| Operation::Other);
    };
    // The engine and the name of the context.
    scoped.tagged(OCTET_STRING)?;
    scoped.tagged(OCTET_STRING)?;
    operation(scoped)
}

fn operation(mut outer: Elements<'_>) -> Option<Operation<'_>> {
    const TRAP: u8 = context(4);
    if !(context(0)..=context(8)).contains(outer.0.first()?) {
        return Some(Operation::Unknown);
    }
    let (tag, content) = outer.next()?;
    let mut inner = Elements(content);
    if tag == TRAP {
        inner.tagged(OBJECT_IDENTIFIER)?;
        inner.tagged(ADDRESS)?;
        inner.tagged(INTEGER)?;
        inner.tagged(INTEGER)?;
        inner.tagged(TICKS)?;
    } else {
        // The request's number; error and its place, or how much is asked for.
        for _ in 0..3 {
            inner.tagged(INTEGER).and_then(integer)?;
        }
    }
    let response = variables(inner.inside(SEQUENCE)?)?;
    Some(match tag {
        0xa0 | 0xa1 => Operation::Get(response.variables),
        0xa2 => Operation::Response(response),
        0xa3 => Operation::Set(response.variables),
        0xa5 => Operation::GetBulk(response.variables),
        TRAP | 0xa7 => Operation::Notification,
        _ => Operation::Other,
    })
}

fn variables(mut list: Elements<'_>) -> Option<Response<'_>> {
    let mut response = Response::default();
    while !list.0.is_empty() {
        let mut variable = list.inside(SEQUENCE)?;
        let name = variable.tagged(OBJECT_IDENTIFIER)?;
        let (tag, value) = variable.next()?;
        if name == DESCRIPTION && tag == OCTET_STRING {
            response.description = Some(value);
        } else if name == UP_TIME && UNSIGNED.contains(&tag) {
            response.up_ticks = Some(unsigned(value)?);
        }
        response.variables += 1;
    }
    Some(response)
}

/// A number of up to 64 bits, before which a zero may stand for the sign.
fn unsigned(value: &[u8]) -> Option<u64> {
    let digits = value.strip_prefix(&[0]).unwrap_or(value);
    (digits.len() <= 8).then(|| digits.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_have_up_to_64_bits() {
        assert_eq!(unsigned(&[0, 0xff]), Some(255));
        assert_eq!(unsigned(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Some(u64::MAX));
        assert_eq!(unsigned(&[1; 9]), None);
        assert_eq!(unsigned(&[]), Some(0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = message(&[[0x30, bytes.len() as u8].as_slice(), &bytes].concat());
        }
    }
}
