//! MD5 (RFC 1321) of one block, in two halves between which the caller can do something else.
//!
//! Each step needs the one before it, so the processor mostly waits. What stands between the halves is worked on
//! meanwhile: for that MD5 is written out here, where the crate gives the whole block at once.

/// Words of the chaining state.
type State = [u32; 4];

/// A constant per step: the sine of its number.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// A block on its way through the 64 steps.
pub(super) struct Block {
    before: State,
    state: State,
    words: [u32; 16],
}

/// One of the four kinds of step.
trait Round {
    /// Mixes three words of the state.
    fn mix(b: u32, c: u32, d: u32) -> u32;
    /// The word of the block that the step takes.
    fn word(step: usize) -> usize;
    /// How far the four steps of a turn rotate.
    const ROTATIONS: [u32; 4];
}

struct First;
struct Second;
struct Third;
struct Fourth;

impl Round for First {
    #[inline(always)]
    fn mix(b: u32, c: u32, d: u32) -> u32 {
        d ^ (b & (c ^ d))
    }
    #[inline(always)]
    fn word(step: usize) -> usize {
        step % 16
    }
    const ROTATIONS: [u32; 4] = [7, 12, 17, 22];
}

impl Round for Second {
    /// The two halves have no bit in common, so that they can be added; one of them does not wait for `b`.
    #[inline(always)]
    fn mix(b: u32, c: u32, d: u32) -> u32 {
        (c & !d).wrapping_add(b & d)
    }
    #[inline(always)]
    fn word(step: usize) -> usize {
        (5 * step + 1) % 16
    }
    const ROTATIONS: [u32; 4] = [5, 9, 14, 20];
}

impl Round for Third {
    #[inline(always)]
    fn mix(b: u32, c: u32, d: u32) -> u32 {
        (c ^ d) ^ b
    }
    #[inline(always)]
    fn word(step: usize) -> usize {
        (3 * step + 5) % 16
    }
    const ROTATIONS: [u32; 4] = [4, 11, 16, 23];
}

impl Round for Fourth {
    #[inline(always)]
    fn mix(b: u32, c: u32, d: u32) -> u32 {
        c ^ (b | !d)
    }
    #[inline(always)]
    fn word(step: usize) -> usize {
        (7 * step) % 16
    }
    const ROTATIONS: [u32; 4] = [6, 10, 15, 21];
}

/// Sixteen steps from `first` on.
#[inline(always)]
fn round<R: Round>([mut a, mut b, mut c, mut d]: State, words: &[u32; 16], first: usize) -> State {
    let step = |a: u32, b: u32, c: u32, d: u32, step: usize| {
        // Neither index can lie outside: steps count to 63, and words are numbered modulo 16.
        a.wrapping_add(words[R::word(step)].wrapping_add(SINES[step]))
            .wrapping_add(R::mix(b, c, d))
            .rotate_left(R::ROTATIONS[step % 4])
            .wrapping_add(b)
    };
    for turn in 0..4 {
        let number = first + 4 * turn;
        a = step(a, b, c, d, number);
        d = step(d, a, b, c, number + 1);
        c = step(c, d, a, b, number + 2);
        b = step(b, c, d, a, number + 3);
    }
    [a, b, c, d]
}

impl Block {
    /// The first 32 steps.
    #[inline(always)]
    pub(super) fn first_half(before: State, block: &[u8; 64]) -> Self {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let state = round::<Second>(round::<First>(before, &words, 0), &words, 16);
        Self { before, state, words }
    }

    /// The last 32 steps; the state for the next block.
    #[inline(always)]
    pub(super) fn second_half(self) -> State {
        let [a, b, c, d] = round::<Fourth>(round::<Third>(self.state, &self.words, 32), &self.words, 48);
        let [e, f, g, h] = self.before;
        [a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)]
    }
}
