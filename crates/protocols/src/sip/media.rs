//! Where the media of a call will go (Session Description Protocol, RFC 8866).

use std::net::IpAddr;

use super::wire::line;

/// So many media of a description are looked at.
const MEDIA_MAX: usize = 8;

/// Address and port of each medium that comes over RTP.
pub(super) fn places(mut body: &[u8]) -> Vec<(IpAddr, u16)> {
    let mut session = None;
    let mut found: Vec<(Option<IpAddr>, u16)> = Vec::new();
    while !body.is_empty() {
        match line(&mut body).split_at_checked(2) {
            Some((b"c=", value)) => match found.last_mut() {
                Some((address, _)) => *address = connection(value),
                None => session = connection(value),
            },
            Some((b"m=", value)) if found.len() < MEDIA_MAX => {
                found.extend(medium(value).map(|port| (None, port)))
            }
            _ => {}
        }
    }
    found.into_iter().filter_map(|(address, port)| Some((address.or(session)?, port))).collect()
}

/// `IN IP4 192.0.2.1`, after which a time to live may stand.
fn connection(value: &[u8]) -> Option<IpAddr> {
    let mut words = std::str::from_utf8(value).ok()?.split(' ');
    let (Some("IN"), Some("IP4" | "IP6"), Some(address)) = (words.next(), words.next(), words.next()) else {
        return None;
    };
    address.split('/').next()?.parse().ok()
}

/// `audio 49170 RTP/AVP 0`; port 0 turns a medium off.
fn medium(value: &[u8]) -> Option<u16> {
    let mut words = std::str::from_utf8(value).ok()?.split(' ');
    let (_, port, protocol) = (words.next()?, words.next()?, words.next()?);
    let port = port.split('/').next()?.parse().ok()?;
    (port != 0 && protocol.contains("RTP/")).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_have_the_address_of_the_session_or_their_own() {
        let body = b"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n\
            m=video 4002/2 UDP/TLS/RTP/SAVPF 31\r\nc=IN IP6 2001:db8::1\r\nm=message 9 TCP/MSRP *\r\n";
        let places = places(body);
        assert_eq!(places, [([10, 0, 0, 1].into(), 4000), ("2001:db8::1".parse().unwrap(), 4002)]);
    }
}
