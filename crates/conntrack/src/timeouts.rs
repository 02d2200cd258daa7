//! When a connection is over although nobody said so. The spans are Zeek's defaults.

use records::{Interval, Timestamp};

/// UDP, ICMP, unknown transports, and TCP before the handshake is complete.
pub(crate) const DATAGRAM_INACTIVITY: Interval = Interval::from_secs(60);
/// TCP after the handshake (`tcp_inactivity_timeout`).
pub(crate) const TCP_INACTIVITY: Interval = Interval::from_secs(300);
/// A SYN that nobody answers (`tcp_attempt_delay`).
pub(crate) const TCP_ATTEMPT: Interval = Interval::from_secs(5);
/// After a complete close, for packets that straggle (`tcp_close_delay`).
pub(crate) const TCP_CLOSE: Interval = Interval::from_secs(5);
/// First look at a new connection (`tcp_SYN_timeout`), and the looks after it (`tcp_session_timer`).
pub(crate) const TCP_FIRST_LOOK: Interval = Interval::from_secs(5);
/// See [`TCP_FIRST_LOOK`].
pub(crate) const TCP_LOOK: Interval = Interval::from_secs(6);
/// Quiet for longer than this, a connection of which one end has closed is over (`tcp_connection_linger`).
pub(crate) const TCP_LINGER: Interval = Interval::from_secs(5);
/// Looks at a DNS connection (`dns_session_timeout`).
pub(crate) const DNS_SESSION: Interval = Interval::from_secs(10);
/// Quiet for so long at a look, a DNS connection is over. For Zeek it is nine seconds, but Zeek looks at the first packet of
/// any connection after the appointed time: looking punctually, this agrees most often.
pub(crate) const DNS_QUIET: Interval = Interval::from_millis(8_600);

/// A time that may not have been fixed; half the size of an `Option`, as every connection has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appointment(Timestamp);

impl Appointment {
    const NONE: Self = Self(Timestamp(i64::MAX));

    /// When it is, if it is fixed.
    pub(crate) fn time(self) -> Option<Timestamp> {
        (self != Self::NONE).then_some(self.0)
    }

    /// Fixes it.
    pub(crate) fn fix(&mut self, time: Timestamp) {
        self.0 = time;
    }

    /// Fixes it unless it is earlier already.
    pub(crate) fn fix_no_later(&mut self, time: Timestamp) {
        self.0 = self.0.min(time);
    }
}

impl Default for Appointment {
    fn default() -> Self {
        Self::NONE
    }
}

/// The first of `start + step`, `start + 2 step` … that is not before `earliest`.
pub(crate) fn first_of_grid(start: Timestamp, step: Interval, earliest: Timestamp) -> Timestamp {
    let step_nanos = step.0.max(1);
    let ahead = earliest.since(start).0.max(1);
    let steps = ahead.div_euclid(step_nanos).saturating_add(i64::from(ahead.rem_euclid(step_nanos) != 0));
    start + Interval(steps.saturating_mul(step_nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_met_at_or_after_the_wish() {
        let at = |earliest| first_of_grid(Timestamp(100), Interval(10), Timestamp(earliest)).0;
        assert_eq!([at(0), at(100), at(101), at(110), at(111), at(129)], [110, 110, 110, 110, 120, 130]);
    }
}
