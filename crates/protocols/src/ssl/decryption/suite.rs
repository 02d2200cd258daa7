//! What a cipher suite is made of, as far as its records can be opened.

use crate::key_derivation::Hash;

/// How records are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
    /// AES in CBC mode with a key of so many bytes, and an HMAC.
    Cbc {
        key_bytes: usize,
        mac: Hash,
    },
}

/// A cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) protection: Protection,
    /// The hash of its key derivation.
    pub(super) hash: Hash,
}

impl Suite {
    /// From its name, which says it all. `None` for what is not read here: RC4, 3DES, CCM, Camellia, ARIA ….
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let ciphers = name
            .split_once("_WITH_")
            .map_or_else(|| name.strip_prefix("TLS_"), |(_, behind)| Some(behind))?;
        let cbc = |key_bytes, mac| Protection::Cbc { key_bytes, mac };
        let protection = match ciphers {
            "AES_128_GCM_SHA256" => Protection::Aes128Gcm,
            "AES_256_GCM_SHA384" => Protection::Aes256Gcm,
            "CHACHA20_POLY1305_SHA256" => Protection::ChaCha20Poly1305,
            "AES_128_CBC_SHA" => cbc(16, Hash::Sha1),
            "AES_256_CBC_SHA" => cbc(32, Hash::Sha1),
            "AES_128_CBC_SHA256" => cbc(16, Hash::Sha256),
            "AES_256_CBC_SHA256" => cbc(32, Hash::Sha256),
            "AES_256_CBC_SHA384" => cbc(32, Hash::Sha384),
            _ => return None,
        };
        let hash = if ciphers.ends_with("SHA384") { Hash::Sha384 } else { Hash::Sha256 };
        Some(Self { protection, hash })
    }

    /// Bytes of a key.
    pub(super) const fn key_bytes(self) -> usize {
        match self.protection {
            Protection::Aes128Gcm => 16,
            Protection::Aes256Gcm | Protection::ChaCha20Poly1305 => 32,
            Protection::Cbc { key_bytes, .. } => key_bytes,
        }
    }

    /// Bytes of a key for its HMAC.
    pub(super) const fn mac_bytes(self) -> usize {
        match self.protection {
            Protection::Cbc { mac, .. } => mac.bytes(),
            Protection::Aes128Gcm | Protection::Aes256Gcm | Protection::ChaCha20Poly1305 => 0,
        }
    }

    /// Bytes of the part of a nonce that TLS 1.2 derives.
    pub(super) const fn fixed_nonce_bytes(self) -> usize {
        match self.protection {
            Protection::Aes128Gcm | Protection::Aes256Gcm => 4,
            Protection::ChaCha20Poly1305 => 12,
            Protection::Cbc { .. } => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_known_by_their_names() {
        let of = |name| Suite::from_name(name).map(|suite| (suite.protection, suite.hash));
        assert_eq!(of("TLS_AES_128_GCM_SHA256"), Some((Protection::Aes128Gcm, Hash::Sha256)));
        assert_eq!(of("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"), Some((Protection::Aes256Gcm, Hash::Sha384)));
        assert_eq!(
            of("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            Some((Protection::Cbc { key_bytes: 16, mac: Hash::Sha1 }, Hash::Sha256))
        );
        for unknown in ["TLS_RSA_WITH_RC4_128_SHA", "TLS_AES_128_CCM_SHA256", "unknown-4711", ""] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }
}
