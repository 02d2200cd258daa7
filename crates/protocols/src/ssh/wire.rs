//! Lines and packets of SSH: bytes to fields.

use records::text_from_bytes;

use crate::take;

/// Types of messages that are read.
pub(crate) mod message {
    pub(crate) const KEX_INIT: u8 = 20;
    pub(crate) const NEW_KEYS: u8 = 21;
    /// The server's answer with its key, in most ways of exchanging keys.
    pub(crate) const KEX_REPLY: u8 = 31;
    /// The same where the group is negotiated first.
    pub(crate) const KEX_GROUP_REPLY: u8 = 33;
}

/// Which version an end speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    One,
    /// 1.99: either.
    Both,
    Two,
}

/// The version in an identification line.
pub(crate) fn spoken(line: &[u8]) -> Option<Spoken> {
    match line.get(4..)? {
        [b'2', ..] => Some(Spoken::Two),
        [b'1', _, b'9', b'9', ..] => Some(Spoken::Both),
        [b'1', ..] => Some(Spoken::One),
        _ => None,
    }
}

/// The major version that two ends settle on; 0 where they cannot.
pub(crate) fn settled(client: Spoken, server: Spoken) -> u8 {
    match (client, server) {
        (Spoken::One, Spoken::Two) | (Spoken::Two, Spoken::One) => 0,
        (Spoken::One, _) | (_, Spoken::One) => 1,
        _ => 2,
    }
}

/// The offer of one end (RFC 4253, section 7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KexInit {
    pub(crate) kex: String,
    pub(crate) host_key: String,
    pub(crate) ciphers: Directions,
    pub(crate) macs: Directions,
    pub(crate) compressions: Directions,
}

/// What is offered for each direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directions {
    pub(crate) to_server: String,
    pub(crate) to_client: String,
}

impl KexInit {
    /// Reads the message behind its type.
    pub(crate) fn read(mut body: &[u8]) -> Option<Self> {
        const COOKIE_BYTES: usize = 16;
        take::bytes(&mut body, COOKIE_BYTES)?;
        let mut list = || take::after_u32(&mut body).map(text_from_bytes);
        Some(Self {
            kex: list()?,
            host_key: list()?,
            ciphers: Directions { to_server: list()?, to_client: list()? },
            macs: Directions { to_server: list()?, to_client: list()? },
            compressions: Directions { to_server: list()?, to_client: list()? },
        })
    }
}

/// Type and content of a packet of SSH 2, given without its length.
pub(crate) fn unpack(mut packet: &[u8]) -> Option<(u8, &[u8])> {
    let padding = usize::from(take::u8(&mut packet)?);
    let length = packet.len().checked_sub(padding)?;
    let payload = take::bytes(&mut packet, length)?;
    payload.split_first().map(|(kind, content)| (*kind, content))
}

/// Modulus and exponent of a server's key, from a packet of SSH 1 given without its length.
pub(crate) fn version_1_host_key(mut packet: &[u8]) -> Option<[&[u8]; 2]> {
    const PUBLIC_KEY: u8 = 2;
    const COOKIE_AND_BITS_BYTES: usize = 12;
    take::u8(&mut packet).filter(|kind| *kind == PUBLIC_KEY)?;
    take::bytes(&mut packet, COOKIE_AND_BITS_BYTES)?;
    // The key of the hour, then the lasting one.
    version_1_number(&mut packet)?;
    version_1_number(&mut packet)?;
    take::u32(&mut packet)?;
    let exponent = version_1_number(&mut packet)?;
    let modulus = version_1_number(&mut packet)?;
    Some([modulus, exponent])
}

fn version_1_number<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let bits = take::u16(from)?;
    take::bytes(from, usize::from(bits).div_ceil(8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_are_settled() {
        let version =
            |client: &[u8], server: &[u8]| settled(spoken(client).unwrap(), spoken(server).unwrap());
        assert_eq!(version(b"SSH-2.0-a", b"SSH-1.99-b"), 2);
        assert_eq!(version(b"SSH-1.99-a", b"SSH-1.99-b"), 2);
        assert_eq!(version(b"SSH-1.5-a", b"SSH-1.99-b"), 1);
        assert_eq!(version(b"SSH-1.5-a", b"SSH-2.0-b"), 0);
        assert_eq!(spoken(b"SSH-"), None);
    }

    #[test]
    fn packets_are_unpacked() {
        assert_eq!(unpack(b"\x04\x15pppp"), Some((21, &b""[..])));
        assert_eq!(unpack(b"\x02\x1fabpp"), Some((31, &b"ab"[..])));
        assert_eq!(unpack(b"\x09\x1fabpp"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            unpack(&bytes);
            KexInit::read(&bytes);
            version_1_host_key(&bytes);
            spoken(&bytes);
        }
    }
}
