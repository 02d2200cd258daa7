//! The messages of IKE (RFC 2408, section 3; RFC 7296, section 3).

use records::hexadecimal;

use crate::take;

const HEADER_BYTES: usize = 28;
/// Stands before IKE where ESP may come on the same port (RFC 3948, section 2.2).
const NOT_ESP: &[u8] = &[0; 4];
/// So many payloads, proposals, transforms or attributes of one message are read.
const PARTS_MAX: usize = 256;

/// The header of a message, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) initiator: [u8; 8],
    pub(super) responder: [u8; 8],
    pub(super) first_payload: u8,
    pub(super) major: u8,
    pub(super) minor: u8,
    pub(super) exchange: u8,
    pub(super) flags: u8,
    pub(super) id: u32,
    pub(super) length: u32,
    pub(super) payloads: &'a [u8],
}

impl Message<'_> {
    /// Whether its payloads are encrypted.
    pub(super) const fn is_encrypted(&self) -> bool {
        const ENCRYPTED: u8 = 1;
        const ENCRYPTED_PAYLOAD: u8 = 46;
        const ENCRYPTED_FRAGMENT: u8 = 53;
        match self.major {
            1 => self.flags & ENCRYPTED != 0,
            _ => matches!(self.first_payload, ENCRYPTED_PAYLOAD | ENCRYPTED_FRAGMENT),
        }
    }
}

/// Reads a datagram: a message that fills it.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let datagram = datagram.strip_prefix(NOT_ESP).unwrap_or(datagram);
    let mut rest = datagram;
    let from = &mut rest;
    let initiator: [u8; 8] = take::bytes(from, 8)?.try_into().ok()?;
    let responder: [u8; 8] = take::bytes(from, 8)?.try_into().ok()?;
    let (first_payload, version) = (take::u8(from)?, take::u8(from)?);
    let (exchange, flags) = (take::u8(from)?, take::u8(from)?);
    let (id, length) = (take::u32(from)?, take::u32(from)?);
    let is_known = match version {
        0x10 => matches!(exchange, 1..=6 | 32 | 33) && flags & !7 == 0 && first_payload <= 130,
        0x20 => matches!(exchange, 34..=43) && flags & !0x38 == 0 && first_payload <= 54,
        _ => false,
    };
    let is_whole = usize::try_from(length).ok()? == datagram.len() && datagram.len() >= HEADER_BYTES;
    if !is_known || !is_whole || initiator == [0; 8] {
        return None;
    }
    let (major, minor) = (version >> 4, version & 15);
    Some(Message {
        initiator,
        responder,
        first_payload,
        major,
        minor,
        exchange,
        flags,
        id,
        length,
        payloads: rest,
    })
}

/// What the payloads in clear say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) vendors: Vec<String>,
    pub(super) notifications: Vec<u64>,
    pub(super) transforms: Vec<String>,
    pub(super) groups: Vec<u64>,
}

/// Reads the payloads up to the first that is cut short.
pub(super) fn payloads(message: &Message<'_>) -> Said {
    let mut said = Said::default();
    let mut kind = message.first_payload;
    let mut rest = message.payloads;
    for _ in 0..PARTS_MAX {
        let [next, _, high, low, ..] = rest else { break };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((payload, after)) = rest.split_at_checked(length) else { break };
        let Some(content) = payload.get(4..) else { break };
        said.add(message.major, kind, content);
        (kind, rest) = (*next, after);
        if kind == 0 {
            break;
        }
    }
    said
}

impl Said {
    fn add(&mut self, major: u8, kind: u8, content: &[u8]) {
        match (major, kind) {
            (1, 1) => self.proposals(content.get(8..).unwrap_or_default(), true),
            (_, 33) => self.proposals(content, false),
            (2, 34) => self.groups.extend(number(content, 0)),
            (1, 11) => self.notifications.extend(number(content, 6)),
            (2, 41) => self.notifications.extend(number(content, 2)),
            (1, 13) | (2, 43) => self.vendors.push(hexadecimal(content.iter().copied(), "")),
            _ => {}
        }
    }

    /// Each holds transforms: type and number; in version 1 attributes and values.
    fn proposals(&mut self, mut rest: &[u8], is_first_version: bool) {
        while let Some((proposal, after)) = part(rest) {
            let index_bytes = proposal.get(6).copied().map_or(0, usize::from);
            let mut transforms = proposal.get(8 + index_bytes..).unwrap_or_default();
            while let Some((transform, after)) = part(transforms) {
                if self.transforms.len() >= PARTS_MAX {
                    return;
                }
                if is_first_version {
                    self.attributes(transform.get(8..).unwrap_or_default());
                } else if let [_, _, _, _, kind, _, high, low, ..] = transform {
                    self.transforms.push(format!("{kind}-{}", u16::from_be_bytes([*high, *low])));
                }
                transforms = after;
            }
            rest = after;
        }
    }

    fn attributes(&mut self, mut rest: &[u8]) {
        const IS_SHORT: u16 = 0x8000;
        let from = &mut rest;
        while let (Some(kind), Some(value)) = (take::u16(from), take::u16(from)) {
            if kind & IS_SHORT == 0 {
                // The value is a length.
                if take::bytes(from, usize::from(value)).is_none() {
                    return;
                }
            } else if self.transforms.len() < PARTS_MAX {
                self.transforms.push(format!("{}-{value}", kind & !IS_SHORT));
            }
        }
    }
}

fn number(content: &[u8], place: usize) -> Option<u64> {
    take::u16(&mut content.get(place..)?).map(u64::from)
}

/// A proposal or transform, whose length stands at its third byte, and what follows.
fn part(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let [_, _, high, low, ..] = rest else { return None };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length < 4 { None } else { rest.split_at_checked(length) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read(
            first in any::<u8>(),
            major in 1_u8..3,
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let message = Message {
                initiator: [1; 8], responder: [0; 8], first_payload: first, major, minor: 0, exchange: 34,
                flags: 0, id: 0, length: 0, payloads: &bytes,
            };
            let _ = payloads(&message);
            let _ = super::message(&bytes);
        }
    }
}
