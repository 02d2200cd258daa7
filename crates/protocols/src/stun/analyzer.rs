//! Follows one connection: tells each address outside once.

use std::net::IpAddr;

use records::{Sender, StunNat, Timestamp};

use super::wire;
use crate::{Analyzer, Chunk, HandOver, Output};

/// So many addresses outside are remembered as told.
const TOLD_MAX: usize = 16;

/// Follows one connection.
#[derive(Default)]
pub(super) struct StunAnalyzer {
    told: Vec<(IpAddr, u16)>,
}

impl Analyzer for StunAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some(message) = wire::message(chunk.bytes) else {
            // The media that STUN has made way for.
            output.hand_over(HandOver::Recognise);
            return output.leave_unread(chunk.bytes.len());
        };
        output.confirm("stun");
        let about = output.about;
        let is_orig = chunk.from == Sender::Originator;
        let inside = if is_orig { about.id.resp_h } else { about.id.orig_h };
        let Some(outside) = message.outside().filter(|(address, _)| *address != inside) else { return };
        if self.told.contains(&outside) || self.told.len() >= TOLD_MAX {
            return;
        }
        self.told.push(outside);
        output.write(StunNat {
            ts: chunk.ts,
            uid: about.uid,
            id: about.id,
            proto: "udp".into(),
            is_orig,
            wan_addrs: Some(vec![outside.0]),
            wan_ports: Some(vec![outside.1.into()]),
            lan_addrs: Some(vec![inside]),
        });
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
