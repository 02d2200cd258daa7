//! The classic capture file: draft-ietf-opsawg-pcap, with the variants that libpcap reads.

use super::{FRAME_LENGTH_MAX, FormatError, FrameHead, Order, Step};
use crate::LinkType;

/// Length of the file header.
pub(super) const FILE_HEADER: usize = 24;

/// How the records of a file are laid out.
#[derive(Clone, Debug)]
pub(super) struct Pcap {
    order: Order,
    /// Nanoseconds per unit of the second half of the time.
    unit: i64,
    record_header: usize,
    link: LinkType,
    snapshot: u32,
}

fn variant(magic: [u8; 4]) -> Option<(Order, i64, usize)> {
    let read = |magic: u32| match magic {
        0xa1b2_c3d4 => Some((1000, 16)),
        0xa1b2_3c4d => Some((1, 16)),
        // Alexey Kuznetzov's modified format: an interface index, protocol and packet type follow each header.
        0xa1b2_cd34 => Some((1000, 24)),
        _ => None,
    };
    let little = read(u32::from_le_bytes(magic)).map(|(unit, header)| (Order::Little, unit, header));
    little.or_else(|| read(u32::from_be_bytes(magic)).map(|(unit, header)| (Order::Big, unit, header)))
}

/// Whether a file that begins so is a pcap file.
pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    variant(magic).is_some()
}

impl Pcap {
    /// Reads the file header; none where it is not all there.
    pub(super) fn begin(bytes: &[u8]) -> Result<Option<(Self, usize)>, FormatError> {
        let Some(magic) = bytes.first_chunk() else { return Ok(None) };
        let Some((order, unit, record_header)) = variant(*magic) else {
            return Err(FormatError::Magic(u32::from_be_bytes(*magic)));
        };
        let Some(header) = bytes.first_chunk::<FILE_HEADER>() else { return Ok(None) };
        let version = (order.u16_at(header, 4).unwrap_or(0), order.u16_at(header, 6).unwrap_or(0));
        if version.0 != 2 {
            return Err(FormatError::Version(version.0, version.1));
        }
        let snapshot = match order.u32_at(header, 16).unwrap_or(0) {
            0 | 0x8000_0000.. => FRAME_LENGTH_MAX,
            length => length,
        };
        // The upper half of the field tells of frame check sequences.
        let link = LinkType((order.u32_at(header, 20).unwrap_or(0) & 0xffff) as u16);
        Ok(Some((Self { order, unit, record_header, link, snapshot }, FILE_HEADER)))
    }

    #[inline]
    pub(super) fn step(&self, bytes: &[u8]) -> Result<Step, FormatError> {
        let Some(header) = bytes.first_chunk::<16>() else { return Ok(Step::More(self.record_header)) };
        let [seconds, fraction, captured, original_length] =
            [0, 4, 8, 12].map(|at| self.order.u32_at(header, at).unwrap_or(0));
        if captured > FRAME_LENGTH_MAX {
            return Err(FormatError::Length(captured.into()));
        }
        let consumed = self.record_header + captured as usize;
        if bytes.len() < consumed {
            return Ok(Step::More(consumed));
        }
        // A record longer than the file's snapshot length (Solaris wrote such) is cut to it, as in libpcap.
        let end = self.record_header + captured.min(self.snapshot) as usize;
        let ts = i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * self.unit;
        let range = self.record_header..end;
        Ok(Step::Frame { head: FrameHead { ts, link: self.link, original_length, range }, consumed })
    }
}
