//! `history`: what happened on a connection, a letter each.

use records::Sender;

/// Hostile traffic can repeat letters without end.
const LETTERS_MAX: usize = 192;

/// Letters so far, upper case from the originator.
#[derive(Debug, Default)]
pub(crate) struct History {
    letters: String,
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
        &self.letters
    }

    pub(crate) fn into_letters(self) -> String {
        self.letters
    }

    pub(crate) fn add(&mut self, from: Sender, letter: char) {
        if self.letters.len() < LETTERS_MAX {
            self.letters.push(match from {
                Sender::Originator => letter,
                Sender::Responder => letter.to_ascii_lowercase(),
            });
        }
    }

    /// Writes the letter if nothing of the kind was seen from there; whether something was.
    pub(crate) fn add_once(&mut self, from: Sender, kind: Once, letter: char) -> bool {
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
    pub(crate) fn add_scaled(&mut self, from: Sender, count: &mut u32, letter: char) {
        *count = count.saturating_add(1);
        let power = count.checked_ilog10().unwrap_or(0);
        if *count == 10_u32.pow(power) {
            self.add(from, letter);
        }
    }

    pub(crate) fn turned_round(&mut self) {
        self.add(Sender::Originator, '^');
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
            history.add_scaled(Sender::Responder, &mut count, 'T');
        }
        assert_eq!(history.letters(), "tttt");
    }

    #[test]
    fn letters_are_bounded() {
        let mut history = History::default();
        for _ in 0..10_000 {
            history.add(Sender::Originator, 'R');
        }
        assert_eq!(history.letters().len(), LETTERS_MAX);
    }
}
