//! How often three characters follow each other.

/// Kinds of characters: 26 letters, digits, all others (the hyphen), and the edge of the label.
const KINDS: usize = 29;
const DIGIT: usize = 26;
const OTHER: usize = 27;
const EDGE: usize = 28;
/// How many observations the shorter context is worth (additive smoothing with back-off).
const BACK_OFF: f64 = 8.0;
/// Units of a cost: twelfths of a bit, so that a byte holds up to 21 bits.
const UNITS_PER_BIT: u32 = 12;

/// What each third character costs after two others, in twelfths of a bit: `−log₂ p(c | ab)`, where
/// `p(c | ab) = (n(abc) + 8·p(c | b)) / (n(ab) + 8)`, `p(c | b) = (n(bc) + 8·p(c)) / (n(b) + 8)` and
/// `p(c) = (n(c) + 1) / (n + 29)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigrams(Vec<u8>);

impl Default for Trigrams {
    fn default() -> Self {
        Self(vec![0; KINDS * KINDS * KINDS])
    }
}

impl Trigrams {
    pub(super) fn count<'a>(labels: impl Iterator<Item = &'a str>) -> Self {
        let (mut one, mut two, mut three) =
            (vec![0.0; KINDS], vec![0.0; KINDS * KINDS], vec![0.0; KINDS * KINDS * KINDS]);
        let add = |table: &mut Vec<f64>, place: usize| {
            if let Some(count) = table.get_mut(place) {
                *count += 1.0;
            }
        };
        for label in labels {
            for [first, second, third] in walk(label) {
                add(&mut one, third);
                add(&mut two, second * KINDS + third);
                add(&mut three, (first * KINDS + second) * KINDS + third);
            }
        }
        let all: f64 = one.iter().sum();
        let sum = |table: &[f64], context: usize| -> f64 {
            table.get(context * KINDS..(context + 1) * KINDS).map_or(0.0, |row| row.iter().sum())
        };
        let at = |table: &[f64], place: usize| table.get(place).copied().unwrap_or(0.0);
        let mut costs = Vec::with_capacity(three.len());
        for context in 0..KINDS * KINDS {
            let (second, seen) = (context % KINDS, sum(&three, context));
            let seen_second = sum(&two, second);
            for third in 0..KINDS {
                let p1 = (at(&one, third) + 1.0) / (all + KINDS as f64);
                let p2 = (at(&two, second * KINDS + third) + BACK_OFF * p1) / (seen_second + BACK_OFF);
                let p3 = (at(&three, context * KINDS + third) + BACK_OFF * p2) / (seen + BACK_OFF);
                costs.push(cost(p3));
            }
        }
        Self(costs)
    }

    /// The costs of a label's characters, each after the two before it, and of its end.
    pub(super) fn costs(&self, label: &str) -> impl Iterator<Item = u8> {
        walk(label).map(|[first, second, third]| {
            self.0.get((first * KINDS + second) * KINDS + third).copied().unwrap_or(u8::MAX)
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(&self.0);
    }

    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (table, rest) = bytes.split_at_checked(KINDS * KINDS * KINDS)?;
        Some((Self(table.to_vec()), rest))
    }
}

/// All three characters that follow each other; the label begins after two edges and ends with one.
fn walk(label: &str) -> impl Iterator<Item = [usize; 3]> {
    let (mut first, mut second) = (EDGE, EDGE);
    label.bytes().take(super::LABEL_MAX).map(kind).chain([EDGE]).map(move |third| {
        let found = [first, second, third];
        (first, second) = (second, third);
        found
    })
}

fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        b'A'..=b'Z' => usize::from(byte - b'A'),
        b'0'..=b'9' => DIGIT,
        _ => OTHER,
    }
}

/// `−log₂ p` in units, counted by squaring, since logarithms differ between platforms in their last bits.
fn cost(p: f64) -> u8 {
    const SHIFT: u32 = 8;
    let (mut value, mut bits) = (1.0 / p.clamp(1e-9, 1.0), 0_u32);
    let mut whole = 0_u32;
    while value >= 2.0 {
        value /= 2.0;
        whole += 1;
    }
    for _ in 0..SHIFT {
        value *= value;
        bits *= 2;
        if value >= 2.0 {
            value /= 2.0;
            bits += 1;
        }
    }
    u8::try_from((((whole << SHIFT) + bits) * UNITS_PER_BIT) >> SHIFT).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_the_negative_logarithm_in_twelfths_of_a_bit() {
        for (p, wanted) in [(1.0, 0), (0.5, 12), (0.25, 24), (0.1, 39), (1e-9, u8::MAX)] {
            assert_eq!(cost(p), wanted, "{p}");
        }
    }

    #[test]
    fn what_was_seen_often_costs_less() {
        let trigrams = Trigrams::count(["banana", "bandana"].into_iter().cycle().take(200));
        let sum = |label: &str| trigrams.costs(label).map(u32::from).sum::<u32>();
        assert!(sum("banana") < sum("bnaaan"));
        assert_eq!(trigrams.costs("ab").count(), 3);
    }
}
