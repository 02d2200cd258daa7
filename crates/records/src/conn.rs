use std::borrow::Cow;

use crate::{Endpoints, HardwareAddress, Interval, Record, Timestamp, Uid};

/// A connection: who spoke with whom, how much, and how it began and ended.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("conn")]
pub struct Conn {
    /// Time of the first packet.
    pub ts: Timestamp,
    /// Name of the connection; all records of it carry it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Transport protocol: `tcp`, `udp`, `icmp` or `unknown_transport`.
    pub proto: Cow<'static, str>,
    /// Application protocols that were recognised, comma separated, in the order in which they were confirmed.
    pub service: Option<String>,
    /// From the first packet to the last one that counts for the connection.
    pub duration: Option<Interval>,
    /// Payload bytes from the originator; for TCP by sequence numbers, so lost packets count too.
    pub orig_bytes: Option<u64>,
    /// Payload bytes from the responder.
    pub resp_bytes: Option<u64>,
    /// How it began and ended: `S0` `S1` `SF` `REJ` `S2` `S3` `RSTO` `RSTR` `RSTOS0` `RSTRH` `SH` `SHR` `OTH`.
    pub conn_state: Cow<'static, str>,
    /// Whether the originator lies in the own networks.
    pub local_orig: bool,
    /// Whether the responder lies in the own networks.
    pub local_resp: bool,
    /// Bytes of content that are missing in the capture.
    pub missed_bytes: u64,
    /// What happened, a letter each, upper case from the originator: `S` SYN, `H` SYN+ACK, `A` ACK, `D` data, `F` FIN, `R` RST, `C` bad checksum, `G` gap, `I` inconsistent, `Q` multi-flag, `T` retransmission, `W` zero window, `^` turned round.
    pub history: String,
    /// Packets from the originator.
    pub orig_pkts: u64,
    /// Bytes of IP from the originator, headers included.
    pub orig_ip_bytes: u64,
    /// Packets from the responder.
    pub resp_pkts: u64,
    /// Bytes of IP from the responder, headers included.
    pub resp_ip_bytes: u64,
    /// Connections of the tunnels around this one.
    pub tunnel_parents: Option<Vec<String>>,
    /// IP protocol number.
    pub ip_proto: u8,
    /// Hardware address of the originator in the first frame, e.g. `00:11:22:aa:bb:cc`.
    pub orig_l2_addr: Option<HardwareAddress>,
    /// Hardware address of the responder in the first frame.
    pub resp_l2_addr: Option<HardwareAddress>,
    /// Outer VLAN id.
    pub vlan: Option<u16>,
    /// Inner VLAN id (QinQ).
    pub inner_vlan: Option<u16>,
    /// Community ID v1: the same for this connection in any tool.
    pub community_id: Option<String>,
}
