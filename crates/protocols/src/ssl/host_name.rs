//! Whether a certificate is for a host (RFC 6125).

/// Whether one of `names` covers `host`: the same name, or `*` in place of its first label.
pub(crate) fn is_covered(host: &str, names: &[String]) -> bool {
    let host = host.trim_end_matches('.');
    names.iter().any(|name| {
        let name = name.trim_end_matches('.');
        match name.strip_prefix("*.") {
            Some(domain) => host.split_once('.').is_some_and(|(label, parent)| {
                !label.is_empty() && parent.contains('.') && parent.eq_ignore_ascii_case(domain)
            }),
            None => name.eq_ignore_ascii_case(host),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        let names = ["Example.com".to_owned(), "*.example.org".to_owned(), "*.net".to_owned()];
        for (host, covered) in [
            ("example.COM", true),
            ("www.example.com", false),
            ("www.example.org", true),
            ("a.www.example.org", false),
            ("example.org", false),
            ("example.net", false),
        ] {
            assert_eq!(is_covered(host, &names), covered, "{host}");
        }
    }
}
