use std::net::IpAddr;

use crate::{Endpoints, Record, Timestamp, Uid};

/// What a device says of itself over EtherNet/IP (answer to `List Identity`).
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("cip_identity")]
pub struct CipIdentity {
    /// Time of the answer.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Address that the device gives as its own.
    pub socket_address: Option<IpAddr>,
    /// Port that it gives as its own.
    pub socket_port: Option<u16>,
    /// Number of the vendor, as ODVA gives it.
    pub vendor_id: u16,
    /// Number of the kind of device, as ODVA gives it.
    pub device_type_id: u16,
    /// Number of the product, as the vendor gives it.
    pub product_code: u16,
    /// Revision of the product, `major.minor`.
    pub revision: String,
    /// Status of the device, a set of bits.
    pub device_status: u16,
    /// Serial number in hexadecimal.
    pub serial_number: String,
    /// Name of the product.
    pub product_name: String,
    /// State of the device.
    pub device_state: Option<u8>,
}
