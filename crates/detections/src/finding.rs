//! A finding: what a detection reports, for people and for the casebook.

use std::borrow::Cow;
use std::net::IpAddr;

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{Rarity, World};

use crate::{ALERT, Exhibits, Score, Stage};

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FactValue {
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// A count, or bytes.
    Count(u64),
    /// A measure: seconds, a share, percent.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// A point in time.
    Time(Timestamp),
}

/// A named fact, e.g. `period_seconds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name; units stand at the end.
    pub name: Cow<'static, str>,
    /// Its value.
    pub value: FactValue,
}

/// Facts in the order in which they are told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts(pub Vec<Fact>);

impl Facts {
    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<FactValue>) -> Self {
        self.0.push(Fact { name: Cow::Borrowed(name), value: value.into() });
        self
    }

    /// Adds a fact that may be unknown.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<FactValue>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// Facts that several detections tell in the same words.
impl Facts {
    /// Adds how rare a destination is.
    #[must_use]
    pub(crate) fn with_rarity(self, rarity: &Rarity) -> Self {
        self.with("rarity", rarity.percent)
            .with("rarity_of_address", rarity.of_address)
            .with_some("rarity_of_domain", rarity.of_domain)
    }

    /// Adds what the rarity of a destination is measured against.
    #[must_use]
    pub(crate) fn with_population(self, devices_fact: &'static str, rarity: &Rarity, world: &World) -> Self {
        self.with(devices_fact, rarity.devices)
            .with("devices_in_network", world.population())
            .with("hours_learned", world.hours_with_traffic())
    }
}

macro_rules! fact_value {
    ($($type:ty => |$value:ident| $made:expr),* $(,)?) => {
        $(impl From<$type> for FactValue {
            fn from($value: $type) -> Self {
                $made
            }
        })*
    };
}

fact_value! {
    &str => |value| Self::Text(value.to_owned()),
    String => |value| Self::Text(value),
    Vec<String> => |value| Self::Texts(value),
    u64 => |value| Self::Count(value),
    u32 => |value| Self::Count(u64::from(value)),
    u16 => |value| Self::Count(u64::from(value)),
    usize => |value| Self::Count(value as u64),
    f64 => |value| Self::Number((value * 1000.0).round() / 1000.0),
    bool => |value| Self::Bool(value),
    Timestamp => |value| Self::Time(value),
    IpAddr => |value| Self::Text(value.to_string()),
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nobody has looked at it yet.
    Open,
    /// What was learned since explains it; its certainty fell.
    Explained,
}

/// The device at fault, as it was known when the finding was last updated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FoundDevice {
    /// Stable name of the device.
    pub id: String,
    /// Its surest host name, else an address.
    pub name: String,
    /// The addresses that it held between the finding's first and last time.
    pub addresses: Vec<IpAddr>,
    /// Users that logged on from it.
    pub users: Vec<String>,
}

/// What a detection found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The same whenever the same traffic is analysed.
    pub id: String,
    /// Id of the detection.
    pub detection: Cow<'static, str>,
    /// Title of the detection.
    pub title: Cow<'static, str>,
    /// Where in an attack it stands.
    pub stage: Stage,
    /// MITRE ATT&CK techniques.
    pub techniques: Vec<Cow<'static, str>>,
    /// Place of the device in the world's list.
    pub device_index: Option<u32>,
    /// The device at fault.
    pub device: FoundDevice,
    /// The internal address at fault when it happened.
    pub host: IpAddr,
    /// The other ends.
    pub peers: Vec<IpAddr>,
    /// When the behaviour began.
    pub first_seen: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
    /// Traffic time at which it became an alert.
    pub raised: Option<Timestamp>,
    /// Harm if it is what it seems, 1–99.
    pub threat: u8,
    /// How likely it is what it seems, 1–99.
    pub certainty: u8,
    /// What both are made of.
    pub parts: Score,
    /// The finding in one sentence.
    pub summary: String,
    /// The facts behind it.
    pub facts: Facts,
    /// Connections and files that show it.
    pub evidence: Exhibits,
    /// What is normal here.
    pub baseline: Facts,
    /// What became of it.
    pub state: State,
}

impl Finding {
    /// Whether it is sent out, not only shown.
    pub fn is_alert(&self) -> bool {
        self.certainty >= ALERT
    }
}
