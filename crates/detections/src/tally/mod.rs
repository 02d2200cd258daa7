//! What many detections have in common: they count different things that one device does within a while (ports, names,
//! services, calls) and tell of it when there are too many. A detection says what to count and how to judge it; the
//! rest (windows, bounds, evidence, repeats, checkpoints) is here once.

mod count;
mod watch;

pub(crate) use count::Tally;
pub(crate) use watch::{
    Behaviour, Change, Interest, Told, Watching, is_usual, lessen_by_habit, raise_by_novelty,
};
