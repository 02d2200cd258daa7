//! The outer form of ASN.1 in DER (X.690): tags, lengths, contents.

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// With tag and length.
    pub(crate) all: &'a [u8],
}

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const CONTEXT_0: u8 = 0xa0;

/// The values that stand one after another.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    /// The next value if it has this tag; else it stays.
    pub(crate) fn tagged(&mut self, tag: u8) -> Option<Value<'a>> {
        let before = *self;
        let value = self.next().filter(|value| value.tag == tag);
        if value.is_none() {
            *self = before;
        }
        value
    }

    /// The values inside the next one, which has this tag.
    pub(crate) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.tagged(tag).map(|value| Der(value.content))
    }
}

impl<'a> Iterator for Der<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let count = usize::from(first & 0x7f);
            // Four bytes of length are more than any file that is read; the form of unknown length is not DER.
            let (bytes, behind) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
            length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = behind;
        }
        let (content, behind) = rest.split_at_checked(length)?;
        let (all, _) = self.0.split_at(self.0.len() - behind.len());
        self.0 = behind;
        Some(Value { tag, content, all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_one_after_another() {
        let mut der = Der(b"\x02\x01\x07\x30\x81\x02\x05\x00");
        assert_eq!(der.tagged(SEQUENCE), None);
        assert_eq!(der.tagged(INTEGER).map(|value| value.content), Some(&b"\x07"[..]));
        assert_eq!(der.next().map(|value| value.all.len()), Some(5));
        assert_eq!(der.next(), None);
        assert_eq!(Der(b"\x30\x84\xff\xff\xff\xff").next(), None);
        assert_eq!(Der(b"\x30\x80\x00\x00").next(), None);
    }
}
