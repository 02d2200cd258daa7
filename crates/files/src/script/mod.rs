//! Scripts: the language by its words, and what speaks for hiding or doing something. Writes `script`.

mod encoded;
mod language;
#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;

use records::{Script, Timestamp, Uid, text_from_utf16le};

use crate::content::Content;
use crate::entropy;
use crate::listed::{Listed, long_text};
use crate::program_words;

pub(crate) use language::{Language, recognise};

/// So much of what was decoded is told.
const DECODED_BYTES_MAX: usize = 1024;

/// What there is to say of a script.
pub(crate) fn read(language: Language, content: Content<'_>, ts: Timestamp, fuid: Uid) -> Script {
    let text = plain(content.head());
    let mut calls = Listed::default();
    program_words::list_telling(&text, &mut calls);
    let decoded = encoded::longest(&text).and_then(encoded::decoded);
    if let Some(decoded) = &decoded {
        // What is hidden counts like what is not.
        program_words::list_telling(decoded.as_bytes(), &mut calls);
    }
    let lines = text.split(|byte| *byte == b'\n');
    #[expect(clippy::cast_precision_loss, reason = "a script is short")]
    let encoded_share = encoded::count(&text) as f64 / text.len().max(1) as f64;
    Script {
        ts,
        id: fuid,
        language: language.name().into(),
        line_count: lines.clone().count() as u64,
        longest_line: lines.map(<[u8]>::len).max().unwrap_or(0) as u64,
        entropy: entropy::bits_per_byte(&text),
        encoded_share: (encoded_share * 1000.0).round() / 1000.0,
        decoded: decoded.map(|decoded| long_text(decoded.as_bytes(), DECODED_BYTES_MAX)),
        calls: calls.names(),
        urls: urls(&text).names(),
        is_cut: content.is_cut(),
    }
}

/// Text in UTF-16 as UTF-8; other text as it is.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(wide) => text_from_utf16le(wide).into_bytes().into(),
        None => bytes.into(),
    }
}

fn urls(text: &[u8]) -> Listed {
    const ADDRESS_BYTES_MAX: usize = 256;
    let is_of_address = |byte: &u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b';' | b'|' | b',')
    };
    let mut urls = Listed::default();
    for place in memchr::memmem::find_iter(text, b"://") {
        let before = text.get(..place).unwrap_or_default();
        let schemes: [&[u8]; 3] = [b"http", b"https", b"ftp"];
        let Some(scheme) = schemes.into_iter().find(|scheme| {
            let start = before.len().saturating_sub(scheme.len());
            let is_whole =
                start == 0 || before.get(start - 1).is_some_and(|byte| !byte.is_ascii_alphabetic());
            is_whole && before.get(start..).is_some_and(|name| name.eq_ignore_ascii_case(scheme))
        }) else {
            continue;
        };
        let rest = text.get(place - scheme.len()..).unwrap_or_default();
        let length = rest.iter().take(ADDRESS_BYTES_MAX).take_while(|byte| is_of_address(byte)).count();
        let address = String::from_utf8_lossy(rest.get(..length).unwrap_or_default());
        urls.push_new(&address);
    }
    urls
}
