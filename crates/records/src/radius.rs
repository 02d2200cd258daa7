use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// A user who asked for access to the network over RADIUS, and the answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("radius")]
pub struct Radius {
    /// Time of the first message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Name of the user.
    pub username: Option<String>,
    /// Hardware address of the user's device (`Calling-Station-Id`).
    pub mac: Option<String>,
    /// Address that the server offers.
    pub framed_addr: Option<IpAddr>,
    /// Address that the user's tunnel comes from.
    pub remote_ip: Option<IpAddr>,
    /// How the user is connected.
    pub connect_info: Option<String>,
    /// Text from the server for the user.
    pub reply_msg: Option<String>,
    /// `success`, `failed`, or `unknown` where no answer was seen.
    pub result: Option<Cow<'static, str>>,
    /// From the first message to the answer.
    pub ttl: Option<Interval>,
}
