//! How often rare destinations were judged, and by what: noted only where somebody wants it explained.

use std::cell::RefCell;
use std::net::IpAddr;

use learn::Contacts;

use crate::Rarity;

/// Judgements that are kept until they are taken; the oldest goes first.
const KEPT: usize = 64;

/// One judgement of how rare a destination is, with all that the formula was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The destination.
    pub address: IpAddr,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What came of it.
    pub rarity: Rarity,
    /// Whether the contacts to its registered domain counted, not those to its address.
    pub is_of_domain: bool,
    /// Places of the devices that contacted it before, and the day of each one's latest contact.
    pub devices: Vec<(u32, i32)>,
    /// Device-days, those of long ago weighing less.
    pub device_days: f64,
    /// The day of the judgement.
    pub day: i32,
    /// Devices of the network.
    pub population: f64,
}

/// Judgements of the destinations that somebody wants explained.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judgements {
    wanted: Vec<IpAddr>,
    noted: RefCell<Vec<Judgement>>,
}

impl Judgements {
    pub(crate) fn of(wanted: &[IpAddr]) -> Self {
        Self { wanted: wanted.to_vec(), noted: RefCell::default() }
    }

    pub(crate) fn wants(&self, address: IpAddr) -> bool {
        self.wanted.contains(&address)
    }

    pub(crate) fn note(&self, judgement: Judgement) {
        let mut noted = self.noted.borrow_mut();
        if noted.len() >= KEPT {
            noted.remove(0);
        }
        noted.push(judgement);
    }

    pub(crate) fn take(&mut self) -> Vec<Judgement> {
        self.noted.take()
    }
}

/// The devices and device-days of contacts, as the formula takes them.
pub(crate) fn inputs(contacts: Option<&Contacts>, day: i32) -> (Vec<(u32, i32)>, f64) {
    contacts
        .map_or_else(Default::default, |contacts| (contacts.last_days().to_vec(), contacts.device_days(day)))
}
