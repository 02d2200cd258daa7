//! Numbers in words, for summaries.

/// Bytes with a unit: `36.0 MB`.
pub(crate) fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1000 => format!("{count} bytes"),
        1000..1_000_000 => format!("{:.0} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.1} GB", value / 1e9),
    }
}

/// A count with its noun: `1 failure`, `2 failures`.
pub(crate) fn count(count: u32, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A span of seconds in the unit that suits it: `10 min`.
pub(crate) fn span(seconds: f64) -> String {
    if seconds < 1.0 {
        "less than a second".to_owned()
    } else if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.1} min", seconds / 60.0)
    } else if seconds < 129_600.0 {
        format!("{:.1} h", seconds / 3600.0)
    } else {
        format!("{:.1} days", seconds / 86_400.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {
        assert_eq!((count(1, "failure"), count(12, "failure")), ("1 failure".into(), "12 failures".into()));
    }

    #[test]
    fn numbers_are_told_in_the_unit_that_suits_them() {
        assert_eq!((bytes(999), bytes(36_010_277)), ("999 bytes".to_owned(), "36.0 MB".to_owned()));
        assert_eq!(
            (span(60.0), span(600.0), span(7200.0)),
            ("60 s".to_owned(), "10.0 min".to_owned(), "2.0 h".to_owned())
        );
    }
}
