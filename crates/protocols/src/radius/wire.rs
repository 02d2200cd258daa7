//! The messages of RADIUS (RFC 2865, sections 3 and 5).

use crate::take;

const AUTHENTICATOR_BYTES: usize = 16;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// What it is.
    pub(super) code: Code,
    /// Its attributes, which fill it.
    pub(super) attributes: &'a [u8],
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// A user asks for access.
    AccessRequest,
    /// It is granted.
    AccessAccept,
    /// It is denied.
    AccessReject,
    /// The server asks something in return.
    AccessChallenge,
    /// A session begins, goes on or ends.
    AccountingRequest,
    /// Any other.
    Other,
}

/// Reads a datagram: one message and nothing after it.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let mut rest = datagram;
    let from = &mut rest;
    let code = match take::u8(from)? {
        1 => Code::AccessRequest,
        2 => Code::AccessAccept,
        3 => Code::AccessReject,
        4 => Code::AccountingRequest,
        11 => Code::AccessChallenge,
        5 | 12 | 13 | 40..=45 => Code::Other,
        _ => return None,
    };
    let _identifier = take::u8(from)?;
    let length = take::u16(from)?;
    take::bytes(from, AUTHENTICATOR_BYTES)?;
    let read: usize = attributes(rest).map(|(_, value)| value.len() + 2).sum();
    let is_whole = usize::from(length) == datagram.len() && read == rest.len();
    is_whole.then_some(Message { code, attributes: rest })
}

/// Kind and value of each attribute.
pub(super) fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let [kind, length, after @ ..] = rest else { return None };
        let (value, after) = after.split_at_checked(usize::from(*length).checked_sub(2)?)?;
        rest = after;
        Some((*kind, value))
    })
}

/// A hardware address, however it is written: `00:11:22:33:44:55`.
pub(super) fn hardware_address(text: &[u8]) -> Option<String> {
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    if digits.len() != 12 && digits.len() != 16 {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| pair.iter().map(|it| char::from(it.to_ascii_lowercase())));
    let mut address = String::with_capacity(24);
    for pair in pairs {
        if !address.is_empty() {
            address.push(':');
        }
        address.extend(pair);
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hardware_addresses_are_written_in_one_way() {
        for text in ["00-11-22-AA-BB-CC", "0011.22aa.bbcc", "001122AABBCC"] {
            assert_eq!(hardware_address(text.as_bytes()).as_deref(), Some("00:11:22:aa:bb:cc"));
        }
        assert_eq!(hardware_address(b"10.0.0.1"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = message(&bytes);
            let _ = attributes(&bytes).count();
        }
    }
}
