//! The record of a connection that is over.

use records::{Conn, HardwareAddress, LocalNetworks};

use crate::community_id::community_id;
use crate::facts::Facts;

/// What the transport knows in the end.
pub(crate) struct End {
    pub(crate) proto: &'static str,
    pub(crate) conn_state: &'static str,
    /// Payload bytes of originator and responder.
    pub(crate) bytes: [u64; 2],
}

pub(crate) fn conn(facts: Facts, end: &End, local_networks: &LocalNetworks) -> Conn {
    let [orig_pkts, resp_pkts] = facts.packets;
    let [orig_ip_bytes, resp_ip_bytes] = facts.ip_bytes;
    let [orig_bytes, resp_bytes] = end.bytes;
    // Without a duration there are no byte counts either: so does Zeek.
    let lasted = Some(facts.duration()).filter(|duration| duration.0 > 0);
    Conn {
        ts: facts.start,
        uid: facts.uid,
        id: facts.id,
        proto: end.proto.into(),
        service: None,
        duration: lasted,
        orig_bytes: lasted.map(|_| orig_bytes),
        resp_bytes: lasted.map(|_| resp_bytes),
        conn_state: end.conn_state.into(),
        local_orig: local_networks.contains(facts.id.orig_h),
        local_resp: local_networks.contains(facts.id.resp_h),
        missed_bytes: facts.missed_bytes,
        orig_pkts,
        orig_ip_bytes,
        resp_pkts,
        resp_ip_bytes,
        tunnel_parents: None,
        ip_proto: facts.ip_proto,
        orig_l2_addr: facts.hardware.map(|(orig, _)| HardwareAddress(orig)),
        resp_l2_addr: facts.hardware.map(|(_, resp)| HardwareAddress(resp)),
        vlan: facts.vlans[0],
        inner_vlan: facts.vlans[1],
        community_id: Some(community_id(&facts.id, facts.ip_proto, facts.one_way)),
        history: facts.history.letters().to_owned(),
    }
}
