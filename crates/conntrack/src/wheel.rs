//! Which connection's time-out comes next: a timing wheel whose buckets are lists through the connections' slots.
//!
//! A packet only changes its connection; the wheel looks again when the old deadline comes. Arming and disarming
//! touch the neighbours in one bucket, and nothing that is gone stays behind.

use records::Timestamp;

/// Nanoseconds that a bucket covers: an eighth of a second.
const TICK_NANOS: i64 = 125_000_000;
/// 512 s in all: more than the longest time-out. A power of two.
const BUCKETS: usize = 4096;
/// No slot.
const NONE: u32 = u32::MAX;

/// The wheel's part of a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoke {
    previous: u32,
    next: u32,
    deadline: Timestamp,
}

impl Default for Spoke {
    fn default() -> Self {
        Self { previous: NONE, next: NONE, deadline: Timestamp(i64::MAX) }
    }
}

impl Spoke {
    pub(crate) fn deadline(&self) -> Timestamp {
        self.deadline
    }
}

/// Gives the wheel its part of a slot.
pub(crate) trait Spokes {
    fn spoke(&mut self, slot: u32) -> Option<&mut Spoke>;
}

/// Slots that may be due.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) slots: Vec<u32>,
    /// Those that are due until this time are all among them; what is due later comes later.
    pub(crate) limit: Timestamp,
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Wheel {
    heads: Vec<u32>,
    /// The bucket that is looked at next, counted from the epoch.
    tick: i64,
    /// Nothing in that bucket is due earlier.
    quiet_until: Timestamp,
    armed: usize,
}

impl Default for Wheel {
    fn default() -> Self {
        Self { heads: vec![NONE; BUCKETS], tick: i64::MIN, quiet_until: Timestamp(i64::MIN), armed: 0 }
    }
}

impl Wheel {
    /// Sets the deadline of a slot that is not armed. A deadline in the past is due at once.
    pub(crate) fn arm(&mut self, slot: u32, deadline: Timestamp, slots: &mut impl Spokes) {
        let tick = deadline.0.div_euclid(TICK_NANOS);
        if self.armed == 0 {
            self.tick = tick;
        }
        if tick < self.tick {
            self.tick = tick;
        }
        self.quiet_until = self.quiet_until.min(deadline);
        self.armed += 1;
        let head = self.heads.get_mut(bucket(tick));
        let Some(head) = head else { return };
        let next = std::mem::replace(head, slot);
        if let Some(spoke) = slots.spoke(slot) {
            *spoke = Spoke { previous: NONE, next, deadline };
        }
        if let Some(spoke) = slots.spoke(next) {
            spoke.previous = slot;
        }
    }

    pub(crate) fn disarm(&mut self, slot: u32, slots: &mut impl Spokes) {
        let Some(spoke) = slots.spoke(slot) else { return };
        let Spoke { previous, next, deadline } = std::mem::take(spoke);
        self.armed = self.armed.saturating_sub(1);
        if let Some(spoke) = slots.spoke(next) {
            spoke.previous = previous;
        }
        if let Some(spoke) = slots.spoke(previous) {
            spoke.next = next;
        } else if let Some(head) = self.heads.get_mut(bucket(deadline.0.div_euclid(TICK_NANOS))) {
            *head = next;
        }
    }

    /// The next slots that are due by `now`; `None` when nothing more is. The caller disarms or re-arms each of them
    /// before it asks again.
    pub(crate) fn due(&mut self, now: Timestamp, slots: &mut impl Spokes) -> Option<Due> {
        let last_tick = now.0.div_euclid(TICK_NANOS);
        let mut idle_ticks = 0;
        while self.armed > 0 && self.tick <= last_tick {
            if self.tick == last_tick && now < self.quiet_until {
                return None;
            }
            let tick_end = Timestamp(self.tick.saturating_add(1).saturating_mul(TICK_NANOS));
            let due = self.due_in_bucket(now.min(Timestamp(tick_end.0 - 1)), slots);
            if due.is_some() {
                self.quiet_until = Timestamp(i64::MIN);
                return due;
            }
            if self.tick == last_tick {
                return None;
            }
            self.tick += 1;
            idle_ticks += 1;
            if idle_ticks == BUCKETS {
                // Time has leapt: on to the next deadline at once.
                let next = self.earliest(slots).0.div_euclid(TICK_NANOS);
                self.tick = next.clamp(self.tick, last_tick);
                idle_ticks = 0;
            }
        }
        None
    }

    fn due_in_bucket(&mut self, limit: Timestamp, slots: &mut impl Spokes) -> Option<Due> {
        self.quiet_until = Timestamp(i64::MAX);
        let mut due = Due { slots: Vec::new(), limit };
        let mut slot = self.heads.get(bucket(self.tick)).copied().unwrap_or(NONE);
        while let Some(spoke) = slots.spoke(slot) {
            if spoke.deadline <= limit {
                due.slots.push(slot);
            } else {
                self.quiet_until = self.quiet_until.min(spoke.deadline);
            }
            slot = spoke.next;
        }
        Some(due).filter(|due| !due.slots.is_empty())
    }

    fn earliest(&self, slots: &mut impl Spokes) -> Timestamp {
        let mut earliest = Timestamp(i64::MAX);
        for head in &self.heads {
            let mut slot = *head;
            while let Some(spoke) = slots.spoke(slot) {
                earliest = earliest.min(spoke.deadline);
                slot = spoke.next;
            }
        }
        earliest
    }

    /// The slots of the first bucket that has any, beginning with the next one that will be looked at.
    pub(crate) fn first(&mut self) -> Option<u32> {
        let start = bucket(self.tick);
        let (before, after) = self.heads.split_at_checked(start)?;
        after.iter().chain(before).copied().find(|head| *head != NONE)
    }
}

fn bucket(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(BUCKETS as i64)).unwrap_or(0)
}
