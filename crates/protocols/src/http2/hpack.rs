//! Header blocks (RFC 7541, section 6).

use super::header_table::{Header, HeaderTable};
use super::huffman;
use crate::take;

/// Of a block so many headers are read, and so many bytes once they are decompressed: a block of one byte each can
/// name headers of 4 kB.
const HEADERS_MAX: usize = 256;
const BLOCK_BYTES_MAX: usize = 256 * 1024;

/// Longer names and values are cut.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Reads a block; `None` where it is damaged, so that the table cannot be trusted any more.
pub(super) fn read(mut block: &[u8], table: &mut HeaderTable) -> Option<Vec<Header>> {
    let mut headers: Vec<Header> = Vec::new();
    let mut bytes = 0;
    while let [first, ..] = block {
        let from = &mut block;
        let header = match first {
            0x80.. => {
                let (name, value) = table.get(integer(from, 7)?)?;
                (name.to_vec(), value.to_vec())
            }
            0x40..0x80 => {
                let header = literal(from, 6, table)?;
                table.add(header.clone());
                header
            }
            0x20..0x40 => {
                table.resize(integer(from, 5)?);
                continue;
            }
            _ => literal(from, 4, table)?,
        };
        bytes += header.0.len() + header.1.len();
        if headers.len() < HEADERS_MAX && bytes <= BLOCK_BYTES_MAX {
            headers.push(header);
        }
    }
    Some(headers)
}

/// A header whose name may be in the table.
fn literal(from: &mut &[u8], prefix: u8, table: &HeaderTable) -> Option<Header> {
    let name = match integer(from, prefix)? {
        0 => text(from)?,
        number => table.get(number)?.0.to_vec(),
    };
    Some((name, text(from)?))
}

fn text(from: &mut &[u8]) -> Option<Vec<u8>> {
    const CODED: u8 = 0x80;
    let is_coded = from.first()? & CODED != 0;
    let length = integer(from, 7)?;
    let text = take::bytes(from, length)?;
    if is_coded {
        huffman::decode(text, TEXT_BYTES_MAX)
    } else {
        Some(text.get(..TEXT_BYTES_MAX).unwrap_or(text).to_vec())
    }
}

/// A number whose first bits share a byte with something else (section 5.1).
fn integer(from: &mut &[u8], prefix: u8) -> Option<usize> {
    let mask = (1_u8 << prefix) - 1;
    let first = take::u8(from)? & mask;
    let mut number = usize::from(first);
    if first < mask {
        return Some(number);
    }
    // More than four bytes are no length that could be met.
    for place in 0..4 {
        let byte = take::u8(from)?;
        number += usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard_are_read() {
        let mut table = HeaderTable::default();
        let first = [
            0x82, 0x86, 0x84, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4,
            0xff,
        ];
        let headers = read(&first, &mut table).unwrap();
        assert_eq!(headers.last().unwrap(), &(b":authority".to_vec(), b"www.example.com".to_vec()));
        let headers = read(&[0xbe], &mut table).unwrap();
        assert_eq!(headers[0].1, b"www.example.com");
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0x01], &mut table), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&bytes, &mut HeaderTable::default());
        }
    }
}
