//! Zeek's names for the numbers of Remote Desktop.

use std::borrow::Cow;

type Name = Cow<'static, str>;

/// The version of a client by its build.
pub(super) fn build(number: u32) -> Name {
    Cow::Borrowed(match number {
        419 => "RDP 4.0",
        2195 | 2221 => "RDP 5.0",
        2600 => "RDP 5.1",
        3790 => "RDP 5.2",
        6000 => "RDP 6.0",
        6001 => "RDP 6.1",
        6002 => "RDP 6.2",
        7600 => "RDP 7.0",
        7601 => "RDP 7.1",
        9200 => "RDP 8.0",
        9600 => "RDP 8.1",
        25189 | 25282 => "RDP 8.0 (Mac)",
        other => return format!("client_build-{other}").into(),
    })
}

/// Security that the server chose.
pub(super) fn security(number: u32) -> Name {
    Cow::Borrowed(match number {
        0 => "RDP",
        1 => "SSL",
        2 => "HYBRID",
        8 => "HYBRID_EX",
        other => return format!("security_protocol-{other}").into(),
    })
}

/// Why the server refused.
pub(super) fn failure(number: u32) -> Name {
    Cow::Borrowed(match number {
        1 => "SSL_REQUIRED_BY_SERVER",
        2 => "SSL_NOT_ALLOWED_BY_SERVER",
        3 => "SSL_CERT_NOT_ON_SERVER",
        4 => "INCONSISTENT_FLAGS",
        5 => "HYBRID_REQUIRED_BY_SERVER",
        6 => "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
        other => return format!("failure_code-{other}").into(),
    })
}

/// How the conference began.
pub(super) fn result(number: u8) -> Name {
    Cow::Borrowed(match number {
        0 => "Success",
        1 => "User rejected",
        2 => "Resources not available",
        3 => "Rejected for symmetry breaking",
        4 => "Locked conference",
        other => return format!("result-{other}").into(),
    })
}

/// Kind of a certificate.
pub(super) fn certificate(number: u32) -> Name {
    Cow::Borrowed(match number {
        1 => "RSA",
        2 => "X.509",
        other => return format!("cert_type-{other}").into(),
    })
}

/// Cipher of RDP's own encryption.
pub(super) fn method(number: u32) -> Name {
    Cow::Borrowed(match number {
        0 => "None",
        1 => "40bit",
        2 => "128bit",
        8 => "56bit",
        10 | 16 => "FIPS",
        other => return format!("encryption_method-{other}").into(),
    })
}

/// Level of RDP's own encryption.
pub(super) fn level(number: u32) -> Name {
    Cow::Borrowed(match number {
        0 => "None",
        1 => "Low",
        2 => "Client compatible",
        3 => "High",
        4 => "FIPS",
        other => return format!("encryption_level-{other}").into(),
    })
}

/// Colour depth.
pub(super) fn depth(number: u16) -> Name {
    Cow::Borrowed(match number {
        4 => "4bit",
        8 => "8bit",
        15 => "15bit",
        16 => "16bit",
        24 => "24bit",
        other => return format!("high_color_depth-{other}").into(),
    })
}
