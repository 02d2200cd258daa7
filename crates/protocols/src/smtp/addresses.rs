//! Addresses in the lines and headers of a mail, found as leniently as Zeek does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Mail addresses, e.g. `a@b.example` in `TO:<a@b.example> SIZE=1`.
pub(super) fn mail_addresses(mut text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let name = text.iter().take_while(|byte| !ends_name(**byte)).count();
        let (before, after) = text.split_at_checked(name).unwrap_or((text, &[]));
        let domain = match after {
            [b'@', domain @ ..] if name > 0 => domain.iter().take_while(|byte| !ends_domain(**byte)).count(),
            _ => 0,
        };
        let length = name + 1 + domain;
        if domain > 0 {
            let whole = text.get(..length).unwrap_or(before);
            found.push(whole.iter().copied().filter(|byte| !matches!(byte, b':' | b';' | b'>')).collect());
        }
        text = text.get(if domain > 0 { length } else { name + 1 }..).unwrap_or_default();
    }
    found
}

const fn ends_name(byte: u8) -> bool {
    matches!(byte, b'<' | b',' | b':' | b' ' | b'\t' | b'@')
}

const fn ends_domain(byte: u8) -> bool {
    matches!(byte, b'>' | b',' | b';' | b' ' | b'\t')
}

/// The entries of a list of addresses: a comma ends one, unless it stands in quotes at the entry's very beginning.
pub(super) fn entries(mut list: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let [first, after @ ..] = list {
        if *first == b',' {
            list = after;
            continue;
        }
        let quoted = match first {
            b'"' => memchr::memchr(b'"', after).map_or(0, |end| end + 2),
            _ => 0,
        };
        let mut end = next_comma(list, quoted);
        if end == quoted {
            // Nothing follows the quotes: then they do not count.
            end = next_comma(list, 0);
        }
        let (entry, rest) = list.split_at_checked(end).unwrap_or((list, &[]));
        found.push(entry.trim_ascii());
        list = rest;
    }
    found
}

fn next_comma(list: &[u8], from: usize) -> usize {
    let after = list.get(from..).unwrap_or_default();
    memchr::memchr(b',', after).map_or(list.len(), |place| from + place)
}

/// An IP address in a text, and what stands around it.
struct Found {
    address: IpAddr,
    before: Option<u8>,
    after: Option<u8>,
}

/// The first address in the value of `X-Originating-IP`.
pub(super) fn first_ip(text: &[u8]) -> Option<IpAddr> {
    ip_addresses(text).into_iter().next().map(|found| found.address)
}

/// The address of the host that a `Received` header tells of: of those in brackets the second, else the first.
pub(super) fn received_from(text: &[u8]) -> Option<IpAddr> {
    let is_wrapped = |found: &Found| {
        matches!(
            (found.before, found.after),
            (Some(b'['), Some(b']'))
                | (Some(b'('), Some(b')'))
                | (Some(b'{'), Some(b'}'))
                | (Some(b' '), Some(b' '))
                | (None, None)
        )
    };
    let mut wrapped = ip_addresses(text).into_iter().filter(is_wrapped);
    let first = wrapped.next()?;
    Some(wrapped.next().unwrap_or(first).address)
}

fn ip_addresses(text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut at, mut last_end) = (0, None);
    while let Some(rest @ [first, ..]) = text.get(at..) {
        let address = match first {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':' => ip_prefix(rest),
            _ => None,
        };
        let Some((address, length)) = address else {
            at += 1;
            continue;
        };
        let before = at.checked_sub(1).filter(|_| last_end != Some(at)).and_then(|before| text.get(before));
        at += length;
        last_end = Some(at);
        found.push(Found { address, before: before.copied(), after: text.get(at).copied() });
    }
    found
}

/// The longest IP address at the beginning of `text`, and its length.
fn ip_prefix(text: &[u8]) -> Option<(IpAddr, usize)> {
    let v4 = v4_prefix(text).map(|(address, length)| (IpAddr::V4(address), length));
    let v6 = v6_prefix(text).map(|(address, length)| (IpAddr::V6(address), length));
    v4.into_iter().chain(v6).max_by_key(|(_, length)| *length)
}

fn v4_prefix(text: &[u8]) -> Option<(Ipv4Addr, usize)> {
    let (mut octets, mut at) = ([0_u8; 4], 0);
    for (place, octet) in octets.iter_mut().enumerate() {
        if place > 0 {
            if text.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let (value, digits) = octet_prefix(text.get(at..)?, place == 3)?;
        *octet = value;
        at += digits;
    }
    Some((octets.into(), at))
}

/// A number up to 255 and its digits. All digits must belong to it, but for the last of an address.
fn octet_prefix(text: &[u8], is_last: bool) -> Option<(u8, usize)> {
    let digits = text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let value = |digits: usize| -> Option<u8> { std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok() };
    let longest = if is_last { digits.min(3) } else { digits };
    (1..=longest.min(3))
        .rev()
        .filter(|length| is_last || *length == digits)
        .find_map(|length| Some((value(length)?, length)))
}

/// The groups of an IPv6 address while it is read.
#[derive(Clone, Copy, Default)]
struct Groups {
    values: [u16; 8],
    count: usize,
    /// Place of the `::`.
    gap: Option<usize>,
}

impl Groups {
    fn push(&mut self, value: u16) {
        if let Some(place) = self.values.get_mut(self.count) {
            *place = value;
            self.count += 1;
        }
    }

    /// The address, if these groups are one.
    fn address(&self) -> Option<Ipv6Addr> {
        let Some(gap) = self.gap else { return (self.count == 8).then(|| self.values.into()) };
        let mut values = self.values;
        let after = values.get_mut(gap..)?;
        let moved = self.count.checked_sub(gap)?;
        after.get_mut(moved..)?.fill(0);
        after.rotate_right(8_usize.checked_sub(self.count).filter(|left| *left > 0)?);
        Some(values.into())
    }
}

fn v6_prefix(text: &[u8]) -> Option<(Ipv6Addr, usize)> {
    let (mut groups, mut at, mut best) = (Groups::default(), 0, None);
    if text.starts_with(b"::") {
        (groups.gap, at) = (Some(0), 2);
        best = groups.address().map(|address| (address, at));
    }
    while groups.count < 8 {
        let rest = text.get(at..).unwrap_or_default();
        if groups.count <= 6
            && let Some((v4, length)) = v4_prefix(rest)
        {
            let [a, b, c, d] = v4.octets();
            let mut whole = groups;
            whole.push(u16::from_be_bytes([a, b]));
            whole.push(u16::from_be_bytes([c, d]));
            best = keep_longer(best, whole.address(), at + length);
        }
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let value =
            std::str::from_utf8(rest.get(..digits)?).ok().and_then(|it| u16::from_str_radix(it, 16).ok());
        let Some(value) = value else { break };
        groups.push(value);
        at += digits;
        best = keep_longer(best, groups.address(), at);
        match text.get(at..).unwrap_or_default() {
            [b':', b':', ..] if groups.gap.is_none() => {
                groups.gap = Some(groups.count);
                at += 2;
                best = keep_longer(best, groups.address(), at);
            }
            [b':', ..] => at += 1,
            _ => break,
        }
    }
    best
}

fn keep_longer(
    best: Option<(Ipv6Addr, usize)>,
    address: Option<Ipv6Addr>,
    length: usize,
) -> Option<(Ipv6Addr, usize)> {
    let longer = best.is_none_or(|(_, known)| length > known);
    address.filter(|_| longer).map(|address| (address, length)).or(best)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mails(text: &str) -> Vec<String> {
        mail_addresses(text.as_bytes()).iter().map(|it| it.escape_ascii().to_string()).collect()
    }

    #[test]
    fn mail_addresses_are_found() {
        assert_eq!(mails("TO:<a@b.example> ORCPT=rfc822;x@y"), ["a@b.example", "ORCPT=rfc822x@y"]);
        assert_eq!(mails("FROM:<>"), Vec::<String>::new());
        assert_eq!(mails("From: A <a@b>, c@d; x@"), ["a@b", "c@d"]);
        assert_eq!(mails("TO:<\"a@b\">"), ["\\\"a@b\\\""]);
    }

    #[test]
    fn lists_are_cut_at_commas_outside_of_leading_quotes() {
        let cut = |text: &'static str| {
            entries(text.as_bytes()).iter().map(|it| it.escape_ascii().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(cut("\"A, B\" <a@b>,c@d,, e"), ["\\\"A, B\\\" <a@b>", "c@d", "e"]);
        assert_eq!(cut("x, \"A, B\""), ["x", "\\\"A", "B\\\""]);
        assert_eq!(cut("\"A, B\""), ["\\\"A", "B\\\""]);
        assert!(cut(",").is_empty());
    }

    #[test]
    fn the_host_of_a_received_header_is_in_brackets() {
        let from = |text: &str| received_from(text.as_bytes()).map(|ip| ip.to_string());
        assert_eq!(from("from a (b [127.0.0.1]) by c 10:20:30 (8.14.7/8.14)").as_deref(), Some("127.0.0.1"));
        assert_eq!(from("from [1.2.3.4] (helo=[5.6.7.8])").as_deref(), Some("5.6.7.8"));
        assert_eq!(from("(2001:db8::1) x").as_deref(), Some("2001:db8::1"));
        assert_eq!(from("[1.2.3.456] 1.2.3 :::"), None);
        assert_eq!(first_ip(b"[::ffff:1.2.3.4]").map(|ip| ip.to_string()).as_deref(), Some("::ffff:1.2.3.4"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(text in proptest::collection::vec(prop_oneof![Just(b':'), Just(b'@'), Just(b'1'), Just(b'.'), any::<u8>()], 0..80)) {
            let _ = (mail_addresses(&text), entries(&text), first_ip(&text), received_from(&text));
        }
    }
}
