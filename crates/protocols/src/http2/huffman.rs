//! The Huffman code of header compression (RFC 7541, appendix B). It is canonical: the lengths of the codes tell all.

/// Bits of the code of each byte.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

const LENGTH_MAX: usize = 30;

/// The codes of each length: the first of them, how many there are, and where their bytes stand in `ORDER`.
struct Codes {
    first: [u32; LENGTH_MAX + 1],
    count: [u32; LENGTH_MAX + 1],
    start: [usize; LENGTH_MAX + 1],
    /// The bytes by the lengths of their codes, then by value.
    order: [u8; 256],
}

static CODES: Codes = codes();

const fn codes() -> Codes {
    let mut codes = Codes { first: [0; 31], count: [0; 31], start: [0; 31], order: [0; 256] };
    let (mut length, mut placed, mut code) = (1, 0, 0);
    while length <= LENGTH_MAX {
        code <<= 1;
        codes.first[length] = code;
        codes.start[length] = placed;
        let mut byte = 0;
        while byte < 256 {
            if LENGTHS[byte] as usize == length {
                codes.order[placed] = byte as u8;
                placed += 1;
                code += 1;
            }
            byte += 1;
        }
        codes.count[length] = (placed - codes.start[length]) as u32;
        length += 1;
    }
    codes
}

/// Decodes a text, at most `most` bytes of it; none where the code is damaged.
pub(super) fn decode(coded: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(coded.len().min(most) * 8 / 5);
    let (mut code, mut length) = (0_u32, 0_usize);
    for bit in coded.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)) {
        code = code << 1 | u32::from(bit);
        length += 1;
        let (first, count) = (*CODES.first.get(length)?, *CODES.count.get(length)?);
        let Some(place) = code.checked_sub(first).filter(|place| *place < count) else { continue };
        let byte = CODES.order.get(CODES.start.get(length)? + place as usize)?;
        if text.len() >= most {
            return Some(text);
        }
        text.push(*byte);
        (code, length) = (0, 0);
    }
    // The end is filled up with ones, less than a byte of them.
    (length < 8 && code == (1 << length) - 1).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_complete() {
        let end_of_string = 1_u64;
        let sum: u64 = LENGTHS.iter().map(|length| 1_u64 << (LENGTH_MAX - usize::from(*length))).sum();
        assert_eq!(sum + end_of_string, 1 << LENGTH_MAX);
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        let coded = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        assert_eq!(decode(&coded, 100).unwrap(), b"www.example.com");
        assert_eq!(decode(&coded, 3).unwrap(), b"www");
        assert_eq!(decode(&[0xff, 0xff, 0xff, 0xff, 0xff], 100), None);
    }
}
