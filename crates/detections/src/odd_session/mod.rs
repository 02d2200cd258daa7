//! The core of the detections that look at single sessions to the outside: sessions that are not what their port, or
//! their direction, says. A detection only judges a session; the watch here follows and reports.

mod session;
mod watch;

pub(crate) use session::Session;
pub(crate) use watch::{OddSessions, Oddity};
