use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// An NTP message that carries the time (modes 1 to 5).
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ntp")]
pub struct Ntp {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Version of the protocol, 1 to 4.
    pub version: u8,
    /// 1 and 2 between peers, 3 client, 4 server, 5 broadcast.
    pub mode: u8,
    /// Steps to a reference clock: 1 next to it, 16 not synchronised, 0 unknown.
    pub stratum: u8,
    /// Longest time between two messages.
    pub poll: Interval,
    /// Precision of the sender's clock in seconds; less than a span of time can tell.
    pub precision: f64,
    /// Round trip to the reference clock.
    pub root_delay: Interval,
    /// Dispersion to the reference clock.
    pub root_disp: Interval,
    /// Stratum 0: a code why not, stratum 1: the kind of reference clock, above: the address of the server before.
    pub ref_id: String,
    /// When the sender's clock was last set; 1970 where not known.
    pub ref_time: Timestamp,
    /// When the request left the client, by its clock.
    pub org_time: Timestamp,
    /// When the request came to the server, by its clock.
    pub rec_time: Timestamp,
    /// When this message left, by the sender's clock.
    pub xmt_time: Timestamp,
    /// Extension fields. Not counted: always 0, as Zeek has it.
    pub num_exts: u64,
}
