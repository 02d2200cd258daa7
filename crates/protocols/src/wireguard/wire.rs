//! The messages of WireGuard.

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A handshake begins.
    Initiation {
        /// Number of its sender.
        sender: [u8; 4],
        /// The last 16 bytes hold a cookie; mostly they are zero.
        has_cookie: bool,
    },
    /// It is answered.
    Response {
        /// Number of the one who began it.
        receiver: [u8; 4],
    },
    /// A cookie, or what the tunnel carries.
    Other,
}

/// Reads a datagram.
pub(super) fn message(datagram: &[u8]) -> Option<Message> {
    const INITIATION_BYTES: usize = 148;
    const RESPONSE_BYTES: usize = 92;
    const COOKIE_BYTES: usize = 64;
    const DATA_BYTES_MIN: usize = 32;
    match (datagram, datagram.len()) {
        ([1, 0, 0, 0, a, b, c, d, ..], INITIATION_BYTES) => {
            let has_cookie = !datagram.ends_with(&[0; 16]);
            Some(Message::Initiation { sender: [*a, *b, *c, *d], has_cookie })
        }
        ([2, 0, 0, 0, _, _, _, _, a, b, c, d, ..], RESPONSE_BYTES) => {
            Some(Message::Response { receiver: [*a, *b, *c, *d] })
        }
        ([3, 0, 0, 0, ..], COOKIE_BYTES) => Some(Message::Other),
        ([4, 0, 0, 0, ..], DATA_BYTES_MIN..) => Some(Message::Other),
        _ => None,
    }
}
