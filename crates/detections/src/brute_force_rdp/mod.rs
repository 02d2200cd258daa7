#![doc = include_str!("README.md")]

use crate::brute_force::BruteForce;
use crate::{Detection, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "brute-force-rdp",
    title: "Brute-Force: RDP",
    stage: Stage::Lateral,
    techniques: &["T1110.001"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(BruteForce::new(&DETECTION, "rdp")),
};
