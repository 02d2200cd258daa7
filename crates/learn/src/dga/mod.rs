//! How likely a label of a domain name was made by a generator (DGA), judged by the label alone.
//!
//! Two parts are learned: how often three characters follow each other in the names that the world visits
//! ([`Trigrams`]), and a random forest over the features of a label. The idea to judge single names by the shape of
//! their letters is from Yadav, Reddy, Reddy & Ranjan, "Detecting Algorithmically Generated Malicious Domain Names"
//! (IMC 2010), the forest over such features from Schüppen, Teubert, Herrmann & Meyer, "FANCI" (USENIX Security 2018).

mod data;
mod features;
mod trigrams;

pub use data::{Families, Held, evaluate};

use crate::forest::{Forest, ForestError, Growing, Row};
use trigrams::Trigrams;

/// First bytes of the file; the last of them is the version of features and layout.
const MAGIC: &[u8; 8] = b"OTUSDGA1";
/// Labels that are longer do not exist (RFC 1035, section 2.3.4); the rest is not looked at.
const LABEL_MAX: usize = 63;
/// How the forest is grown: deep enough for the mixture of families, with leaves that no single name makes.
const GROWING: Growing = Growing { trees: 48, depth: 14, leaf: 12, seed: 0x0715 };

/// Why a file is no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DgaError {
    /// It is something else, or of another version.
    #[error("this is no model of generated names of this version")]
    Other,
    /// It ends too early.
    #[error("the model ends within the table of letters")]
    Cut,
    /// The forest in it is damaged.
    #[error(transparent)]
    Forest(#[from] ForestError),
}

/// The trained model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DgaModel {
    trigrams: Trigrams,
    forest: Forest,
}

impl DgaModel {
    /// How likely the label (`example` of `example.com`) was generated, 0–1. A label in Punycode is a word of another
    /// script: nothing is said of it.
    pub fn probability(&self, label: &str) -> f64 {
        if label.starts_with("xn--") {
            return 0.0;
        }
        self.forest.probability(&features::of(label, &self.trigrams))
    }

    /// Learns from labels: half of the visited ones give the trigrams, the others and the generated ones the forest.
    pub fn train<'a>(
        visited: impl Iterator<Item = &'a str> + Clone,
        generated: impl Iterator<Item = &'a str>,
    ) -> Self {
        let trigrams = Trigrams::count(visited.clone().filter(|label| data::half_of(label) == 0));
        let others = visited.filter(|label| data::half_of(label) == 1).map(|label| (label, false));
        let rows: Vec<Row> = others
            .chain(generated.map(|label| (label, true)))
            .map(|(label, is_positive)| Row {
                features: features::of(label, &trigrams).to_vec(),
                is_positive,
            })
            .collect();
        Self { forest: GROWING.grow(&rows), trigrams }
    }

    /// The model as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        self.trigrams.write(&mut out);
        self.forest.write(&mut out);
        out
    }

    /// Reads what [`DgaModel::to_bytes`] wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, DgaError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(DgaError::Other)?;
        let (trigrams, rest) = Trigrams::read(rest).ok_or(DgaError::Cut)?;
        Ok(Self { trigrams, forest: Forest::read(rest)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 12] = [
        "river", "garden", "paper", "stone", "market", "travel", "music", "house", "green", "cloud", "shop",
        "news",
    ];

    fn small() -> DgaModel {
        let visited: Vec<String> =
            WORDS.iter().flat_map(|left| WORDS.iter().map(move |right| format!("{left}{right}"))).collect();
        let generated: Vec<String> = (1..200_u64)
            .map(|seed| {
                let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let letters = (0..14).map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
                });
                letters.collect()
            })
            .collect();
        DgaModel::train(visited.iter().map(String::as_str), generated.iter().map(String::as_str))
    }

    #[test]
    fn drawn_letters_are_told_from_unseen_words() {
        let model = small();
        assert!(model.probability("xkvqzwpjhtrbgc") > 0.8);
        assert!(model.probability("papercloud") < 0.2);
        assert_eq!(model.probability("xn--kvqzwpjhtrbgc"), 0.0);
    }

    #[test]
    fn what_was_written_is_read_and_damage_named() {
        let model = small();
        let bytes = model.to_bytes();
        assert_eq!(DgaModel::read(&bytes), Ok(model));
        assert_eq!(DgaModel::read(b"OTUSDGA0"), Err(DgaError::Other));
        assert_eq!(DgaModel::read(&bytes[..100]), Err(DgaError::Cut));
        assert!(matches!(DgaModel::read(&bytes[..bytes.len() - 1]), Err(DgaError::Forest(_))));
    }

    proptest! {
        #[test]
        fn any_label_has_a_probability(label in "\\PC{0,80}") {
            prop_assert!((0.0..=1.0).contains(&DgaModel::default().probability(&label)));
            prop_assert!(features::of(&label, &Trigrams::default()).len() == features::COUNT);
        }
    }
}
