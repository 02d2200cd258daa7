//! What a forest sees of a label.

use super::LABEL_MAX;
use super::trigrams::Trigrams;

/// Features of a label.
pub(super) const COUNT: usize = 18;
/// A trigram that costs this much (in twelfths of a bit) hardly occurs in names that people made.
const STRANGE: u8 = 84;
/// Neighbouring costs that are summed, to find the strangest part of a label.
const PART: usize = 5;

/// The features of a label, each one byte.
pub(super) fn of(label: &str, trigrams: &Trigrams) -> [u8; COUNT] {
    let bytes: Vec<u8> = label.bytes().take(LABEL_MAX).map(|byte| byte.to_ascii_lowercase()).collect();
    let length = bytes.len();
    let costs: Vec<u8> = trigrams.costs(label).collect();
    let count = |wanted: fn(&u8) -> bool| bytes.iter().filter(|byte| wanted(byte)).count();
    let letters = count(u8::is_ascii_lowercase);
    let strange = costs.iter().filter(|cost| **cost >= STRANGE).count();
    let sum: usize = costs.iter().map(|cost| usize::from(*cost)).sum();
    let worst = costs.windows(PART).map(|part| part.iter().map(|cost| usize::from(*cost)).sum()).max();
    let mut distinct = bytes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    [
        byte(length),
        share(count(is_vowel), letters),
        share(count(u8::is_ascii_digit), length),
        byte(count(u8::is_ascii_digit)),
        byte(count(|byte| *byte == b'-')),
        share(distinct.len(), length),
        byte(longest(&bytes, |byte| byte.is_ascii_lowercase() && !is_vowel(byte))),
        byte(longest(&bytes, is_vowel)),
        byte(longest(&bytes, u8::is_ascii_digit)),
        byte(turns(&bytes, u8::is_ascii_digit)),
        share(turns(&bytes, is_vowel), length),
        share(count(|byte| matches!(byte, b'j' | b'q' | b'x' | b'z' | b'k' | b'v' | b'w')), letters),
        share(count(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')), length),
        byte(sum / costs.len().max(1)),
        byte(worst.unwrap_or(sum) / PART),
        share(strange, costs.len()),
        byte(costs.iter().copied().max().map_or(0, usize::from)),
        byte(repeats(&bytes)),
    ]
}

fn is_vowel(byte: &u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn byte(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

/// Of 255.
fn share(part: usize, whole: usize) -> u8 {
    byte(part * 255 / whole.max(1))
}

/// The longest run of bytes of a kind.
fn longest(bytes: &[u8], is_kind: fn(&u8) -> bool) -> usize {
    let (mut run, mut most) = (0, 0);
    for byte in bytes {
        run = if is_kind(byte) { run + 1 } else { 0 };
        most = most.max(run);
    }
    most
}

/// How often bytes of a kind and others change places.
fn turns(bytes: &[u8], is_kind: fn(&u8) -> bool) -> usize {
    bytes.windows(2).filter(|pair| pair.first().map(is_kind) != pair.get(1).map(is_kind)).count()
}

/// Pairs of the same byte next to each other.
fn repeats(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| pair.first() == pair.get(1)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_features_are_what_they_are_called() {
        let found = of("abc-1222", &Trigrams::default());
        assert_eq!(found[..10], [8, 85, 127, 4, 1, 191, 2, 1, 4, 1]);
        assert_eq!(found[17], 2);
        assert_eq!(of("", &Trigrams::default())[0], 0);
    }
}
