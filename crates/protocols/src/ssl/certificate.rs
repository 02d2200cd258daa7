//! X.509 certificates (RFC 5280): the record of one. Names and numbers are spelt as OpenSSL spells them.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use records::{Timestamp, X509};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{distinguished_name, object_names};

/// At most so many names of each kind are kept.
const NAMES_MAX: usize = 1024;

/// What is needed of a certificate.
pub(crate) struct Certificate {
    /// The record; time, and what is known from the connection, are the caller's.
    pub(crate) record: X509,
    /// Common names of the subject.
    pub(crate) common_names: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER. What is broken in its extensions is left out.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let body = &certificate.tbs_certificate;
        let signature = certificate.signature_algorithm.algorithm.to_id_string();
        let validity = body.validity();
        let mut record = X509 {
            certificate_version: u8::try_from(body.version().0.saturating_add(1)).unwrap_or(u8::MAX),
            certificate_serial: serial(body.raw_serial()),
            certificate_subject: distinguished_name::one_line(body.subject()),
            certificate_issuer: distinguished_name::one_line(body.issuer()),
            certificate_not_valid_before: time(validity.not_before.timestamp()),
            certificate_not_valid_after: time(validity.not_after.timestamp()),
            certificate_sig_alg: object_names::algorithm(&signature).unwrap_or_default().to_owned(),
            ..X509::default()
        };
        read_key(body.public_key(), &mut record);
        read_names(&certificate, &mut record);
        if let Ok(Some(constraints)) = certificate.basic_constraints() {
            record.basic_constraints_ca = Some(constraints.value.ca);
            record.basic_constraints_path_len = constraints.value.path_len_constraint;
        }
        let common_names = body.subject().iter_common_name();
        let common_names =
            common_names.filter_map(|name| distinguished_name::text_of(name.attr_value())).take(NAMES_MAX);
        Some(Self { common_names: common_names.collect(), record })
    }

    /// What is wrong with it at this time, in OpenSSL's words, which Zeek writes too.
    pub(crate) fn fault(&self, now: Timestamp) -> Option<&'static str> {
        let X509 { certificate_subject, certificate_issuer, .. } = &self.record;
        if certificate_subject == certificate_issuer {
            Some("self signed certificate")
        } else if now > self.record.certificate_not_valid_after {
            Some("certificate has expired")
        } else if now < self.record.certificate_not_valid_before {
            Some("certificate is not yet valid")
        } else {
            None
        }
    }

    /// The host names that it is for.
    pub(crate) fn host_names(&self) -> &[String] {
        self.record.san_dns.as_deref().unwrap_or(&self.common_names)
    }
}

fn time(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(1_000_000_000))
}

/// The number's bytes without the one that only carries the sign.
fn serial(bytes: &[u8]) -> String {
    let bytes = match bytes {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => bytes,
    };
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

fn read_key(key: &SubjectPublicKeyInfo<'_>, record: &mut X509) {
    const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
    const MD5_WITH_RSA: &str = "1.2.840.113549.1.1.4";
    let identifier = key.algorithm.algorithm.to_id_string();
    record.certificate_key_alg =
        object_names::algorithm(&identifier).map_or_else(|| identifier.clone(), str::to_owned);
    if identifier == EC_PUBLIC_KEY {
        let parameters = key.algorithm.parameters.as_ref();
        let curve = parameters.and_then(|parameters| parameters.as_oid().ok());
        if let Some((name, bits)) = curve.and_then(|curve| object_names::curve(&curve.to_id_string())) {
            record.certificate_key_type = Some("ecdsa".into());
            record.certificate_key_length = Some(bits);
            record.certificate_curve = Some(name.into());
        }
        return;
    }
    // Servers of remote desktops name their keys so, though it is an algorithm of signatures.
    let parsed = if identifier == MD5_WITH_RSA {
        x509_parser::public_key::RSAPublicKey::from_der(&key.subject_public_key.data)
            .ok()
            .map(|(_, key)| PublicKey::RSA(key))
    } else {
        key.parsed().ok()
    };
    match parsed {
        Some(PublicKey::RSA(key)) => {
            record.certificate_key_type = Some("rsa".into());
            record.certificate_key_length = bit_length(key.modulus);
            record.certificate_exponent = decimal(key.exponent);
        }
        Some(PublicKey::DSA(_)) => {
            record.certificate_key_type = Some("dsa".into());
            record.certificate_key_length = dsa_length(key);
        }
        _ => {}
    }
}

/// Bits of a big-endian number.
fn bit_length(number: &[u8]) -> Option<u32> {
    let start = number.iter().position(|byte| *byte != 0)?;
    let bytes = number.get(start..)?;
    let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?;
    Some(bits - bytes.first()?.leading_zeros())
}

/// A big-endian number in decimal, if it is not larger than exponents are.
fn decimal(number: &[u8]) -> Option<String> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let bytes = number.get(start..)?;
    if bytes.len() > size_of::<u128>() {
        return None;
    }
    Some(bytes.iter().fold(0_u128, |value, byte| value << 8 | u128::from(*byte)).to_string())
}

/// Bits of the prime, the first of the parameters.
fn dsa_length(key: &SubjectPublicKeyInfo<'_>) -> Option<u32> {
    let parameters = key.algorithm.parameters.as_ref()?;
    let (_, prime) = x509_parser::der_parser::der::parse_der_integer(parameters.data).ok()?;
    bit_length(prime.as_slice().ok()?)
}

fn read_names(certificate: &X509Certificate<'_>, record: &mut X509) {
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return };
    let (mut dns, mut mail, mut uri, mut ip) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for name in names.value.general_names.iter().take(NAMES_MAX) {
        match name {
            GeneralName::DNSName(name) => dns.push((*name).to_owned()),
            GeneralName::RFC822Name(name) => mail.push((*name).to_owned()),
            GeneralName::URI(name) => uri.push((*name).to_owned()),
            GeneralName::IPAddress(bytes) => ip.extend(address(bytes)),
            _ => {}
        }
    }
    record.san_dns = (!dns.is_empty()).then_some(dns);
    record.san_email = (!mail.is_empty()).then_some(mail);
    record.san_uri = (!uri.is_empty()).then_some(uri);
    record.san_ip = (!ip.is_empty()).then_some(ip);
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(bytes).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_as_openssl_does() {
        assert_eq!(serial(&[0, 0x9d, 0x2c]), "9D2C");
        assert_eq!(serial(&[0x0d, 0xf4, 0xf2]), "0DF4F2");
        assert_eq!(serial(&[0]), "00");
        assert_eq!(bit_length(&[0, 0x80, 0]), Some(16));
        assert_eq!(bit_length(&[1, 0, 1]), Some(17));
        assert_eq!(decimal(&[1, 0, 1]).as_deref(), Some("65537"));
    }

    #[test]
    fn what_is_wrong_with_a_certificate_depends_on_the_time() {
        let record = X509 {
            certificate_subject: "CN=a".into(),
            certificate_issuer: "CN=b".into(),
            certificate_not_valid_before: time(10),
            certificate_not_valid_after: time(20),
            ..X509::default()
        };
        let mut certificate = Certificate { record, common_names: Vec::new() };
        let faults = [9, 10, 20, 21].map(|seconds| certificate.fault(time(seconds)));
        assert_eq!(
            faults,
            [Some("certificate is not yet valid"), None, None, Some("certificate has expired")]
        );
        certificate.record.certificate_issuer = "CN=a".into();
        assert_eq!(certificate.fault(time(15)), Some("self signed certificate"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Certificate::read(&bytes);
        }
    }
}
