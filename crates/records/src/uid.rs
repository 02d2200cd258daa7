//! Names of connections and files.

use serde::{Deserialize, Serialize};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 18;
/// The letter and so many digits less one come from the lower half of the hash.
const HALF: usize = 10;

/// The name of a connection (`C…`) or a file (`F…`): a letter and 17 digits to the base 62, as Zeek writes
/// them. It is made from what it names, so the same traffic gives the same names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid([u8; LENGTH]);

impl Uid {
    /// The name of a connection; `hash` is of its endpoints, protocol and start.
    pub fn connection(hash: u128) -> Self {
        Self::new(b'C', hash)
    }

    /// The name of a file; `hash` is of its connection and its place in it.
    pub fn file(hash: u128) -> Self {
        Self::new(b'F', hash)
    }

    fn new(letter: u8, hash: u128) -> Self {
        let mut name = [letter; LENGTH];
        // Two divisions of 64 bits are quicker than one of 128.
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
        let halves = [hash as u64, (hash >> 64) as u64];
        let (first, second) = name.split_at_mut(HALF);
        for (mut half, digits) in halves.into_iter().zip([first.get_mut(1..).unwrap_or_default(), second]) {
            for digit in digits {
                *digit = DIGITS.get((half % 62) as usize).copied().unwrap_or(b'0');
                half /= 62;
            }
        }
        Self(name)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let name = match self.0 {
            // Zeek's own names may be shorter.
            [.., 0] => self.0.split(|byte| *byte == 0).next().unwrap_or_default(),
            _ => self.0.as_slice(),
        };
        std::str::from_utf8(name).unwrap_or_default()
    }

    /// Reads what [`Uid::as_str`] wrote, and shorter names.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.is_empty() || bytes.len() > LENGTH || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut name = [0; LENGTH];
        name.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Some(Self(name))
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::fmt::Debug for Uid {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Default for Uid {
    fn default() -> Self {
        Self::connection(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_are_read_back() {
        for name in ["C", "CaAN33ESKqQr5L8J4", "C8Ie8E3T56VfsltVbc"] {
            assert_eq!(Uid::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "C8Ie8E3T56VfsltVbcd", "C-"] {
            assert_eq!(Uid::parse(name), None, "{name}");
        }
    }
}
