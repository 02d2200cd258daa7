//! Keys from secrets: HMAC (RFC 2104) and what TLS 1.3 and QUIC make of it (RFC 8446, section 7.1).

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384};

/// The hash that a secret belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
}

impl Hash {
    /// Bytes that it gives.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// HMAC over the pieces one after another.
    pub(crate) fn hmac(self, key: &[u8], message: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => hmac::<Sha1>(key, message),
            Self::Sha256 => hmac::<Sha256>(key, message),
            Self::Sha384 => hmac::<Sha384>(key, message),
        }
    }

    /// HKDF-Expand-Label without context. Gives no more than one hash, which no key is longer than.
    pub(crate) fn expand_label(self, secret: &[u8], label: &str, length: usize) -> Vec<u8> {
        const PREFIX: &str = "tls13 ";
        let length = length.min(self.bytes());
        let label_length = u8::try_from(PREFIX.len() + label.len()).unwrap_or(u8::MAX);
        let of_length = [0, u8::try_from(length).unwrap_or(u8::MAX), label_length];
        let mut key = self.hmac(secret, &[&of_length, PREFIX.as_bytes(), label.as_bytes(), &[0, 1]]);
        key.truncate(length);
        key
    }

    /// The pseudo-random function of TLS 1.2 (RFC 5246, section 5).
    pub(crate) fn expand_1_2(self, secret: &[u8], label: &str, seed: &[&[u8]], length: usize) -> Vec<u8> {
        let seed: Vec<u8> = label.as_bytes().iter().chain(seed.iter().copied().flatten()).copied().collect();
        let mut expanded = Vec::with_capacity(length + self.bytes());
        let mut link = self.hmac(secret, &[&seed]);
        while expanded.len() < length {
            expanded.extend(self.hmac(secret, &[&link, &seed]));
            link = self.hmac(secret, &[&link]);
        }
        expanded.truncate(length);
        expanded
    }
}

fn hmac<D: EagerHash>(key: &[u8], message: &[&[u8]]) -> Vec<u8> {
    // Keys of any length are allowed.
    let Ok(mut mac) = Hmac::<D>::new_from_slice(key) else { return Vec::new() };
    message.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202 and RFC 4231, second test cases.
    #[test]
    fn macs_are_those_of_the_rfcs() {
        let mac = |hash: Hash| {
            let mac = hash.hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
            records::hexadecimal(mac, "")
        };
        assert_eq!(mac(Hash::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(mac(Hash::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(mac(Hash::Sha384).starts_with("af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47"));
    }

    /// The test vector for the PRF with SHA-256 that the TLS working group published.
    #[test]
    fn the_function_of_tls_1_2_gives_the_published_bytes() {
        let secret =
            [0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17, 0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71, 0xdb, 0x35];
        let seed =
            [0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18, 0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5, 0x19, 0x8c];
        let expanded = Hash::Sha256.expand_1_2(&secret, "test label", &[&seed], 100);
        let expected = concat!(
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af",
            "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701",
            "87347b66",
        );
        assert_eq!(records::hexadecimal(expanded, ""), expected);
    }
}
