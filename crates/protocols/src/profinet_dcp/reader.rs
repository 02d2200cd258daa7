//! Each message is a record.

use std::net::{IpAddr, Ipv4Addr};

use records::{AnyRecord, ProfinetDcp, text_from_bytes};

use super::wire::{self, Block};
use crate::frames::{Frame, ReadsFrames};

/// Reads all messages.
pub(super) struct DcpReader;

impl ReadsFrames for DcpReader {
    fn frame(&mut self, frame: &Frame<'_>, records: &mut Vec<AnyRecord>) {
        let Some(message) = wire::read(frame.payload) else { return };
        let mut record = ProfinetDcp {
            ts: frame.ts,
            mac_src: frame.source(),
            mac_dst: frame.destination(),
            service: wire::service_name(message.service),
            service_type: wire::kind_name(message.kind),
            xid: message.xid,
            options: message
                .blocks
                .iter()
                .map(|block| wire::option_name(block.option).into_owned())
                .collect(),
            ..ProfinetDcp::default()
        };
        for block in &message.blocks {
            tell(&mut record, block);
        }
        records.push(record.into());
    }
}

/// Puts what a block says into the record.
fn tell(record: &mut ProfinetDcp, block: &Block<'_>) {
    match (block.option, block.value) {
        ((1, 2 | 3), value) => {
            let (quads, _) = value.as_chunks::<4>();
            let mut addresses = quads.iter().map(|quad| IpAddr::V4(Ipv4Addr::from(*quad)));
            record.address = addresses.next();
            record.subnet_mask = addresses.next();
            record.gateway = addresses.next();
        }
        ((2, 1), name @ [_, ..]) => record.station_type = Some(text_from_bytes(name)),
        ((2, 2), name @ [_, ..]) => record.name_of_station = Some(text_from_bytes(name)),
        ((2, 3), [vendor, low, device, code, ..]) => {
            record.vendor_id = Some(u16::from_be_bytes([*vendor, *low]));
            record.device_id = Some(u16::from_be_bytes([*device, *code]));
        }
        ((5, 4), [_, _, error, ..]) => {
            record.error = record.error.filter(|error| *error != 0).or(Some(*error));
        }
        _ => {}
    }
}
