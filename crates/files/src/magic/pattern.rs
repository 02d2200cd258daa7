//! A little language for the beginnings of files.

/// What stands one after another.
pub(crate) type Pattern = &'static [Token];

/// A part of a pattern.
pub(crate) enum Token {
    /// These bytes.
    Is(&'static [u8]),
    /// These letters, in upper or lower case.
    NoCase(&'static [u8]),
    /// One of these.
    OneOf(&'static [&'static [u8]]),
    /// So many bytes of any value.
    Any(usize),
    /// A byte within one of these ranges.
    In(&'static [(u8, u8)]),
    /// Blanks and tabs, as many as there are, but at least so many.
    Blanks(usize),
    /// Anything, up to where the rest fits.
    Anywhere,
    /// At least and at most so many bytes of any value.
    Between(usize, usize),
}

/// Whether what begins so can have this first byte.
pub(crate) fn can_begin_with(pattern: &[Token], byte: u8) -> bool {
    let is = |text: &[u8]| text.first().is_none_or(|first| *first == byte);
    match pattern.first() {
        Some(Token::Is(text)) => is(text),
        Some(Token::NoCase(text)) => is(text) || is(&text.to_ascii_uppercase()),
        Some(Token::OneOf(all)) => all.iter().any(|text| is(text)),
        Some(Token::In(ranges)) => ranges.iter().any(|(low, high)| (low..=high).contains(&&byte)),
        Some(Token::Any(_) | Token::Blanks(_) | Token::Anywhere | Token::Between(..)) | None => true,
    }
}

/// Whether `bytes` begin so.
pub(crate) fn fits(pattern: &[Token], bytes: &[u8]) -> bool {
    let Some((token, pattern)) = pattern.split_first() else { return true };
    let rest = match token {
        Token::Is(expected) => bytes.strip_prefix(*expected),
        Token::NoCase(expected) => without_prefix_of_any_case(bytes, expected),
        // None of the alternatives is the beginning of another one.
        Token::OneOf(all) => all.iter().find_map(|expected| bytes.strip_prefix(*expected)),
        Token::Any(count) => bytes.get(*count..),
        Token::In(ranges) => match bytes.split_first() {
            Some((byte, rest)) if ranges.iter().any(|(low, high)| (low..=high).contains(&byte)) => Some(rest),
            _ => None,
        },
        Token::Blanks(least) => {
            let count = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if count >= *least { bytes.get(count..) } else { None }
        }
        Token::Anywhere => return fits_within(pattern, bytes, 0, bytes.len()),
        Token::Between(least, most) => return fits_within(pattern, bytes, *least, *most),
    };
    rest.is_some_and(|rest| fits(pattern, rest))
}

/// Behind a token of variable length stands a fixed text in all signatures, so this looks at each place once.
fn fits_within(pattern: &[Token], bytes: &[u8], least: usize, most: usize) -> bool {
    if let Some(Token::Is(text)) = pattern.first() {
        let end = most.saturating_add(text.len()).min(bytes.len());
        let within = bytes.get(least..end).unwrap_or_default();
        return memchr::memmem::find_iter(within, text)
            .any(|start| bytes.get(least + start..).is_some_and(|rest| fits(pattern, rest)));
    }
    (least..=most.min(bytes.len())).any(|start| bytes.get(start..).is_some_and(|rest| fits(pattern, rest)))
}

/// What follows `prefix` (in lower case), if `bytes` begin with it in any case.
pub(crate) fn without_prefix_of_any_case<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
