//! Frames made by hand, from the inside out.

/// A row of bytes from parts.
pub(crate) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

pub(crate) fn ethernet(kind: u16, inside: &[u8]) -> Vec<u8> {
    join(&[&[2, 0, 0, 0, 0, 1], &[2, 0, 0, 0, 0, 2], &kind.to_be_bytes(), inside])
}

pub(crate) fn ipv4(protocol: u8, inside: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, (0, 0), inside)
}

/// With identification, and flags and offset as they stand in the header.
pub(crate) fn ipv4_fragment(protocol: u8, (id, place): (u16, u16), inside: &[u8]) -> Vec<u8> {
    let length = (inside.len() + 20) as u16;
    join(&[
        &[0x45, 0],
        &length.to_be_bytes(),
        &id.to_be_bytes(),
        &place.to_be_bytes(),
        &[64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
        inside,
    ])
}

pub(crate) const SOURCE_6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub(crate) const DESTINATION_6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

pub(crate) fn ipv6(next: u8, inside: &[u8]) -> Vec<u8> {
    ipv6_between(&SOURCE_6, &DESTINATION_6, next, inside)
}

pub(crate) fn ipv6_between(source: &[u8; 16], destination: &[u8; 16], next: u8, inside: &[u8]) -> Vec<u8> {
    let length = (inside.len() as u16).to_be_bytes();
    join(&[&[0x60, 0, 0, 0], &length, &[next, 64], source, destination, inside])
}

pub(crate) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() + 8) as u16;
    join(&[&source.to_be_bytes(), &destination.to_be_bytes(), &length.to_be_bytes(), &[0, 0], payload])
}

pub(crate) fn tcp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    join(&[
        &source.to_be_bytes(),
        &destination.to_be_bytes(),
        &[0, 0, 0, 7, 0, 0, 0, 9, 0x60, 0x18, 0x20, 0, 0, 0, 0, 0],
        &[2, 4, 5, 0xb4],
        payload,
    ])
}

/// A small packet that the tests look for: `10.0.0.1 10.0.0.2 udp 1000 2000 hello`.
pub(crate) fn hello() -> Vec<u8> {
    ipv4(17, &udp(1000, 2000, b"hello"))
}

/// The same of IPv6: `2001:db8::1 2001:db8::2 udp 1000 2000 hello`.
pub(crate) fn hello_6() -> Vec<u8> {
    ipv6(17, &udp(1000, 2000, b"hello"))
}

pub(crate) const HELLO: &str = "10.0.0.1 10.0.0.2 udp 1000 2000 hello";
pub(crate) const HELLO_6: &str = "2001:db8::1 2001:db8::2 udp 1000 2000 hello";
