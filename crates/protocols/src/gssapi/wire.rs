//! SPNEGO tokens (RFC 4178) in their GSS-API framing (RFC 2743).

use crate::der::{self, Elements, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};

/// The parts of a negotiation token that are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// The responder's state: 0 accepted, 1 incomplete, 2 rejected, 3 wants a check of the list of mechanisms.
    pub(super) state: Option<i64>,
    /// The token of the mechanism.
    pub(super) mechanism: Option<&'a [u8]>,
}

/// Reads a token; `None` where it is none or cut short.
pub(super) fn token(bytes: &[u8]) -> Option<Token<'_>> {
    let mut outer = Elements(bytes);
    if let Some(mut framed) = outer.inside(der::application(0)) {
        framed.tagged(OBJECT_IDENTIFIER)?;
        let mut init = framed.inside(der::context(0))?.inside(SEQUENCE)?;
        let mut token = Token::default();
        for (tag, content) in init.by_ref() {
            if tag == der::context(2) {
                token.mechanism = Elements(content).tagged(OCTET_STRING);
            }
        }
        return Some(token);
    }
    let mut response = outer.inside(der::context(1))?.inside(SEQUENCE)?;
    let mut token = Token::default();
    for (tag, content) in response.by_ref() {
        if tag == der::context(0) {
            token.state = Elements(content).next().and_then(|(_, state)| der::integer(state));
        } else if tag == der::context(2) {
            token.mechanism = Elements(content).tagged(OCTET_STRING);
        }
    }
    Some(token)
}

/// The Kerberos message in a GSS-API token (RFC 4121, section 4.1): object identifier, token identifier, message.
pub(super) fn kerberos(token: &[u8]) -> Option<&[u8]> {
    let mut framed = Elements(token).inside(der::application(0))?;
    framed.tagged(OBJECT_IDENTIFIER)?;
    framed.0.get(2..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_has_a_state_and_a_token() {
        let bytes = [0xa1, 0x0d, 0x30, 0x0b, 0xa0, 0x03, 0x0a, 0x01, 0x01, 0xa2, 0x04, 0x04, 0x02, 7, 8];
        assert_eq!(token(&bytes), Some(Token { state: Some(1), mechanism: Some(&[7, 8]) }));
        assert_eq!(token(&[0xa1, 0x02, 0x30]), None);
    }

    #[test]
    fn a_kerberos_message_lies_behind_two_identifiers() {
        assert_eq!(kerberos(&[0x60, 6, 6, 1, 42, 1, 0, 0x6e]), Some(&[0x6e][..]));
    }
}
