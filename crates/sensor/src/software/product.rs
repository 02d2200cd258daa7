//! Names and versions within the texts by which software names itself.

/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 256;

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) name: String,
    /// At most four numbers.
    pub(super) numbers: Vec<u64>,
    /// What follows them.
    pub(super) rest: Option<String>,
}

/// Marks of browsers within their user agents, the one that tells most first: nearly all of them also claim to be others.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "SamsungBrowser"),
    ("YaBrowser/", "YaBrowser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Thunderbird/", "Thunderbird"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "HeadlessChrome"),
    ("Chrome/", "Chrome"),
    ("MSIE ", "MSIE"),
    ("Trident/7.0; rv:", "MSIE"),
    ("CFNetwork/", "CFNetwork"),
    ("Dalvik/", "Dalvik"),
];

/// Reads a user agent.
pub(super) fn of_user_agent(text: &str) -> Option<Product> {
    let text = cut(text);
    for (mark, name) in BROWSERS {
        if let Some((_, after)) = text.split_once(mark) {
            return Some(Product { name: (*name).to_owned(), ..version(word(after)) });
        }
    }
    if text.contains("Safari/")
        && let Some((_, after)) = text.split_once("Version/")
    {
        return Some(Product { name: "Safari".to_owned(), ..version(word(after)) });
    }
    named(text)
}

/// Reads the banner of SSH, e.g. `SSH-2.0-OpenSSH_8.9p1 Ubuntu-3`.
pub(super) fn of_ssh_banner(text: &str) -> Option<Product> {
    let (_, software) = cut(text).strip_prefix("SSH-")?.split_once('-')?;
    named(software)
}

/// A name, and after `/`, `_`, `-` or a blank a number.
fn named(text: &str) -> Option<Product> {
    let is_start = |(place, byte): (usize, &u8)| {
        matches!(byte, b'/' | b'_' | b'-' | b' ')
            && text.as_bytes().get(place + 1).is_some_and(u8::is_ascii_digit)
    };
    let start = text.bytes().enumerate().position(|(place, byte)| is_start((place, &byte)));
    let (name, after) = match start.and_then(|start| text.split_at_checked(start)) {
        Some((name, after)) => (name, after.get(1..).unwrap_or_default()),
        None => (text, ""),
    };
    let name = name.trim();
    (!name.is_empty()).then(|| Product { name: name.to_owned(), ..version(after) })
}

/// The version at the start of a text.
fn version(text: &str) -> Product {
    let mut product = Product::default();
    let mut rest = text;
    while product.numbers.len() < 4 {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        let Ok(number) = number.parse() else { break };
        product.numbers.push(number);
        rest = after;
        match after.strip_prefix('.') {
            Some(more) if more.starts_with(|first: char| first.is_ascii_digit()) => rest = more,
            _ => break,
        }
    }
    let rest = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '-' | '_'));
    product.rest = (!rest.is_empty()).then(|| rest.to_owned());
    product
}

fn word(text: &str) -> &str {
    text.split([' ', ';', ')']).next().unwrap_or_default()
}

/// A text that is not too long.
pub(super) fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(product: Option<Product>) -> String {
        let Product { name, numbers, rest } = product.unwrap_or_default();
        let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
        format!("{name} {} {}", numbers.join("."), rest.unwrap_or_default())
    }

    #[test]
    fn browsers_are_told_by_what_they_do_not_share() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.110 Safari/537.36 Edg/96.0.1054.62",
                "Edge 96.0.1054.62 ",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.1 Safari/605.1.15",
                "Safari 15.1 ",
            ),
            ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "MSIE 11.0 "),
            ("curl/7.68.0", "curl 7.68.0 "),
            ("Microsoft-CryptoAPI/10.0", "Microsoft-CryptoAPI 10.0 "),
            ("Debian APT-HTTP/1.3 (2.0.6)", "Debian APT-HTTP 1.3 (2.0.6)"),
            ("agent", "agent  "),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(of_user_agent(text)), expected);
        }
        assert_eq!(of_user_agent(" "), None);
    }

    #[test]
    fn banners_of_ssh_name_their_software() {
        let cases = [
            ("SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.1", "OpenSSH 8.9 p1 Ubuntu-3ubuntu0.1"),
            ("SSH-2.0-dropbear_2019.78", "dropbear 2019.78 "),
            ("SSH-1.99-Cisco-1.25", "Cisco 1.25 "),
            ("SSH-2.0-ROSSSH", "ROSSSH  "),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(of_ssh_banner(text)), expected);
        }
        assert_eq!(of_ssh_banner("220 mail"), None);
    }

    #[test]
    fn numbers_too_large_and_long_texts_do_no_harm() {
        assert_eq!(shown(of_user_agent("x/99999999999999999999999.1")), "x  99999999999999999999999.1");
        assert!(of_user_agent(&"ä".repeat(1000)).is_some_and(|product| product.name.len() <= TEXT_BYTES_MAX));
    }
}
