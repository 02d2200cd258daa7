//! Shannon entropy of the beginning of a file.

/// So many bytes from the beginning are counted: enough to tell packed or encrypted content, and no work for the
/// rest of a large file.
const COUNTED_MAX: u32 = 64 << 10;

/// Tables that take turns, so that equal bytes side by side do not wait for each other's count.
const TABLES: usize = 4;

/// How often each byte value occurs.
pub(crate) struct Entropy {
    counts: Box<[[u32; 256]; TABLES]>,
    counted: u32,
}

impl Default for Entropy {
    fn default() -> Self {
        Self { counts: Box::new([[0; 256]; TABLES]), counted: 0 }
    }
}

impl Entropy {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let room = COUNTED_MAX.saturating_sub(self.counted) as usize;
        if room == 0 {
            return;
        }
        let (counted, _) = bytes.split_at(room.min(bytes.len()));
        // An index of type u8 cannot lie outside 256 counts.
        let (quads, rest) = counted.as_chunks::<TABLES>();
        for quad in quads {
            for (counts, byte) in self.counts.iter_mut().zip(quad) {
                counts[usize::from(*byte)] += 1;
            }
        }
        for (counts, byte) in self.counts.iter_mut().zip(rest) {
            counts[usize::from(*byte)] += 1;
        }
        self.counted += counted.len() as u32;
    }

    /// Bits per byte, from 0 (one value only) to 8 (all values equally often); none without bytes.
    pub(crate) fn bits_per_byte(&self) -> Option<f64> {
        if self.counted == 0 {
            return None;
        }
        let total = f64::from(self.counted);
        let counts =
            (0..256).map(|value| self.counts.iter().filter_map(|counts| counts.get(value)).sum::<u32>());
        let bits = counts.filter(|count| *count > 0).map(|count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        });
        // Thousandths are enough, and hide differences in the last bits of log2 between machines.
        Some((bits.sum::<f64>() * 1000.0).round().abs() / 1000.0)
    }
}

/// Bits per byte of all these bytes, of which there are less than 4 GiB.
pub(crate) fn bits_per_byte(bytes: &[u8]) -> Option<f64> {
    let mut entropy = Entropy::default();
    for part in bytes.chunks(COUNTED_MAX as usize) {
        entropy.counted = 0;
        entropy.update(part);
    }
    entropy.counted = u32::try_from(bytes.len()).ok()?;
    entropy.bits_per_byte()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_zero_for_one_value_and_eight_for_all() {
        let of = |bytes: &[u8]| {
            let mut entropy = Entropy::default();
            entropy.update(bytes);
            entropy.bits_per_byte()
        };
        assert_eq!(of(b""), None);
        assert_eq!(of(b"aaaa"), Some(0.0));
        assert_eq!(of(b"abab"), Some(1.0));
        assert_eq!(of(&(0..=255).collect::<Vec<u8>>()), Some(8.0));
        let long: Vec<u8> = (0..=255).cycle().take(256 * 1000).collect();
        assert_eq!((bits_per_byte(&long), bits_per_byte(b"")), (Some(8.0), None));
    }
}
