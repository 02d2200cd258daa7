#![doc = include_str!("README.md")]

use crate::privilege::{Anomaly, HOURS_LEARNED, Watching};
use crate::{Detection, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "unusual-host",
    title: "Unusual Host",
    stage: Stage::Lateral,
    techniques: &["T1078"],
    learns_hours: HOURS_LEARNED,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::of(Anomaly::Host)),
};
