//! The bytes of a file as far as they were kept: its beginning, and its end where the format wants it.

/// A file to look into. Offsets count from the beginning of the file; what was not kept is absent.
#[derive(Clone, Copy, Default)]
pub(crate) struct Content<'a> {
    head: &'a [u8],
    tail: &'a [u8],
    tail_at: u64,
    length: u64,
    is_whole: bool,
}

impl<'a> Content<'a> {
    /// A whole file.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { head: bytes, tail: &[], tail_at: 0, length: bytes.len() as u64, is_whole: true }
    }

    /// The beginning and the end of a file of `length` bytes, which `is_whole` when no more should have come.
    pub(crate) fn new(head: &'a [u8], tail: &'a [u8], length: u64, is_whole: bool) -> Self {
        let tail_at = length.saturating_sub(tail.len() as u64);
        Self { head, tail, tail_at, length, is_whole }
    }

    /// Whether a part of the file cannot be read.
    pub(crate) fn is_cut(&self) -> bool {
        !self.is_whole || (self.head.len() + self.tail.len()) as u64 != self.length
    }

    /// The length of the file, where all of it came by.
    pub(crate) fn length(&self) -> Option<u64> {
        self.is_whole.then_some(self.length)
    }

    /// The bytes from the beginning on without a hole.
    pub(crate) fn head(&self) -> &'a [u8] {
        self.head
    }

    /// The last bytes that were kept without a hole.
    pub(crate) fn end(&self) -> &'a [u8] {
        if self.tail.is_empty() { self.head } else { self.tail }
    }

    /// Where [`Content::end`] begins.
    pub(crate) fn end_at(&self) -> u64 {
        if self.tail.is_empty() { 0 } else { self.tail_at }
    }

    /// So many bytes at `offset`.
    pub(crate) fn get(&self, offset: u64, length: usize) -> Option<&'a [u8]> {
        self.upto(offset, length).filter(|bytes| bytes.len() == length)
    }

    /// At most so many bytes at `offset`; as many as were kept.
    pub(crate) fn upto(&self, offset: u64, most: usize) -> Option<&'a [u8]> {
        let within = |bytes: &'a [u8], offset: u64| {
            let rest = bytes.get(usize::try_from(offset).ok()?..)?;
            rest.get(..most.min(rest.len()))
        };
        if offset >= self.tail_at && !self.tail.is_empty() {
            return within(self.tail, offset - self.tail_at);
        }
        within(self.head, offset)
    }

    /// A little-endian number of four bytes.
    pub(crate) fn u32(&self, offset: u64) -> Option<u32> {
        self.get(offset, 4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A text that a zero byte ends, at most `most` bytes long.
    pub(crate) fn text(&self, offset: u64, most: usize) -> Option<&'a [u8]> {
        let bytes = self.upto(offset, most)?;
        bytes.get(..memchr::memchr(0, bytes).unwrap_or(bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_kept_is_absent() {
        let content = Content::new(b"abcd", b"wxyz", 10, true);
        assert_eq!(content.get(2, 2), Some(&b"cd"[..]));
        assert_eq!(content.get(3, 2), None);
        assert_eq!(content.upto(3, 9), Some(&b"d"[..]));
        assert_eq!((content.get(5, 1), content.get(6, 4)), (None, Some(&b"wxyz"[..])));
        assert_eq!((content.upto(11, 1), content.u32(6)), (None, Some(0x7a79_7877)));
        assert!(content.is_cut() && !Content::of(b"ab").is_cut());
    }
}
