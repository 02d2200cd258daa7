//! From records to findings: the world learns, the detections watch, and their state is kept between runs.
//! Deterministic: the same records in the same order give the same findings. No clock, no files, no threads.

mod brain;
mod checkpoint;
mod correlation;
mod explanation;
mod story;
mod summary;

pub use brain::{Brain, Config};
pub use checkpoint::CheckpointError;
pub use correlation::{
    Correlated, Decided, Decision, FalseAlarms, HALF_LIFE, Label, Rule, Scope, correlate, decide, is_closed,
    void,
};
pub use detections::{ALERT, DETECTIONS, Detection, Finding, Update};
pub use explanation::{Judged, Retold, Step, explain};
pub use story::{Language, device, story};
pub use summary::{DeviceSummary, Trait};
pub use world::Judgement;
