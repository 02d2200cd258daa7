//! What a decoder has seen, in numbers.

/// Counts of frames and packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames that were given.
    pub frames: u64,
    /// Bytes of them that were captured.
    pub bytes: u64,
    /// Frames of a kind of link that is not known.
    pub unknown_links: u64,
    /// ARP and RARP.
    pub arp: u64,
    /// Frames that carry neither IP nor ARP.
    pub other_network_layers: u64,
    /// Frames that end within a header before IP.
    pub truncated_frames: u64,
    /// IP packets, of tunnels the outer and the inner ones.
    pub ip_packets: u64,
    /// IP packets that were not read further because their headers are damaged or cut.
    pub bad_packets: u64,
    /// IPv6 packets that carry nothing, encrypted payload, or mobility messages.
    pub other_transports: u64,
    /// IP fragments.
    pub fragments: u64,
    /// Packets put together from fragments.
    pub reassembled: u64,
    /// Packets of which some fragment never came, or that were given up for want of room.
    pub fragments_dropped: u64,
    /// Tunnels that were entered.
    pub tunnels: u64,
    /// Packets with headers or tunnels too deep to be read on.
    pub too_deep: u64,
}
