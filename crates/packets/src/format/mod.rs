//! Capture files: where each frame lies in the bytes of a pcap or pcapng file. Works on whatever part of the
//! file is at hand and copies nothing; opening and decompressing files is the business of `capture`.

mod pcap;
mod pcapng;

use std::ops::Range;

use thiserror::Error;

use crate::LinkType;

/// The longest frame that is believed (libpcap's `MAXIMUM_SNAPLEN`).
pub const FRAME_LENGTH_MAX: u32 = 262_144;

/// The most bytes that a parser ever asks to see at once.
pub const BYTES_NEEDED_MAX: usize = 1 << 20;

/// A frame in a capture file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// Capture time in nanoseconds since the epoch.
    pub ts: i64,
    /// How the frame begins.
    pub link: LinkType,
    /// Length of the frame on the wire.
    pub original_length: u32,
    /// Where the captured bytes lie, from the beginning of the bytes that were given.
    pub range: Range<usize>,
}

/// What the parser found at its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A frame; the parser has gone on by `consumed` bytes.
    Frame {
        /// The frame.
        head: FrameHead,
        /// Bytes of the file that are done with.
        consumed: usize,
    },
    /// Something that is not a frame; the parser has gone on by so many bytes, which may be more than were given.
    Skip(u64),
    /// A part of a log of TLS secrets that lies in the file, from the beginning of the bytes that were given. Parts
    /// without another step between them belong together.
    Secrets(Range<usize>),
    /// Nothing can be said before so many bytes from the parser's position are at hand.
    More(usize),
}

/// Why a capture file cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// The first bytes are of no known capture format.
    #[error("not a capture file (magic number {0:#010x})")]
    Magic(u32),
    /// The version of the format is unknown.
    #[error("unknown version {0}.{1} of the capture format")]
    Version(u16, u16),
    /// A length that cannot be right.
    #[error("impossible length {0}")]
    Length(u64),
    /// A pcapng packet of an interface that was never described.
    #[error("packet of the undescribed interface {0}")]
    Interface(u32),
    /// A pcapng file with more interfaces than are believed.
    #[error("too many interfaces")]
    Interfaces,
    /// A time that cannot be expressed in nanoseconds since 1970.
    #[error("absurd time")]
    Time,
    /// The file ends in the middle of something.
    #[error("the file ends in the middle of a packet or block ({0} bytes missing)")]
    Truncated(u64),
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
}

/// Damage in a capture file. What lies before it has been given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("at byte {offset}: {error}")]
pub struct FormatDamage {
    /// Where in the (uncompressed) file.
    pub offset: u64,
    /// What is wrong.
    pub error: FormatError,
}

/// Reads one capture file, a step at a time.
#[derive(Clone, Debug, Default)]
pub struct FormatReader {
    offset: u64,
    format: Format,
}

#[derive(Clone, Debug, Default)]
enum Format {
    #[default]
    Unknown,
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
}

impl FormatReader {
    /// At the beginning of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// The parser's position: its offset in the file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the next step. `bytes` must begin at the parser's position.
    ///
    /// # Errors
    /// The file is damaged at this place; there is no way on.
    #[inline]
    pub fn step(&mut self, bytes: &[u8]) -> Result<Step, FormatDamage> {
        let result = match &mut self.format {
            Format::Pcap(pcap) => pcap.step(bytes),
            Format::Pcapng(pcapng) => pcapng.step(bytes),
            Format::Unknown => self.begin(bytes),
        };
        match result {
            Ok(step) => {
                self.offset = self.offset.saturating_add(match step {
                    Step::Frame { consumed, .. } => consumed as u64,
                    Step::Skip(bytes) => bytes,
                    Step::Secrets(ref range) => range.end as u64,
                    Step::More(_) => 0,
                });
                Ok(step)
            }
            Err(error) => Err(FormatDamage { offset: self.offset, error }),
        }
    }

    /// The file has ended and `left` bytes of it lie at the parser's position.
    ///
    /// # Errors
    /// The file should have been longer.
    pub fn end(&self, left: &[u8]) -> Result<(), FormatDamage> {
        let damage = |error| Err(FormatDamage { offset: self.offset, error });
        match self.clone().step(left) {
            Ok(Step::More(_)) if self.offset == 0 && left.is_empty() => damage(FormatError::Empty),
            Ok(Step::More(_)) if left.is_empty() && self.unread_secrets() == 0 => Ok(()),
            Ok(Step::More(_)) if left.is_empty() => damage(FormatError::Truncated(self.unread_secrets())),
            Ok(Step::More(needed)) => {
                damage(FormatError::Truncated(needed.saturating_sub(left.len()).max(1) as u64))
            }
            Ok(Step::Frame { .. } | Step::Secrets(_)) => Ok(()),
            Ok(Step::Skip(bytes)) => match bytes.checked_sub(left.len() as u64) {
                Some(0) | None => Ok(()),
                Some(missing) => damage(FormatError::Truncated(missing)),
            },
            Err(error) => Err(error),
        }
    }

    /// Bytes of secrets that should still come.
    fn unread_secrets(&self) -> u64 {
        match &self.format {
            Format::Pcapng(pcapng) => pcapng.unread_secrets(),
            Format::Pcap(_) | Format::Unknown => 0,
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<Step, FormatError> {
        let Some(magic) = bytes.first_chunk() else { return Ok(Step::More(4)) };
        if pcapng::is_magic(*magic) {
            let mut pcapng = pcapng::Pcapng::default();
            let step = pcapng.step(bytes)?;
            if !matches!(step, Step::More(_)) {
                self.format = Format::Pcapng(pcapng);
            }
            return Ok(step);
        }
        let Some((header, length)) = pcap::Pcap::begin(bytes)? else {
            return Ok(Step::More(pcap::FILE_HEADER));
        };
        self.format = Format::Pcap(header);
        Ok(Step::Skip(length as u64))
    }
}

/// Whether these first bytes of a file (four of them suffice) are of a capture format.
pub fn is_capture(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|magic| pcapng::is_magic(*magic) || pcap::is_magic(*magic))
}

/// Byte order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    #[inline]
    pub(crate) fn u16_at(self, bytes: &[u8], at: usize) -> Option<u16> {
        let field = crate::rest::array_at(bytes, at)?;
        Some(match self {
            Self::Little => u16::from_le_bytes(field),
            Self::Big => u16::from_be_bytes(field),
        })
    }

    #[inline]
    pub(crate) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        let field = crate::rest::array_at(bytes, at)?;
        Some(match self {
            Self::Little => u32::from_le_bytes(field),
            Self::Big => u32::from_be_bytes(field),
        })
    }

    #[inline]
    pub(crate) fn u64_at(self, bytes: &[u8], at: usize) -> Option<u64> {
        let field = crate::rest::array_at(bytes, at)?;
        Some(match self {
            Self::Little => u64::from_le_bytes(field),
            Self::Big => u64::from_be_bytes(field),
        })
    }
}
