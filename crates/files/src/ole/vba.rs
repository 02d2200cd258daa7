//! Macros in Visual Basic (Microsoft, [MS-OVBA]): the source text of a module is packed behind its compiled form.

use crate::listed::Listed;
use crate::program_words;

/// So much source text is unpacked of the modules of a file together.
const SOURCE_BYTES_MAX: usize = 4 << 20;

/// Sorted. Macros that run by themselves.
const AUTOMATIC: &[&str] = &[
    "auto_close",
    "auto_open",
    "autoclose",
    "autoexec",
    "autoexit",
    "autonew",
    "autoopen",
    "document_beforeclose",
    "document_close",
    "document_new",
    "document_open",
    "documentopen",
    "newdocument",
    "workbook_activate",
    "workbook_beforeclose",
    "workbook_close",
    "workbook_deactivate",
    "workbook_open",
    "workbook_windowactivate",
];

/// What the macros of a file are.
#[derive(Default)]
pub(crate) struct Macros {
    pub(crate) modules: Listed,
    pub(crate) automatic: Listed,
    pub(crate) calls: Listed,
    unpacked: usize,
}

impl Macros {
    /// Takes a module in.
    pub(super) fn take_module(&mut self, name: &str, stream: &[u8]) {
        self.modules.push_text(name);
        let source = source(stream, SOURCE_BYTES_MAX.saturating_sub(self.unpacked));
        self.unpacked += source.len();
        program_words::each_word(&source, |word| {
            let word = std::str::from_utf8(word).unwrap_or_default();
            if AUTOMATIC.binary_search(&word).is_ok() {
                self.automatic.push_new(word);
            }
        });
        program_words::list_telling(&source, &mut self.calls);
    }
}

/// The source text in the stream of a module: it begins with an attribute, whose first letters are not packed.
fn source(stream: &[u8], most: usize) -> Vec<u8> {
    const FIRST_ATTRIBUTE: &[u8] = b"\0Attribut";
    const BEFORE_IT: usize = 3;
    let start = memchr::memmem::find(stream, FIRST_ATTRIBUTE).and_then(|place| place.checked_sub(BEFORE_IT));
    start.and_then(|start| stream.get(start..)).map(|packed| unpack(packed, most)).unwrap_or_default()
}

/// Unpacks a container: chunks of at most 4096 bytes, each made of letters and copies of earlier ones.
fn unpack(container: &[u8], most: usize) -> Vec<u8> {
    const CONTAINER: u8 = 1;
    const IS_PACKED: u16 = 0x8000;
    let mut text = Vec::new();
    let Some((&CONTAINER, mut rest)) = container.split_first() else { return text };
    while let Some((header, behind)) = rest.split_first_chunk::<2>() {
        let header = u16::from_le_bytes(*header);
        let length = usize::from(header & 0xfff) + 1;
        let (chunk, behind) = behind.split_at(length.min(behind.len()));
        rest = behind;
        if header & IS_PACKED == 0 {
            text.extend_from_slice(chunk);
        } else {
            unpack_chunk(chunk, &mut text);
        }
        if text.len() >= most {
            text.truncate(most);
            break;
        }
    }
    text
}

/// What is broken ends the chunk.
fn unpack_chunk(mut chunk: &[u8], text: &mut Vec<u8>) {
    const CHUNK_BYTES: usize = 4096;
    let start = text.len();
    while let Some((flags, behind)) = chunk.split_first() {
        chunk = behind;
        for bit in 0..8 {
            if text.len() - start >= CHUNK_BYTES {
                return;
            }
            if flags >> bit & 1 == 0 {
                let Some((letter, behind)) = chunk.split_first() else { return };
                chunk = behind;
                text.push(*letter);
                continue;
            }
            let Some((token, behind)) = chunk.split_first_chunk::<2>() else { return };
            chunk = behind;
            let (distance, length) = copy(u16::from_le_bytes(*token), text.len() - start);
            let length = length.min(CHUNK_BYTES - (text.len() - start));
            for _ in 0..length {
                // A copy may reach into itself, but not before its chunk.
                let from = text.len().checked_sub(distance).filter(|from| *from >= start);
                let Some(letter) = from.and_then(|from| text.get(from)).copied() else { return };
                text.push(letter);
            }
        }
    }
}

/// How far back and how long: the more of the chunk is there, the more bits the distance takes.
fn copy(token: u16, position: usize) -> (usize, usize) {
    let bits = (4..12).find(|bits| 1 << bits >= position).unwrap_or(12);
    let length = usize::from(token & (0xffff >> bits)) + 3;
    (usize::from(token >> (16 - bits)) + 1, length)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Packs with letters only.
    pub(crate) fn packed(text: &[u8]) -> Vec<u8> {
        let mut container = vec![1];
        for part in text.chunks(2048) {
            let chunk: Vec<u8> = part.chunks(8).flat_map(|eight| [&[0], eight].concat()).collect();
            container.extend((0xb000 | (chunk.len() as u16 - 1)).to_le_bytes());
            container.extend(chunk);
        }
        container
    }

    #[test]
    fn the_examples_of_the_specification_unpack() {
        // [MS-OVBA] 3.2.3: maximum compression.
        let most = b"\x01\x03\xb0\x02\x61\x45\x00";
        assert_eq!(unpack(most, 1000), [b'a'; 73]);
        // [MS-OVBA] 3.2.2: normal compression.
        let normal: &[u8] = &[
            0x01, 0x2f, 0xb0, 0x00, 0x23, 0x61, 0x61, 0x61, 0x62, 0x63, 0x64, 0x65, 0x82, 0x66, 0x00, 0x70,
            0x61, 0x67, 0x68, 0x69, 0x6a, 0x01, 0x38, 0x08, 0x61, 0x6b, 0x6c, 0x00, 0x30, 0x6d, 0x6e, 0x6f,
            0x70, 0x06, 0x71, 0x02, 0x70, 0x04, 0x10, 0x72, 0x73, 0x74, 0x75, 0x76, 0x10, 0x77, 0x78, 0x79,
            0x7a, 0x00, 0x3c,
        ];
        assert_eq!(unpack(normal, 1000), b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
    }

    #[test]
    fn automatic_macros_and_calls_are_named() {
        let source =
            "Attribute VB_Name = \"x\"\r\nSub Document_Open()\r\nShell \"powershell\"\r\nEnd Sub\r\n"
                .repeat(50);
        let mut macros = Macros::default();
        macros.take_module("ThisDocument", &[b"compiled", packed(source.as_bytes()).as_slice()].concat());
        assert_eq!(macros.automatic.names().unwrap(), ["document_open"]);
        assert_eq!(macros.calls.names().unwrap(), ["shell", "powershell"]);
        assert_eq!(unpack(&packed(source.as_bytes()), usize::MAX), source.as_bytes());
        assert!(AUTOMATIC.is_sorted());
    }

    proptest! {
        #[test]
        fn any_bytes_unpack_to_no_more_than_is_asked_for(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(unpack(&[&[1][..], &bytes].concat(), 100).len() <= 100);
        }
    }
}
