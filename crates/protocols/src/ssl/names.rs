//! Zeek's names for the numbers of TLS (`base/protocols/ssl/consts.zeek`).

use std::borrow::Cow;

/// TLS 1.3.
pub(crate) const TLS_1_3: u16 = 0x0304;

/// DTLS 1.3.
const DTLS_1_3: u16 = 0xfefc;

/// Whether this is TLS or DTLS 1.3 or a draft, where all after the hellos is encrypted.
pub(crate) fn is_tls_1_3(version: u16) -> bool {
    version == TLS_1_3 || version == DTLS_1_3 || version >> 8 == 0x7f
}

/// A version that a hello may name.
pub(crate) fn is_version(version: u16) -> bool {
    matches!(version, 2 | 0x0300..=TLS_1_3 | 0xfefc | 0xfefd | 0xfeff) || version >> 8 == 0x7f
}

/// A version.
pub(crate) fn version(number: u16) -> Cow<'static, str> {
    let name = match number {
        2 => "SSLv2",
        0x0300 => "SSLv3",
        0x0301 => "TLSv10",
        0x0302 => "TLSv11",
        0x0303 => "TLSv12",
        TLS_1_3 => "TLSv13",
        0xfeff => "DTLSv10",
        0xfefd => "DTLSv12",
        DTLS_1_3 => "DTLSv13",
        0x7f00..=0x7fff => return format!("TLSv13-draft{}", number % 0x7f).into(),
        _ => return format!("unknown-{number}").into(),
    };
    name.into()
}

/// The description of an alert.
pub(crate) fn alert(number: u8) -> Cow<'static, str> {
    let name = match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => return format!("unknown-{number}").into(),
    };
    name.into()
}

/// A curve or group.
pub(crate) fn curve(number: u16) -> Cow<'static, str> {
    let name = match number {
        1..=22 => EARLY_CURVES.get(usize::from(number) - 1).copied().unwrap_or_default(),
        23 => "secp256r1",
        24 => "secp384r1",
        25 => "secp521r1",
        26 => "brainpoolP256r1",
        27 => "brainpoolP384r1",
        28 => "brainpoolP512r1",
        29 => "x25519",
        30 => "x448",
        31 => "brainpoolP256r1tls13",
        32 => "brainpoolP384r1tls13",
        33 => "brainpoolP512r1tls13",
        34 => "GC256A",
        35 => "GC256B",
        36 => "GC256C",
        37 => "GC256D",
        38 => "GC512A",
        39 => "GC512B",
        40 => "GC512C",
        41 => "curveSM2",
        256 => "ffdhe2048",
        257 => "ffdhe3072",
        258 => "ffdhe4096",
        259 => "ffdhe6144",
        260 => "ffdhe8192",
        512 => "MLKEM512",
        513 => "MLKEM768",
        514 => "MLKEM1024",
        4587 => "SecP256r1MLKEM768",
        4588 => "X25519MLKEM768",
        4589 => "SecP384r1MLKEM1024",
        4590 => "curveSM2MLKEM768",
        16696 => "CECPQ2",
        25497 => "X25519Kyber768Draft00",
        25498 => "SecP256r1Kyber768Draft00",
        0xff01 => "arbitrary_explicit_prime_curves",
        0xff02 => "arbitrary_explicit_char2_curves",
        _ if super::wire::is_grease(number) => return format!("grease_0x{number:04X}").into(),
        _ => return format!("unknown-{number}").into(),
    };
    name.into()
}

/// Curves 1 to 22.
const EARLY_CURVES: [&str; 22] = [
    "sect163k1",
    "sect163r1",
    "sect163r2",
    "sect193r1",
    "sect193r2",
    "sect233k1",
    "sect233r1",
    "sect239k1",
    "sect283k1",
    "sect283r1",
    "sect409k1",
    "sect409r1",
    "sect571k1",
    "sect571r1",
    "secp160k1",
    "secp160r1",
    "secp160r2",
    "secp192k1",
    "secp192r1",
    "secp224k1",
    "secp224r1",
    "secp256k1",
];

/// The letter of a handshake message in `ssl_history`.
pub(crate) fn history_letter(message: u8) -> char {
    match message {
        0 => 'h',
        1 => 'c',
        2 => 's',
        3 => 'v',
        4 => 't',
        5 => 'e',
        6 => 'j',
        8 => 'o',
        11 => 'x',
        12 => 'k',
        13 => 'r',
        14 => 'n',
        15 => 'y',
        16 => 'g',
        20 => 'f',
        21 => 'w',
        22 => 'u',
        23 => 'a',
        24 => 'p',
        254 => 'm',
        _ => 'z',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_zeeks_names() {
        assert_eq!(version(0x7f13), "TLSv13-draft19");
        assert_eq!(version(0x0499), "unknown-1177");
        assert_eq!(
            (curve(1), curve(22), curve(0x2a2a)),
            ("sect163k1".into(), "secp256k1".into(), "grease_0x2A2A".into())
        );
        assert_eq!(alert(112), "unrecognized_name");
    }
}
