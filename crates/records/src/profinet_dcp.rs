use std::borrow::Cow;
use std::net::IpAddr;

use crate::{HardwareAddress, Record, Timestamp};

/// A message of PROFINET's Discovery and Configuration Protocol.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("profinet_dcp")]
pub struct ProfinetDcp {
    /// Time of the message.
    pub ts: Timestamp,
    /// Hardware address that sent it.
    pub mac_src: Option<HardwareAddress>,
    /// Hardware address that it is for.
    pub mac_dst: Option<HardwareAddress>,
    /// `Get`, `Set`, `Identify` or `Hello`.
    pub service: Cow<'static, str>,
    /// `Request`, `Success` or `Not Supported`.
    pub service_type: Cow<'static, str>,
    /// Number that joins request and response.
    pub xid: u32,
    /// What is asked for, set or told, e.g. `NameOfStation`, `IP Parameter`, `Factory Reset`.
    pub options: Vec<String>,
    /// Name of the station.
    pub name_of_station: Option<String>,
    /// Name of the kind of station, as its vendor gives it.
    pub station_type: Option<String>,
    /// Number of the vendor.
    pub vendor_id: Option<u16>,
    /// Number of the device, as the vendor gives it.
    pub device_id: Option<u16>,
    /// Address of the station.
    pub address: Option<IpAddr>,
    /// Its subnet mask.
    pub subnet_mask: Option<IpAddr>,
    /// Its router.
    pub gateway: Option<IpAddr>,
    /// Of the response to `Set`: why the first option that failed did; 0 where all were set.
    pub error: Option<u8>,
}
