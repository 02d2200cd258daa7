//! The world: everything above together, fed record by record.

use std::net::IpAddr;

use records::{AnyRecord, Conn, Network, Timestamp};
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use crate::identity::{host_of, identify};
use crate::judgements::{Judgement, Judgements, inputs};
use crate::{
    Destinations, Device, DeviceIndex, Devices, Direction, Habit, Habits, Names, Networks, Profiles, Seen,
    Visits, Volume, Volumes,
};

/// Hours with traffic before rarity begins to mean something, and after which it means all.
const HOURS_UNTIL_SOME: f64 = 24.0;
const HOURS_UNTIL_ALL: f64 = 48.0;
/// Devices besides the one that contacts a destination after which its rarity means all.
const OTHERS_UNTIL_ALL: f64 = 2.0;
/// Fewer records make no hour: a stray packet long ago is no history.
const RECORDS_OF_AN_HOUR: u32 = 10;
/// Days since its last contact to the outside for which a device counts as one of the network's.
const POPULATION_DAYS: i32 = 7;

/// What the world must be told.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Own networks besides the private ranges.
    pub own_networks: Vec<Network>,
}

/// How rare a destination is, 0–100, and for what it was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Rarity {
    /// The rarity that counts.
    pub percent: f64,
    /// That of the address.
    pub of_address: f64,
    /// That of the registered domain, where the destination has a name.
    pub of_domain: Option<f64>,
    /// Devices that contacted it before, recent ones weighing more.
    pub devices: f64,
}

/// Everything that is known so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct World {
    networks: Networks,
    devices: Devices,
    names: Names,
    destinations: Destinations,
    habits: Habits,
    visits: Visits,
    volumes: Volumes,
    profiles: Profiles,
    #[serde(skip)]
    judgements: Judgements,
    /// Last day of contact to the outside, by device.
    outward_days: Vec<i32>,
    population: f64,
    population_min: f64,
    day: i32,
    hour: i64,
    records_in_hour: u32,
    hours_with_traffic: u32,
}

impl World {
    /// A world that knows nothing.
    pub fn new(config: Config) -> Self {
        Self { networks: Networks::new(config.own_networks), ..Self::default() }
    }

    /// Takes over what the world is told now, instead of what it was told when it was stored.
    pub fn configure(&mut self, config: Config) {
        self.networks.configure(config.own_networks);
    }

    /// Takes in who is who, before the detections see the record.
    pub fn identify<'a>(&mut self, record: &'a AnyRecord) -> Seen<'a> {
        if let AnyRecord::Conn(conn) = record {
            self.networks.learn(conn);
        }
        let mut seen = Seen::new(record, &self.networks);
        self.count_hour(seen.end);
        identify(&mut seen, &self.networks, &mut self.devices, &mut self.names);
        self.account(&seen);
        self.profiles.learn(&seen, &self.devices);
        seen
    }

    /// What kind of things the devices are.
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// Sums up what devices move; unlike habits this counts the present record, too.
    fn account(&mut self, seen: &Seen<'_>) {
        let Some(device) = seen.orig else { return };
        match (seen.record, seen.direction) {
            (AnyRecord::Conn(conn), Direction::Outward) => {
                let domain = self.names.proven_domain(conn.id.resp_h);
                self.volumes.note_sent(device, conn, seen.end, domain);
            }
            (AnyRecord::Conn(conn), Direction::Internal) => self.volumes.note_taken(device, conn, seen.end),
            (AnyRecord::SmbTransfer(transfer), Direction::Internal) => {
                self.volumes.note_file(device, transfer)
            }
            (AnyRecord::Http(http), Direction::Outward) => self.visits.note(device, http),
            _ => {}
        }
    }

    /// Learns habits and rarity from a record, after the detections saw it.
    pub fn learn(&mut self, seen: &Seen<'_>) {
        let Some(device) = seen.orig else { return };
        match seen.record {
            AnyRecord::Conn(conn) => self.learn_conn(conn, device, seen),
            AnyRecord::Http(http) => {
                if let (Direction::Outward, Some(host)) = (seen.direction, &http.host) {
                    self.learn_name(host_of(host), device, seen.ts);
                }
                if let Some(agent) = &http.user_agent {
                    self.habits.of_mut(device).user_agents.note(hash_of(agent));
                }
            }
            AnyRecord::Ssl(ssl) if seen.direction == Direction::Outward => {
                if let Some(name) = &ssl.server_name {
                    self.learn_name(name, device, seen.ts);
                }
                if let Some(ja4) = ssl.ja4.as_ref().or(ssl.ja3.as_ref()) {
                    self.habits.of_mut(device).fingerprints.note(hash_of(ja4));
                }
            }
            _ => {}
        }
    }

    fn learn_conn(&mut self, conn: &Conn, device: DeviceIndex, seen: &Seen<'_>) {
        match seen.direction {
            Direction::Outward if conn.resp_pkts > 0 => {
                let day = day_of(seen.ts);
                self.destinations.note_address(conn.id.resp_h, device, day);
                let place = device.0 as usize;
                if self.outward_days.len() <= place {
                    self.outward_days.resize(place + 1, i32::MIN);
                }
                if let Some(last) = self.outward_days.get_mut(place)
                    && *last < day
                {
                    if *last <= day.saturating_sub(POPULATION_DAYS) {
                        self.population += 1.0;
                    }
                    *last = day;
                }
                let sent = conn.orig_bytes.unwrap_or(0);
                let habit = self.habits.of_mut(device);
                habit.note_sent(seen.end, sent);
                match self.names.of(conn.id.resp_h) {
                    Some(name) => {
                        let domain = self.names.domain_of(conn.id.resp_h).unwrap_or(name);
                        habit.note_destination(domain, day, sent);
                        self.destinations.note_name(name, device, day);
                    }
                    None => habit.note_destination(&conn.id.resp_h.to_string(), day, sent),
                }
            }
            Direction::Internal if conn.proto == "icmp" => {
                self.habits.of_mut(device).note_ping(conn.id.resp_h)
            }
            Direction::Internal if conn.resp_pkts > 0 && conn.conn_state != "REJ" => {
                let taken = conn.resp_bytes.unwrap_or(0);
                self.habits.of_mut(device).note_service(conn.id.resp_h, conn.id.resp_p, seen.ts, taken);
            }
            _ => {}
        }
    }

    fn learn_name(&mut self, name: &str, device: DeviceIndex, at: Timestamp) {
        if name.parse::<IpAddr>().is_err() {
            self.destinations.note_name(name, device, day_of(at));
        }
    }

    /// How rare the destination is, by what was learned before.
    ///
    /// A name counts where DNS gave the address for it or where no DNS is seen at all; else a forged Host header
    /// or server name would make any destination a popular one.
    pub fn rarity(&self, address: IpAddr, name: Option<&str>) -> Rarity {
        let (of_address, of_domain, contacts) = self.judged(address, name);
        let percent = self.rarity_of(contacts);
        let rarity = Rarity {
            percent,
            of_address,
            of_domain,
            devices: contacts.map_or(0.0, |contacts| contacts.devices(self.day)),
        };
        if self.judgements.wants(address) {
            let name = name.or_else(|| self.names.of(address)).map(str::to_owned);
            let is_of_address = contacts.map(std::ptr::from_ref)
                == self.destinations.address(address).map(std::ptr::from_ref);
            let (devices, device_days) = inputs(contacts, self.day);
            self.judgements.note(Judgement {
                address,
                name,
                rarity: rarity.clone(),
                is_of_domain: of_domain.is_some() && !is_of_address,
                devices,
                device_days,
                day: self.day,
                population: self.population.max(1.0),
            });
        }
        rarity
    }

    /// Notes from now on by what the rarity of these destinations is judged.
    pub fn note_judgements(&mut self, destinations: &[IpAddr]) {
        self.judgements = Judgements::of(destinations);
    }

    /// What was noted since this was last asked.
    pub fn take_judgements(&mut self) -> Vec<Judgement> {
        self.judgements.take()
    }

    fn rarity_of(&self, contacts: Option<&learn::Contacts>) -> f64 {
        contacts.map_or(100.0, |contacts| contacts.rarity(self.day, self.population.max(1.0)))
    }

    /// The rarities of the address and of the domain, and whose contacts count.
    fn judged(&self, address: IpAddr, name: Option<&str>) -> (f64, Option<f64>, Option<&learn::Contacts>) {
        let address_contacts = self.destinations.address(address);
        let name = name
            .or_else(|| self.names.of(address))
            .map(host_of)
            .filter(|name| name.parse::<IpAddr>().is_err());
        let domain_contacts = name
            .map(|name| crate::registered_domain(name).unwrap_or(name))
            .map(|domain| self.destinations.name(domain));
        let of_domain = domain_contacts.map(|contacts| self.rarity_of(contacts));
        let is_proven = name.is_some_and(|name| self.names.is_proven(address, name));
        let contacts = match domain_contacts {
            Some(contacts) if is_proven || !self.names.knows_dns() => contacts,
            _ => address_contacts,
        };
        (self.rarity_of(address_contacts), of_domain, contacts)
    }

    /// Devices besides `device` that contacted the destination before, recent ones weighing more.
    pub fn other_devices(&self, address: IpAddr, name: Option<&str>, device: DeviceIndex) -> f64 {
        self.judged(address, name).2.map_or(0.0, |contacts| contacts.devices_besides(device.0, self.day))
    }

    /// How far what was learned allows to call a destination rare, 0–1: nothing within the first day of traffic, and
    /// nothing where one device is all that there is, since then every destination has one visitor.
    pub fn history(&self) -> f64 {
        let hours = f64::from(self.hours_with_traffic) - HOURS_UNTIL_SOME;
        let others = self.population - 1.0;
        (hours / (HOURS_UNTIL_ALL - HOURS_UNTIL_SOME)).clamp(0.0, 1.0)
            * (others / OTHERS_UNTIL_ALL).clamp(0.0, 1.0)
    }

    /// Hours with traffic that were learned from.
    pub fn hours_with_traffic(&self) -> u32 {
        self.hours_with_traffic
    }

    /// Devices that contact the outside.
    pub fn population(&self) -> f64 {
        self.population
    }

    /// The own networks.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// All devices.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// One device.
    pub fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.devices.get(index)
    }

    /// The name of a device, for people; that of an unknown one is its address.
    pub fn name_of(&self, device: DeviceIndex, address: IpAddr) -> String {
        self.device(device).map_or_else(|| address.to_string(), Device::name)
    }

    /// The name of the device that holds the address now.
    pub fn name_at(&self, address: IpAddr) -> String {
        let holder = self.devices.at(address);
        holder.map_or_else(|| address.to_string(), |device| self.name_of(device, address))
    }

    /// Names of addresses.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What a device is used to.
    pub fn habit(&self, device: DeviceIndex) -> Option<&Habit> {
        self.habits.of(device)
    }

    /// The latest web requests of devices.
    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// What a device moved within the last day.
    pub fn volume(&self, device: DeviceIndex) -> Option<&Volume> {
        self.volumes.of(device)
    }

    /// Makes the world look back on so many hours of traffic, for tests of what needs a history.
    pub fn pretend_history(&mut self, hours: u32, population: f64) {
        self.hours_with_traffic = hours;
        self.population_min = population;
        self.population = population;
    }

    fn count_hour(&mut self, at: Timestamp) {
        let hour = at.0.div_euclid(3_600_000_000_000);
        // Records of long connections lag a little; only a jump far back is another time.
        if hour > self.hour || hour < self.hour - 24 {
            self.hour = hour;
            self.records_in_hour = 0;
            let day = day_of(at);
            if day > self.day {
                self.day = day;
                self.count_population(day);
            }
        }
        self.records_in_hour += 1;
        if self.records_in_hour == RECORDS_OF_AN_HOUR {
            self.hours_with_traffic = self.hours_with_traffic.saturating_add(1);
        }
    }

    fn count_population(&mut self, day: i32) {
        let recent =
            self.outward_days.iter().filter(|last| **last > day.saturating_sub(POPULATION_DAYS)).count();
        self.population = (recent as f64).max(self.population_min);
    }
}

/// A stable hash of a text, as habits keep it.
pub fn hash_of(text: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn day_of(at: Timestamp) -> i32 {
    i32::try_from(at.day()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use records::Interval;

    use super::*;

    fn outward(orig: [u8; 4], resp: [u8; 4], day: i64) -> AnyRecord {
        let mut conn =
            Conn { ts: Timestamp(0) + Interval::from_secs(day * 86_400), resp_pkts: 2, ..Conn::default() };
        conn.id.orig_h = IpAddr::from(orig);
        conn.id.resp_h = IpAddr::from(resp);
        conn.into()
    }

    #[test]
    fn rarity_is_taken_before_the_contact_counts() {
        let mut world = World::new(Config::default());
        let resp = [198, 51, 100, 1];
        assert_eq!(world.rarity(IpAddr::from(resp), None).percent, 100.0);
        for host in 1..=12 {
            for other in 1..=2 {
                let record = outward([10, 0, 0, host], [198, 51, 100, other], 100);
                let seen = world.identify(&record);
                world.learn(&seen);
            }
        }
        assert!(world.rarity(IpAddr::from(resp), None).percent < 5.0);
        assert_eq!(world.population(), 12.0);
        assert_eq!(world.history(), 0.0);
    }

    #[test]
    fn a_forged_name_does_not_make_a_destination_popular() {
        let mut world = World::new(Config::default());
        for host in 1..=12 {
            let device = world.devices.touch(IpAddr::from([10, 0, 0, host]), None, Timestamp(0)).unwrap();
            world.learn_name("www.example.com", device, Timestamp(0));
        }
        world.names.note("198.51.100.9".parse().unwrap(), "www.example.com", true, Timestamp(0));
        world.population = 12.0;
        let forged = world.rarity("203.0.113.66".parse().unwrap(), Some("www.example.com"));
        assert_eq!(forged.percent, 100.0);
        assert!(forged.of_domain.unwrap() < 5.0);
    }
}
