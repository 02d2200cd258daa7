//! Messages of ARP for IPv4 over Ethernet.

use std::net::Ipv4Addr;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Operation {
    Request,
    Reply,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Message {
    pub(super) operation: Operation,
    pub(super) sender_hardware: [u8; 6],
    pub(super) sender: Ipv4Addr,
    pub(super) target_hardware: [u8; 6],
    pub(super) target: Ipv4Addr,
}

/// Reads a message; what follows it is padding.
pub(super) fn read(payload: &[u8]) -> Option<Message> {
    const ETHERNET_AND_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];
    let (head, rest) = payload.split_first_chunk()?;
    if *head != ETHERNET_AND_IPV4 {
        return None;
    }
    let (operation, rest) = rest.split_first_chunk()?;
    let operation = match operation {
        [0, 1] => Operation::Request,
        [0, 2] => Operation::Reply,
        _ => return None,
    };
    let (sender_hardware, rest) = rest.split_first_chunk()?;
    let (sender, rest) = rest.split_first_chunk::<4>()?;
    let (target_hardware, rest) = rest.split_first_chunk()?;
    let (target, _) = rest.split_first_chunk::<4>()?;
    Some(Message {
        operation,
        sender_hardware: *sender_hardware,
        sender: Ipv4Addr::from(*sender),
        target_hardware: *target_hardware,
        target: Ipv4Addr::from(*target),
    })
}
