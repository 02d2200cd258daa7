//! The type of a file by its first bytes. Not by its name, and not by what a protocol says of it.
//!
//! The signatures and their strengths are those of Zeek (`base/frameworks/files/magic`), which go back to
//! libmagic: all are anchored at the beginning, and the strongest that fits names the type. What Zeek has no name for
//! is named by signatures of our own.

mod binary;
mod further;
mod pattern;
#[cfg(test)]
mod samples;
mod text;
mod words;

use std::cmp::Reverse;
use std::sync::LazyLock;

use pattern::Pattern;

/// A way to recognise a type.
pub(crate) struct Signature {
    mime_type: &'static str,
    strength: i16,
    test: Test,
}

enum Test {
    /// The file begins so.
    Pattern(Pattern),
    /// What a pattern cannot say.
    Function(fn(&[u8]) -> bool),
}

const fn begins(mime_type: &'static str, strength: i16, pattern: Pattern) -> Signature {
    Signature { mime_type, strength, test: Test::Pattern(pattern) }
}

const fn when(mime_type: &'static str, strength: i16, function: fn(&[u8]) -> bool) -> Signature {
    Signature { mime_type, strength, test: Test::Function(function) }
}

const ALL: [&[Signature]; 4] = [binary::SIGNATURES, further::SIGNATURES, words::SIGNATURES, text::SIGNATURES];

/// For each first byte of a file the signatures that can fit, the strongest first; of equals, Zeek takes the first by name.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<&'static Signature>>> = LazyLock::new(|| {
    let mut all: Vec<&Signature> = ALL.into_iter().flatten().collect();
    all.sort_by_key(|signature| (Reverse(signature.strength), signature.mime_type));
    let can_begin =
        |byte: u8| all.iter().filter(move |signature| signature.can_begin_with(byte)).copied().collect();
    (0..=u8::MAX).map(can_begin).collect()
});

/// The type of a file with this beginning; none if no signature fits.
pub fn mime_type(head: &[u8]) -> Option<&'static str> {
    let candidates = BY_FIRST_BYTE.get(usize::from(*head.first()?))?;
    candidates.iter().find(|signature| signature.fits(head)).map(|signature| signature.mime_type)
}

impl Signature {
    fn can_begin_with(&self, byte: u8) -> bool {
        match &self.test {
            Test::Pattern(pattern) => pattern::can_begin_with(pattern, byte),
            Test::Function(_) => true,
        }
    }

    fn fits(&self, head: &[u8]) -> bool {
        match &self.test {
            Test::Pattern(pattern) => pattern::fits(pattern, head),
            Test::Function(function) => function(head),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_type_is_told_by_the_beginning_of_a_file() {
        for (expected, beginning) in samples::SAMPLES {
            let mut head = Vec::new();
            for (place, bytes) in *beginning {
                head.resize(*place, 0);
                head.extend_from_slice(bytes);
            }
            assert_eq!(mime_type(&head), Some(*expected), "{beginning:?}");
        }
        let types: BTreeSet<&str> = ALL.into_iter().flatten().map(|signature| signature.mime_type).collect();
        let told: BTreeSet<&str> = samples::SAMPLES.iter().map(|(mime_type, _)| *mime_type).collect();
        assert!(told.len() >= 250, "{}", told.len());
        // A stronger signature of Zeek takes all of this one for `video/mpeg`.
        let untold: Vec<&&str> = types.difference(&told).collect();
        assert_eq!(untold, [&"video/mp2p"]);
    }

    #[test]
    fn what_zeek_names_has_that_name_here_as_well() {
        let weakest = [binary::SIGNATURES, words::SIGNATURES, text::SIGNATURES].into_iter().flatten();
        let weakest = weakest.map(|signature| signature.strength).min().unwrap();
        assert!(further::SIGNATURES.iter().all(|signature| signature.strength < weakest));
    }

    #[test]
    fn types_are_told_by_content() {
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"", None),
            (b"too short", None),
            (b"long enough", Some("text/plain")),
            (b"\x89PNG\r\n\x1a\n", Some("image/png")),
            (b"MZ\x90\0", Some("application/x-dosexec")),
            (b"PK\x03\x04\x14\0\x02\0\x08\0", Some("application/zip")),
            (b"PK\x03\x04\x14\0\x06\0\x08\0", Some("application/vnd.openxmlformats-officedocument")),
            (b"{\"a\": 1}", Some("text/json")),
            (b"{\"a\": null}", Some("text/plain")),
            (b" [ 1, 2]", Some("text/json")),
            (b"[]\n", Some("text/json")),
            (b"[autorun]\r\nopen=x", Some("text/ini")),
            (b"<!DOCTYPE html><p>", Some("text/html")),
            (b"\n<!-- a --> <b> <!-- c --><HTML>", Some("text/html")),
            (b"<?xml version=\"1.0\"?>\n<a/>", Some("application/xml")),
            (b"<?xml version='1.0'?><soap-env:Envelope>", Some("application/soap+xml")),
            (b"<?xml version='1.0'?><feed xmlns=\"http://www.w3.org/2005/Atom\">", Some("text/atom")),
            (b"#!/usr/bin/env  bash\n", Some("text/x-shellscript")),
            (b"x = 1; <?php echo", Some("text/x-php")),
            (b"--- a\n+++ b\n@@ -1", Some("text/x-diff")),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0", Some("application/x-sharedlib")),
            (b"\xff\xfea\0b\0c\0d\0e\0f\0", None),
        ];
        for (head, expected) in cases {
            assert_eq!(mime_type(head), *expected, "{}", String::from_utf8_lossy(head));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(head in prop::collection::vec(any::<u8>(), 0..300)) {
            mime_type(&head);
        }
    }
}
