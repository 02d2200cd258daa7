//! The messages of one exchange, put together.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use records::{Dhcp, Timestamp};

use super::wire::Message;

/// What is known of an exchange so far.
pub(super) struct Exchange {
    record: Dhcp,
    latest: Timestamp,
    /// The client's hardware address as its headers say, if its identifier does not.
    hardware: Option<String>,
}

impl Exchange {
    pub(super) fn new(ts: Timestamp) -> Self {
        let record = Dhcp { ts, uids: Some(Vec::new()), msg_types: Some(Vec::new()), ..Dhcp::default() };
        Self { record, latest: ts, hardware: None }
    }

    pub(super) const fn begin(&self) -> Timestamp {
        self.record.ts
    }

    pub(super) const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// Connections and messages so far.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.record.uids.as_ref().map_or(0, Vec::len), self.record.msg_types.as_ref().map_or(0, Vec::len))
    }

    /// Takes in the next message.
    pub(super) fn add(&mut self, message: Message) {
        self.latest = message.ts;
        let record = &mut self.record;
        record.duration = message.ts.since(record.ts);
        let uids = record.uids.get_or_insert_default();
        if !uids.iter().any(|uid| uid == message.uid.as_str()) {
            uids.push(message.uid.as_str().to_owned());
        }
        record.msg_types.get_or_insert_default().push(type_name(message.kind).into_owned());
        if is_from_client(&message) {
            self.add_from_client(message);
        } else {
            self.add_from_server(message);
        }
    }

    fn add_from_client(&mut self, message: Message) {
        let (record, options) = (&mut self.record, *message.options);
        let nowhere = [Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST].map(IpAddr::V4);
        if !nowhere.contains(&message.id.orig_h) {
            record.client_addr = Some(message.id.orig_h);
        }
        match options.identifier {
            Some(identifier) => record.mac = Some(identifier),
            None => self.hardware = Some(message.hardware),
        }
        replace(&mut record.client_message, options.text);
        replace(&mut record.host_name, options.host_name);
        replace(&mut record.client_fqdn, options.full_name);
        replace(&mut record.requested_addr, options.requested.map(IpAddr::V4));
        replace(&mut record.vendor_class, options.vendor_class);
        replace(&mut record.parameter_list, options.parameters);
    }

    fn add_from_server(&mut self, message: Message) {
        let (record, options) = (&mut self.record, *message.options);
        if message.assigned.is_some() {
            // A server that speaks to the broadcast address is the originator of that connection.
            record.server_addr = Some(if message.is_orig { message.id.orig_h } else { message.id.resp_h });
        }
        if !message.hardware.is_empty() && record.mac.is_none() {
            record.mac = Some(message.hardware);
        }
        replace(&mut record.assigned_addr, message.assigned.map(IpAddr::V4));
        record.client_addr = record.client_addr.or(record.assigned_addr);
        replace(&mut record.server_message, options.text);
        replace(&mut record.domain, options.domain);
        replace(&mut record.lease_time, options.lease);
    }

    /// The record of an exchange that grew too large: the client's header is not looked at, as in Zeek.
    pub(super) fn into_cut_record(self) -> Dhcp {
        self.record
    }

    /// The record of an exchange that is over.
    pub(super) fn into_record(self) -> Dhcp {
        let mut record = self.record;
        record.mac = record.mac.or(self.hardware);
        record
    }
}

/// What comes later counts.
fn replace<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

fn is_from_client(message: &Message) -> bool {
    let id = &message.id;
    message.is_orig && (id.orig_h == Ipv4Addr::UNSPECIFIED || id.orig_p == 68 || id.resp_p == 67)
}

/// Name of a type of message (RFC 2132, 3203, 4388, 6926, 7724).
fn type_name(kind: u8) -> Cow<'static, str> {
    const NAMES: [&str; 18] = [
        "DISCOVER",
        "OFFER",
        "REQUEST",
        "DECLINE",
        "ACK",
        "NAK",
        "RELEASE",
        "INFORM",
        "FORCERENEW",
        "LEASEQUERY",
        "LEASEUNASSIGNED",
        "LEASEUNKNOWN",
        "LEASEACTIVE",
        "BULKLEASEQUERY",
        "LEASEQUERYDONE",
        "ACTIVELEASEQUERY",
        "LEASEQUERYSTATUS",
        "TLS",
    ];
    match usize::from(kind).checked_sub(1).and_then(|place| NAMES.get(place)) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("unknown-message-type-{kind}")),
    }
}
