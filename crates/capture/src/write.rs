//! Writing capture files: classic pcap with microseconds, little-endian, which every tool reads.

use std::io::{self, Write};

use packets::LinkType;
use packets::format::FRAME_LENGTH_MAX;

/// Writes one file.
#[derive(Debug)]
pub struct PcapWriter<W> {
    output: W,
}

impl<W: Write> PcapWriter<W> {
    /// Begins a file whose frames are all of one kind of link.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn new(mut output: W, link: LinkType) -> io::Result<Self> {
        let mut header = [0; 24];
        let fields = [0xa1b2_c3d4, 0x0004_0002, 0, 0, FRAME_LENGTH_MAX, u32::from(link.0)];
        fill(&mut header, &fields);
        output.write_all(&header)?;
        Ok(Self { output })
    }

    /// Adds a frame. Of its time, nanoseconds since the epoch, what is less than a microsecond is lost.
    ///
    /// # Errors
    /// The output cannot be written, or the frame cannot be expressed: it is too long, or from before 1970
    /// or after 2106.
    pub fn write(&mut self, ts: i64, frame: &[u8], original_length: u32) -> io::Result<()> {
        let seconds = u32::try_from(ts.div_euclid(1_000_000_000)).map_err(io::Error::other)?;
        let microseconds = (ts.rem_euclid(1_000_000_000) / 1000) as u32;
        let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
        if length > FRAME_LENGTH_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut header = [0; 16];
        fill(&mut header, &[seconds, microseconds, length, original_length]);
        self.output.write_all(&header)?;
        self.output.write_all(frame)
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// The output cannot be flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

fn fill(header: &mut [u8], fields: &[u32]) {
    let (slots, _) = header.as_chunks_mut::<4>();
    for (slot, field) in slots.iter_mut().zip(fields) {
        *slot = field.to_le_bytes();
    }
}
