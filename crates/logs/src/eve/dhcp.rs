//! `dhcp` → `dhcp`: messages are events of their own, and those of one exchange become one record.

use std::collections::VecDeque;
use std::net::IpAddr;

use records::{AnyRecord, Dhcp, Interval, Timestamp};
use rustc_hash::FxHashMap;

use super::event::{Event, number, text, texts};

/// Exchanges that may be open at the same time.
const OPEN_MAX: usize = 50_000;

/// An exchange is over after this.
const WAIT: Interval = Interval::from_secs(10);

/// Messages of an exchange that are named.
const MESSAGES_MAX: usize = 32;

type Key = (String, u64);

/// Exchanges that are not over.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    open: FxHashMap<Key, Dhcp>,
    order: VecDeque<(Timestamp, Key)>,
}

impl Exchanges {
    /// Time goes on.
    pub(super) fn advance(&mut self, now: Timestamp, take: &mut impl FnMut(AnyRecord)) {
        while let Some((begun, _)) = self.order.front() {
            if now.since(*begun) <= WAIT && self.open.len() < OPEN_MAX {
                return;
            }
            self.tell_oldest(take);
        }
    }

    pub(super) fn finish(&mut self, take: &mut impl FnMut(AnyRecord)) {
        while !self.order.is_empty() {
            self.tell_oldest(take);
        }
    }

    fn tell_oldest(&mut self, take: &mut impl FnMut(AnyRecord)) {
        if let Some(record) = self.order.pop_front().and_then(|(_, key)| self.open.remove(&key)) {
            take(record.into());
        }
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        let body = event.body();
        let mac = text(body, "client_mac");
        let key = (mac.clone().unwrap_or_default(), number(body, "id").unwrap_or_default());
        let record = self.open.entry(key.clone()).or_insert_with(|| {
            self.order.push_back((event.ts, key));
            Dhcp { ts: event.ts, mac, ..Dhcp::default() }
        });
        record.duration = event.ts.since(record.ts).max(Interval(0));
        let uid = event.uid().to_string();
        let uids = record.uids.get_or_insert_default();
        if !uids.contains(&uid) && uids.len() < MESSAGES_MAX {
            uids.push(uid);
        }
        let kind = text(body, "dhcp_type").unwrap_or_default().to_ascii_uppercase();
        let types = record.msg_types.get_or_insert_default();
        if !kind.is_empty() && types.len() < MESSAGES_MAX {
            types.push(kind.clone());
        }
        if matches!(kind.as_str(), "OFFER" | "ACK" | "NAK") {
            answer(record, event);
        } else {
            request(record, event);
        }
    }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

/// An address that is one.
fn address(event: &Event<'_>, name: &str) -> Option<IpAddr> {
    text(event.body(), name)?.parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
}

fn request(record: &mut Dhcp, event: &Event<'_>) {
    let body = event.body();
    set(&mut record.client_addr, address(event, "client_ip"));
    set(&mut record.requested_addr, address(event, "requested_ip"));
    set(&mut record.host_name, text(body, "hostname"));
    set(&mut record.vendor_class, text(body, "vendor_class_identifier"));
}

fn answer(record: &mut Dhcp, event: &Event<'_>) {
    let body = event.body();
    set(&mut record.assigned_addr, address(event, "assigned_ip"));
    let server = address(event, "next_server_ip").unwrap_or_else(|| event.source());
    set(&mut record.server_addr, Some(server));
    let seconds = number::<u64>(body, "lease_time").and_then(|seconds| i64::try_from(seconds).ok());
    set(&mut record.lease_time, seconds.map(Interval::from_secs));
    set(&mut record.domain, texts(body, "domain_name").and_then(|names| names.into_iter().next()));
}
