//! Unpacks DEFLATE, as far as is asked for: a small file may unpack to any size.

use flate2::{Decompress, FlushDecompress, Status};

/// At most so many bytes are unpacked of the parts of one file together.
const UNPACKED_BYTES_MAX: usize = 16 << 20;

/// How the packed bytes are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Not at all (RFC 1951).
    Raw,
    /// With header and checksum (RFC 1950).
    Zlib,
}

/// Unpacks the parts of one file.
pub(crate) struct Inflater {
    room: usize,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { room: UNPACKED_BYTES_MAX }
    }
}

impl Inflater {
    /// The beginning of what was packed, at most so many bytes; what is broken ends it.
    pub(crate) fn inflate(&mut self, form: Form, mut packed: &[u8], most: usize) -> Vec<u8> {
        const STEP_BYTES: usize = 32 << 10;
        let most = most.min(self.room);
        let mut decompress = Decompress::new(form == Form::Zlib);
        let mut unpacked = Vec::new();
        while unpacked.len() < most {
            unpacked.reserve(STEP_BYTES.min(most - unpacked.len()));
            let before = (decompress.total_in(), unpacked.len());
            let status = decompress.decompress_vec(packed, &mut unpacked, FlushDecompress::None);
            let taken = decompress.total_in() - before.0;
            packed = packed.get(usize::try_from(taken).unwrap_or(usize::MAX)..).unwrap_or_default();
            let went_on = taken > 0 || unpacked.len() > before.1;
            if !matches!(status, Ok(Status::Ok | Status::BufError)) || !went_on {
                break;
            }
        }
        unpacked.truncate(most);
        self.room -= unpacked.len();
        unpacked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn as_much_is_unpacked_as_is_asked_for() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b'a'; 40 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        let mut inflater = Inflater::default();
        assert_eq!(inflater.inflate(Form::Zlib, &packed, 1000), [b'a'; 1000]);
        assert_eq!(inflater.inflate(Form::Zlib, &packed, usize::MAX).len(), UNPACKED_BYTES_MAX - 1000);
        assert_eq!(inflater.inflate(Form::Zlib, &packed, usize::MAX), b"");
        assert_eq!(Inflater::default().inflate(Form::Raw, b"\xff\xff", 10), b"");
        let half = packed.get(..packed.len() / 2).unwrap();
        assert!(Inflater::default().inflate(Form::Zlib, half, usize::MAX).len() > 1 << 20);
    }
}
