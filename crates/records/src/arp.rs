use std::borrow::Cow;
use std::net::IpAddr;

use crate::{HardwareAddress, Record, Timestamp};

/// A message of the Address Resolution Protocol. One that says the same again is told once an
/// hour; once a minute where the address has moved meanwhile.
#[derive(Clone, Debug, PartialEq, Record)]
#[record("arp")]
pub struct Arp {
    /// Time of the message.
    pub ts: Timestamp,
    /// `request` or `reply`.
    pub operation: Cow<'static, str>,
    /// Hardware address that sent the frame.
    pub mac_src: Option<HardwareAddress>,
    /// Hardware address that the frame is for.
    pub mac_dst: Option<HardwareAddress>,
    /// Address of the sender; absent where it has none yet.
    pub sender_h: Option<IpAddr>,
    /// Hardware address that the sender gives as its own.
    pub sender_l2_addr: HardwareAddress,
    /// Address that is asked for; of a reply the one that asked. The sender's own where it makes itself known.
    pub target_h: Option<IpAddr>,
    /// Hardware address of the target, of a reply.
    pub target_l2_addr: Option<HardwareAddress>,
    /// Hardware address that had the sender's address before, where it was another.
    pub previous_l2_addr: Option<HardwareAddress>,
}
