//! Messages of CIP, and those that are packed into others.

use super::path::Target;
use crate::cursor::Cursor;

/// Set in the service of a reply.
const REPLY: u8 = 0x80;

const MULTIPLE_SERVICE_PACKET: u8 = 0x0a;
const UNCONNECTED_SEND: u8 = 0x52;
const CONNECTION_MANAGER: u32 = 0x06;

/// So many messages are read of one, those packed into others counted.
const MESSAGES_MAX: usize = 64;

/// So deep they are packed.
const DEPTH_MAX: u8 = 3;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) service: u8,
    pub(super) target: Target,
}

/// A reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) service: u8,
    pub(super) status: u8,
}

/// What a message holds: requests, or replies.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Messages {
    pub(super) requests: Vec<Request>,
    pub(super) replies: Vec<Reply>,
}

impl Messages {
    /// Reads a message and those in it.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut messages = Self::default();
        messages.add(bytes, 0);
        messages
    }

    fn add(&mut self, bytes: &[u8], depth: u8) -> Option<()> {
        if self.requests.len() + self.replies.len() >= MESSAGES_MAX || depth > DEPTH_MAX {
            return None;
        }
        let mut cursor = Cursor::little(bytes);
        let service = cursor.u8()?;
        if service & REPLY != 0 {
            cursor.skip(1)?;
            let status = cursor.u8()?;
            let additional = usize::from(cursor.u8()?) * 2;
            self.replies.push(Reply { service: service & !REPLY, status });
            cursor.skip(additional)?;
            if service & !REPLY == MULTIPLE_SERVICE_PACKET {
                self.add_packed(cursor.rest(), depth);
            }
            return Some(());
        }
        let words = usize::from(cursor.u8()?);
        let target = Target::read(cursor.take(words * 2)?);
        let class = target.class;
        self.requests.push(Request { service, target });
        match (service, class) {
            (MULTIPLE_SERVICE_PACKET, _) => self.add_packed(cursor.rest(), depth),
            (UNCONNECTED_SEND, Some(CONNECTION_MANAGER)) => {
                // Priority and time-out.
                cursor.skip(2)?;
                let length = cursor.u16()?;
                self.add(cursor.take(length.into())?, depth + 1);
            }
            _ => {}
        }
        Some(())
    }

    /// A number of messages, with the places at which they begin before them.
    fn add_packed(&mut self, packed: &[u8], depth: u8) {
        let mut cursor = Cursor::little(packed);
        let count = usize::from(cursor.u16().unwrap_or(0)).min(MESSAGES_MAX);
        let places: Vec<usize> = (0..count).map_while(|_| cursor.u16().map(usize::from)).collect();
        for (index, place) in places.iter().enumerate() {
            let end = places.get(index + 1).copied().unwrap_or(packed.len());
            if let Some(message) = packed.get(*place..end) {
                self.add(message, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_messages_are_read() {
        let read = [0x4c, 2, 0x20, 0x6b, 0x24, 1, 1, 0];
        let mut bytes = vec![0x0a, 2, 0x20, 2, 0x24, 1, 2, 0, 6, 0, 14, 0];
        bytes.extend([read, read].concat());
        let messages = Messages::read(&bytes);
        let services: Vec<u8> = messages.requests.iter().map(|request| request.service).collect();
        assert_eq!(services, [0x0a, 0x4c, 0x4c]);
        assert_eq!(Messages::read(&[0xcc, 0, 5, 0]).replies, [Reply { service: 0x4c, status: 5 }]);
    }
}
