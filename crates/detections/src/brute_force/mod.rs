//! The core of the brute-force family: failures of one device at one service of one host, above the pair's habit.

mod attempts;
mod sealed;
mod told;
mod watch;

pub(crate) use watch::{BruteForce, is_wrong_password};
