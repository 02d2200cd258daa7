//! What is known so far: devices behind changing addresses, the names of addresses, how rare destinations are and
//! what each device is used to. Fed with records in stream order; holds no findings and decides nothing.

mod destinations;
mod device;
mod devices;
mod domains;
mod evidence;
mod found;
mod habits;
mod identity;
mod judgements;
mod names;
mod networks;
mod own;
mod profile;
mod seen;
mod visits;
mod volumes;
mod world;

pub use destinations::Destinations;
pub use device::{AddressSpan, Device, NameSource};
pub use devices::{DeviceIndex, Devices};
pub use evidence::Evidence;
pub use habits::{DestinationHabit, Habit, Habits, HourlyVolume, ServiceHabit};
pub use identity::host_of;
pub use judgements::Judgement;
pub use names::{Names, registered_domain};
pub use networks::{Networks, Place};
pub use profile::{Aspect, Profiles, Sign, vendor};
pub use seen::{Direction, Seen};
pub use visits::{Step, Visit, Visits};
pub use volumes::{PeerVolume, Volume, Volumes};
pub use world::{Config, Rarity, World, hash_of};
