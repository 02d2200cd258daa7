//! Opens the first packets (RFC 9001, section 5): their keys come from the connection id that the client made up, so
//! whoever sees them can open them.

use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;
use sha2::{Digest as _, Sha256};

use super::versions::Scheme;

const BLOCK_BYTES: usize = 16;

/// Packet numbers have at most so many bytes; what shows the header's mask begins behind (RFC 9001, section 5.4.2).
const NUMBER_BYTES_MAX: usize = 4;

/// Keys of both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) client: EndKeys,
    pub(super) server: EndKeys,
}

/// Keys with which one end protects its first packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndKeys {
    key: [u8; 16],
    nonce: [u8; 12],
    header: [u8; 16],
}

impl Keys {
    /// From the destination of the client's first packet.
    pub(super) fn derive(scheme: &Scheme, destination: &[u8]) -> Self {
        let secret = hmac(&scheme.salt, &[destination]);
        let of_end = |label| EndKeys::derive(scheme, &expand::<32>(&secret, label));
        Self { client: of_end("client in"), server: of_end("server in") }
    }
}

impl EndKeys {
    fn derive(scheme: &Scheme, secret: &[u8; 32]) -> Self {
        let [key, nonce, header] = scheme.labels;
        Self { key: expand(secret, key), nonce: expand(secret, nonce), header: expand(secret, header) }
    }

    /// What is in a packet whose number stands at this place. `None` where it was protected with other keys.
    pub(super) fn open(&self, packet: &[u8], number_at: usize) -> Option<Vec<u8>> {
        let (header, protected) = self.open_header(packet, number_at)?;
        let number_length = header.len() - number_at;
        let mut nonce = self.nonce;
        let number = header.get(number_at..)?;
        for (byte, digit) in nonce.iter_mut().skip(self.nonce.len() - number_length).zip(number) {
            *byte ^= digit;
        }
        let (sealed, tag) = protected.split_last_chunk::<BLOCK_BYTES>()?;
        let cipher = Aes128Enc::new(&self.key.into());
        let is_authentic = authenticate(&cipher, nonce, &header, sealed) == *tag;
        is_authentic.then(|| decrypt(&cipher, nonce, sealed))
    }

    /// The header as it was before it was masked, and what is behind it.
    fn open_header<'a>(&self, packet: &'a [u8], number_at: usize) -> Option<(Vec<u8>, &'a [u8])> {
        let sample = packet.get(number_at.checked_add(NUMBER_BYTES_MAX)?..)?.first_chunk::<BLOCK_BYTES>()?;
        let [mask, number_mask @ ..] = block(&Aes128Enc::new(&self.header.into()), *sample);
        let first = packet.first()? ^ (mask & 0x0f);
        let number_length = usize::from(first & 3) + 1;
        let (header, protected) = packet.split_at_checked(number_at + number_length)?;
        let mut header = header.to_vec();
        *header.first_mut()? = first;
        for (byte, mask) in header.iter_mut().skip(number_at).zip(number_mask) {
            *byte ^= mask;
        }
        Some((header, protected))
    }
}

fn block(cipher: &Aes128Enc, bytes: [u8; BLOCK_BYTES]) -> [u8; BLOCK_BYTES] {
    let mut block = bytes.into();
    cipher.encrypt_block(&mut block);
    block.into()
}

/// The block of a counter: the nonce, then the count.
fn counter(nonce: [u8; 12], count: u32) -> [u8; BLOCK_BYTES] {
    let mut bytes = [0; BLOCK_BYTES];
    for (byte, from) in bytes.iter_mut().zip(nonce.into_iter().chain(count.to_be_bytes())) {
        *byte = from;
    }
    bytes
}

/// The tag of AES-GCM (NIST SP 800-38D, section 7).
fn authenticate(cipher: &Aes128Enc, nonce: [u8; 12], header: &[u8], sealed: &[u8]) -> [u8; BLOCK_BYTES] {
    let bits = |bytes: &[u8]| (bytes.len() as u64 * 8).to_be_bytes();
    let mut lengths = [0; BLOCK_BYTES];
    for (byte, from) in lengths.iter_mut().zip(bits(header).into_iter().chain(bits(sealed))) {
        *byte = from;
    }
    let mut hash = GHash::new(&block(cipher, [0; BLOCK_BYTES]).into());
    hash.update_padded(header);
    hash.update_padded(sealed);
    hash.update(&[lengths.into()]);
    let mut tag: [u8; BLOCK_BYTES] = hash.finalize().into();
    for (byte, mask) in tag.iter_mut().zip(block(cipher, counter(nonce, 1))) {
        *byte ^= mask;
    }
    tag
}

/// AES-GCM's encryption, which is its own opposite.
fn decrypt(cipher: &Aes128Enc, nonce: [u8; 12], sealed: &[u8]) -> Vec<u8> {
    let mut bytes = sealed.to_vec();
    for (count, piece) in (2..).zip(bytes.chunks_mut(BLOCK_BYTES)) {
        for (byte, mask) in piece.iter_mut().zip(block(cipher, counter(nonce, count))) {
            *byte ^= mask;
        }
    }
    bytes
}

/// HMAC with SHA-256 (RFC 2104), for keys that are no longer than its block.
fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let padded = |pad: u8| {
        let mut bytes = [pad; 64];
        for (byte, key) in bytes.iter_mut().zip(key) {
            *byte ^= key;
        }
        Sha256::new_with_prefix(bytes)
    };
    let inner = message.iter().fold(padded(0x36), |hash, piece| hash.chain_update(piece)).finalize();
    padded(0x5c).chain_update(inner).finalize().into()
}

/// HKDF-Expand-Label (RFC 8446, section 7.1) without context, for at most one hash.
fn expand<const N: usize>(secret: &[u8; 32], label: &str) -> [u8; N] {
    const { assert!(N <= 32, "one hash is enough") };
    const PREFIX: &str = "tls13 ";
    let label_length = u8::try_from(PREFIX.len() + label.len()).unwrap_or(u8::MAX);
    let message: [&[u8]; 4] = [&[0, N as u8, label_length], PREFIX.as_bytes(), label.as_bytes(), &[0, 1]];
    let hash = hmac(secret, &message);
    let mut key = [0; N];
    for (byte, from) in key.iter_mut().zip(hash) {
        *byte = from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quic::versions;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
        digits.chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
    }

    fn keys(version: u32) -> Keys {
        Keys::derive(versions::scheme(version).unwrap(), &hex("8394c8f03e515708"))
    }

    /// RFC 9001, appendix A.1.
    #[test]
    fn keys_of_version_1_are_those_of_the_rfc() {
        let Keys { client, server } = keys(1);
        assert_eq!(client.key.to_vec(), hex("1f369613dd76d5467730efcbe3b1a22d"));
        assert_eq!(client.nonce.to_vec(), hex("fa044b2f42a3fd3b46fb255c"));
        assert_eq!(client.header.to_vec(), hex("9f50449e04a0e810283a1e9933adedd2"));
        assert_eq!(server.key.to_vec(), hex("cf3a5331653c364c88f0f379b6067e37"));
        assert_eq!(server.nonce.to_vec(), hex("0ac1493ca1905853b0bba03e"));
        assert_eq!(server.header.to_vec(), hex("c206b8d9b9f0f37644430b490eeaa314"));
    }

    /// RFC 9369, appendix A.1.
    #[test]
    fn keys_of_version_2_are_those_of_the_rfc() {
        let Keys { client, .. } = keys(0x6b33_43cf);
        assert_eq!(client.key.to_vec(), hex("8b1a0bc121284290a29e0971b5cd045d"));
        assert_eq!(client.nonce.to_vec(), hex("91f73e2351d8fa91660e909f"));
        assert_eq!(client.header.to_vec(), hex("45b95e15235d6f45a6b19cbcb0294ba9"));
    }

    /// RFC 9001, appendix A.3.
    #[test]
    fn the_servers_packet_of_the_rfc_is_opened() {
        let packet = hex("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
            5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3
            dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
            022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4
            2158407dd074ee");
        let opened = keys(1).server.open(&packet, 18).unwrap();
        assert!(opened.starts_with(&hex("02000000000600405a020000560303eefce7f7b37ba1d163")));
        assert!(opened.ends_with(&hex("da1a002b00020304")));
        assert_eq!(keys(1).client.open(&packet, 18), None);
        assert_eq!(keys(1).server.open(&packet[..packet.len() - 1], 18), None);
        assert_eq!(keys(1).server.open(&packet, usize::MAX), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(packet in prop::collection::vec(any::<u8>(), 0..80), at in 0..90_usize) {
            prop_assert_eq!(keys(1).client.open(&packet, at), None);
        }
    }
}
