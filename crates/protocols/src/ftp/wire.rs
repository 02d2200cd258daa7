//! The lines of FTP (RFC 959, RFC 2428) and the addresses in them.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longer words are no commands.
const COMMAND_BYTES_MAX: usize = 100;

/// Takes the commands of the terminal protocol (RFC 854) out of a line: clients interrupt transfers with them.
pub(super) fn without_telnet(line: &[u8]) -> Cow<'_, [u8]> {
    const IAC: u8 = 255;
    if memchr::memchr(IAC, line).is_none() {
        return Cow::Borrowed(line);
    }
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    loop {
        rest = match rest {
            [] | [IAC] => return Cow::Owned(text),
            [IAC, IAC, after @ ..] => {
                text.push(IAC);
                after
            }
            [IAC, 251..=254, _, after @ ..] => after,
            // A negotiation goes on to IAC SE.
            [IAC, 250, after @ ..] => {
                let end = after.windows(2).position(|pair| pair == [IAC, 240]);
                end.and_then(|end| after.get(end + 2..)).unwrap_or_default()
            }
            [IAC, _, after @ ..] => after,
            [byte, after @ ..] => {
                text.push(*byte);
                after
            }
        };
    }
}

/// A command in upper case and its argument.
pub(super) fn command(line: &[u8]) -> Option<(String, &[u8])> {
    let line = line.trim_ascii_start();
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (word, argument) = line.split_at_checked(end)?;
    if word.len() < 3 || word.len() > COMMAND_BYTES_MAX || !word.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let word = word.iter().map(|byte| char::from(byte.to_ascii_uppercase())).collect();
    Some((word, argument.trim_ascii_start()))
}

/// The code that a line of a reply begins with.
pub(super) fn reply_code(line: &[u8]) -> Option<u16> {
    match line {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
            Some(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'))
        }
        _ => None,
    }
}

/// The last number in a reply: the size of a file.
pub(super) fn last_number(text: &str) -> u64 {
    let mut numbers = text.split(|character: char| !character.is_ascii_digit());
    numbers.rfind(|digits| !digits.is_empty()).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The argument of `PORT`: `h1,h2,h3,h4,p1,p2`.
pub(super) fn port(text: &str) -> Option<(IpAddr, u16)> {
    if text.len() < 11 {
        return None;
    }
    let mut numbers = text.splitn(6, ',').map(leading_byte);
    let mut next = || numbers.next().flatten();
    let address = Ipv4Addr::new(next()?, next()?, next()?, next()?);
    Some((address.into(), u16::from_be_bytes([next()?, next()?])))
}

fn leading_byte(text: &str) -> Option<u8> {
    let text = text.trim_start();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// The reply to `PASV`: like the argument of `PORT`, somewhere in the text.
pub(super) fn passive(text: &str) -> Option<(IpAddr, u16)> {
    if let Some((_, rest)) = text.split_once('(') {
        return port(rest);
    }
    if let Some((_, rest)) = text.split_once("PORT") {
        return port(rest.get(1..)?);
    }
    let comma = text.find(',')?;
    let before = text.get(..comma)?;
    let digits = before.len() - before.trim_end_matches(|character: char| character.is_ascii_digit()).len();
    port(text.get(comma - digits..)?)
}

/// The argument of `EPRT`, `|protocol|address|port|`, and what stands in the reply to `EPSV`. Without an address
/// it is the unspecified one.
pub(super) fn extended(text: &str) -> Option<(IpAddr, u16)> {
    let text = text.trim_start();
    let delimiter = text.chars().next()?;
    let mut fields = text.get(delimiter.len_utf8()..)?.split(delimiter);
    let (protocol, address, port) = (fields.next()?, fields.next()?, fields.next()?);
    fields.next()?;
    if !protocol.is_empty() && protocol.parse::<u32>().is_err() {
        return None;
    }
    let address = if address.is_empty() { Ipv6Addr::UNSPECIFIED.into() } else { address.parse().ok()? };
    Some((address, port.parse().ok()?))
}

/// The reply to `EPSV`.
pub(super) fn extended_passive(text: &str) -> Option<(IpAddr, u16)> {
    extended(text.split_once('(')?.1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands_are_words_of_three_letters_or_more() {
        assert_eq!(command(b"  retr  a b"), Some(("RETR".into(), &b"a b"[..])));
        assert_eq!(command(b"PWD"), Some(("PWD".into(), &b""[..])));
        assert_eq!(command(b"ab x"), None);
        assert_eq!(command(b"\x01\x02\x03\x04"), None);
        assert_eq!(without_telnet(b"\xff\xf4\xff\xf2ABOR").as_ref(), b"ABOR");
    }

    #[test]
    fn addresses_of_data_connections_are_found() {
        let there = Some((IpAddr::from([10, 0, 0, 2]), 1025));
        assert_eq!(port("10,0,0,2,4,1"), there);
        assert_eq!(port("10,0,0,256,4,1"), None);
        assert_eq!(passive("Entering Passive Mode (10,0,0,2,4,1)."), there);
        assert_eq!(passive("Entering Passive Mode 10,0,0,2,4,1"), there);
        assert_eq!(extended("|1|10.0.0.2|1025|"), there);
        assert_eq!(extended_passive("Extended (|||1025|)"), Some((Ipv6Addr::UNSPECIFIED.into(), 1025)));
        assert_eq!(extended("|1|10.0.0.2|1025"), None);
        assert_eq!(extended(""), None);
    }

    #[test]
    fn the_last_number_is_the_size() {
        assert_eq!(last_number("Opening BINARY mode data connection for a1 (1164 bytes)."), 1164);
        assert_eq!(last_number("none"), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (port(&text), passive(&text), extended(&text), extended_passive(&text), last_number(&text));
            let _ = (command(&bytes), reply_code(&bytes), without_telnet(&bytes));
        }
    }
}
