//! Names of the NetBIOS name service: 16 bytes, each half byte written as a letter (RFC 1001, section 14.1).

/// The name without its last byte (the kind of service), up to the first filling character; `None` where
/// nothing remains.
pub(super) fn decode(name: &[u8]) -> Option<Vec<u8>> {
    let mut letters = name.iter().map(u8::to_ascii_uppercase).chain(std::iter::repeat(b'A'));
    let mut decoded = Vec::with_capacity(15);
    while decoded.len() < 15
        && let (Some(high), Some(low)) = (letters.next(), letters.next())
    {
        let byte = high.wrapping_sub(b'A') << 4 | low.wrapping_sub(b'A') & 0xf;
        // Windows' name of the master browser begins with bytes 1 and 2.
        if !(byte.is_ascii_graphic() || byte == 1 || byte == 2) {
            break;
        }
        decoded.push(byte);
    }
    (!decoded.is_empty()).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_the_first_filling_character() {
        assert_eq!(decode(b"fhfaebeecacacacacacacacacacacaaa"), Some(b"WPAD".to_vec()));
        assert_eq!(decode(b"ckaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), Some(b"*".to_vec()));
        assert_eq!(decode(b"abacfpfpenfdecfcepfhfdeffpfpacab"), Some(b"\x01\x02__MSBROWSE__\x02".to_vec()));
        assert_eq!(decode(b""), None);
    }
}
