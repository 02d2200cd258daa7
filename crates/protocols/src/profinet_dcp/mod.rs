//! PROFINET's Discovery and Configuration Protocol (IEC 61158-6-10, clause 4.3): finds stations, names them, gives them
//! addresses, and puts them back to the state of the factory.
//!
//! Writes `profinet_dcp`. The cyclic data that comes with the same number is passed over.

mod reader;
mod wire;

use crate::frames::FrameProtocol;

/// PROFINET DCP.
pub(crate) const PROTOCOL: FrameProtocol = FrameProtocol {
    name: "profinet_dcp",
    ether_type: 0x8892,
    wants: wire::is_dcp,
    reader: || Box::new(reader::DcpReader),
};
