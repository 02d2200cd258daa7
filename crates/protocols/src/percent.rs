//! Percent encoding (RFC 3986), undone as Zeek does: what is no valid escape stays as it is.

/// What was wrong with the escapes of a URI, as stable names.
pub(crate) type Complaints = Vec<&'static str>;

/// More complaints about one URI are not told.
const COMPLAINTS_MAX: usize = 4;

/// Undoes percent encoding; `%uXXXX` too, which old Microsoft software writes.
pub(crate) fn unescape(text: &[u8]) -> (Vec<u8>, Complaints) {
    let mut out = Vec::with_capacity(text.len());
    let mut complaints = Complaints::new();
    let mut complain = |name| {
        if complaints.len() < COMPLAINTS_MAX && !complaints.contains(&name) {
            complaints.push(name);
        }
    };
    let mut rest = text;
    while let Some(place) = memchr::memchr(b'%', rest) {
        let (before, escape) = rest.split_at(place);
        out.extend_from_slice(before);
        rest = match escape {
            [_] => {
                complain("illegal_%_at_end_of_URI");
                out.push(b'%');
                &[]
            }
            [_, last] => {
                complain("partial_escape_at_end_of_URI");
                out.extend_from_slice(&[b'%', *last]);
                &[]
            }
            [_, b'%', ..] => {
                complain("double_%_in_URI");
                escape.get(1..).unwrap_or_default()
            }
            [_, b'u', a, b, c, d, after @ ..]
                if let (Some(high), Some(low)) = (hex_byte(*a, *b), hex_byte(*c, *d)) =>
            {
                if high != 0 || *a != b'0' || *b != b'0' {
                    out.push(high);
                }
                out.push(low);
                after
            }
            [_, high, low, after @ ..] => match hex_byte(*high, *low) {
                Some(byte) => {
                    out.push(byte);
                    after
                }
                None => {
                    complain("unescaped_%_in_URI");
                    out.extend_from_slice(&[b'%', *high]);
                    escape.get(2..).unwrap_or_default()
                }
            },
            [] => &[],
        };
    }
    out.extend_from_slice(rest);
    (out, complaints)
}

/// The byte that two hexadecimal digits write.
pub(crate) fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        let cases: [(&str, &str, &[&str]); 8] = [
            ("/plain", "/plain", &[]),
            ("/a%20b%2F", "/a b/", &[]),
            ("/%u00ae%u4e2d", "/\u{ae}N-", &[]),
            ("/%", "/%", &["illegal_%_at_end_of_URI"]),
            ("/%4", "/%4", &["partial_escape_at_end_of_URI"]),
            ("/%%41", "/A", &["double_%_in_URI"]),
            ("/%zz", "/%zz", &["unescaped_%_in_URI"]),
            ("", "", &[]),
        ];
        for (escaped, expected, complaints) in cases {
            let (got, told) = unescape(escaped.as_bytes());
            let got: String = got.into_iter().map(char::from).collect();
            assert_eq!((got.as_str(), told.as_slice()), (expected, complaints), "{escaped}");
        }
    }
}
