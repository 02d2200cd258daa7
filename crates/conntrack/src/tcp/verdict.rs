//! What a TCP connection came to: `conn_state`, byte counts, and when it times out.

use records::Timestamp;

use super::endpoint::State;
use super::{Tcp, ahead};
use crate::facts::Facts;
use crate::timeouts;

impl Tcp {
    /// Payload bytes of both directions by sequence numbers.
    pub(crate) fn bytes(&self) -> [u64; 2] {
        [self.orig.size(self.resp.state), self.resp.size(self.orig.state)]
    }

    pub(crate) fn conn_state(&self, history: &str) -> &'static str {
        let silent = |state| matches!(state, State::Inactive | State::Partial);
        match (self.orig.state, self.resp.state) {
            (State::SynSent | State::SynAckSent, State::Reset) => "REJ",
            (State::Reset, State::Reset) if self.bytes() == [0, 0] => "REJ",
            (orig, State::Reset) if silent(orig) => "RSTRH",
            (_, State::Reset) => "RSTR",
            (State::Reset, resp) if silent(resp) && is_syn_then_reset(history) => "RSTOS0",
            (State::Reset, resp) if silent(resp) => "OTH",
            (State::Reset, _) => "RSTO",
            (State::Closed, State::Closed) => "SF",
            (State::Closed, resp) if silent(resp) => "SH",
            (State::Closed, _) => "S2",
            (orig, State::Closed) if silent(orig) => "SHR",
            (_, State::Closed) => "S3",
            (State::SynSent, State::Inactive) => "S0",
            (State::Established, State::Established) => "S1",
            _ => "OTH",
        }
    }

    /// When the connection is over if no packet comes.
    pub(crate) fn deadline(&self, facts: &Facts) -> Timestamp {
        let inactivity =
            if self.established { timeouts::TCP_INACTIVITY } else { timeouts::DATAGRAM_INACTIVITY };
        let mut deadline = facts.latest + inactivity;
        if let Some(due) = self.answer_due() {
            deadline = deadline.min(due);
        }
        let unanswered = matches!(self.orig.state, State::SynSent | State::SynAckSent)
            && self.resp.state == State::Inactive;
        if let Some(until) = self.attempt_until.time().filter(|_| unanswered) {
            deadline = deadline.min(until);
        }
        if let Some(remove_at) = self.remove_at.time() {
            return deadline.min(remove_at);
        }
        if let Some(closed_at) = self.half_closed_at.time().filter(|_| self.looks_dead()) {
            let quiet = facts.latest + timeouts::TCP_LINGER + records::Interval(1);
            let first_look = facts.start + timeouts::TCP_FIRST_LOOK - timeouts::TCP_LOOK;
            deadline = deadline
                .min(timeouts::first_of_grid(first_look, timeouts::TCP_LOOK, quiet))
                .min(timeouts::first_of_grid(closed_at, timeouts::TCP_LOOK, quiet));
        }
        deadline
    }

    /// One end has closed, and the other is not expected to send.
    fn looks_dead(&self) -> bool {
        let states = [self.orig.state, self.resp.state];
        !self.over
            && ((self.orig.closed && self.resp.closed)
                || states.contains(&State::Reset)
                || states.contains(&State::Inactive))
    }
}

/// Whether the originator's RST came after its SYN with nothing of weight between.
fn is_syn_then_reset(history: &str) -> bool {
    let letters = history.strip_prefix('^').unwrap_or(history);
    let Some(rest) = letters.strip_prefix('S') else { return false };
    rest.chars().find(|letter| "HAFGIQR".contains(*letter)) == Some('R')
}

/// Whether `number` lies in `low..=high` of the sequence space.
pub(super) fn lies_between(number: u32, low: u32, high: u32) -> bool {
    ahead(number, low) >= 0 && ahead(number, high) <= 0
}
