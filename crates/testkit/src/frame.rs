//! Frames of Ethernet, byte by byte, for tests that begin at the wire.

use std::net::{IpAddr, SocketAddr};

const ETHERNET_LENGTH: usize = 14;
const TCP: u8 = 6;
const UDP: u8 = 17;
const FRAGMENT_HEADER: u8 = 44;

/// Numbers of a TCP segment as they stand in its header.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgment number.
    pub acknowledgment: u32,
    /// Flags, see [`SYN`](crate::SYN) and the others.
    pub flags: u8,
}

/// A TCP segment from one end to the other.
pub fn tcp(from: SocketAddr, to: SocketAddr, numbers: Numbers, payload: &[u8]) -> Vec<u8> {
    let mut segment = ports(from, to);
    segment.extend(numbers.sequence.to_be_bytes());
    segment.extend(numbers.acknowledgment.to_be_bytes());
    segment.extend([5 << 4, numbers.flags]);
    segment.extend(64_000_u16.to_be_bytes());
    segment.extend([0; 4]);
    segment.extend_from_slice(payload);
    let sum = checksum(from.ip(), to.ip(), TCP, &segment);
    put(&mut segment, 16, sum);
    ethernet(from.ip(), to.ip(), (TCP, 0, false), &segment)
}

/// A UDP datagram from one end to the other.
pub fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut datagram = ports(from, to);
    datagram.extend(((payload.len() + 8) as u16).to_be_bytes());
    datagram.extend([0; 2]);
    datagram.extend_from_slice(payload);
    let sum = checksum(from.ip(), to.ip(), UDP, &datagram);
    put(&mut datagram, 6, if sum == 0 { 0xffff } else { sum });
    ethernet(from.ip(), to.ip(), (UDP, 0, false), &datagram)
}

/// The fragments of a frame that [`tcp`] or [`udp`] gave, each with so many bytes (rounded to whole eights), in order.
/// `identification` is not 0.
pub fn fragments(frame: &[u8], identification: u16, length: usize) -> Vec<Vec<u8>> {
    let is_version_4 = frame.get(12) == Some(&8);
    let header = if is_version_4 { 20 } else { 40 };
    let protocol = frame[ETHERNET_LENGTH + if is_version_4 { 9 } else { 6 }];
    let (source, destination) = addresses(&frame[ETHERNET_LENGTH..], is_version_4);
    let payload = &frame[ETHERNET_LENGTH + header..];
    let length = (length / 8).max(1) * 8;
    let pieces = payload.chunks(length).count();
    let cut = payload.chunks(length).enumerate().map(|(place, piece)| {
        let is_last = place + 1 == pieces;
        let offset = place * length / 8;
        if is_version_4 {
            let more = if is_last { 0 } else { 0x2000 };
            let mut fragment = ethernet(source, destination, (protocol, identification, true), piece);
            put(&mut fragment, ETHERNET_LENGTH + 6, more | offset as u16);
            put(&mut fragment, ETHERNET_LENGTH + 10, 0);
            let sum = !folded(sum_of(&fragment[ETHERNET_LENGTH..ETHERNET_LENGTH + 20]));
            put(&mut fragment, ETHERNET_LENGTH + 10, sum);
            fragment
        } else {
            let mut with_header = vec![protocol, 0];
            with_header.extend(((offset << 3) as u16 | u16::from(!is_last)).to_be_bytes());
            with_header.extend(u32::from(identification).to_be_bytes());
            with_header.extend_from_slice(piece);
            ethernet(source, destination, (FRAGMENT_HEADER, 0, false), &with_header)
        }
    });
    cut.collect()
}

fn addresses(packet: &[u8], is_version_4: bool) -> (IpAddr, IpAddr) {
    if is_version_4 {
        let address = |at: usize| IpAddr::from([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
        (address(12), address(16))
    } else {
        let address = |at: usize| {
            let mut octets = [0; 16];
            octets.copy_from_slice(&packet[at..at + 16]);
            IpAddr::from(octets)
        };
        (address(8), address(24))
    }
}

fn ports(from: SocketAddr, to: SocketAddr) -> Vec<u8> {
    [from.port().to_be_bytes(), to.port().to_be_bytes()].concat()
}

/// The same frame of IPv4 with other hops left.
pub fn with_time_to_live(mut frame: Vec<u8>, time_to_live: u8) -> Vec<u8> {
    frame[ETHERNET_LENGTH + 8] = time_to_live;
    put(&mut frame, ETHERNET_LENGTH + 10, 0);
    let sum = !folded(sum_of(&frame[ETHERNET_LENGTH..ETHERNET_LENGTH + 20]));
    put(&mut frame, ETHERNET_LENGTH + 10, sum);
    frame
}

fn ethernet(
    from: IpAddr,
    to: IpAddr,
    (protocol, identification, may_fragment): (u8, u16, bool),
    payload: &[u8],
) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            frame.extend([8, 0]);
            let mut header = vec![0x45, 0];
            header.extend(((payload.len() + 20) as u16).to_be_bytes());
            header.extend(identification.to_be_bytes());
            header.extend([if may_fragment { 0 } else { 0x40 }, 0, 64, protocol, 0, 0]);
            header.extend(from.octets());
            header.extend(to.octets());
            let sum = !folded(sum_of(&header));
            put(&mut header, 10, sum);
            frame.extend(header);
        }
        (from, to) => {
            frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
            frame.extend((payload.len() as u16).to_be_bytes());
            frame.extend([protocol, 64]);
            frame.extend(octets(from));
            frame.extend(octets(to));
        }
    }
    frame.extend_from_slice(payload);
    frame
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

/// The checksum over the pseudo header and what follows it (RFC 1071).
fn checksum(from: IpAddr, to: IpAddr, protocol: u8, bytes: &[u8]) -> u16 {
    let mut pseudo = [octets(from), octets(to)].concat();
    pseudo.extend((bytes.len() as u32).to_be_bytes());
    pseudo.extend([0, 0, 0, protocol]);
    !folded(sum_of(&pseudo) + sum_of(bytes))
}

fn sum_of(bytes: &[u8]) -> u64 {
    let pairs = bytes.chunks(2);
    pairs.map(|pair| u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0))).sum()
}

fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}
