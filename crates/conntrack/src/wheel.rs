//! Which connection's time-out comes next: a timing wheel whose buckets are lists through the connections' slots.
//!
//! A packet only changes its connection; the wheel looks again when the old deadline comes. The bucket at hand is a heap,
//! so that time-outs come in the order of their deadlines. Arming and disarming touch the neighbours in one bucket.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Bucket,
    Soon,
}

impl Default for Spoke {
    fn default() -> Self {
        Self { previous: NONE, next: NONE, deadline: Timestamp(i64::MAX), place: Place::Nowhere }
    }
}

/// What the wheel wants of the slots.
pub(crate) trait Spokes {
    /// The wheel's part of a slot.
    fn spoke(&mut self, slot: u32) -> Option<&mut Spoke>;
    /// Decides between slots that are due at the same time.
    fn serial(&self, slot: u32) -> u64;
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Wheel {
    /// First and last slot of each bucket.
    buckets: Vec<(u32, u32)>,
    /// How many slots are in buckets.
    listed: usize,
    /// What is due up to the end of this bucket, counted from the epoch, is in `soon`.
    tick: i64,
    /// Nothing is due before.
    quiet_until: Timestamp,
    /// Deadline, serial and slot. A slot that was disarmed stays here until its old deadline has come.
    soon: BinaryHeap<Reverse<(Timestamp, u64, u32)>>,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            buckets: vec![(NONE, NONE); BUCKETS],
            listed: 0,
            tick: i64::MIN,
            quiet_until: Timestamp(i64::MIN),
            soon: BinaryHeap::new(),
        }
    }
}

impl Wheel {
    /// Sets the deadline of a slot that is not armed. It may lie in the past.
    pub(crate) fn arm(&mut self, slot: u32, deadline: Timestamp, slots: &mut impl Spokes) {
        self.quiet_until = self.quiet_until.min(deadline);
        let tick = tick_of(deadline);
        if self.listed == 0 && self.soon.is_empty() {
            self.tick = tick - 1;
        }
        if tick <= self.tick {
            return self.put_soon(slot, deadline, slots);
        }
        let Some((first, last)) = self.buckets.get_mut(bucket(tick)) else { return };
        self.listed += 1;
        let previous = std::mem::replace(last, slot);
        if *first == NONE {
            *first = slot;
        }
        if let Some(spoke) = slots.spoke(slot) {
            *spoke = Spoke { previous, next: NONE, deadline, place: Place::Bucket };
        }
        if let Some(spoke) = slots.spoke(previous) {
            spoke.next = slot;
        }
    }

    fn put_soon(&mut self, slot: u32, deadline: Timestamp, slots: &mut impl Spokes) {
        self.soon.push(Reverse((deadline, slots.serial(slot), slot)));
        if let Some(spoke) = slots.spoke(slot) {
            *spoke = Spoke { previous: NONE, next: NONE, deadline, place: Place::Soon };
        }
    }

    pub(crate) fn disarm(&mut self, slot: u32, slots: &mut impl Spokes) {
        let Some(spoke) = slots.spoke(slot) else { return };
        let Spoke { previous, next, deadline, place } = std::mem::take(spoke);
        if place != Place::Bucket {
            return;
        }
        self.listed = self.listed.saturating_sub(1);
        let Some((first, last)) = self.buckets.get_mut(bucket(tick_of(deadline))) else { return };
        match slots.spoke(next) {
            Some(spoke) => spoke.previous = previous,
            None => *last = previous,
        }
        match slots.spoke(previous) {
            Some(spoke) => spoke.next = next,
            None => *first = next,
        }
    }

    /// The slot with the earliest deadline that is not after `now`. It is disarmed.
    #[inline]
    pub(crate) fn due(&mut self, now: Timestamp, slots: &mut impl Spokes) -> Option<u32> {
        if now < self.quiet_until { None } else { self.look(now, slots) }
    }

    fn look(&mut self, now: Timestamp, slots: &mut impl Spokes) -> Option<u32> {
        let last_tick = tick_of(now);
        let mut idle_ticks = 0;
        loop {
            if let Some((deadline, slot)) = self.soonest(slots) {
                if deadline > now {
                    self.quiet_until = deadline;
                    return None;
                }
                self.soon.pop();
                self.disarm(slot, slots);
                return Some(slot);
            }
            if self.listed == 0 || self.tick >= last_tick {
                // What is armed meanwhile may be due sooner, and says so.
                self.quiet_until = Timestamp(last_tick.saturating_add(1).saturating_mul(TICK_NANOS));
                return None;
            }
            if idle_ticks == BUCKETS {
                // Time has leapt: on to the next deadline at once.
                self.tick = (tick_of(self.earliest(slots)) - 1).clamp(self.tick, last_tick - 1);
                idle_ticks = 0;
            }
            self.tick += 1;
            idle_ticks += 1;
            self.enter_bucket(slots);
        }
    }

    /// The slot that is due first, or nearly: of a later bucket that which was armed first.
    pub(crate) fn first(&mut self, slots: &mut impl Spokes) -> Option<u32> {
        if let Some((_, slot)) = self.soonest(slots) {
            return Some(slot);
        }
        let (before, after) = self.buckets.split_at_checked(bucket(self.tick + 1))?;
        after.iter().chain(before).map(|(first, _)| *first).find(|first| *first != NONE)
    }

    /// The first of those that are due soon; forgets those that were disarmed.
    fn soonest(&mut self, slots: &mut impl Spokes) -> Option<(Timestamp, u32)> {
        while let Some(Reverse((deadline, _, slot))) = self.soon.peek().copied() {
            let armed = slots
                .spoke(slot)
                .is_some_and(|spoke| spoke.place == Place::Soon && spoke.deadline == deadline);
            if armed {
                return Some((deadline, slot));
            }
            self.soon.pop();
        }
        None
    }

    /// Moves what is due in the bucket at hand to `soon`. Slots of later turns of the wheel stay.
    fn enter_bucket(&mut self, slots: &mut impl Spokes) {
        let mut slot = self.buckets.get(bucket(self.tick)).map_or(NONE, |(first, _)| *first);
        while let Some(&mut Spoke { next, deadline, .. }) = slots.spoke(slot) {
            if tick_of(deadline) <= self.tick {
                self.disarm(slot, slots);
                self.put_soon(slot, deadline, slots);
            }
            slot = next;
        }
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
}

fn tick_of(time: Timestamp) -> i64 {
    time.0.div_euclid(TICK_NANOS)
}

fn bucket(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(BUCKETS as i64)).unwrap_or(0)
}
