use std::net::IpAddr;

use crate::{Interval, Record, Timestamp};

/// A DHCP exchange: the messages of one client that belong together.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("dhcp")]
pub struct Dhcp {
    /// Time of its first message.
    pub ts: Timestamp,
    /// Connections that carried it.
    pub uids: Option<Vec<String>>,
    /// Address of the client, as it says.
    pub client_addr: Option<IpAddr>,
    /// Server that answered.
    pub server_addr: Option<IpAddr>,
    /// Hardware address of the client.
    pub mac: Option<String>,
    /// Name that the client gives itself (option 12).
    pub host_name: Option<String>,
    /// Full name of the client (option 81).
    pub client_fqdn: Option<String>,
    /// Domain that the server gives (option 15).
    pub domain: Option<String>,
    /// Address that the client asked for.
    pub requested_addr: Option<IpAddr>,
    /// Address that the server gave.
    pub assigned_addr: Option<IpAddr>,
    /// For how long.
    pub lease_time: Option<Interval>,
    /// Text from the client, e.g. why it declines.
    pub client_message: Option<String>,
    /// Text from the server.
    pub server_message: Option<String>,
    /// Types of the messages, in order.
    pub msg_types: Option<Vec<String>>,
    /// From the first message to the last.
    pub duration: Interval,
    /// Vendor class of the client (option 60).
    pub vendor_class: Option<String>,
    /// Options that the client asks for (option 55), in order, comma separated: tells its operating system.
    pub parameter_list: Option<String>,
}
