//! What each device is used to: internal services, outside destinations, volumes, clients.
//!
//! Bounded per device: [`SERVICES_KEPT`] services and [`DESTINATIONS_KEPT`] destinations; when full, the one that was
//! used longest ago goes.

use std::net::IpAddr;

use learn::{Magnitude, SeenValues, week_bucket};
use records::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::DeviceIndex;

/// Internal services that are kept of one device.
pub(crate) const SERVICES_KEPT: usize = 256;
/// Outside destinations that are kept of one device.
pub(crate) const DESTINATIONS_KEPT: usize = 256;
const PINGED_KEPT: usize = 64;
/// Rounds after which steady contacts count as polling.
const POLL_ROUNDS: u32 = 6;
/// Services and hosts that a monitoring server polls at least.
const POLLED_SERVICES: usize = 4;
const POLLED_HOSTS: usize = 3;
/// Spread of the intervals between polls, as a share of their mean.
const POLL_SPREAD: f64 = 0.15;

/// How one device uses one internal service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceHabit {
    /// Connections.
    pub contacts: u32,
    /// Days with a connection.
    pub days: u16,
    /// Latest connection, seconds since the epoch.
    pub last: i64,
    intervals: u32,
    mean: f64,
    squares: f64,
}

impl ServiceHabit {
    fn note(&mut self, seconds: i64) {
        if self.contacts == 0 || seconds.div_euclid(86_400) > self.last.div_euclid(86_400) {
            self.days = self.days.saturating_add(1);
        }
        let interval = (seconds - self.last) as f64;
        if self.contacts > 0 && interval >= 2.0 && !(self.intervals >= 3 && interval > 4.0 * self.mean) {
            self.intervals += 1;
            let from_old = interval - self.mean;
            self.mean += from_old / f64::from(self.intervals);
            self.squares += from_old * (interval - self.mean);
        }
        self.contacts = self.contacts.saturating_add(1);
        self.last = self.last.max(seconds);
    }

    fn is_polled(&self) -> bool {
        self.intervals >= POLL_ROUNDS
            && (self.squares / f64::from(self.intervals)).sqrt() < POLL_SPREAD * self.mean
    }
}

/// How one device uses one outside destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DestinationHabit {
    /// Days with a contact.
    pub days: u16,
    /// Latest day, days since the epoch.
    pub last_day: i32,
    /// Connections.
    pub contacts: u32,
    /// Bytes sent to it.
    pub bytes_out: u64,
    /// Bytes sent to it on the latest day.
    pub bytes_out_of_day: u64,
    /// The most that was sent to it on an earlier day.
    pub bytes_out_day_max: u64,
}

/// Bytes of the hour that runs, and the habit of all hours before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HourlyVolume {
    hour: i64,
    bytes: u64,
    /// Habit over the hours that had any.
    pub habit: Magnitude,
}

impl HourlyVolume {
    fn add(&mut self, at: Timestamp, bytes: u64) {
        let hour = at.0.div_euclid(3_600_000_000_000);
        // What ends late belongs to the hour that runs; only a jump far back is another time.
        if hour > self.hour || hour < self.hour - 24 {
            if self.bytes > 0 {
                self.habit.learn(self.bytes as f64, week_bucket(self.hour * 3600));
            }
            self.hour = hour;
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// What one device is used to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Habit {
    services: FxHashMap<(IpAddr, u16), ServiceHabit>,
    destinations: FxHashMap<String, DestinationHabit>,
    pinged: Vec<IpAddr>,
    /// Bytes sent to the outside, by the hour.
    pub sent_out: HourlyVolume,
    /// Bytes taken from internal servers, by the hour.
    pub taken_inside: HourlyVolume,
    /// User agents, as hashes.
    pub user_agents: SeenValues,
    /// TLS client fingerprints, as hashes.
    pub fingerprints: SeenValues,
}

impl Habit {
    /// How it uses the service at `address` and `port`.
    pub fn service(&self, address: IpAddr, port: u16) -> Option<&ServiceHabit> {
        self.services.get(&(address, port))
    }

    /// How it uses an outside destination: a registered domain, else an address.
    pub fn destination(&self, name: &str) -> Option<&DestinationHabit> {
        self.destinations.get(name)
    }

    /// The destinations to which it sends most, with the bytes.
    pub fn top_destinations(&self, count: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> =
            self.destinations.iter().map(|(name, habit)| (name.as_str(), habit.bytes_out)).collect();
        all.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        all.truncate(count);
        all
    }

    /// Whether it polls services of several hosts by the clock, as a monitoring server does.
    pub fn is_monitor(&self) -> bool {
        let mut hosts: Vec<IpAddr> = self
            .services
            .iter()
            .filter(|(_, habit)| habit.is_polled())
            .map(|(service, _)| service.0)
            .collect();
        let services = hosts.len();
        hosts.sort_unstable();
        hosts.dedup();
        services >= POLLED_SERVICES && hosts.len() >= POLLED_HOSTS
    }

    /// Hosts that it pinged, up to a bound.
    pub fn pinged(&self) -> usize {
        self.pinged.len()
    }

    pub(crate) fn note_ping(&mut self, address: IpAddr) {
        if self.pinged.len() < PINGED_KEPT && !self.pinged.contains(&address) {
            self.pinged.push(address);
        }
    }

    pub(crate) fn note_service(&mut self, address: IpAddr, port: u16, at: Timestamp, taken: u64) {
        let seconds = at.0.div_euclid(1_000_000_000);
        if self.services.len() >= SERVICES_KEPT && !self.services.contains_key(&(address, port)) {
            forget_oldest(&mut self.services, |habit| habit.last);
        }
        self.services.entry((address, port)).or_default().note(seconds);
        self.taken_inside.add(at, taken);
    }

    pub(crate) fn note_destination(&mut self, name: &str, day: i32, sent: u64) {
        let habit = match self.destinations.get_mut(name) {
            Some(habit) => habit,
            None => {
                if self.destinations.len() >= DESTINATIONS_KEPT {
                    forget_oldest(&mut self.destinations, |habit| i64::from(habit.last_day));
                }
                self.destinations.entry(name.to_owned()).or_default()
            }
        };
        if habit.contacts == 0 || day > habit.last_day {
            habit.days = habit.days.saturating_add(1);
            habit.last_day = day;
            habit.bytes_out_day_max = habit.bytes_out_day_max.max(habit.bytes_out_of_day);
            habit.bytes_out_of_day = 0;
        }
        habit.contacts = habit.contacts.saturating_add(1);
        habit.bytes_out = habit.bytes_out.saturating_add(sent);
        habit.bytes_out_of_day = habit.bytes_out_of_day.saturating_add(sent);
    }

    pub(crate) fn note_sent(&mut self, at: Timestamp, bytes: u64) {
        self.sent_out.add(at, bytes);
    }
}

/// Drops a quarter, those used longest ago (ties in the order of the keys), so that a full map is not swept at
/// each new entry.
fn forget_oldest<K: Ord + Clone + std::hash::Hash, V>(known: &mut FxHashMap<K, V>, age: impl Fn(&V) -> i64) {
    let mut ages: Vec<(i64, K)> = known.iter().map(|(key, value)| (age(value), key.clone())).collect();
    ages.sort_unstable();
    for (_, key) in ages.iter().take(ages.len() / 4) {
        known.remove(key);
    }
}

/// The habits of all devices.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Habits {
    of: Vec<Option<Box<Habit>>>,
}

impl Habits {
    /// The habit of a device, if it did anything yet.
    pub fn of(&self, device: DeviceIndex) -> Option<&Habit> {
        self.of.get(device.0 as usize)?.as_deref()
    }

    pub(crate) fn of_mut(&mut self, device: DeviceIndex) -> &mut Habit {
        let place = device.0 as usize;
        if self.of.len() <= place {
            self.of.resize_with(place + 1, || None);
        }
        // The place exists: the list was just made long enough.
        #[expect(clippy::indexing_slicing, reason = "the list was made long enough on the line before")]
        self.of[place].get_or_insert_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitored(jitter: i64) -> Habit {
        let mut habit = Habit::default();
        for round in 0..9_i64 {
            for (host, port) in [(1, 80), (2, 445), (3, 25), (3, 161)] {
                let at = round * 900 + (round * 37 + host) % 2 * jitter;
                let address = IpAddr::from([10, 0, 0, host as u8]);
                habit.note_service(address, port, Timestamp(at * 1_000_000_000), 100);
            }
        }
        habit
    }

    #[test]
    fn polling_by_the_clock_makes_a_monitor_and_working_does_not() {
        assert!(monitored(1).is_monitor());
        assert!(!monitored(400).is_monitor());
    }

    #[test]
    fn habits_stay_bounded() {
        let mut habit = Habit::default();
        for number in 0..2000_u32 {
            habit.note_service(IpAddr::from(number.to_be_bytes()), 80, Timestamp(i64::from(number)), 1);
            habit.note_destination(&number.to_string(), number as i32, 1);
        }
        assert!(habit.services.len() <= SERVICES_KEPT && habit.destinations.len() <= DESTINATIONS_KEPT);
        assert!(habit.destination("1999").is_some());
    }
}
