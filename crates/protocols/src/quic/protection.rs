//! Opens the first packets (RFC 9001, section 5): their keys come from the connection id that the client made up, so
//! whoever sees them can open them.

use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{Aead as _, Payload};

use super::versions::Scheme;
use crate::key_derivation::Hash;

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
        let secret = Hash::Sha256.hmac(&scheme.salt, &[destination]);
        let of_end = |label| EndKeys::derive(scheme, &expand::<32>(&secret, label));
        Self { client: of_end("client in"), server: of_end("server in") }
    }
}

impl EndKeys {
    fn derive(scheme: &Scheme, secret: &[u8]) -> Self {
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
        let cipher = Aes128Gcm::new(&self.key.into());
        cipher.decrypt(&nonce.into(), Payload { msg: protected, aad: &header }).ok()
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

/// HKDF-Expand-Label as an array.
fn expand<const N: usize>(secret: &[u8], label: &str) -> [u8; N] {
    const { assert!(N <= Hash::Sha256.bytes(), "one hash is enough") };
    let mut key = [0; N];
    for (byte, from) in key.iter_mut().zip(Hash::Sha256.expand_label(secret, label, N)) {
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
