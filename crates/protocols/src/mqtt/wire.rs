//! Control packets of MQTT 3.1 and 3.1.1 (OASIS), and the greeting of version 5.

use records::Sender;

use crate::Verdict;
use crate::by_message::Framing;
use crate::take;

/// The last version whose messages are laid out as here.
pub(super) const VERSION_3_1_1: u8 = 4;

/// Length of a message from its beginning: a byte of kind and flags, then the length of the rest in up to four bytes.
pub(super) fn measure(bytes: &[u8]) -> Framing {
    match header(bytes) {
        Some((_, header, rest)) => Framing::Message(header + rest as usize),
        None if bytes.len() < 5 => Framing::Short,
        None => Framing::Wrong,
    }
}

/// The first byte, the length of the header and the length of what follows.
fn header(bytes: &[u8]) -> Option<(u8, usize, u64)> {
    let (first, rest) = bytes.split_first()?;
    let last = rest.iter().take(4).position(|byte| byte & 0x80 == 0)?;
    let length = rest.iter().take(last + 1).rev().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
    Some((*first, last + 2, length))
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    Connect(Connect<'a>),
    /// The broker's answer to it, a code.
    ConnectAck(u8),
    Publish(Publish<'a>),
    /// Acknowledgements of a message that was published, by its number.
    PublishAck(u16),
    PublishReceived(u16),
    PublishRelease(u16),
    PublishComplete(u16),
    /// Topics and the quality of service asked for.
    Subscribe(u16, Vec<(&'a [u8], u8)>),
    SubscribeAck(u16, u8),
    Unsubscribe(u16, Vec<&'a [u8]>),
    UnsubscribeAck(u16),
    /// One that is not told.
    Other,
}

/// The client's greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Connect<'a> {
    pub(super) name: &'a [u8],
    pub(super) version: u8,
    pub(super) client_id: &'a [u8],
    /// Topic and payload.
    pub(super) will: Option<(&'a [u8], &'a [u8])>,
    pub(super) user: Option<&'a [u8]>,
}

/// A message that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Publish<'a> {
    pub(super) quality: u8,
    pub(super) retain: bool,
    pub(super) topic: &'a [u8],
    /// Its number; none where it is not acknowledged.
    pub(super) number: u16,
    /// The first bytes of the payload, and how many there are.
    pub(super) payload: &'a [u8],
    pub(super) payload_bytes: u64,
}

/// Reads a message of which these are the first bytes of `length`.
pub(super) fn message(bytes: &[u8], length: u64) -> Option<Message<'_>> {
    let (first, header, _) = header(bytes)?;
    let mut rest = bytes.get(header..)?;
    let from = &mut rest;
    Some(match first >> 4 {
        1 => Message::Connect(connect(from)?),
        2 => Message::ConnectAck(take::u16(from)?.to_be_bytes()[1]),
        3 => {
            let quality = first >> 1 & 3;
            let topic = take::after_u16(from)?;
            let number = if quality == 0 { 0 } else { take::u16(from)? };
            let payload_bytes = length.saturating_sub((bytes.len() - from.len()) as u64);
            Message::Publish(Publish {
                quality,
                retain: first & 1 == 1,
                topic,
                number,
                payload: from,
                payload_bytes,
            })
        }
        4 => Message::PublishAck(take::u16(from)?),
        5 => Message::PublishReceived(take::u16(from)?),
        6 => Message::PublishRelease(take::u16(from)?),
        7 => Message::PublishComplete(take::u16(from)?),
        8 => {
            let (number, mut topics) = (take::u16(from)?, Vec::new());
            while let (Some(topic), Some(quality)) = (take::after_u16(from), take::u8(from)) {
                topics.push((topic, quality));
            }
            Message::Subscribe(number, topics)
        }
        9 => Message::SubscribeAck(take::u16(from)?, take::u8(from)?),
        10 => {
            let (number, mut topics) = (take::u16(from)?, Vec::new());
            while let Some(topic) = take::after_u16(from) {
                topics.push(topic);
            }
            Message::Unsubscribe(number, topics)
        }
        11 => Message::UnsubscribeAck(take::u16(from)?),
        _ => Message::Other,
    })
}

fn connect<'a>(from: &mut &'a [u8]) -> Option<Connect<'a>> {
    let (name, version, flags, _keep_alive) =
        (take::after_u16(from)?, take::u8(from)?, take::u8(from)?, take::u16(from)?);
    let mut connect = Connect { name, version, ..Connect::default() };
    if version > VERSION_3_1_1 {
        // Its version is known, whatever follows.
        connect.user = newer_user(from, flags);
        return Some(connect);
    }
    connect.client_id = take::after_u16(from)?;
    if flags & HAS_WILL != 0 {
        connect.will = Some((take::after_u16(from)?, take::after_u16(from)?));
    }
    if flags & HAS_USER != 0 {
        connect.user = Some(take::after_u16(from)?);
    }
    Some(connect)
}

/// Flags of the client's greeting.
const HAS_WILL: u8 = 0x04;
const HAS_USER: u8 = 0x80;

/// The user in a greeting of version 5.
fn newer_user<'a>(from: &mut &'a [u8], flags: u8) -> Option<&'a [u8]> {
    pass_properties(from)?;
    take::after_u16(from)?;
    if flags & HAS_WILL != 0 {
        pass_properties(from)?;
        take::after_u16(from)?;
        take::after_u16(from)?;
    }
    if flags & HAS_USER == 0 {
        return None;
    }
    take::after_u16(from)
}

/// Properties of version 5 begin with their length, in the same form as that of messages.
fn pass_properties(from: &mut &[u8]) -> Option<()> {
    let last = from.iter().take(4).position(|byte| byte & 0x80 == 0)?;
    let length = from.iter().take(last + 1).rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
    take::bytes(from, last + 1 + length).map(|_| ())
}

/// Whether a stream begins with a request to connect.
pub(super) fn begins_connect(stream: &[u8]) -> Verdict {
    match header(stream) {
        None if stream.len() < 5 && stream.first().is_none_or(|first| *first == 0x10) => Verdict::Maybe,
        Some((0x10, header, _)) => {
            let rest = stream.get(header..).unwrap_or_default();
            let named = [&b"\0\x04MQTT\x04"[..], b"\0\x04MQTT\x05", b"\0\x06MQIsdp\x03"];
            let is_beginning = |whole: &&[u8]| {
                let common = whole.len().min(rest.len());
                whole.get(..common) == rest.get(..common)
            };
            match named.iter().find(|whole| is_beginning(whole)) {
                Some(whole) if rest.len() >= whole.len() => Verdict::Match,
                Some(_) => Verdict::Maybe,
                None => Verdict::No,
            }
        }
        _ => Verdict::No,
    }
}

/// Whether a stream begins with the answer to that request.
pub(super) fn begins_acknowledgement(stream: &[u8]) -> Verdict {
    match stream {
        [] | [0x20] | [0x20, _] => Verdict::Maybe,
        [0x20, length, 0 | 1, ..] if *length >= 2 => Verdict::Match,
        _ => Verdict::No,
    }
}

/// Whether a message of this end can begin so: of a kind that it sends, or about publishing, which both do.
pub(super) fn can_begin(from: Sender, stream: &[u8]) -> bool {
    let Some(first) = stream.first() else { return true };
    let kinds: &[u8] = match from {
        Sender::Originator => &[0x10, 0x82, 0xa2, 0xc0, 0xe0],
        Sender::Responder => &[0x20, 0x90, 0xb0, 0xd0],
    };
    let publishes = first >> 4 == 3 && first >> 1 & 3 != 3;
    publishes || matches!(first, 0x40 | 0x50 | 0x62 | 0x70) || kinds.contains(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_in_groups_of_seven_bits() {
        assert_eq!(measure(&[0x30, 0x05]), Framing::Message(7));
        assert_eq!(measure(&[0x30, 0x85, 0x01]), Framing::Message(3 + 133));
        assert_eq!(measure(&[0x30, 0x85]), Framing::Short);
        assert_eq!(measure(&[0x30, 0x80, 0x80, 0x80, 0x80]), Framing::Wrong);
    }

    #[test]
    fn properties_of_version_5_are_passed_over() {
        let bytes = b"\x10\x17\0\x04MQTT\x05\x80\0\x3c\x03\x21\0\x14\0\x01c\0\x04user";
        let Some(Message::Connect(connect)) = message(bytes, bytes.len() as u64) else { panic!() };
        assert_eq!((connect.version, connect.user), (5, Some(&b"user"[..])));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (measure(&bytes), message(&bytes, 9), begins_connect(&bytes), can_begin(Sender::Originator, &bytes));
        }
    }
}
