//! Follows one connection: what is asked is kept until it is answered.

use std::net::{IpAddr, Ipv4Addr};

use records::{Interval, Radius, text_from_bytes};

use super::wire::{self, Code, Message};
use crate::by_datagram::ReadsDatagrams;
use crate::{Chunk, Output};

const USER_NAME: u8 = 1;
const FRAMED_IP_ADDRESS: u8 = 8;
const REPLY_MESSAGE: u8 = 18;
const CALLING_STATION_ID: u8 = 31;
const TUNNEL_CLIENT_ENDPOINT: u8 = 66;
const CONNECT_INFO: u8 = 77;

/// Follows one connection.
#[derive(Default)]
pub(super) struct RadiusReader {
    open: Option<Box<Radius>>,
}

impl ReadsDatagrams for RadiusReader {
    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> bool {
        let Some(message) = wire::message(chunk.bytes) else { return false };
        let about = output.about;
        let radius = self.open.get_or_insert_with(|| {
            Box::new(Radius { ts: chunk.ts, uid: about.uid, id: about.id, ..Radius::default() })
        });
        add(radius, &message);
        let result = match message.code {
            Code::AccessAccept => "success",
            Code::AccessReject => "failed",
            _ => return true,
        };
        radius.result = Some(result.into());
        radius.ttl = Some(chunk.ts.since(radius.ts)).filter(|ttl| *ttl != Interval(0));
        output.write(std::mem::take(radius.as_mut()));
        self.open = None;
        true
    }

    fn end(&mut self, output: &mut Output<'_>) {
        if let Some(radius) = self.open.take() {
            output.write(Radius { result: Some("unknown".into()), ..*radius });
        }
    }
}

/// What came first counts.
fn add(radius: &mut Radius, message: &Message<'_>) {
    let is_request = matches!(message.code, Code::AccessRequest | Code::AccountingRequest);
    let is_offer = matches!(message.code, Code::AccessChallenge | Code::AccessAccept | Code::AccessReject);
    for (kind, value) in wire::attributes(message.attributes) {
        match kind {
            USER_NAME if is_request => set(&mut radius.username, || Some(text_from_bytes(value))),
            CALLING_STATION_ID if is_request => set(&mut radius.mac, || wire::hardware_address(value)),
            TUNNEL_CLIENT_ENDPOINT if is_request => set(&mut radius.remote_ip, || address(value)),
            CONNECT_INFO if is_request => set(&mut radius.connect_info, || Some(text_from_bytes(value))),
            FRAMED_IP_ADDRESS if is_offer => set(&mut radius.framed_addr, || {
                let octets: [u8; 4] = value.try_into().ok()?;
                Some(Ipv4Addr::from(octets).into())
            }),
            REPLY_MESSAGE if is_offer => set(&mut radius.reply_msg, || Some(text_from_bytes(value))),
            _ => {}
        }
    }
}

fn set<T>(to: &mut Option<T>, value: impl FnOnce() -> Option<T>) {
    if to.is_none() {
        *to = value();
    }
}

/// An address as text, before which a tag may stand (RFC 2868, section 3.3).
fn address(value: &[u8]) -> Option<IpAddr> {
    let text = match value {
        [0..=0x1f, text @ ..] => text,
        text => text,
    };
    std::str::from_utf8(text).ok()?.parse().ok()
}
