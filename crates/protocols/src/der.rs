//! ASN.1 in its distinguished encoding (X.690), as Kerberos and SPNEGO carry it: elements, integers, texts and
//! times. It reads one level at a time and never recurses.

use records::Timestamp;

/// Tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// Tag of an OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// Tag of an OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// Tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// The tag of the constructed, context-specific element with this number.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The tag of the constructed, application-wide element with this number.
pub(crate) const fn application(number: u8) -> u8 {
    0x60 | number
}

/// Elements one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elements<'a>(pub(crate) &'a [u8]);

impl<'a> Elements<'a> {
    /// The next element where it has this tag: its content. Otherwise the place stays.
    pub(crate) fn tagged(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.next()?;
        (found == tag).then(|| *self = ahead)?;
        Some(content)
    }

    /// The elements inside the next one, where it has this tag.
    pub(crate) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.tagged(tag).map(Self)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    /// Tag and content of the next element; nothing where it is cut short.
    fn next(&mut self) -> Option<Self::Item> {
        let (tag, after) = self.0.split_first()?;
        let (length, header) = length(after)?;
        let (content, rest) = after.get(header..)?.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }
}

/// A length, and how many bytes it took.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let (first, after) = bytes.split_first()?;
    if first & 0x80 == 0 {
        return Some((usize::from(*first), 1));
    }
    let digits = usize::from(first & 0x7f);
    if digits == 0 || digits > 4 {
        return None;
    }
    let length = after.get(..digits)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    Some((usize::try_from(length).ok()?, 1 + digits))
}

/// The content of an INTEGER of at most eight bytes.
pub(crate) fn integer(content: &[u8]) -> Option<i64> {
    let first = content.first()?;
    if content.len() > 8 {
        return None;
    }
    let start = if first & 0x80 == 0 { 0 } else { -1 };
    Some(content.iter().fold(start, |sum: i64, byte| (sum << 8) | i64::from(*byte)))
}

/// The content of a GeneralizedTime in UTC with whole seconds, `YYYYMMDDhhmmssZ`.
pub(crate) fn time(content: &[u8]) -> Option<Timestamp> {
    if content.len() != 15 || content.last() != Some(&b'Z') {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        content
            .get(from..to)?
            .iter()
            .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    Timestamp::from_date(year, month, day, hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_to_the_first_cut() {
        let mut elements = Elements(&[0x02, 0x01, 0x05, 0x30, 0x81, 0x02, 0x04, 0x00, 0x04, 0x05, 1]);
        assert_eq!(elements.tagged(SEQUENCE), None);
        assert_eq!(elements.tagged(INTEGER).and_then(integer), Some(5));
        assert_eq!(elements.inside(SEQUENCE).and_then(|mut inner| inner.tagged(OCTET_STRING)), Some(&[][..]));
        assert_eq!(elements.next(), None);
    }

    #[test]
    fn integers_have_a_sign() {
        assert_eq!(integer(&[0xff]), Some(-1));
        assert_eq!(integer(&[0x00, 0x80]), Some(128));
        assert_eq!(integer(&[]), None);
    }

    #[test]
    fn times_are_seconds_since_the_epoch() {
        assert_eq!(time(b"19700101000000Z"), Some(Timestamp(0)));
        assert_eq!(time(b"20370913024805Z"), Some(Timestamp(2_136_422_885_000_000_000)));
        assert_eq!(time(b"20371313024805Z"), None);
        assert_eq!(time(b"2037091302480"), None);
    }
}
