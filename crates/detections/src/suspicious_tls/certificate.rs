//! What a certificate says of who made it.

/// What the tools fill in where nobody says anything else (OpenSSL, Red Hat's packages).
const TEMPLATES: [&str; 4] =
    ["Internet Widgits Pty Ltd", "Some-State", "Default Company Ltd", "Default City"];
/// A field that is shorter may be a word by chance.
const DRAWN_MIN: usize = 10;
/// Changes between small letters, capitals and digits, of a hundred letters, from which on no word is written so.
const TURNS_PERCENT: usize = 35;

/// A field of a name in RFC 2253's form, e.g. `CN=www.example.com,O=Example\, Inc.`.
pub(super) fn field<'a>(name: &'a str, key: &str) -> Option<&'a str> {
    fields(name).find(|(known, _)| *known == key).map(|(_, value)| value)
}

fn fields(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut escaped = false;
    name.split(move |letter| {
        let is_end = letter == ',' && !escaped;
        escaped = letter == '\\' && !escaped;
        is_end
    })
    .filter_map(|field| field.split_once('='))
}

/// Whether nothing is named but a common name.
pub(super) fn is_bare(name: &str) -> bool {
    fields(name).count() == 1
}

/// Whether a common name cannot be a host's: hosts have a point in their names and no space.
pub(super) fn is_no_host(name: &str) -> bool {
    field(name, "CN").is_none_or(|common| common.contains(' ') || !common.contains('.'))
}

/// Whether it was made from a template that nobody filled in.
pub(super) fn is_template(name: &str) -> bool {
    fields(name).any(|(_, value)| TEMPLATES.contains(&value))
}

/// The fields of drawn letters: `a3IJp6D5gbSsUyL3`, as no organisation is called.
pub(super) fn drawn(name: &str) -> Vec<&str> {
    fields(name).map(|(_, value)| value).filter(|value| is_drawn(value)).collect()
}

fn is_drawn(value: &str) -> bool {
    #[derive(PartialEq)]
    enum Kind {
        Small,
        Capital,
        Digit,
    }
    if value.len() < DRAWN_MIN || !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => Kind::Digit,
        b'A'..=b'Z' => Kind::Capital,
        _ => Kind::Small,
    };
    let kinds: Vec<Kind> = value.bytes().map(kind).collect();
    let turns = kinds.windows(2).filter(|pair| pair.first() != pair.get(1)).count();
    // A hash in hexadecimal is the name of a device or of a key.
    let is_hash = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_all = [Kind::Small, Kind::Capital, Kind::Digit].iter().all(|kind| kinds.contains(kind));
    has_all && !is_hash && turns * 100 >= value.len() * TURNS_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_their_escapes() {
        let name = "CN=*.example.com,OU=R&D dept.,O=EXAMPLE CO.\\, LTD.,C=CN";
        assert_eq!(field(name, "O"), Some("EXAMPLE CO.\\, LTD."));
        assert_eq!(field(name, "CN"), Some("*.example.com"));
        assert!(!is_bare(name) && is_bare("CN=Some Server") && !is_bare(""));
    }

    #[test]
    fn drawn_letters_are_told_from_names() {
        for value in ["a3IJp6D5gbSsUyL3vveZYIF03Hnr7Y", "wIaEp5nb1qzd4", "16aglyFunPQXk"] {
            assert!(is_drawn(value), "{value}");
        }
        for value in [
            "Microsoft Corporation",
            "GlobalSign",
            "UniFiController",
            "4f2a9c01bb7e",
            "VeriSignTrust",
            "TP-LINK",
        ] {
            assert!(!is_drawn(value), "{value}");
        }
    }

    #[test]
    fn names_that_are_no_hosts_and_templates_are_known() {
        assert!(
            is_no_host("CN=Some Server CA")
                && is_no_host("CN=localhost")
                && !is_no_host("CN=www.example.com")
        );
        assert!(is_template("O=Internet Widgits Pty Ltd,ST=Some-State,C=AU"));
    }
}
