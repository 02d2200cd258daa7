//! gzip (RFC 1952) with any number of members. Written on top of raw inflate so that everything before a
//! damaged place comes out.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::Portion;
use crate::damage::Fault;

const FLAG_HEADER_CRC: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;

/// Where in a member the reader stands. Header fields are read a byte at a time: they are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many of the ten bytes of the fixed header have been read.
    Header(u8),
    ExtraLength(u8),
    Extra(u16),
    Name,
    Comment,
    HeaderCrc(u8),
    Body,
    /// So many of the eight bytes after the body have been read.
    Trailer(u8),
    /// Between members, where some writers leave zeros.
    Between,
}

/// Reads a gzip file.
pub(crate) struct Gzip {
    state: State,
    flags: u8,
    extra_length: u16,
    trailer: [u8; 8],
    inflate: Decompress,
    crc: Crc,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            state: State::Header(0),
            flags: 0,
            extra_length: 0,
            trailer: [0; 8],
            inflate: Decompress::new(false),
            crc: Crc::new(),
        }
    }
}

impl Gzip {
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Portion {
        if self.state == State::Body {
            return self.body(input, output);
        }
        let mut consumed = 0;
        for &byte in input {
            if self.state == State::Body {
                break;
            }
            if let Err(what) = self.header_byte(byte) {
                return Portion { consumed, produced: 0, fault: Some(Fault::Gzip(what)) };
            }
            consumed += 1;
        }
        Portion { consumed, produced: 0, fault: None }
    }

    pub(crate) fn end(&self) -> Option<Fault> {
        match self.state {
            State::Between => None,
            _ => Some(Fault::Gzip("it ends too early")),
        }
    }

    fn body(&mut self, input: &[u8], output: &mut [u8]) -> Portion {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, output, FlushDecompress::None);
        let consumed = (self.inflate.total_in() - before.0) as usize;
        let produced = (self.inflate.total_out() - before.1) as usize;
        self.crc.update(output.get(..produced).unwrap_or(&[]));
        let fault = match status {
            Ok(Status::StreamEnd) => {
                self.state = State::Trailer(0);
                None
            }
            Ok(_) => None,
            Err(_) => Some(Fault::Gzip("the compressed bytes make no sense")),
        };
        Portion { consumed, produced, fault }
    }

    fn header_byte(&mut self, byte: u8) -> Result<(), &'static str> {
        match self.state {
            State::Between if byte == 0 => {}
            State::Between | State::Header(0) => self.first_byte(byte)?,
            State::Header(read) => {
                match (read, byte) {
                    (1, 0x8b) | (2, 8) | (4.., _) => {}
                    (3, flags) => self.flags = flags,
                    _ => return Err("what follows is not gzip"),
                }
                self.state = State::Header(read + 1);
                if read == 9 {
                    self.next_field(FLAG_EXTRA);
                }
            }
            State::ExtraLength(read) => {
                self.extra_length |= u16::from(byte) << (8 * read);
                self.state = State::ExtraLength(1);
                if read == 1 {
                    self.state = State::Extra(self.extra_length);
                    if self.extra_length == 0 {
                        self.next_field(FLAG_NAME);
                    }
                }
            }
            State::Extra(0 | 1) => self.next_field(FLAG_NAME),
            State::Extra(left) => self.state = State::Extra(left - 1),
            State::Name if byte == 0 => self.next_field(FLAG_COMMENT),
            State::Comment if byte == 0 => self.next_field(FLAG_HEADER_CRC),
            State::Name | State::Comment | State::Body => {}
            State::HeaderCrc(0) => self.state = State::HeaderCrc(1),
            State::HeaderCrc(_) => self.state = State::Body,
            State::Trailer(read) => {
                if let Some(slot) = self.trailer.get_mut(usize::from(read)) {
                    *slot = byte;
                }
                self.state = State::Trailer(read + 1);
                if read == 7 {
                    self.state = State::Between;
                    return self.check();
                }
            }
        }
        Ok(())
    }

    fn first_byte(&mut self, byte: u8) -> Result<(), &'static str> {
        if byte != 0x1f {
            return Err("what follows is not gzip");
        }
        self.state = State::Header(1);
        self.extra_length = 0;
        self.inflate.reset(false);
        self.crc.reset();
        Ok(())
    }

    /// Goes to the first of the optional header fields from `field` on that is there.
    fn next_field(&mut self, field: u8) {
        let has = |flag| self.flags & flag != 0;
        self.state = match field {
            FLAG_EXTRA if has(FLAG_EXTRA) => State::ExtraLength(0),
            FLAG_EXTRA | FLAG_NAME if has(FLAG_NAME) => State::Name,
            FLAG_EXTRA | FLAG_NAME | FLAG_COMMENT if has(FLAG_COMMENT) => State::Comment,
            _ if has(FLAG_HEADER_CRC) => State::HeaderCrc(0),
            _ => State::Body,
        };
    }

    fn check(&self) -> Result<(), &'static str> {
        let expected = u64::from_le_bytes(self.trailer);
        let found = u64::from(self.crc.amount()) << 32 | u64::from(self.crc.sum());
        if expected == found { Ok(()) } else { Err("the checksum is wrong") }
    }
}
