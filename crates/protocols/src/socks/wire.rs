//! The messages of SOCKS (version 4: no RFC; 5: RFC 1928, login: RFC 1929). Each function takes one message off the
//! front of what an end has sent.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::take;

/// A message, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    /// The message, and how many bytes it took.
    Whole(T, usize),
    /// It goes on.
    More,
    /// It is not one.
    Broken,
}

impl<T> Read<T> {
    /// `parse` takes the message; it gives nothing where more bytes are needed.
    fn of(bytes: &[u8], parse: impl FnOnce(&mut &[u8]) -> Option<Result<T, ()>>) -> Self {
        let mut rest = bytes;
        match parse(&mut rest) {
            Some(Ok(message)) => Self::Whole(message, bytes.len() - rest.len()),
            Some(Err(())) => Self::Broken,
            None => Self::More,
        }
    }
}

/// Where a connection goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: Option<IpAddr>,
    pub(super) name: Option<Vec<u8>>,
    pub(super) port: u16,
}

/// The request of version 4, and of 4a with a name.
pub(super) fn request_4(bytes: &[u8]) -> Read<(Target, Vec<u8>)> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 4 || !matches!(take::u8(from)?, 1 | 2) {
            return Some(Err(()));
        }
        let port = take::u16(from)?;
        let address = take::u32(from)?;
        let user = up_to_zero(from)?;
        // 0.0.0.x stands for a name that follows.
        let name = if (1..=0xff).contains(&address) { Some(up_to_zero(from)?) } else { None };
        let host = name.is_none().then(|| Ipv4Addr::from_bits(address).into());
        Some(Ok((Target { host, name, port }, user)))
    })
}

fn up_to_zero(from: &mut &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memchr(0, from)?;
    let text = take::bytes(from, end)?.to_vec();
    take::u8(from)?;
    Some(text)
}

/// The reply of version 4: its code and where the proxy connects from.
pub(super) fn reply_4(bytes: &[u8]) -> Read<(u8, Target)> {
    Read::of(bytes, |from| {
        let zero = take::u8(from)?;
        let code = take::u8(from)?;
        let port = take::u16(from)?;
        let host = Some(Ipv4Addr::from_bits(take::u32(from)?).into());
        if zero != 0 || !(0x5a..=0x5d).contains(&code) {
            return Some(Err(()));
        }
        Some(Ok((code, Target { host, name: None, port })))
    })
}

/// The ways to log in that the client offers.
pub(super) fn greeting(bytes: &[u8]) -> Read<()> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 5 {
            return Some(Err(()));
        }
        take::after_u8(from).map(|_| Ok(()))
    })
}

/// The way that the server chooses.
pub(super) fn method(bytes: &[u8]) -> Read<u8> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 5 {
            return Some(Err(()));
        }
        take::u8(from).map(Ok)
    })
}

/// Name of the user; the password follows it.
pub(super) fn login(bytes: &[u8]) -> Read<Vec<u8>> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 1 {
            return Some(Err(()));
        }
        let user = take::after_u8(from)?.to_vec();
        take::after_u8(from)?;
        Some(Ok(user))
    })
}

/// Whether the login was right: 0.
pub(super) fn login_reply(bytes: &[u8]) -> Read<u8> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 1 {
            return Some(Err(()));
        }
        take::u8(from).map(Ok)
    })
}

/// A request of version 5.
pub(super) fn request_5(bytes: &[u8]) -> Read<Target> {
    match command_and_target(bytes) {
        Read::Whole((1..=3, target), length) => Read::Whole(target, length),
        Read::Whole(..) | Read::Broken => Read::Broken,
        Read::More => Read::More,
    }
}

/// A reply of version 5: its code and where the proxy connects from.
pub(super) fn reply_5(bytes: &[u8]) -> Read<(u8, Target)> {
    command_and_target(bytes)
}

fn command_and_target(bytes: &[u8]) -> Read<(u8, Target)> {
    Read::of(bytes, |from| {
        if take::u8(from)? != 5 {
            return Some(Err(()));
        }
        let command = take::u8(from)?;
        if take::u8(from)? != 0 {
            return Some(Err(()));
        }
        let mut target = Target::default();
        match take::u8(from)? {
            1 => target.host = Some(Ipv4Addr::from_bits(take::u32(from)?).into()),
            3 => target.name = Some(take::after_u8(from)?.to_vec()),
            4 => {
                let octets: [u8; 16] = take::bytes(from, 16)?.try_into().ok()?;
                target.host = Some(Ipv6Addr::from(octets).into());
            }
            _ => return Some(Err(())),
        }
        target.port = take::u16(from)?;
        Some(Ok((command, target)))
    })
}

/// The words of a reply of version 4.
pub(super) fn status_4(code: u8) -> Cow<'static, str> {
    match code {
        0x5a => "succeeded".into(),
        0x5b => "general SOCKS server failure".into(),
        0x5c => "request failed because client is not running identd".into(),
        0x5d => "request failed because client's identd could not confirm the user ID string in the request"
            .into(),
        _ => format!("unknown-{code}").into(),
    }
}

/// The words of a reply of version 5.
pub(super) fn status_5(code: u8) -> Cow<'static, str> {
    const WORDS: [&str; 9] = [
        "succeeded",
        "general SOCKS server failure",
        "connection not allowed by ruleset",
        "Network unreachable",
        "Host unreachable",
        "Connection refused",
        "TTL expired",
        "Command not supported",
        "Address type not supported",
    ];
    WORDS.get(usize::from(code)).map_or_else(|| format!("unknown-{code}").into(), |words| (*words).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_addresses_are_targets() {
        let name = Target { host: None, name: Some(b"a.b".to_vec()), port: 80 };
        assert_eq!(request_5(b"\x05\x01\x00\x03\x03a.b\x00\x50x"), Read::Whole(name.clone(), 10));
        assert_eq!(
            request_4(b"\x04\x01\x00\x50\x00\x00\x00\x07u\x00a.b\x00"),
            Read::Whole((name, b"u".to_vec()), 14)
        );
        assert_eq!(request_5(b"\x05\x01\x00\x03\x03a."), Read::More);
        assert_eq!(request_5(b"\x05\x09\x00\x01\x01\x02\x03\x04\x00\x50"), Read::Broken);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (request_4(&bytes), reply_4(&bytes), greeting(&bytes), method(&bytes));
            let _ = (login(&bytes), login_reply(&bytes), request_5(&bytes), reply_5(&bytes));
        }
    }
}
