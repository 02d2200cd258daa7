//! The headers that mean something to the sensor.

/// A header of a request that its record keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestHeader {
    Authorization,
    Host,
    Origin,
    /// One of those that proxies add.
    Proxy,
    Range,
    Referer,
    UserAgent,
}

impl RequestHeader {
    /// The header of this name, in any case.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        // By length first: most headers are none of these.
        match name.len() {
            3 if is(b"via") => Some(Self::Proxy),
            4 if is(b"host") => Some(Self::Host),
            5 if is(b"range") => Some(Self::Range),
            6 if is(b"origin") => Some(Self::Origin),
            7 if is(b"referer") => Some(Self::Referer),
            9 if is(b"forwarded") || is(b"client-ip") => Some(Self::Proxy),
            10 if is(b"user-agent") => Some(Self::UserAgent),
            13 if is(b"authorization") => Some(Self::Authorization),
            15 if is(b"x-forwarded-for") => Some(Self::Proxy),
            16 if is(b"x-forwarded-from") || is(b"xroxy-connection") || is(b"proxy-connection") => {
                Some(Self::Proxy)
            }
            19 if is(b"proxy-authorization") => Some(Self::Authorization),
            _ => None,
        }
    }
}

/// A header that says how the body of a message comes, or what becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FramingHeader {
    Connection,
    ContentEncoding,
    ContentLength,
    ContentRange,
    TransferEncoding,
    Upgrade,
}

impl FramingHeader {
    /// The header of this name, in any case.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        match name.len() {
            7 if is(b"upgrade") => Some(Self::Upgrade),
            10 if is(b"connection") => Some(Self::Connection),
            13 if is(b"content-range") => Some(Self::ContentRange),
            14 if is(b"content-length") => Some(Self::ContentLength),
            16 if is(b"content-encoding") => Some(Self::ContentEncoding),
            17 if is(b"transfer-encoding") => Some(Self::TransferEncoding),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_any_case() {
        assert_eq!(RequestHeader::named(b"HOST"), Some(RequestHeader::Host));
        assert_eq!(RequestHeader::named(b"user-Agent"), Some(RequestHeader::UserAgent));
        assert_eq!(RequestHeader::named(b"hosT2"), None);
        assert_eq!(FramingHeader::named(b"content-LENGTH"), Some(FramingHeader::ContentLength));
        assert_eq!(FramingHeader::named(b""), None);
    }
}
