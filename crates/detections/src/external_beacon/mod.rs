#![doc = include_str!("README.md")]

mod caller;
mod inward;
mod pair;
mod score;
mod watch;

use crate::{Detection, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "external-beacon",
    title: "External Beacon",
    stage: Stage::C2,
    techniques: &["T1071.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(watch::ExternalBeacon::default()),
};
