//! What a decoder hands out, kept for tests to look at.

use packets::{Checksum, Decoder, HeaderWeird, LinkType, OtherFrame, Packet, PacketSink, Transport};

/// A sink that keeps everything.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) packets: Vec<(Packet, Vec<u8>)>,
    pub(crate) weirds: Vec<&'static str>,
    pub(crate) others: Vec<(u16, Vec<u8>)>,
}

impl PacketSink for Seen {
    fn packet(&mut self, packet: &Packet, payload: &[u8]) {
        assert!(!matches!(packet.checksum.with(payload), Checksum::Payload(_)));
        self.packets.push((*packet, payload.to_vec()));
    }

    fn other(&mut self, frame: &OtherFrame, payload: &[u8]) {
        self.others.push((frame.ether_type, payload.to_vec()));
    }

    fn weird(&mut self, weird: HeaderWeird) {
        self.weirds.push(weird.name);
    }
}

impl Seen {
    /// Each packet in short: source, destination, ports, payload.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |(packet, payload): &(Packet, Vec<u8>)| {
            let ports = match packet.transport {
                Transport::Tcp(tcp) => format!("tcp {} {}", tcp.source, tcp.destination),
                Transport::Udp { source, destination } => format!("udp {source} {destination}"),
                Transport::Icmp { kind, code } => format!("icmp {kind} {code}"),
                Transport::Other => format!("other {}", packet.ip_proto),
            };
            format!("{} {} {ports} {}", packet.src, packet.dst, String::from_utf8_lossy(payload))
        };
        self.packets.iter().map(line).collect()
    }
}

/// One frame, whole.
pub(crate) fn decode(link: LinkType, frame: &[u8]) -> Seen {
    decode_cut(link, frame, frame.len())
}

/// One frame of which only the first bytes were captured.
pub(crate) fn decode_cut(link: LinkType, frame: &[u8], captured: usize) -> Seen {
    let mut seen = Seen::default();
    Decoder::new().decode(0, link, &frame[..captured], frame.len() as u32, &mut seen);
    seen
}
