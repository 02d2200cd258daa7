//! The step of multiplying hashes: both halves of a product, one over the other. After wyhash (Wang Yi), which mixes
//! 16 bytes so in a handful of cycles.

/// Each bit of either number changes about half of the result's, unless the other number is zero.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
pub(crate) const fn fold(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    product as u64 ^ (product >> 64) as u64
}

/// A fingerprint of bytes: for telling whether they are the same, not for what an attacker must not find.
#[inline]
pub(crate) fn print_of(bytes: &[u8]) -> u64 {
    /// Odd numbers with as many ones as zeros (the fractions of the roots of 2 and 3).
    const KEYS: [u64; 2] = [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b];
    let [first_key, second_key] = KEYS;
    let (pairs, rest) = bytes.as_chunks::<16>();
    let mix = |print: u64, pair: &[u8; 16]| {
        let pair = u128::from_le_bytes(*pair);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let (low, high) = (pair as u64, (pair >> 64) as u64);
        fold(low ^ first_key ^ print, high ^ second_key)
    };
    let print = pairs.iter().fold(bytes.len() as u64, mix);
    let last = rest.iter().fold(0_u128, |last, byte| last << 8 | u128::from(*byte));
    fold(mix(print, &last.to_le_bytes()) ^ second_key, first_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_and_the_length_count() {
        let bytes: Vec<u8> = (0..70).collect();
        let mut prints = vec![print_of(&bytes)];
        for place in 0..bytes.len() {
            let mut other = bytes.clone();
            other[place] ^= 1;
            prints.push(print_of(&other));
            prints.push(print_of(&bytes[..place]));
        }
        prints.push(print_of(&[0; 16]));
        prints.push(print_of(&[0; 17]));
        prints.push(print_of(&[0; 32]));
        let count = prints.len();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), count);
    }
}
