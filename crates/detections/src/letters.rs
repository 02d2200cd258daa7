//! Drawn letters told from words.

/// Points at which a label is no word: digits, letters that words avoid, and many consonants in a row.
const RANDOM: f64 = 1.4;

/// Whether a label looks like drawn letters, not like words.
pub(crate) fn looks_random(label: &str) -> bool {
    let (mut points, mut run) = (0.0, 0);
    for byte in label.bytes() {
        match byte {
            b'0'..=b'9' => {
                points += 1.0;
                run = 0;
            }
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => run = 0,
            _ => {
                run += 1;
                if run > 3 {
                    points += 0.7;
                }
                if matches!(byte, b'j' | b'q' | b'x' | b'z') {
                    points += 0.5;
                }
            }
        }
    }
    points >= RANDOM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_letters_are_told_from_words() {
        for label in ["kwuxrltvgsnxuox", "xhjjqukpq", "wrhtpemsgdoxko", "7ylehhwrymi9"] {
            assert!(looks_random(label), "{label}");
        }
        for label in ["historyriver", "wikipedia", "stackoverflow", "persongarden"] {
            assert!(!looks_random(label), "{label}");
        }
    }
}
