//! Fingerprints of TLS hellos: JA3 and JA3S (Salesforce), JA4 (FoxIO, "JA4: TLS Client Fingerprinting").

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::names::TLS_1_3;
use super::session::Carrier;
use super::wire::{self, ClientHello, ServerHello, extension, is_grease};

/// The MD5 over version, ciphers, extensions, groups and point formats of a client hello.
pub(crate) fn ja3(hello: &ClientHello<'_>) -> String {
    let extensions = hello.extensions.0.iter().map(|(kind, _)| *kind);
    let groups = hello.extensions.get(extension::SUPPORTED_GROUPS).map(wire::number_list).unwrap_or_default();
    let formats = match hello.extensions.get(extension::EC_POINT_FORMATS) {
        Some([_, formats @ ..]) => formats,
        _ => &[],
    };
    let parts = [
        hello.version.to_string(),
        joined(hello.ciphers.iter().copied()),
        joined(extensions),
        joined(groups.into_iter()),
        joined(formats.iter().map(|format| u16::from(*format))),
    ];
    hexadecimal(&Md5::digest(parts.join(",")))
}

/// The MD5 over version, cipher and extensions of a server hello.
pub(crate) fn ja3s(hello: &ServerHello<'_>) -> String {
    let extensions = hello.extensions.0.iter().map(|(kind, _)| kind.to_string()).collect::<Vec<_>>();
    let text = format!("{},{},{}", hello.version, hello.cipher, extensions.join("-"));
    hexadecimal(&Md5::digest(text))
}

/// Decimal numbers without those of GREASE.
fn joined(numbers: impl Iterator<Item = u16>) -> String {
    let numbers: Vec<String> =
        numbers.filter(|number| !is_grease(*number)).map(|number| number.to_string()).collect();
    numbers.join("-")
}

/// The fingerprint of a client hello that sorting its ciphers and extensions does not change.
pub(crate) fn ja4(hello: &ClientHello<'_>, carrier: Carrier) -> String {
    let mut ciphers = without_grease(hello.ciphers.iter().copied());
    let mut extensions = without_grease(hello.extensions.0.iter().map(|(kind, _)| *kind));
    let signatures = hello.extensions.get(extension::SIGNATURE_ALGORITHMS).map(wire::number_list);
    let start = format!(
        "{}{}{}{:02}{:02}{}",
        match carrier {
            Carrier::Tls => 't',
            Carrier::Dtls => 'd',
            Carrier::Quic => 'q',
        },
        ja4_version(hello),
        if extensions.contains(&extension::SERVER_NAME) { 'd' } else { 'i' },
        ciphers.len().min(99),
        extensions.len().min(99),
        ja4_application_protocol(hello),
    );
    ciphers.sort_unstable();
    extensions.sort_unstable();
    extensions.retain(|kind| !matches!(*kind, extension::SERVER_NAME | extension::APPLICATION_PROTOCOLS));
    let mut second = hexadecimal_list(&extensions);
    let signatures = without_grease(signatures.unwrap_or_default().into_iter());
    if !signatures.is_empty() && !second.is_empty() {
        second.push('_');
        second.push_str(&hexadecimal_list(&signatures));
    }
    format!("{start}_{}_{}", twelve_digits(&hexadecimal_list(&ciphers)), twelve_digits(&second))
}

fn without_grease(numbers: impl Iterator<Item = u16>) -> Vec<u16> {
    numbers.filter(|number| !is_grease(*number)).collect()
}

fn ja4_version(hello: &ClientHello<'_>) -> &'static str {
    let offered = hello.extensions.get(extension::SUPPORTED_VERSIONS).map(wire::offered_versions);
    let offered = without_grease(offered.unwrap_or_default().into_iter());
    // The numbers of DTLS count down.
    let newest = if offered.iter().any(|version| *version >= 0xfe00) {
        offered.iter().filter(|version| **version >= 0xfe00).min()
    } else {
        offered.iter().max()
    };
    match newest.copied().unwrap_or(hello.version) {
        TLS_1_3 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    }
}

/// First and last character of the first protocol, or of its hexadecimal form where they are no letters or digits.
fn ja4_application_protocol(hello: &ClientHello<'_>) -> String {
    let content = hello.extensions.get(extension::APPLICATION_PROTOCOLS).unwrap_or_default();
    let protocols = wire::application_protocols(content);
    match protocols.first() {
        Some(one) if !one.is_empty() => {
            let (first, last) = (one.first().copied().unwrap_or(0), one.last().copied().unwrap_or(0));
            if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
                format!("{}{}", char::from(first), char::from(last))
            } else {
                format!("{:x}{:x}", first >> 4, last & 0x0f)
            }
        }
        _ => "00".to_owned(),
    }
}

fn hexadecimal_list(numbers: &[u16]) -> String {
    let mut list = String::with_capacity(numbers.len() * 5);
    for number in numbers {
        if !list.is_empty() {
            list.push(',');
        }
        list.extend(
            [12, 8, 4, 0].iter().filter_map(|shift| char::from_digit(u32::from(number >> shift & 15), 16)),
        );
    }
    list
}

/// The beginning of the SHA-256; zeros for an empty list.
fn twelve_digits(text: &str) -> String {
    if text.is_empty() {
        return "000000000000".to_owned();
    }
    let mut digits = hexadecimal(&Sha256::digest(text));
    digits.truncate(12);
    digits
}

/// Bytes in lower case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    records::hexadecimal(bytes.iter().copied(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in FoxIO's description of JA4.
    #[test]
    fn the_published_example_of_ja4_is_met() {
        let ciphers = vec![
            0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
            0x009c, 0x009d, 0x002f, 0x0035,
        ];
        let signatures: &[u8] = b"\0\x10\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01";
        let mut extensions: Vec<(u16, &[u8])> = vec![(0x1a1a, b"")];
        for kind in [
            0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b,
            0xff01, 0x000b, 0x000a, 0x0015,
        ] {
            extensions.push((
                kind,
                match kind {
                    extension::APPLICATION_PROTOCOLS => b"\0\x0c\x02h2\x08http/1.1",
                    extension::SIGNATURE_ALGORITHMS => signatures,
                    extension::SUPPORTED_VERSIONS => b"\x06\x2a\x2a\x03\x04\x03\x03",
                    _ => b"",
                },
            ));
        }
        let hello = ClientHello {
            version: 0x0303,
            ciphers,
            extensions: wire::Extensions(extensions),
            ..ClientHello::default()
        };
        assert_eq!(ja4(&hello, Carrier::Tls), "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    /// The examples in Salesforce's description of JA3.
    #[test]
    fn the_published_examples_of_ja3_are_met() {
        let ciphers = vec![47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
        let extensions: Vec<(u16, &[u8])> =
            vec![(0, b""), (10, b"\0\x06\0\x17\0\x18\0\x19"), (11, b"\x01\0")];
        let hello = ClientHello {
            version: 769,
            ciphers,
            extensions: wire::Extensions(extensions),
            ..ClientHello::default()
        };
        assert_eq!(ja3(&hello), "ada70206e40642a3e4461f35503241d5");
        let bare = ClientHello {
            version: 769,
            ciphers: vec![4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99],
            ..ClientHello::default()
        };
        assert_eq!(ja3(&bare), "de350869b8c85de67a350c8d186f11e6");
        let server = ServerHello {
            version: 771,
            cipher: 4,
            extensions: wire::Extensions(vec![(65281, b"")]),
            ..ServerHello::default()
        };
        assert_eq!(ja3s(&server), "c253ec3ad88e42f8da4032682892f9a0");
    }
}
