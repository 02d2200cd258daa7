//! Devices that answer queries of DNS: what they ask for, they ask on behalf of others.

use records::{AnyRecord, Dns};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen};

/// The resolvers that were seen.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Resolvers(FxHashSet<DeviceIndex>);

impl Resolvers {
    /// The device and its query, where one asks on its own behalf. Learns who answers.
    pub(crate) fn query_of_client<'a>(&mut self, seen: &Seen<'a>) -> Option<(DeviceIndex, &'a Dns)> {
        let (AnyRecord::Dns(dns), Some(device)) = (seen.record, seen.orig) else { return None };
        if dns.id.resp_p != 53 || !matches!(seen.direction, Direction::Internal | Direction::Outward) {
            return None;
        }
        if let Some(resolver) = seen.resp.filter(|resolver| *resolver != device && dns.rcode.is_some()) {
            self.0.insert(resolver);
        }
        (!self.0.contains(&device)).then_some((device, &**dns))
    }
}
