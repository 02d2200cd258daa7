//! How rare a destination is in this network.
//!
//! With `n` the distinct devices that contacted it, each weighing e^(−age/28 days), `d` the device-days decayed
//! alike, and `P` the devices of the network:
//!
//! ```text
//! rarity = 100 · e^(−max(n−1, 0) / min(P/4, 8)) · (1 − 0.3 · (1 − e^(−d/10)))
//! ```
//!
//! The first factor is the share of the network that knows the destination: the first device does not count,
//! a quarter of the network (at most 8 devices) divides rarity by e. The second is age: one device every day
//! for weeks comes to d ≈ 28, so to about 70.

use serde::{Deserialize, Serialize};

/// Time constant of forgetting, in days.
pub const MEMORY_DAYS: f64 = 28.0;

/// Devices that are kept by name for one destination. With 32 of them rarity is near zero already (the divisor is
/// at most 8), so a further device displaces the one that was seen longest ago.
pub const DEVICES_KEPT: usize = 32;

const SHARE_OF_NETWORK: f64 = 0.25;
const DEVICES_OF_COMMON_USE: f64 = 8.0;
const AGE_WEIGHT: f64 = 0.3;
const AGE_DEVICE_DAYS: f64 = 10.0;

/// Who contacted one destination, and on how many days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contacts {
    /// (device, last day of contact).
    devices: Vec<(u32, i32)>,
    device_days: f32,
    day: i32,
}

impl Contacts {
    /// Notes a contact by `device` on `day` (days since the epoch). Days may come out of order.
    pub fn note(&mut self, device: u32, day: i32) {
        let day = day.max(self.day);
        if let Some(entry) = self.devices.iter_mut().find(|entry| entry.0 == device) {
            if entry.1 >= day {
                return;
            }
            entry.1 = day;
        } else if self.devices.len() < DEVICES_KEPT {
            self.devices.push((device, day));
        } else if let Some(oldest) = self.devices.iter_mut().min_by_key(|entry| (entry.1, entry.0)) {
            *oldest = (device, day);
        }
        self.device_days = self.device_days(day) as f32 + 1.0;
        self.day = day;
    }

    /// Rarity in percent as of `day` in a network of `population` devices, by what was noted so far.
    pub fn rarity(&self, day: i32, population: f64) -> f64 {
        rarity_of(self.devices(day), self.device_days(day), population)
    }

    /// Those that contacted it, each with the day of its latest contact.
    pub fn last_days(&self) -> &[(u32, i32)] {
        &self.devices
    }

    /// Distinct devices, those of long ago weighing less.
    pub fn devices(&self, day: i32) -> f64 {
        self.devices.iter().map(|entry| decay(day - entry.1)).sum()
    }

    /// Distinct devices other than `device`, those of long ago weighing less.
    pub fn devices_besides(&self, device: u32, day: i32) -> f64 {
        let others = self.devices.iter().filter(|entry| entry.0 != device);
        others.map(|entry| decay(day - entry.1)).sum()
    }

    /// Whether `device` is among the devices that are remembered.
    pub fn knows(&self, device: u32) -> bool {
        self.devices.iter().any(|entry| entry.0 == device)
    }

    /// Day of the latest contact.
    pub fn last_day(&self) -> i32 {
        self.day
    }

    /// Device-days, those of long ago weighing less.
    pub fn device_days(&self, day: i32) -> f64 {
        f64::from(self.device_days) * decay(day - self.day)
    }
}

/// The formula above: rarity in percent by `n` devices, `d` device-days and the devices of the network.
pub fn rarity_of(devices: f64, device_days: f64, population: f64) -> f64 {
    let others = (devices - 1.0).max(0.0);
    let common = (population * SHARE_OF_NETWORK).clamp(SHARE_OF_NETWORK, DEVICES_OF_COMMON_USE);
    let age = 1.0 - (-device_days / AGE_DEVICE_DAYS).exp();
    100.0 * (-others / common).exp() * (1.0 - AGE_WEIGHT * age)
}

fn decay(days: i32) -> f64 {
    if days <= 0 { 1.0 } else { (-f64::from(days) / MEMORY_DAYS).exp() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contacted(devices: u32, days: i32) -> Contacts {
        let mut contacts = Contacts::default();
        for day in 1..=days {
            (0..devices).for_each(|device| contacts.note(device, day));
        }
        contacts
    }

    #[test]
    fn a_destination_that_nobody_knows_is_fully_rare() {
        assert_eq!(Contacts::default().rarity(20_000, 14.0), 100.0);
        assert!(contacted(1, 1).rarity(1, 14.0) > 97.0);
    }

    #[test]
    fn one_device_every_day_for_weeks_comes_to_about_seventy() {
        let rarity = contacted(1, 28).rarity(28, 14.0);
        assert!((68.0..76.0).contains(&rarity), "{rarity}");
    }

    #[test]
    fn what_nearly_every_device_uses_daily_is_common() {
        for population in [8_u32, 14, 100, 5000] {
            let rarity = contacted(population * 9 / 10, 3).rarity(3, f64::from(population));
            assert!(rarity <= 5.0, "{population}: {rarity}");
        }
    }

    #[test]
    fn what_nobody_visits_any_more_becomes_rare_again() {
        let contacts = contacted(10, 10);
        assert!(contacts.rarity(200, 14.0) > contacts.rarity(10, 14.0) + 50.0);
    }

    proptest! {
        #[test]
        fn rarity_falls_with_devices_and_with_days(devices in 1_u32..30, days in 1_i32..40, population in 1.0_f64..2000.0) {
            let here = contacted(devices, days).rarity(days, population);
            prop_assert!((0.0..=100.0).contains(&here));
            prop_assert!(contacted(devices + 1, days).rarity(days, population) <= here + 1e-6);
            prop_assert!(contacted(devices, days + 1).rarity(days + 1, population) <= here + 1e-6);
        }

        #[test]
        fn days_out_of_order_do_no_harm(days in proptest::collection::vec(-5_i32..40, 1..60)) {
            let mut contacts = Contacts::default();
            for day in days {
                contacts.note(3, day);
                prop_assert!((0.0..=100.0).contains(&contacts.rarity(day, 10.0)));
            }
        }
    }
}
