//! Names of streams in installer packages: two letters are packed into one character, and tables have a mark.

/// What the mark of a table is written as.
pub(super) const TABLE: char = '!';

/// A name as people know it; names of other files stay as they are.
pub(super) fn plain(name: String) -> String {
    const MARK: char = '\u{4840}';
    if !name.chars().any(|character| ('\u{3800}'..=MARK).contains(&character)) {
        return name;
    }
    let mut plain = String::new();
    for character in name.chars() {
        match u32::from(character) {
            packed @ 0x3800..0x4800 => plain.extend([letter(packed), letter((packed - 0x3800) >> 6)]),
            packed @ 0x4800..0x4840 => plain.push(letter(packed)),
            _ if character == MARK => plain.push(TABLE),
            _ => plain.push(character),
        }
    }
    plain
}

/// The letter of the lowest six bits.
fn letter(packed: u32) -> char {
    const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    char::from(LETTERS.get((packed & 63) as usize).copied().unwrap_or(b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_names_are_unpacked() {
        assert_eq!(
            plain("\u{4840}\u{460c}\u{45f6}\u{4432}\u{418a}\u{4337}\u{4472}".to_owned()),
            "!CustomAction"
        );
        assert_eq!(plain("WordDocument".to_owned()), "WordDocument");
    }
}
