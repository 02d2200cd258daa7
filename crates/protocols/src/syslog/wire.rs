//! The messages of syslog (RFC 5424, section 6).

use std::borrow::Cow;

/// So many bytes are enough to see a length and a priority.
pub(super) const BEGINNING_BYTES: usize = 16;

const FACILITIES: [&str; 24] = [
    "KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP",
    "NTP", "AUDIT", "ALERT", "CLOCK", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6",
    "LOCAL7",
];
const SEVERITIES: [&str; 8] = ["EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"];
const UNSPECIFIED: &str = "UNSPECIFIED";

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    /// Facility and severity in one.
    pub(super) priority: Option<u16>,
    /// What follows it.
    pub(super) text: &'a [u8],
}

/// Reads a message; without a priority all of it is text.
pub(super) fn message(bytes: &[u8]) -> Message<'_> {
    let (priority, text) = match bytes {
        [b'<', a, b'>', text @ ..] => (number(&[*a]), text),
        [b'<', a, b, b'>', text @ ..] => (number(&[*a, *b]), text),
        [b'<', a, b, c, b'>', text @ ..] => (number(&[*a, *b, *c]), text),
        _ => (None, bytes),
    };
    Message { priority, text: if priority.is_some() { text } else { bytes } }
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')))
}

/// Whether a text begins with a version and a date, or with a month.
pub(super) fn begins_as_usual(text: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ", b"Nov ",
        b"Dec ",
    ];
    MONTHS.iter().any(|month| text.starts_with(month))
        || matches!(text, [b'1', b' ', b'-', b' ', ..] | [b'1', b' ', b'1' | b'2', _, _, _, b'-', ..])
}

/// Whether it can be text: nothing that controls a terminal stands at its beginning.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let beginning = bytes.get(..BEGINNING_BYTES).unwrap_or(bytes);
    !beginning.is_empty()
        && beginning.iter().all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~' | 0x80..))
}

/// The name of the facility in a priority.
pub(super) fn facility(priority: Option<u16>) -> Cow<'static, str> {
    let Some(priority) = priority else { return UNSPECIFIED.into() };
    let number = usize::from(priority >> 3 & 0x7f);
    FACILITIES.get(number).map_or_else(|| format!("?-{number}").into(), |name| (*name).into())
}

/// The name of the severity in a priority.
pub(super) fn severity(priority: Option<u16>) -> &'static str {
    priority.and_then(|priority| SEVERITIES.get(usize::from(priority & 7)).copied()).unwrap_or(UNSPECIFIED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_priority_is_facility_and_severity() {
        assert_eq!(message(b"<34>su"), Message { priority: Some(34), text: b"su" });
        assert_eq!((facility(Some(34)).as_ref(), severity(Some(34))), ("AUTH", "CRIT"));
        assert_eq!((facility(Some(999)).as_ref(), severity(None)), ("?-124", "UNSPECIFIED"));
        assert_eq!(message(b"<3x>su"), Message { priority: None, text: b"<3x>su" });
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            let message = message(&bytes);
            let _ = (facility(message.priority), severity(message.priority), is_text(message.text));
        }
    }
}
