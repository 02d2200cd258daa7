//! Frames in the first packets (RFC 9000, section 12.4 and 19).

use super::wire::number;
use crate::take;

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// A piece of the TLS handshake.
    Crypto { offset: u64, bytes: &'a [u8] },
    /// The connection ends.
    Close { error: u64 },
    /// Of no interest.
    Other,
}

/// The next frame. `None` at the end, and where a frame may not stand in such a packet.
pub(super) fn next<'a>(payload: &mut &'a [u8]) -> Option<Frame<'a>> {
    const PADDING: u64 = 0;
    const PING: u64 = 1;
    const ACK: u64 = 2;
    const ACK_WITH_COUNTS: u64 = 3;
    const CRYPTO: u64 = 6;
    const CLOSE: u64 = 0x1c;
    Some(match number(payload)? {
        PADDING => {
            while let [0, rest @ ..] = payload {
                *payload = rest;
            }
            Frame::Other
        }
        PING => Frame::Other,
        kind @ (ACK | ACK_WITH_COUNTS) => {
            acknowledgement(payload, kind == ACK_WITH_COUNTS)?;
            Frame::Other
        }
        CRYPTO => {
            let offset = number(payload)?;
            let length = usize::try_from(number(payload)?).ok()?;
            Frame::Crypto { offset, bytes: take::bytes(payload, length)? }
        }
        CLOSE => {
            let error = number(payload)?;
            number(payload)?;
            let length = usize::try_from(number(payload)?).ok()?;
            take::bytes(payload, length)?;
            Frame::Close { error }
        }
        _ => return None,
    })
}

/// Passes over an acknowledgement. Each of its ranges takes two bytes at least, so their number is not to be feared.
fn acknowledgement(payload: &mut &[u8], has_counts: bool) -> Option<()> {
    number(payload)?;
    number(payload)?;
    let ranges = number(payload)?;
    number(payload)?;
    for _ in 0..ranges {
        number(payload)?;
        number(payload)?;
    }
    for _ in 0..if has_counts { 3 } else { 0 } {
        number(payload)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_are_read_one_after_the_other() {
        let mut payload: &[u8] =
            b"\0\0\0\x03\x09\0\x01\0\x02\x03\x05\x06\x07\x06\x40\x10\x02ab\x01\x1c\x41\x28\0\x01x\x08";
        let frames: Vec<Frame<'_>> = std::iter::from_fn(|| next(&mut payload)).collect();
        let crypto = Frame::Crypto { offset: 16, bytes: b"ab" };
        assert_eq!(frames, [Frame::Other, Frame::Other, crypto, Frame::Other, Frame::Close { error: 0x128 }]);
        assert_eq!(next(&mut b"\x06\0\x05ab".as_slice()), None);
        assert_eq!(next(&mut b"\x02\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0".as_slice()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(payload in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut rest = payload.as_slice();
            while next(&mut rest).is_some() {}
        }
    }
}
