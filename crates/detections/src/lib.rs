//! The detections: what Otus watches for, one folder each. They see records and the world, and report findings;
//! they know no lake, no clock and no configuration.

mod detection;
mod finding;
mod findings;
mod json;
mod score;
mod tell;
mod tools;
mod watches;

// Sorted, one detection per line.
mod brute_force_ftp;
mod brute_force_smb;
mod external_beacon;
mod port_scan;

mod brute_force;

pub use detection::{Detection, Stage, Watch};
pub use finding::{Fact, FactValue, Facts, Finding, FoundDevice, State};
pub use findings::{FINDINGS_MAX, Findings, Report};
pub use score::{ALERT, Part, Score};
pub use watches::{WatchState, Watches};

/// All detections, sorted by id.
pub const DETECTIONS: &[Detection] = &[
    brute_force_ftp::DETECTION,
    brute_force_smb::DETECTION,
    external_beacon::DETECTION,
    port_scan::DETECTION,
];
