//! MD5, SHA-1 and SHA-256 of the same bytes in one pass.
//!
//! For each block of 64 bytes the other two stand between and behind the halves of MD5, which is one long chain of
//! dependent steps: the processor fills its waiting time with them.

mod md5;

const BLOCK: usize = 64;

/// The hashes of a stream of bytes.
#[derive(Clone)]
pub struct Digest {
    md5: [u32; 4],
    sha1: [u32; 5],
    sha256: [u32; 8],
    length: u64,
    partial: [u8; BLOCK],
    filled: usize,
}

/// The hashes of a file, in lower case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// RFC 1321.
    pub md5: String,
    /// FIPS 180-4.
    pub sha1: String,
    /// FIPS 180-4.
    pub sha256: String,
}

impl Default for Digest {
    fn default() -> Self {
        Self {
            md5: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476],
            sha1: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0],
            sha256: [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ],
            length: 0,
            partial: [0; BLOCK],
            filled: 0,
        }
    }
}

impl Digest {
    /// Takes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if self.filled > 0 {
            bytes = self.fill(bytes);
        }
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            self.compress(block);
        }
        if !rest.is_empty() {
            self.fill(rest);
        }
    }

    /// The hashes of all bytes so far.
    pub fn sums(&self) -> Sums {
        let bits = self.length.wrapping_mul(8);
        let mut big_endian = self.clone();
        big_endian.pad(bits.to_be_bytes());
        let mut little_endian = self.clone();
        little_endian.pad(bits.to_le_bytes());
        Sums {
            md5: hexadecimal(little_endian.md5.iter().flat_map(|word| word.to_le_bytes())),
            sha1: hexadecimal(big_endian.sha1.iter().flat_map(|word| word.to_be_bytes())),
            sha256: hexadecimal(big_endian.sha256.iter().flat_map(|word| word.to_be_bytes())),
        }
    }

    /// Adds to the partial block and compresses it when it is full; returns what is left over.
    fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let room = BLOCK.saturating_sub(self.filled);
        let (taken, rest) = bytes.split_at(room.min(bytes.len()));
        for (to, from) in self.partial.iter_mut().skip(self.filled).zip(taken) {
            *to = *from;
        }
        self.filled += taken.len();
        if self.filled == BLOCK {
            let block = self.partial;
            self.compress(&block);
            self.filled = 0;
        }
        rest
    }

    fn compress(&mut self, block: &[u8; BLOCK]) {
        let alone = std::slice::from_ref(block);
        let half = md5::Block::first_half(self.md5, block);
        sha1::block_api::compress(&mut self.sha1, alone);
        self.md5 = half.second_half();
        sha2::block_api::compress256(&mut self.sha256, alone);
    }

    /// The padding that the three share but for the order of the length's bytes.
    fn pad(&mut self, bits: [u8; 8]) {
        self.fill(&[0x80]);
        while self.filled != BLOCK - bits.len() {
            self.fill(&[0]);
        }
        self.fill(&bits);
    }
}

fn hexadecimal(bytes: impl Iterator<Item = u8>) -> String {
    records::hexadecimal(bytes, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_are_those_of_the_standards() {
        let mut digest = Digest::default();
        digest.update(b"abc");
        let sums = digest.sums();
        assert_eq!(sums.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(sums.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(sums.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let empty = Digest::default().sums();
        assert_eq!(empty.md5, "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(empty.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    }

    #[test]
    fn cuts_do_not_change_the_hashes() {
        use sha2::Digest as _;
        let bytes: Vec<u8> = (0..1000_u32).map(|n| n.wrapping_mul(167) as u8).collect();
        for length in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 999] {
            let whole = bytes.get(..length).unwrap();
            let expected = hexadecimal(sha2::Sha256::digest(whole).into_iter());
            for cut in [1, 3, 63, 64, 65, 500] {
                let mut digest = super::Digest::default();
                whole.chunks(cut).for_each(|chunk| digest.update(chunk));
                assert_eq!(digest.sums().sha256, expected, "{length} bytes cut by {cut}");
                assert_eq!(digest.sums().md5, hexadecimal(::md5::Md5::digest(whole).into_iter()));
                assert_eq!(digest.sums().sha1, hexadecimal(sha1::Sha1::digest(whole).into_iter()));
            }
        }
    }
}
