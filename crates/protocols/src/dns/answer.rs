//! Resource records of the answer section as the text that `dns.answers` holds.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use records::text_from_bytes;

use super::wire::{Cursor, Flaw, Flaws, NETBIOS_PORT, Name};

/// A record of the answer section.
pub(super) struct Answer {
    /// How long it may be kept, in seconds.
    pub(super) ttl: u32,
    /// What it says; `None` for types that are not told, empty where there is nothing to tell.
    pub(super) text: Option<String>,
}

/// Reads records of the answer section.
pub(super) struct AnswerReader<'a> {
    pub(super) cursor: Cursor<'a>,
    /// The name that the record is about.
    pub(super) owner: Name,
    pub(super) flaws: Flaws,
    /// The responder's.
    pub(super) port: u16,
    name: Name,
}

impl<'a> AnswerReader<'a> {
    pub(super) const fn new(cursor: Cursor<'a>, flaws: Flaws, port: u16) -> Self {
        Self { cursor, owner: Name::new(), flaws, port, name: Name::new() }
    }

    /// The next record; `None` where it cannot be read, and then no other can.
    pub(super) fn next(&mut self) -> Option<Answer> {
        self.cursor.name(&mut self.owner, &mut self.flaws);
        if self.cursor.left() < 4 {
            return self.broken(Flaw::AnswerCut);
        }
        let (kind, _class) = (self.cursor.u16(), self.cursor.u16());
        let ttl = self.cursor.u32();
        let length = usize::from(self.cursor.u16());
        if length > self.cursor.left() {
            return self.broken(Flaw::DataCut);
        }
        if length == 0 && self.cursor.left() > 0 {
            return self.broken(Flaw::DataMissing);
        }
        let text = match kind {
            1 => self.address(length)?,
            28 | 38 => self.long_address(),
            2 | 5 | 12 => self.only_name(length, 0),
            6 => self.authority(length)?,
            15 => self.only_name(length, 2),
            16 => self.strings(length, "TXT")?,
            33 if self.port == NETBIOS_PORT => return Some(Answer { ttl, text: None }),
            33 => self.only_name(length, 6),
            35 => self.naming_authority(length),
            99 => self.strings(length, "SPF")?,
            29 | 43 | 44 | 46..=48 | 50 | 51 | 65534 => self.of_length(kind, length)?,
            // Zeek knows these but its log does not tell them: HINFO, NetBIOS, OPT, SVCB, HTTPS, TSIG, CAA.
            13 | 32 | 41 | 64 | 65 | 250 | 257 => {
                self.cursor.take(length);
                return Some(Answer { ttl, text: None });
            }
            11 => {
                self.cursor.take(length);
                String::new()
            }
            _ => {
                self.flaws.add(Flaw::UnknownType);
                self.cursor.take(length);
                format!("<unknown type={kind}>")
            }
        };
        Some(Answer { ttl, text: Some(text) })
    }

    fn broken(&mut self, flaw: Flaw) -> Option<Answer> {
        self.flaws.add(flaw);
        None
    }

    fn address(&mut self, length: usize) -> Option<String> {
        if length != 4 {
            self.flaws.add(Flaw::DataOfOtherLength);
            return None;
        }
        Some(Ipv4Addr::from_bits(self.cursor.u32()).to_string())
    }

    fn long_address(&mut self) -> String {
        let mut bits = 0_u128;
        for _ in 0..4 {
            bits = bits << 32 | u128::from(self.cursor.u32());
        }
        Ipv6Addr::from_bits(bits).to_canonical().to_string()
    }

    fn read_name(&mut self) -> String {
        self.cursor.name(&mut self.name, &mut self.flaws);
        text_from_bytes(self.name.as_bytes())
    }

    /// A name behind `before` bytes that are not told.
    fn only_name(&mut self, length: usize, before: usize) -> String {
        let begin = self.cursor;
        self.cursor.take(before);
        let name = self.read_name();
        self.check_length(begin, length);
        name
    }

    fn check_length(&mut self, begin: Cursor<'_>, length: usize) {
        if self.cursor.since(begin) != length {
            self.flaws.add(Flaw::LengthMismatch);
        }
    }

    fn authority(&mut self, length: usize) -> Option<String> {
        let begin = self.cursor;
        let server = self.read_name();
        self.cursor.name(&mut self.name, &mut self.flaws);
        if self.cursor.take(20).len() < 20 {
            return None;
        }
        self.check_length(begin, length);
        Some(server)
    }

    /// The next string of a record, of which `left` bytes remain.
    fn string(&mut self, left: &mut usize) -> Option<&'a [u8]> {
        *left = left.checked_sub(1)?;
        let length = usize::from(self.cursor.u8());
        if length > *left {
            self.flaws.add(Flaw::TextPastEnd);
            return None;
        }
        *left -= length;
        Some(self.cursor.take(length))
    }

    fn strings(&mut self, length: usize, word: &str) -> Option<String> {
        let mut left = length;
        let mut text = Vec::with_capacity(length + 8);
        while let Some(string) = self.string(&mut left) {
            let gap = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{gap}{word} {} ", string.len());
            text.extend_from_slice(string);
        }
        // Zeek tells such a record, but reads none behind it.
        if left > 0 {
            self.cursor.take(usize::MAX);
        }
        Some(text_from_bytes(&text))
    }

    fn naming_authority(&mut self, length: usize) -> String {
        let begin = self.cursor;
        let (order, preference) = (self.cursor.u16(), self.cursor.u16());
        let mut left = length.saturating_sub(4);
        let mut text = format!("NAPTR {order} {preference}").into_bytes();
        for _ in 0..2 {
            text.push(b' ');
            text.extend_from_slice(self.string(&mut left).unwrap_or_default());
        }
        let expression = self.string(&mut left).unwrap_or_default();
        self.cursor.name(&mut self.name, &mut self.flaws);
        for part in [expression, self.name.as_bytes()] {
            if !part.is_empty() {
                text.push(b' ');
                text.extend_from_slice(part);
            }
        }
        self.check_length(begin, length);
        text_from_bytes(&text)
    }

    /// Records of DNSSEC and others whose data is taken by its length.
    fn of_length(&mut self, kind: u16, length: usize) -> Option<String> {
        let begin = self.cursor;
        let mut text = String::new();
        let required = match kind {
            29 => 15,
            44 => 2,
            46 => 18,
            47 => 0,
            50 => 6,
            51 | 65534 => 5,
            _ => 4,
        };
        if self.cursor.left() < required {
            return None;
        }
        match kind {
            29 => {
                let [_, size, horizontal, vertical] = [(); 4].map(|()| self.cursor.u8());
                let _ = write!(text, "LOC:  {size} {horizontal} {vertical}");
            }
            43 => {
                let (_, algorithm, digest) = (self.cursor.u16(), self.cursor.u8(), self.cursor.u8());
                let _ = write!(text, "DS {algorithm} {digest}");
            }
            44 => {
                self.cursor.take(2);
                text.push_str("SSHFP: ");
                for byte in self.cursor.take(length.saturating_sub(2)) {
                    let _ = write!(text, "{byte:02x}");
                }
            }
            46 => {
                let covered = self.cursor.u16();
                self.cursor.take(16);
                let signer = self.read_name();
                let _ =
                    write!(text, "RRSIG {covered} {}", if signer.is_empty() { "<Root>" } else { &signer });
            }
            47 => {
                let next = self.read_name();
                let _ = write!(text, "NSEC {} {next}", text_from_bytes(self.owner.as_bytes()));
            }
            48 => {
                let (_, _, algorithm) = (self.cursor.u16(), self.cursor.u8(), self.cursor.u8());
                let _ = write!(text, "DNSKEY {algorithm}");
            }
            50 => text.push_str("NSEC3"),
            51 => text.push_str("NSEC3PARAM"),
            _ => text.push_str("BIND9 signing signal"),
        }
        let read = self.cursor.since(begin);
        self.cursor.take(length.saturating_sub(read));
        Some(text)
    }
}
