//! What is left of a frame while its layers are taken off, and the fields read from it.

/// The part of a frame that has not been read yet: what was captured of it, and how long it was on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<'a> {
    /// The bytes that were captured.
    pub(crate) bytes: &'a [u8],
    /// The length on the wire; never less than was captured.
    pub(crate) wire: usize,
}

impl<'a> Rest<'a> {
    /// A frame as it was captured.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], original_length: u32) -> Self {
        Self { bytes, wire: (original_length as usize).max(bytes.len()) }
    }

    /// What follows the first `count` bytes; none where they were not captured.
    #[inline]
    pub(crate) fn skip(self, count: usize) -> Option<Self> {
        let bytes = self.bytes.get(count..)?;
        Some(Self { bytes, wire: self.wire.saturating_sub(count) })
    }

    /// The first `length` bytes (on the wire) of it: what follows is padding.
    #[inline]
    pub(crate) fn limit(self, length: usize) -> Self {
        let bytes = self.bytes.get(..length).unwrap_or(self.bytes);
        Self { bytes, wire: self.wire.min(length) }
    }
}

/// The byte at `at`.
#[inline]
pub(crate) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// `N` bytes at `at`.
#[inline]
pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The big-endian number at `at`.
#[inline]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

/// The big-endian number at `at`.
#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}
