//! Names of hosts, which stand for the addresses that they held.

use std::collections::BTreeMap;
use std::net::IpAddr;

use records::Interval;

use super::values::moment;
use crate::TimeRange;

/// Which addresses the hosts of a network held, and when. `host:NAME` finds what these addresses did meanwhile.
#[derive(Clone, Debug, Default)]
pub struct HostNames(BTreeMap<String, Vec<(IpAddr, TimeRange)>>);

impl HostNames {
    /// The host of this name (in any case) held this address from one time to another, both included and written as in
    /// queries. What cannot be read is left out.
    pub fn add(&mut self, name: &str, address: &str, from: &str, to: &str) {
        if let (Ok(address), Some(from), Some(to)) = (address.parse(), moment(from), moment(to)) {
            let until = to.start + to.length + Interval(1);
            let held = TimeRange { from: Some(from.start), until: Some(until) };
            self.0.entry(name.to_lowercase()).or_default().push((address, held));
        }
    }

    pub(super) fn held_by(&self, name: &str) -> &[(IpAddr, TimeRange)] {
        self.0.get(&name.to_lowercase()).map_or(&[], Vec::as_slice)
    }
}
