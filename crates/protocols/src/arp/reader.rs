//! What was said already, and which hardware had an address.

use std::net::{IpAddr, Ipv4Addr};

use records::{AnyRecord, Arp, HardwareAddress, Interval, Timestamp};
use rustc_hash::FxHashMap;

use super::wire::{self, Message, Operation};
use crate::frames::{Frame, ReadsFrames};

/// What is said again within this span is not written.
const TOLD_FOR: Interval = Interval::from_secs(60 * 60);

/// The same, where an address has moved: two that fight over one must not fill the lake.
const MOVE_TOLD_FOR: Interval = Interval::from_secs(60);

/// So many messages, and so many addresses, are remembered; beyond, all are forgotten and told again.
const KNOWN_MAX: usize = 65_536;

/// Reads all messages.
#[derive(Default)]
pub(super) struct ArpReader {
    /// When what was said was written.
    told: FxHashMap<Message, Timestamp>,
    holders: FxHashMap<Ipv4Addr, [u8; 6]>,
}

impl ArpReader {
    /// Whether the message was not told within this span.
    fn is_news(&mut self, ts: Timestamp, message: Message, span: Interval) -> bool {
        if self.told.get(&message).is_some_and(|told| ts.since(*told) < span) {
            return false;
        }
        if self.told.len() >= KNOWN_MAX {
            self.told.clear();
        }
        self.told.insert(message, ts);
        true
    }

    /// The hardware that had the sender's address before, where it was another.
    fn previous(&mut self, message: &Message) -> Option<[u8; 6]> {
        // Who has no address yet only asks whether another has it.
        if message.sender.is_unspecified() {
            return None;
        }
        if self.holders.len() >= KNOWN_MAX {
            self.holders.clear();
        }
        let previous = self.holders.insert(message.sender, message.sender_hardware);
        previous.filter(|hardware| *hardware != message.sender_hardware)
    }
}

impl ReadsFrames for ArpReader {
    fn frame(&mut self, frame: &Frame<'_>, records: &mut Vec<AnyRecord>) {
        let Some(message) = wire::read(frame.payload) else { return };
        let previous = self.previous(&message);
        let span = if previous.is_some() { MOVE_TOLD_FOR } else { TOLD_FOR };
        if !self.is_news(frame.ts, message, span) {
            return;
        }
        let (operation, is_reply) = match message.operation {
            Operation::Request => ("request", false),
            Operation::Reply => ("reply", true),
        };
        let address = |address: Ipv4Addr| (!address.is_unspecified()).then_some(IpAddr::V4(address));
        let record = Arp {
            ts: frame.ts,
            operation: operation.into(),
            mac_src: frame.source(),
            mac_dst: frame.destination(),
            sender_h: address(message.sender),
            sender_l2_addr: HardwareAddress(message.sender_hardware),
            target_h: address(message.target),
            target_l2_addr: is_reply.then_some(HardwareAddress(message.target_hardware)),
            previous_l2_addr: previous.map(HardwareAddress),
        };
        records.push(record.into());
    }
}
