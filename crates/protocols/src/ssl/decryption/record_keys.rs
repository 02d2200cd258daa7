//! Opens records with the keys of one direction: AEAD (RFC 8446, section 5.2; RFC 5246, section 6.2.3.3; RFC 7905)
//! and AES in CBC mode with an HMAC before or, agreed so, behind the encryption (RFC 5246, 6.2.3.2; RFC 7366).

use aes::cipher::{Block, BlockCipherDecrypt as _};
use aes::{Aes128Dec, Aes256Dec};
use aes_gcm::aead::{Aead, Nonce, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit as _};
use chacha20poly1305::ChaCha20Poly1305;

use super::suite::{Protection, Suite};
use crate::key_derivation::Hash;
use crate::ssl::record_layer::Header;

const BLOCK_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

/// Bytes of a nonce that TLS 1.2 sends with each record of AES-GCM.
const SENT_NONCE_BYTES: usize = 8;

/// How records are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// TLS 1.2; the HMAC of CBC is behind the encryption where both ends agreed so.
    Tls12 { encrypt_then_mac: bool },
    /// TLS 1.3.
    Tls13,
}

enum Cipher {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
    Cbc { cipher: CbcCipher, mac: Hash, mac_key: Vec<u8> },
}

enum CbcCipher {
    Aes128(Box<Aes128Dec>),
    Aes256(Box<Aes256Dec>),
}

/// Keys with which one end protects its records.
pub(super) struct RecordKeys {
    cipher: Cipher,
    layout: Layout,
    /// The part of the nonce that is not sent.
    nonce: Vec<u8>,
}

/// What was in a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) content_type: u8,
    pub(crate) bytes: Vec<u8>,
}

impl RecordKeys {
    /// `None` where the lengths are not those of the suite.
    pub(super) fn new(
        suite: Suite,
        layout: Layout,
        key: &[u8],
        mac_key: &[u8],
        nonce: &[u8],
    ) -> Option<Self> {
        let cipher = match suite.protection {
            Protection::Aes128Gcm => Cipher::Aes128Gcm(Box::new(Aes128Gcm::new_from_slice(key).ok()?)),
            Protection::Aes256Gcm => Cipher::Aes256Gcm(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
            Protection::ChaCha20Poly1305 => {
                Cipher::ChaCha20Poly1305(Box::new(ChaCha20Poly1305::new_from_slice(key).ok()?))
            }
            Protection::Cbc { key_bytes, mac } => {
                let cipher = if key_bytes == 16 {
                    CbcCipher::Aes128(Box::new(Aes128Dec::new_from_slice(key).ok()?))
                } else {
                    CbcCipher::Aes256(Box::new(Aes256Dec::new_from_slice(key).ok()?))
                };
                Cipher::Cbc { cipher, mac, mac_key: mac_key.to_vec() }
            }
        };
        Some(Self { cipher, layout, nonce: nonce.to_vec() })
    }

    /// How many bytes a record has besides its content: header, nonce, tag. In CBC mode, whose padding varies, about.
    pub(super) fn overhead(&self) -> u64 {
        const HEADER_BYTES: usize = 5;
        let sealing = match (&self.cipher, self.layout) {
            (Cipher::Cbc { mac, .. }, _) => BLOCK_BYTES + mac.bytes() + BLOCK_BYTES / 2,
            (_, Layout::Tls13) => TAG_BYTES + 1,
            (Cipher::ChaCha20Poly1305(_), _) => TAG_BYTES,
            (Cipher::Aes128Gcm(_) | Cipher::Aes256Gcm(_), _) => SENT_NONCE_BYTES + TAG_BYTES,
        };
        (HEADER_BYTES + sealing) as u64
    }

    /// Opens the record of this number. `None` where it was not sealed with these keys and this number.
    pub(super) fn open(&self, sequence: u64, header: &Header, body: &[u8]) -> Option<Content> {
        match &self.cipher {
            Cipher::Aes128Gcm(cipher) => self.open_gcm(cipher.as_ref(), sequence, header, body),
            Cipher::Aes256Gcm(cipher) => self.open_gcm(cipher.as_ref(), sequence, header, body),
            Cipher::ChaCha20Poly1305(cipher) => {
                self.open_sealed(cipher.as_ref(), self.counted_nonce(sequence), sequence, header, body)
            }
            Cipher::Cbc { cipher, mac, mac_key } => {
                let bytes = match self.layout {
                    Layout::Tls12 { encrypt_then_mac: true } => {
                        open_mac_behind(cipher, *mac, mac_key, sequence, header, body)
                    }
                    Layout::Tls12 { encrypt_then_mac: false } | Layout::Tls13 => {
                        open_mac_within(cipher, *mac, mac_key, sequence, header, body)
                    }
                };
                bytes.map(|bytes| Content { content_type: header.content_type, bytes })
            }
        }
    }

    fn open_gcm<A: Aead>(&self, cipher: &A, sequence: u64, header: &Header, body: &[u8]) -> Option<Content> {
        match self.layout {
            Layout::Tls13 => self.open_sealed(cipher, self.counted_nonce(sequence), sequence, header, body),
            Layout::Tls12 { .. } => {
                let (sent, sealed) = body.split_first_chunk::<SENT_NONCE_BYTES>()?;
                let mut nonce = [0; NONCE_BYTES];
                nonce.iter_mut().zip(self.nonce.iter().chain(sent)).for_each(|(to, from)| *to = *from);
                self.open_sealed(cipher, nonce, sequence, header, sealed)
            }
        }
    }

    /// The nonce that both ends count up.
    fn counted_nonce(&self, sequence: u64) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        let count = [0; NONCE_BYTES - 8].into_iter().chain(sequence.to_be_bytes());
        for ((to, fixed), count) in nonce.iter_mut().zip(&self.nonce).zip(count) {
            *to = fixed ^ count;
        }
        nonce
    }

    fn open_sealed<A: Aead>(
        &self,
        cipher: &A,
        nonce: [u8; NONCE_BYTES],
        sequence: u64,
        header: &Header,
        sealed: &[u8],
    ) -> Option<Content> {
        let nonce = Nonce::<A>::try_from(&nonce[..]).ok()?;
        match self.layout {
            Layout::Tls12 { .. } => {
                let length = sealed.len().checked_sub(TAG_BYTES)?;
                let aad = authenticated(sequence, header, length)?;
                let bytes = cipher.decrypt(&nonce, Payload { msg: sealed, aad: &aad }).ok()?;
                Some(Content { content_type: header.content_type, bytes })
            }
            Layout::Tls13 => {
                let mut bytes = cipher.decrypt(&nonce, Payload { msg: sealed, aad: &header.raw }).ok()?;
                // Behind the content stands its type, then zeros.
                let end = bytes.iter().rposition(|byte| *byte != 0)?;
                let content_type = *bytes.get(end)?;
                bytes.truncate(end);
                Some(Content { content_type, bytes })
            }
        }
    }
}

/// What is authenticated of a record of TLS 1.2 besides its content, which has so many bytes.
fn authenticated(sequence: u64, header: &Header, length: usize) -> Option<[u8; 13]> {
    let [content_type, major, minor, ..] = header.raw;
    let [high, low] = u16::try_from(length).ok()?.to_be_bytes();
    let mut bytes = [0; 13];
    let parts = sequence.to_be_bytes().into_iter().chain([content_type, major, minor, high, low]);
    bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    Some(bytes)
}

fn open_mac_within(
    cipher: &CbcCipher,
    mac: Hash,
    mac_key: &[u8],
    sequence: u64,
    header: &Header,
    body: &[u8],
) -> Option<Vec<u8>> {
    let mut bytes = without_padding(decrypt_cbc(cipher, body)?)?;
    let sent = bytes.split_off(bytes.len().checked_sub(mac.bytes())?);
    let about = authenticated(sequence, header, bytes.len())?;
    (mac.hmac(mac_key, &[&about, &bytes]) == sent).then_some(bytes)
}

fn open_mac_behind(
    cipher: &CbcCipher,
    mac: Hash,
    mac_key: &[u8],
    sequence: u64,
    header: &Header,
    body: &[u8],
) -> Option<Vec<u8>> {
    let (sealed, sent) = body.split_at_checked(body.len().checked_sub(mac.bytes())?)?;
    let about = authenticated(sequence, header, sealed.len())?;
    if mac.hmac(mac_key, &[&about, sealed]) != sent {
        return None;
    }
    without_padding(decrypt_cbc(cipher, sealed)?)
}

/// Decrypts what stands behind the first block, which starts the chain.
fn decrypt_cbc(cipher: &CbcCipher, body: &[u8]) -> Option<Vec<u8>> {
    let (blocks, []) = body.as_chunks::<BLOCK_BYTES>() else { return None };
    let (first, blocks) = blocks.split_first()?;
    let mut before = first;
    let mut bytes = Vec::with_capacity(body.len());
    for sealed in blocks {
        let mut block = Block::<Aes128Dec>::from(*sealed);
        match cipher {
            CbcCipher::Aes128(cipher) => cipher.decrypt_block(&mut block),
            CbcCipher::Aes256(cipher) => cipher.decrypt_block(&mut block),
        }
        bytes.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = sealed;
    }
    Some(bytes)
}

/// Every byte of the padding says how many stand before the last.
fn without_padding(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let last = *bytes.last()?;
    let length = bytes.len().checked_sub(usize::from(last) + 1)?;
    let is_padded = bytes.get(length..)?.iter().all(|byte| *byte == last);
    bytes.truncate(length);
    is_padded.then_some(bytes)
}
