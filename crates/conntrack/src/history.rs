//! `history`: what happened on a connection, a letter each.

use records::Sender;

/// A letter of ASCII.
pub(crate) type Letter = u8;

/// Hostile traffic can repeat letters without end.
const LETTERS_MAX: usize = 192;

/// So many letters need no memory of their own.
const LETTERS_INLINE: usize = 15;

/// Letters so far, upper case from the originator.
#[expect(clippy::box_collection, reason = "seldom there, and it makes every connection smaller")]
#[derive(Debug, Default)]
pub(crate) struct History {
    first: [u8; LETTERS_INLINE],
    length: u8,
    /// All letters, once there are more than `first` holds.
    all: Option<Box<String>>,
    /// Kinds of events that were seen from the originator (low half) and the responder.
    seen: u32,
}

/// Kinds of events of which the letter is written once for each direction, or again only for a reason.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Once {
    Syn = 1,
    Fin = 1 << 1,
    Reset = 1 << 2,
    FinReset = 1 << 3,
    Data = 1 << 4,
    Ack = 1 << 5,
    ManyFlags = 1 << 6,
}

impl History {
    pub(crate) fn letters(&self) -> &str {
        match &self.all {
            Some(all) => all,
            None => str::from_utf8(self.first.get(..usize::from(self.length)).unwrap_or_default())
                .unwrap_or_default(),
        }
    }

    pub(crate) fn add(&mut self, from: Sender, letter: Letter) {
        let letter = match from {
            Sender::Originator => letter,
            Sender::Responder => letter.to_ascii_lowercase(),
        };
        if self.all.is_none() {
            if let Some(place) = self.first.get_mut(usize::from(self.length)) {
                *place = letter;
                self.length += 1;
                return;
            }
            self.all = Some(Box::new(self.letters().to_owned()));
        }
        if let Some(all) = self.all.as_deref_mut().filter(|all| all.len() < LETTERS_MAX) {
            all.push(char::from(letter));
        }
    }

    /// Writes the letter if nothing of the kind was seen from there; whether something was.
    pub(crate) fn add_once(&mut self, from: Sender, kind: Once, letter: Letter) -> bool {
        let bit = match from {
            Sender::Originator => kind as u32,
            Sender::Responder => (kind as u32) << 16,
        };
        let again = self.seen & bit != 0;
        if !again {
            self.seen |= bit;
            self.add(from, letter);
        }
        again
    }

    /// Writes the letter for the first, tenth, hundredth … time. `count` counts.
    pub(crate) fn add_scaled(&mut self, from: Sender, count: &mut u32, letter: Letter) {
        *count = count.saturating_add(1);
        let power = count.checked_ilog10().unwrap_or(0);
        if *count == 10_u32.pow(power) {
            self.add(from, letter);
        }
    }

    pub(crate) fn turned_round(&mut self) {
        self.add(Sender::Originator, b'^');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_repeat_in_powers_of_ten() {
        let mut history = History::default();
        let mut count = 0;
        for _ in 0..1000 {
            history.add_scaled(Sender::Responder, &mut count, b'T');
        }
        assert_eq!(history.letters(), "tttt");
    }

    #[test]
    fn letters_are_bounded() {
        let mut history = History::default();
        for _ in 0..10_000 {
            history.add(Sender::Originator, b'R');
        }
        assert_eq!(history.letters().len(), LETTERS_MAX);
    }
}
