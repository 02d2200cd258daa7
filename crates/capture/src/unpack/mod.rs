//! Decompression, a piece at a time. The kind is told by the content, never by the name of the file.

mod gzip;
mod zstandard;

use crate::damage::Fault;

/// What one step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Portion {
    /// Bytes of the input that are done with.
    pub(crate) consumed: usize,
    /// Bytes of the output that were written; they are good even where a fault is told.
    pub(crate) produced: usize,
    pub(crate) fault: Option<Fault>,
}

/// How the content of a file is packed.
pub(crate) enum Unpacker {
    Plain,
    Gzip(Box<gzip::Gzip>),
    Zstd(Box<zstandard::Zstd>),
}

/// Number of bytes at the beginning of a file that tell how it is packed.
pub(crate) const HEAD_LENGTH: usize = 4;

impl Unpacker {
    /// By the first bytes of a file; with about so much memory where that is enough.
    pub(crate) fn for_head(head: &[u8], memory: usize) -> Result<Self, Fault> {
        Ok(match head {
            [0x1f, 0x8b, ..] => Self::Gzip(Box::default()),
            // A frame, or a frame to be skipped.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                Self::Zstd(Box::new(zstandard::Zstd::new(memory)?))
            }
            _ => Self::Plain,
        })
    }

    /// Unpacks some of the input. Progress is made unless one of the two is empty.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Portion {
        match self {
            Self::Plain => {
                let length = input.len().min(output.len());
                if let (Some(to), Some(from)) = (output.get_mut(..length), input.get(..length)) {
                    to.copy_from_slice(from);
                }
                Portion { consumed: length, produced: length, fault: None }
            }
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Zstd(zstd) => zstd.step(input, output),
        }
    }

    /// What is wrong if the file ends here.
    pub(crate) fn end(&self) -> Option<Fault> {
        match self {
            Self::Plain => None,
            Self::Gzip(gzip) => gzip.end(),
            Self::Zstd(zstd) => zstd.end(),
        }
    }
}
