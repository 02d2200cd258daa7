//! The mathematics of learning: how rare, how new, how large, how regular, and what trained forests say. Pure functions and small states that
//! can be stored; nothing here knows records, devices or time zones.

mod dga;
mod forest;
mod magnitude;
mod novelty;
mod periodicity;
mod rarity;
mod student;

pub use dga::{DgaError, DgaModel, Families, Held, evaluate};
pub use forest::{FEATURES_MAX, Forest, ForestError, Growing, Row};
pub use magnitude::{Magnitude, WEEK_BUCKETS, week_bucket};
pub use novelty::{SeenValues, unseen_probability};
pub use periodicity::{EVENTS_KEPT, EventTimes, Rhythm, rhythm};
pub use rarity::{Contacts, DEVICES_KEPT, MEMORY_DAYS, rarity_of};
pub use student::tail_probability;
