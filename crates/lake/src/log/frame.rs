//! Frames of a log: length (4 bytes, little endian), XXH3-64 of the payload (8 bytes), payload.

use std::io::{Read, Result, Write};

use xxhash_rust::xxh3::xxh3_64;

/// First bytes of a log file; the digit is the version of its format.
pub(super) const MAGIC: &[u8; 8] = b"OTUSLOG2";

/// Length of what stands before a frame's payload.
pub(super) const HEADER_BYTES: usize = 12;

/// No frame is longer, so that a damaged length does not ask for all memory.
pub(super) const FRAME_BYTES_MAX: usize = 64 << 20;

pub(super) fn write_frame(out: &mut impl Write, payload: &[u8]) -> Result<()> {
    let mut header = [0; HEADER_BYTES];
    let (length, checksum) = header.split_at_mut(4);
    length.copy_from_slice(&(payload.len() as u32).to_le_bytes());
    checksum.copy_from_slice(&xxh3_64(payload).to_le_bytes());
    out.write_all(&header)?;
    out.write_all(payload)
}

/// Reads the next frame's payload; `None` where no whole, undamaged frame follows.
pub(super) fn read_frame(input: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let mut checksum = [0; 8];
    if !read_whole(input, &mut length)? || !read_whole(input, &mut checksum)? {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length) as usize;
    if length == 0 || length > FRAME_BYTES_MAX {
        return Ok(None);
    }
    let mut payload = Vec::new();
    input.take(length as u64).read_to_end(&mut payload)?;
    let is_whole = payload.len() == length && xxh3_64(&payload) == u64::from_le_bytes(checksum);
    Ok(is_whole.then_some(payload))
}

/// Fills the buffer; false where the input ends before.
pub(super) fn read_whole(input: &mut impl Read, buffer: &mut [u8]) -> Result<bool> {
    match input.read_exact(buffer) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}
