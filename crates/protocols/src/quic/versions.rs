//! Versions of QUIC: what they are called, and how their first packets are protected.

use std::borrow::Cow;

/// The number in a packet that lists the versions that a server speaks.
pub(super) const NEGOTIATION: u32 = 0;

/// How the first packets of a version are protected, and how its types of packets are numbered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    /// Begins the derivation of keys (RFC 9001, section 5.2).
    pub(super) salt: [u8; 20],
    /// Labels of key, nonce and header protection (RFC 9001, section 5.1).
    pub(super) labels: [&'static str; 3],
    /// What is added to the number of a type of packet to get that of version 1 (RFC 9369, section 3.2).
    pub(super) type_shift: u8,
}

const LABELS: [&str; 3] = ["quic key", "quic iv", "quic hp"];

/// RFC 9001, section 5.2; the last drafts have the same.
static VERSION_1: Scheme = Scheme {
    salt: [
        0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc,
        0xbb, 0x7f, 0x0a,
    ],
    labels: LABELS,
    type_shift: 0,
};

/// RFC 9369, section 3.3.
static VERSION_2: Scheme = Scheme {
    salt: [
        0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9,
        0xbd, 0x2e, 0xd9,
    ],
    labels: ["quicv2 key", "quicv2 iv", "quicv2 hp"],
    type_shift: 3,
};

/// draft-ietf-quic-tls-29, section 5.2.
static DRAFT_29: Scheme = Scheme {
    salt: [
        0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43,
        0x90, 0xa8, 0x99,
    ],
    labels: LABELS,
    type_shift: 0,
};

/// The scheme of a version whose first packets can be opened.
pub(super) fn scheme(version: u32) -> Option<&'static Scheme> {
    match version {
        1 | 0xff00_0021..=0xff00_0022 => Some(&VERSION_1),
        0x6b33_43cf => Some(&VERSION_2),
        0xff00_001d..=0xff00_0020 => Some(&DRAFT_29),
        _ => None,
    }
}

/// Whether a version is one that is or was in use, though its packets are not read: older drafts, Meta's, Google's.
pub(super) fn is_named(version: u32) -> bool {
    matches!(version, 0xff00_0001..=0xff00_001c | 0xface_b000..=0xface_b013) || is_of_google(version)
}

/// `Q039` and the like, and `T051`.
pub(super) fn is_of_google(version: u32) -> bool {
    matches!(version.to_be_bytes(), [b'Q' | b'T', b'0', b'0'..=b'5', b'0'..=b'9'])
}

/// Zeek's name of a version (`base/protocols/quic/consts.zeek`).
pub(super) fn name(version: u32) -> Cow<'static, str> {
    match version {
        1 => "1".into(),
        0x6b33_43cf => "quicv2".into(),
        0xff00_0016..=0xff00_0022 => format!("draft-{}", version & 0xff).into(),
        0xface_b001 | 0xface_b002 | 0xface_b00e | 0xface_b011..=0xface_b013 => {
            format!("mvfst ({version:x})").into()
        }
        _ => format!("unknown-{version:x}").into(),
    }
}
