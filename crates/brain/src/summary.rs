//! A device for people: names, addresses, users and how threatened it is.

use std::net::IpAddr;

use detections::Finding;
use records::{HardwareAddress, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use world::{AddressSpan, Aspect, Device, DeviceIndex, Sign, World, vendor};

/// What is known of one device, with the worst of its findings.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSummary {
    /// Stable name of the device.
    pub id: String,
    /// Its surest host name, else an address.
    pub name: String,
    /// All its host names.
    pub names: Vec<String>,
    /// Addresses with the times at which it held them, the latest last.
    pub addresses: Vec<AddressSpan>,
    /// Hardware addresses, e.g. `00:0c:29:ca:c8:46`.
    pub macs: Vec<String>,
    /// What it is, each with what shows it: operating system, kind, maker, programs.
    pub traits: Vec<Trait>,
    /// Users that logged on from it, the latest last.
    pub users: Vec<String>,
    /// First traffic.
    pub first_seen: Timestamp,
    /// Latest traffic.
    pub last_seen: Timestamp,
    /// Alerts of the device.
    pub alerts: usize,
    /// The highest threat among its alerts.
    pub threat: u8,
    /// The certainty of that alert.
    pub certainty: u8,
}

/// Something that a device is, with what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trait {
    /// `os`, `kind`, `vendor` or `software`.
    pub name: &'static str,
    /// E.g. `Windows 10 or 11`.
    pub value: String,
    /// What was seen.
    pub evidence: String,
}

/// The device as a JSON object, as `otus devices --json` prints it. There are many of them, so it is written without a tree
/// of values; names are in order.
impl Serialize for DeviceSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = |name| self.traits.iter().filter(move |known| known.name == name).map(Known::of);
        Told {
            addresses: self.addresses.iter().map(Held::of).collect(),
            alerts: self.alerts,
            certainty: self.certainty,
            first_seen: self.first_seen.to_string(),
            id: &self.id,
            kind: known("kind").next(),
            last_seen: self.last_seen.to_string(),
            macs: &self.macs,
            name: &self.name,
            names: &self.names,
            os: known("os").next(),
            software: known("software").collect(),
            threat: self.threat,
            users: &self.users,
            vendor: known("vendor").next(),
        }
        .serialize(serializer)
    }
}

/// Of most devices nothing is known: then nothing is said.
#[derive(Serialize)]
struct Told<'a> {
    addresses: Vec<Held>,
    alerts: usize,
    certainty: u8,
    first_seen: String,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Known<'a>>,
    last_seen: String,
    macs: &'a [String],
    name: &'a str,
    names: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    os: Option<Known<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    software: Vec<Known<'a>>,
    threat: u8,
    users: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<Known<'a>>,
}

#[derive(Serialize)]
struct Held {
    address: IpAddr,
    from: String,
    to: String,
}

impl Held {
    fn of(span: &AddressSpan) -> Self {
        Self { address: span.address, from: span.from.to_string(), to: span.to.to_string() }
    }
}

#[derive(Serialize)]
struct Known<'a> {
    evidence: &'a str,
    value: &'a str,
}

impl<'a> Known<'a> {
    fn of(of: &'a Trait) -> Self {
        Self { evidence: &of.evidence, value: &of.value }
    }
}

pub(crate) fn summaries(world: &World, findings: &[Finding]) -> impl Iterator<Item = DeviceSummary> {
    let mut worst: FxHashMap<u32, (u8, u8, usize)> = FxHashMap::default();
    for finding in findings.iter().filter(|finding| finding.is_alert()) {
        if let Some(device) = finding.device_index {
            let device = world.devices().known_as(DeviceIndex(device)).0;
            let entry = worst.entry(device).or_default();
            entry.2 += 1;
            if (finding.threat, finding.certainty) > (entry.0, entry.1) {
                (entry.0, entry.1) = (finding.threat, finding.certainty);
            }
        }
    }
    let all = world.devices().all().iter().zip(0_u32..);
    all.filter(|(device, _)| !device.addresses.is_empty()).map(move |(device, index)| {
        let traits = traits(world, device, DeviceIndex(index));
        summary(device, traits, worst.get(&index).copied().unwrap_or_default())
    })
}

/// What is known of the device. A maker whom it names itself says more than the one of its network card.
fn traits(world: &World, device: &Device, index: DeviceIndex) -> Vec<Trait> {
    let profiles = world.profiles();
    let told = |name, sign: &Sign| Trait { name, value: sign.value.clone(), evidence: sign.evidence.clone() };
    let mut traits = Vec::new();
    for (name, aspect) in
        [("os", Aspect::OperatingSystem), ("kind", Aspect::Kind), ("vendor", Aspect::Vendor)]
    {
        traits.extend(profiles.conclusion(index, aspect).map(|sign| told(name, sign)));
    }
    if !traits.iter().any(|known| known.name == "vendor") {
        let addresses = device.macs.iter().map(|mac| HardwareAddress::from_number(*mac));
        traits.extend(addresses.filter_map(|mac| Some((mac, vendor(mac)?))).take(1).map(|(mac, maker)| {
            Trait { name: "vendor", value: maker.to_owned(), evidence: format!("hardware address: {mac}") }
        }));
    }
    let programs = profiles.of(index).iter().filter(|sign| sign.aspect == Aspect::Software);
    traits.extend(programs.map(|sign| told("software", sign)));
    traits
}

fn summary(
    device: &Device,
    traits: Vec<Trait>,
    (threat, certainty, alerts): (u8, u8, usize),
) -> DeviceSummary {
    DeviceSummary {
        id: device.id.clone(),
        name: device.name(),
        names: device.names.iter().map(|name| name.0.clone()).collect(),
        addresses: device.addresses.clone(),
        macs: device.macs.iter().map(|mac| HardwareAddress::from_number(*mac).to_string()).collect(),
        traits,
        users: device.users.clone(),
        first_seen: device.first_seen,
        last_seen: device.last_seen,
        alerts,
        threat,
        certainty,
    }
}
