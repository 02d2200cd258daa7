//! Takes big-endian fields from the front of bytes: what is taken is gone from the slice, and what is not there is
//! `None`.

/// The next bytes.
pub(crate) fn bytes<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(taken)
}

fn array<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*taken)
}

/// One byte.
pub(crate) fn u8(from: &mut &[u8]) -> Option<u8> {
    array::<1>(from).map(|[byte]| byte)
}

/// Two bytes.
pub(crate) fn u16(from: &mut &[u8]) -> Option<u16> {
    array(from).map(u16::from_be_bytes)
}

/// Three bytes.
pub(crate) fn u24(from: &mut &[u8]) -> Option<usize> {
    array(from)
        .map(|[high, middle, low]| usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
}

/// Four bytes.
pub(crate) fn u32(from: &mut &[u8]) -> Option<u32> {
    array(from).map(u32::from_be_bytes)
}

/// Bytes behind their length in one byte.
pub(crate) fn after_u8<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u8(from)?;
    bytes(from, usize::from(length))
}

/// Bytes behind their length in two bytes.
pub(crate) fn after_u16<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u16(from)?;
    bytes(from, usize::from(length))
}

/// Bytes behind their length in three bytes.
pub(crate) fn after_u24<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u24(from)?;
    bytes(from, length)
}

/// Bytes behind their length in four bytes.
pub(crate) fn after_u32<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32(from)?;
    bytes(from, usize::try_from(length).ok()?)
}

/// All that is left, two bytes each; a byte left over is dropped.
pub(crate) fn u16_list(from: &[u8]) -> Vec<u16> {
    let (pairs, _) = from.as_chunks::<2>();
    pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_not_there_is_none() {
        let mut from: &[u8] = &[0, 2, 7, 8, 0, 0, 1, 9, 5];
        assert_eq!(super::after_u16(&mut from), Some(&[7, 8][..]));
        assert_eq!(super::after_u24(&mut from), Some(&[9][..]));
        assert_eq!(super::after_u8(&mut from), None);
        assert_eq!(super::u8(&mut from), None);
    }
}
