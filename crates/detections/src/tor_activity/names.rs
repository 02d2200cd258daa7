//! Names as Tor makes them up: `www.` + base32 + `.com` for the server name, `.net` for the certificate.
//!
//! Tor's `crypto_random_hostname` (tls: 4–25 letters and `.com` in the client's server name; 8–20 letters, `.net` for
//! the subject and `.com` for the issuer of the certificate), tor-spec section 2.

/// What of a name stands between `www.` and the suffix, if Tor could have made it.
pub(super) fn label<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let label = name.strip_prefix("www.")?.strip_suffix(suffix)?;
    let is_base32 = label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    (is_base32 && (4..=25).contains(&label.len())).then_some(label)
}

/// The common name of a distinguished name.
pub(super) fn common_name(distinguished: &str) -> Option<&str> {
    distinguished.split(',').find_map(|part| part.trim().strip_prefix("CN="))
}

/// Whether a certificate is one that a relay makes for itself: subject and issuer are different made-up names, and
/// nothing but names.
pub(super) fn is_relay_certificate(subject: &str, issuer: &str) -> bool {
    let made_up = |text: &str, suffix: &str| {
        !text.contains(',') && common_name(text).and_then(|name| label(name, suffix)).is_some()
    };
    made_up(subject, ".net") && made_up(issuer, ".com")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letters::looks_random;

    #[test]
    fn made_up_names_are_told_from_words() {
        for name in [
            "www.2dh6bctaq7asvxnrwsyagq.com",
            "www.j7ls6.com",
            "www.znzqzrs5syv4wcernjt.com",
            "www.q3jcu3qp.com",
        ] {
            assert!(label(name, ".com").is_some_and(looks_random), "{name}");
        }
        for name in [
            "www.microsoft.com",
            "www.quickbooks.com",
            "www.mp3.com",
            "www.windowsupdate.com",
            "www.a-b.com",
            "mail.q3jcu3qp.com",
        ] {
            assert!(!label(name, ".com").is_some_and(looks_random), "{name}");
        }
    }

    #[test]
    fn relay_certificates_are_known_by_their_names() {
        assert!(is_relay_certificate("CN=www.abcdefgh22.net", "CN=www.zyxwvut.com"));
        assert!(!is_relay_certificate("CN=www.abcdefgh22.net,O=Someone", "CN=www.zyxwvut.com"));
        assert!(!is_relay_certificate("CN=www.example.net", "CN=DigiCert CA,O=DigiCert"));
    }
}
