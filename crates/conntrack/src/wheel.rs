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
    /// First and last slot of each bucket.
    buckets: Vec<(u32, u32)>,
    /// The bucket that is looked at next, counted from the epoch.
    tick: i64,
    /// Nothing in that bucket is due earlier.
    quiet_until: Timestamp,
    armed: usize,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            buckets: vec![(NONE, NONE); BUCKETS],
            tick: i64::MIN,
            quiet_until: Timestamp(i64::MIN),
            armed: 0,
        }
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
        let Some((first, last)) = self.buckets.get_mut(bucket(tick)) else { return };
        let previous = std::mem::replace(last, slot);
        if *first == NONE {
            *first = slot;
        }
        if let Some(spoke) = slots.spoke(slot) {
            *spoke = Spoke { previous, next: NONE, deadline };
        }
        if let Some(spoke) = slots.spoke(previous) {
            spoke.next = slot;
        }
    }

    pub(crate) fn disarm(&mut self, slot: u32, slots: &mut impl Spokes) {
        let Some(spoke) = slots.spoke(slot) else { return };
        let Spoke { previous, next, deadline } = std::mem::take(spoke);
        self.armed = self.armed.saturating_sub(1);
        let tick = deadline.0.div_euclid(TICK_NANOS);
        let Some((first, last)) = self.buckets.get_mut(bucket(tick)) else { return };
        match slots.spoke(next) {
            Some(spoke) => spoke.previous = previous,
            None => *last = previous,
        }
        match slots.spoke(previous) {
            Some(spoke) => spoke.next = next,
            None => *first = next,
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
        let mut slot = self.buckets.get(bucket(self.tick)).map_or(NONE, |(first, _)| *first);
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
        for (first, _) in &self.buckets {
            let mut slot = *first;
            while let Some(spoke) = slots.spoke(slot) {
                earliest = earliest.min(spoke.deadline);
                slot = spoke.next;
            }
        }
        earliest
    }

    /// The slot that was armed first of those in the next bucket that has any.
    pub(crate) fn first(&self) -> Option<u32> {
        let (before, after) = self.buckets.split_at_checked(bucket(self.tick))?;
        after.iter().chain(before).map(|(first, _)| *first).find(|first| *first != NONE)
    }
}

fn bucket(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(BUCKETS as i64)).unwrap_or(0)
}
