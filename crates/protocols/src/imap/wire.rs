//! The lines of IMAP (RFC 9051): commands, answers, and texts that stand behind their length.

/// Commands that are told.
const TOLD: &[&[u8]] = &[
    b"APPEND",
    b"AUTHENTICATE",
    b"COPY",
    b"CREATE",
    b"DELETE",
    b"EXAMINE",
    b"EXPUNGE",
    b"FETCH",
    b"LOGIN",
    b"MOVE",
    b"RENAME",
    b"SEARCH",
    b"SELECT",
    b"SETACL",
    b"STARTTLS",
    b"STORE",
];

/// Whether a command is one that is told.
pub(super) fn is_told(word: &[u8]) -> bool {
    TOLD.iter().any(|told| told.eq_ignore_ascii_case(word))
}

/// The first word of a line and what follows it.
pub(super) fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = line.iter().position(|byte| *byte != b' ')?;
    let line = line.get(start..)?;
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end)?;
    Some((word, rest.strip_prefix(b" ").unwrap_or(rest)))
}

/// The length of the text that stands behind a line, e.g. `{123}` or `{123+}`.
pub(super) fn literal(line: &[u8]) -> Option<u64> {
    let inside = line.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|byte| *byte == b'{')?;
    let digits = inside.get(open + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    let text =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

/// Whether the text that stands behind a line of a server is a whole mail.
pub(super) fn gives_mail(line: &[u8]) -> bool {
    let Some(open) = line.iter().rposition(|byte| *byte == b'{') else { return false };
    let before = line.get(..open).unwrap_or_default().trim_ascii_end().to_ascii_uppercase();
    before.ends_with(b"BODY[]") || before.ends_with(b"BODY[]<0>") || before.ends_with(b"RFC822")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_stand_behind_their_length() {
        assert_eq!(literal(b"* 1 FETCH (BODY[] {12}"), Some(12));
        assert_eq!(literal(b"a APPEND x {3+}"), Some(3));
        assert_eq!(literal(b"a {x}"), None);
        assert!(gives_mail(b"* 1 FETCH (UID 7 RFC822 {12}"));
        assert!(!gives_mail(b"* 1 FETCH (BODY[1] {12}"));
        assert_eq!(word(b"a1  LOGIN eve x"), Some((&b"a1"[..], &b" LOGIN eve x"[..])));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (word(&line), literal(&line), gives_mail(&line), is_told(&line));
        }
    }
}
