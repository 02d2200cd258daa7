//! What a device calls itself.

use records::Dns;
use serde::{Deserialize, Serialize};
use world::Device;

const NAMES_KEPT: usize = 8;
/// Shorter names stand in words by chance.
const LENGTH_MIN: usize = 5;
/// A query for any type, by which a device finds out whether its own name is taken (RFC 4795, section 4).
const ANY: u16 = 255;
/// Names that any device may have, or ask for.
const COMMON: [&str; 9] =
    ["backup", "desktop", "isatap", "localhost", "mshome", "server", "windows", "workgroup", "wpad"];

/// The names that a device gives itself in its own network.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct OwnNames(Vec<String>);

impl OwnNames {
    pub(super) fn note_query(&mut self, dns: &Dns) {
        // By NetBIOS a device looks for its own computer and domain; without a domain that is the same name.
        let is_own = dns.qtype == Some(ANY) && dns.id.resp_p == 5355 || dns.id.resp_p == 137;
        if let Some(query) = dns.query.as_deref().filter(|_| is_own) {
            self.note(query);
        }
    }

    pub(super) fn note(&mut self, name: &str) {
        let label = name.trim().split('.').next().unwrap_or_default().to_ascii_lowercase();
        let is_name = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let is_telling = label.len() >= LENGTH_MIN
            && is_name
            && label.bytes().any(|byte| byte.is_ascii_alphabetic())
            && !COMMON.contains(&label.as_str());
        if is_telling && !self.0.contains(&label) && self.0.len() < NAMES_KEPT {
            self.0.push(label);
        }
    }

    /// The own name that stands in the text as a word of its own.
    pub(super) fn found_in(&self, text: &str, device: Option<&Device>) -> Option<String> {
        if text.len() < LENGTH_MIN {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let known = device
            .map(|device| &device.names)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.to_ascii_lowercase());
        self.0.iter().cloned().chain(known).find(|name| {
            let is_telling = name.len() >= LENGTH_MIN && !COMMON.contains(&name.as_str());
            is_telling && stands_alone(&text, name)
        })
    }
}

/// Whether the word stands in the text with no letter or digit at either side.
fn stands_alone(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, _)| {
        let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_ascii_alphanumeric());
        let before = text.get(..start).and_then(|rest| rest.chars().next_back());
        let behind = text.get(start + word.len()..).and_then(|rest| rest.chars().next());
        is_edge(before) && is_edge(behind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_word_of_its_own() {
        let mut names = OwnNames::default();
        for name in ["ANNA-PC", "pc", "12345", "desktop", "name with spaces"] {
            names.note(name);
        }
        assert_eq!(names.0, ["anna-pc"]);
        for title in ["SC_admin/ANNA-PC_2020.jpeg", "anna-pc", "PW_anna-pc_1.html"] {
            assert!(names.found_in(title, None).is_some(), "{title}");
        }
        for title in ["johanna-pc1.zip", "desktop.jpg", "minutes of anna"] {
            assert!(names.found_in(title, None).is_none(), "{title}");
        }
    }
}
