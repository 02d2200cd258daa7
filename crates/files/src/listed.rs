//! Texts from files, cut to what a record may hold.

use records::{text_from_bytes, text_from_utf16le};

/// A record lists at most so many names.
pub(crate) const NAMES_MAX: usize = 64;

/// A text in a record is at most so many bytes of the file.
const TEXT_BYTES_MAX: usize = 256;

/// The first names, and how many there are.
#[derive(Default)]
pub(crate) struct Listed {
    names: Vec<String>,
    pub(crate) count: u64,
}

impl Listed {
    /// Counts a name, and keeps it while there is room.
    pub(crate) fn push(&mut self, name: &[u8]) {
        self.count += 1;
        if self.names.len() < NAMES_MAX {
            self.names.push(text(name));
        }
    }

    /// The same for a name of characters.
    pub(crate) fn push_text(&mut self, name: &str) {
        self.push(name.as_bytes());
    }

    /// Takes a name in only if it is not there.
    pub(crate) fn push_new(&mut self, name: &str) {
        if self.names.len() < NAMES_MAX && !self.names.iter().any(|known| known == name) {
            self.push_text(name);
        }
    }

    /// Whether further names are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.names.len() >= NAMES_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The names; none where there is none.
    pub(crate) fn names(self) -> Option<Vec<String>> {
        Some(self.names).filter(|names| !names.is_empty())
    }
}

/// The beginning of a text.
pub(crate) fn text(bytes: &[u8]) -> String {
    long_text(bytes, TEXT_BYTES_MAX)
}

/// The beginning of a text, of at most so many bytes; a character that would be cut is left out.
pub(crate) fn long_text(bytes: &[u8], most: usize) -> String {
    let mut end = most.min(bytes.len());
    let is_inside = |end: usize| bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80);
    for _ in 0..3 {
        end -= usize::from(end > 0 && is_inside(end));
    }
    text_from_bytes(bytes.get(..end).unwrap_or_default())
}

/// A text unless it is empty.
pub(crate) fn some_text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.trim_ascii();
    (!bytes.is_empty()).then(|| text(bytes))
}

/// The beginning of a text in UTF-16LE up to a zero.
pub(crate) fn wide_text(bytes: &[u8]) -> String {
    long_wide_text(bytes, TEXT_BYTES_MAX)
}

/// The same with at most so many characters.
pub(crate) fn long_wide_text(bytes: &[u8], characters_max: usize) -> String {
    let length = bytes.chunks_exact(2).take(characters_max).take_while(|unit| **unit != [0, 0]).count();
    text_from_utf16le(bytes.get(..length * 2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_texts_are_bounded() {
        let mut listed = Listed::default();
        (0..100).for_each(|_| listed.push(&[b'a'; 1000]));
        assert_eq!(listed.count, 100);
        let names = listed.names().unwrap();
        assert_eq!((names.len(), names.first().map(String::len)), (NAMES_MAX, Some(TEXT_BYTES_MAX)));
        assert_eq!(long_text("aü".as_bytes(), 2), "a");
        assert_eq!(wide_text(b"a\0b\0\0\0c\0"), "ab");
    }
}
