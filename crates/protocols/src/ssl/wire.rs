//! Handshake messages (RFC 8446, section 4; RFC 5246, section 7.4): bytes to fields.

use crate::take;

/// Types of handshake messages that are read or tell the state.
pub(crate) mod message {
    pub(crate) const CLIENT_HELLO: u8 = 1;
    pub(crate) const SERVER_HELLO: u8 = 2;
    pub(crate) const HELLO_VERIFY_REQUEST: u8 = 3;
    pub(crate) const ENCRYPTED_EXTENSIONS: u8 = 8;
    pub(crate) const CERTIFICATE: u8 = 11;
    pub(crate) const SERVER_KEY_EXCHANGE: u8 = 12;
    pub(crate) const CLIENT_KEY_EXCHANGE: u8 = 16;
    pub(crate) const FINISHED: u8 = 20;
    pub(crate) const CERTIFICATE_STATUS: u8 = 22;
    pub(crate) const KEY_UPDATE: u8 = 24;
}

/// Types of extensions that are read.
pub(crate) mod extension {
    pub(crate) const SERVER_NAME: u16 = 0;
    pub(crate) const STATUS_REQUEST: u16 = 5;
    pub(crate) const SUPPORTED_GROUPS: u16 = 10;
    pub(crate) const EC_POINT_FORMATS: u16 = 11;
    pub(crate) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(crate) const APPLICATION_PROTOCOLS: u16 = 16;
    pub(crate) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(crate) const SESSION_TICKET: u16 = 35;
    /// The key share's number in drafts of TLS 1.3.
    pub(crate) const DRAFT_KEY_SHARE: u16 = 40;
    pub(crate) const PRE_SHARED_KEY: u16 = 41;
    pub(crate) const EARLY_DATA: u16 = 42;
    pub(crate) const SUPPORTED_VERSIONS: u16 = 43;
    pub(crate) const KEY_SHARE: u16 = 51;
    pub(crate) const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;
}

/// Numbers without a meaning, which clients send so that servers learn to skip what they do not know (RFC 8701).
pub(crate) fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// A client hello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientHello<'a> {
    pub(crate) version: u16,
    pub(crate) random: &'a [u8],
    pub(crate) session_id: &'a [u8],
    pub(crate) ciphers: Vec<u16>,
    pub(crate) extensions: Extensions<'a>,
}

/// A server hello, or a request to begin again (RFC 8446, section 4.1.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerHello<'a> {
    pub(crate) version: u16,
    pub(crate) random: &'a [u8],
    pub(crate) session_id: &'a [u8],
    pub(crate) cipher: u16,
    pub(crate) extensions: Extensions<'a>,
}

/// Extensions in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions<'a>(pub(crate) Vec<(u16, &'a [u8])>);

impl<'a> Extensions<'a> {
    /// The content of the first extension of this type.
    pub(crate) fn get(&self, kind: u16) -> Option<&'a [u8]> {
        self.0.iter().find(|(other, _)| *other == kind).map(|(_, content)| *content)
    }

    /// Reads what is left of a hello: nothing, or the length of the extensions and they themselves. As Zeek does,
    /// the length is not believed, only those of the extensions.
    fn read(mut rest: &'a [u8]) -> Option<Self> {
        let mut extensions = Vec::new();
        if !rest.is_empty() {
            take::u16(&mut rest)?;
        }
        while !rest.is_empty() {
            extensions.push((take::u16(&mut rest)?, take::after_u16(&mut rest)?));
        }
        Some(Self(extensions))
    }
}

const RANDOM_BYTES: usize = 32;

impl<'a> ClientHello<'a> {
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        Self::read_with_cookie(body, false)
    }

    /// A client hello of DTLS, which has a cookie behind the session's id (RFC 6347, section 4.2.1).
    pub(crate) fn read_dtls(body: &'a [u8]) -> Option<Self> {
        Self::read_with_cookie(body, true)
    }

    fn read_with_cookie(mut body: &'a [u8], cookie: bool) -> Option<Self> {
        let version = take::u16(&mut body)?;
        let random = take::bytes(&mut body, RANDOM_BYTES)?;
        let session_id = take::after_u8(&mut body)?;
        if cookie {
            take::after_u8(&mut body)?;
        }
        let ciphers = take::after_u16(&mut body).filter(|list| list.len() > 1 && list.len() % 2 == 0)?;
        take::after_u8(&mut body).filter(|methods| !methods.is_empty())?;
        let extensions = Extensions::read(body)?;
        Some(Self { version, random, session_id, ciphers: take::u16_list(ciphers), extensions })
    }
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offer<'a> {
    /// The server that it wants.
    pub(crate) server_name: Option<&'a [u8]>,
    /// The application protocol that it likes best.
    pub(crate) protocol: Option<&'a [u8]>,
}

impl<'a> Offer<'a> {
    /// Reads it from a client hello of TLS.
    pub(crate) fn read(client_hello: &'a [u8]) -> Option<Self> {
        let extensions = ClientHello::read(client_hello)?.extensions;
        let protocols = extensions.get(extension::APPLICATION_PROTOCOLS).map(application_protocols);
        Some(Self {
            server_name: extensions.get(extension::SERVER_NAME).and_then(server_name),
            protocol: protocols.and_then(|protocols| protocols.first().copied()),
        })
    }
}

impl<'a> ServerHello<'a> {
    pub(crate) fn read(mut body: &'a [u8]) -> Option<Self> {
        let version = take::u16(&mut body)?;
        let random = take::bytes(&mut body, RANDOM_BYTES)?;
        // The drafts of TLS 1.3 that name themselves here had neither session id nor compression method.
        let is_draft = version >> 8 == 0x7f;
        let session_id = if is_draft { &[] } else { take::after_u8(&mut body)? };
        let cipher = take::u16(&mut body)?;
        if !is_draft {
            take::u8(&mut body)?;
        }
        Some(Self { version, random, session_id, cipher, extensions: Extensions::read(body)? })
    }

    /// Whether the server asks for another hello.
    pub(crate) fn is_retry_request(&self) -> bool {
        const RANDOM: [u8; RANDOM_BYTES] = [
            0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
            0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
        ];
        self.random == RANDOM
    }
}

/// The first host name in a `server_name` extension.
pub(crate) fn server_name(mut content: &[u8]) -> Option<&[u8]> {
    const HOST_NAME: u8 = 0;
    let mut list = take::after_u16(&mut content)?;
    loop {
        let kind = take::u8(&mut list)?;
        let name = take::after_u16(&mut list)?;
        if kind == HOST_NAME {
            return Some(name);
        }
    }
}

/// Names in an `application_layer_protocol_negotiation` extension.
pub(crate) fn application_protocols(mut content: &[u8]) -> Vec<&[u8]> {
    let Some(mut list) = take::after_u16(&mut content) else { return Vec::new() };
    std::iter::from_fn(|| take::after_u8(&mut list)).collect()
}

/// Numbers behind the length of their list in two bytes: groups, signature algorithms.
pub(crate) fn number_list(mut content: &[u8]) -> Vec<u16> {
    take::after_u16(&mut content).map(take::u16_list).unwrap_or_default()
}

/// Versions that a client offers.
pub(crate) fn offered_versions(mut content: &[u8]) -> Vec<u16> {
    take::after_u8(&mut content).map(take::u16_list).unwrap_or_default()
}

/// The content of an extension that holds one number.
pub(crate) fn number(content: Option<&[u8]>) -> Option<u16> {
    match content {
        Some([high, low, ..]) => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// The extensions that a server of TLS 1.3 sends encrypted.
pub(crate) fn encrypted_extensions(body: &[u8]) -> Option<Extensions<'_>> {
    Extensions::read(body)
}

/// A certificate of TLS 1.3 and what its sender says of it.
pub(crate) type CertificateEntry<'a> = (&'a [u8], Extensions<'a>);

/// Certificates of a message of TLS 1.3 (RFC 8446, section 4.4.2), the sender's own first.
pub(crate) fn certificate_entries(mut body: &[u8]) -> Option<Vec<CertificateEntry<'_>>> {
    take::after_u8(&mut body)?;
    let mut list = take::after_u24(&mut body)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let certificate = take::after_u24(&mut list)?;
        let mut content = take::after_u16(&mut list)?;
        let mut extensions = Vec::new();
        while !content.is_empty() {
            extensions.push((take::u16(&mut content)?, take::after_u16(&mut content)?));
        }
        found.push((certificate, Extensions(extensions)));
    }
    Some(found)
}

/// Certificates of a message, the sender's own first. None where lengths do not fit.
pub(crate) fn certificates(mut body: &[u8]) -> Option<Vec<&[u8]>> {
    let mut list = take::after_u24(&mut body)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        found.push(take::after_u24(&mut list)?);
    }
    Some(found)
}

/// The OCSP response that is stapled to the handshake.
pub(crate) fn stapled_response(mut body: &[u8]) -> Option<&[u8]> {
    const OCSP: u8 = 1;
    let kind = take::u8(&mut body)?;
    take::u24(&mut body)?;
    (kind == OCSP).then_some(body)
}

/// The named curve of a server's key exchange, if it is one over elliptic curves.
pub(crate) fn named_curve(mut body: &[u8]) -> Option<u16> {
    const NAMED_CURVE: u8 = 3;
    if take::u8(&mut body)? == NAMED_CURVE { take::u16(&mut body) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_lists_are_read() {
        assert_eq!(server_name(b"\0\x0c\x01\0\x01x\0\0\x05a.com"), Some(&b"a.com"[..]));
        assert_eq!(server_name(b"\0\x09\0\0\x05a.co"), None);
        assert_eq!(application_protocols(b"\0\x0c\x02h2\x08http/1.1"), [&b"h2"[..], b"http/1.1"]);
        assert_eq!(number_list(b"\0\x04\0\x1d\0\x17"), [29, 23]);
        assert_eq!(certificates(b"\0\0\x09\0\0\x01a\0\0\x02bc"), Some(vec![&b"a"[..], b"bc"]));
        assert_eq!(certificates(b"\0\0\x09\0\0\x01a\0\0\x03bc"), None);
        assert_eq!(named_curve(b"\x03\0\x17\x41"), Some(23));
        assert!(is_grease(0x5a5a) && !is_grease(0x5a6a) && !is_grease(0x1301));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..300)) {
            ClientHello::read(&body);
            ClientHello::read_dtls(&body);
            ServerHello::read(&body);
            server_name(&body);
            application_protocols(&body);
            certificates(&body);
            stapled_response(&body);
            certificate_entries(&body);
        }
    }
}
