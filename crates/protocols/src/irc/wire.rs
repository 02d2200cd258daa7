//! The lines of IRC (RFC 2812), read as leniently as Zeek does.

use std::net::Ipv4Addr;

/// Longer lines are not read.
const LINE_BYTES_MAX: usize = 512;
/// Shorter lines are no commands.
const COMMAND_BYTES_MIN: usize = 3;

/// A line of a client: its command in upper case, and what follows.
pub(super) fn command(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let line = trim_blanks(line);
    if !(COMMAND_BYTES_MIN..=LINE_BYTES_MAX).contains(&line.len()) {
        return None;
    }
    let line = match line {
        [b':', prefixed @ ..] => {
            let end = prefixed.iter().position(|byte| *byte == b' ')?;
            trim_blanks(prefixed.get(end..)?)
        }
        _ => line,
    };
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end)?;
    (line.len() >= COMMAND_BYTES_MIN).then(|| (word.to_ascii_uppercase(), trim_blanks(rest)))
}

/// What is long enough to be a command.
pub(super) fn is_command(line: &[u8]) -> bool {
    line.trim_ascii_start().len() >= COMMAND_BYTES_MIN
}

/// A reply of a server: perhaps its name, then three digits.
pub(super) fn is_numeric(line: &[u8]) -> bool {
    let rest = match line {
        [b':', name @ ..] => name.iter().position(|byte| *byte == b' ').and_then(|end| name.get(end + 1..)),
        _ => Some(line),
    };
    matches!(rest, Some([b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ', ..]))
}

/// The server agrees to `STARTTLS`.
pub(super) fn starts_tls(line: &[u8]) -> bool {
    is_numeric(line) && line.split(|byte| *byte == b' ').take(2).any(|word| word == b"670")
}

fn trim_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| **byte == b' ').count();
    bytes.get(blanks..).unwrap_or_default()
}

/// The words between these bytes, none of them empty.
pub(super) fn words(bytes: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    bytes.split(move |byte| *byte == between).filter(|word| !word.is_empty())
}

/// A text without the colon that may begin it.
pub(super) fn without_colon(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b":").unwrap_or(bytes)
}

/// A file that a client offers another one (`DCC SEND`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer<'a> {
    pub(super) name: &'a [u8],
    /// Where it can be fetched.
    pub(super) address: Ipv4Addr,
    pub(super) port: u16,
    pub(super) size: u64,
}

/// The offer in what follows `PRIVMSG`, if it is one.
pub(super) fn offer(argument: &[u8]) -> Option<Offer<'_>> {
    let blank = argument.iter().position(|byte| *byte == b' ')?;
    let message = without_colon(trim_blanks(argument.get(blank..)?));
    let message = message.strip_prefix(b"\x01").unwrap_or(message);
    let message = message.strip_suffix(b"\x01").unwrap_or(message);
    let parts: Vec<&[u8]> = words(message, b' ').take(8).collect();
    let [b"DCC", b"SEND", name, address, port, rest @ ..] = parts.as_slice() else { return None };
    let size = match rest {
        [] => 0,
        [size] | [size, b"T"] => number(size)?,
        _ => return None,
    };
    let address = Ipv4Addr::from(u32::try_from(number(address)?).ok()?);
    let port = u16::try_from(number(port)?).ok().filter(|port| *port > 0)?;
    Some(Offer { name, address, port, size })
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn offers_are_read() {
        let offered = offer(b"you :\x01DCC SEND a.txt 167772161 5555 12\x01").unwrap();
        assert_eq!((offered.name, offered.port, offered.size), (&b"a.txt"[..], 5555, 12));
        assert_eq!(offered.address, Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(offer(b"you :\x01DCC CHAT chat 167772161 5555\x01"), None);
        assert_eq!(offer(b"you :\x01DCC SEND a 9999999999 5555 12\x01"), None);
        assert_eq!(offer(b"you :DCC SEND a 1 70000"), None);
    }

    #[test]
    fn commands_stand_behind_a_prefix() {
        assert_eq!(command(b" :me!x nick  you "), Some((b"NICK".to_vec(), &b"you "[..])));
        assert_eq!(command(b":me"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (command(&line), offer(&line), is_numeric(&line), starts_tls(&line));
        }
    }
}
