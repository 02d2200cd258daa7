//! The messages of STUN (RFC 8489, sections 5 and 14).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::take;

const COOKIE: u32 = 0x2112_a442;
const BINDING_SUCCESS: u16 = 0x0101;
const MAPPED_ADDRESS: u16 = 0x0001;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    kind: u16,
    transaction: u128,
    attributes: &'a [u8],
}

/// Reads a datagram: a message that fills it.
pub(super) fn message(datagram: &[u8]) -> Option<Message<'_>> {
    let mut rest = datagram;
    let from = &mut rest;
    let (kind, length, cookie) = (take::u16(from)?, take::u16(from)?, take::u32(from)?);
    let octets: [u8; 12] = take::bytes(from, 12)?.try_into().ok()?;
    let transaction = octets.iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let is_message =
        kind >> 14 == 0 && cookie == COOKIE && length % 4 == 0 && usize::from(length) == rest.len();
    is_message.then_some(Message { kind, transaction, attributes: rest })
}

impl Message<'_> {
    /// Address and port under which the host that asked is seen, in an answer that tells it.
    pub(super) fn outside(&self) -> Option<(IpAddr, u16)> {
        if self.kind != BINDING_SUCCESS {
            return None;
        }
        let mut rest = self.attributes;
        let from = &mut rest;
        let mut found = None;
        while let (Some(kind), Some(value)) = (take::u16(from), take::after_u16(from)) {
            match kind {
                XOR_MAPPED_ADDRESS => return self.address(value, true),
                MAPPED_ADDRESS => found = self.address(value, false),
                _ => {}
            }
            let _padding = take::bytes(from, value.len().wrapping_neg() & 3);
        }
        found
    }

    fn address(&self, value: &[u8], is_masked: bool) -> Option<(IpAddr, u16)> {
        let mut rest = value;
        let from = &mut rest;
        let (_, family, port) = (take::u8(from)?, take::u8(from)?, take::u16(from)?);
        let mask = if is_masked { u128::from(COOKIE) << 96 | self.transaction } else { 0 };
        let port = port ^ u16::try_from(mask >> 112).ok()?;
        let address = match family {
            1 => Ipv4Addr::from_bits(take::u32(from)? ^ u32::try_from(mask >> 96).ok()?).into(),
            2 => {
                let octets: [u8; 16] = take::bytes(from, 16)?.try_into().ok()?;
                Ipv6Addr::from_bits(u128::from_be_bytes(octets) ^ mask).into()
            }
            _ => return None,
        };
        Some((address, port))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let message = Message { kind: BINDING_SUCCESS, transaction: 1, attributes: &bytes };
            let _ = message.outside();
            let _ = super::message(&bytes);
        }
    }
}
