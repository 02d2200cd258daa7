//! Mach-O (Apple, "OS X ABI Mach-O File Format Reference"): programs for macOS and iOS. Writes `mach_o`.

mod signature;
#[cfg(test)]
pub(crate) mod tests;

use records::{MachO, Timestamp, Uid, hexadecimal};

use crate::content::Content;
use crate::listed::{Listed, some_text};

/// So many commands of a header, and processors of a universal binary, are read.
const COMMANDS_MAX: u32 = 1024;
const MACHINES_MAX: u64 = 16;

const NAME_BYTES_MAX: usize = 256;

/// What there is to say of a program; none without its header.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<MachO> {
    let mut mach_o = MachO { ts, id: fuid, is_cut: content.is_cut(), ..MachO::default() };
    let mut machines = Listed::default();
    let start = match content.get(0, 4)? {
        b"\xca\xfe\xba\xbe" => universal(content, &mut machines)?,
        _ => 0,
    };
    let header = Header::read(content, start);
    if machines.is_empty() {
        machines.push_text(&machine(header.as_ref()?.machine));
    }
    mach_o.machines = machines.names();
    if let Some(header) = header {
        header.tell(&mut mach_o);
    }
    Some(mach_o)
}

/// Lists the processors; returns the place of the first program.
fn universal(content: Content<'_>, machines: &mut Listed) -> Option<u64> {
    let number = |at: u64| content.get(at, 4)?.try_into().ok().map(u32::from_be_bytes);
    let count = u64::from(number(4)?).min(MACHINES_MAX);
    for place in 0..count {
        machines.push_text(&machine(number(8 + 20 * place)?));
    }
    number(16).map(u64::from)
}

fn machine(number: u32) -> String {
    let name = match number {
        7 => "I386",
        0x0100_0007 => "AMD64",
        12 => "ARM",
        0x0100_000c => "ARM64",
        0x0200_000c => "ARM64_32",
        18 => "POWERPC",
        0x0100_0012 => "POWERPC64",
        _ => return format!("unknown-{number}"),
    };
    name.to_owned()
}

struct Header<'a> {
    content: Content<'a>,
    start: u64,
    is_64bit: bool,
    is_big_endian: bool,
    machine: u32,
}

impl<'a> Header<'a> {
    fn read(content: Content<'a>, start: u64) -> Option<Self> {
        let (is_64bit, is_big_endian) = match content.get(start, 4)? {
            b"\xce\xfa\xed\xfe" => (false, false),
            b"\xcf\xfa\xed\xfe" => (true, false),
            b"\xfe\xed\xfa\xce" => (false, true),
            b"\xfe\xed\xfa\xcf" => (true, true),
            _ => return None,
        };
        let mut header = Self { content, start, is_64bit, is_big_endian, machine: 0 };
        header.machine = header.u32(4)?;
        Some(header)
    }

    /// The number at a place behind the beginning of the program.
    fn u32(&self, at: u64) -> Option<u32> {
        let bytes = self.content.get(self.start.checked_add(at)?, 4)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn text(&self, at: u64, most: usize) -> Option<&'a [u8]> {
        self.content.text(self.start.checked_add(at)?, most)
    }

    fn tell(&self, mach_o: &mut MachO) {
        const IS_POSITION_INDEPENDENT: u32 = 0x20_0000;
        mach_o.is_64bit = self.is_64bit;
        mach_o.file_type = self.u32(12).and_then(file_type).map(Into::into);
        mach_o.is_position_independent =
            self.u32(24).is_some_and(|flags| flags & IS_POSITION_INDEPENDENT != 0);
        let (mut libraries, mut segments) = (Listed::default(), Listed::default());
        let count = self.u32(16).unwrap_or(0).min(COMMANDS_MAX);
        let mut at = if self.is_64bit { 32 } else { 28 };
        for _ in 0..count {
            let (Some(command), Some(length)) = (self.u32(at), self.u32(at + 4)) else { break };
            match command {
                0x1 | 0x19 => segments.push(self.text(at + 8, 16).unwrap_or_default()),
                0xc | 0x8000_0018 | 0x8000_001f => {
                    libraries.push(self.text_of(at, length).unwrap_or_default())
                }
                _ => {
                    let _cut_off = self.take_command(command, at, mach_o);
                }
            }
            if length < 8 {
                break;
            }
            at += u64::from(length);
        }
        mach_o.libraries = libraries.names();
        mach_o.segment_names = segments.names();
    }

    /// The text in a command, whose place within it the command says.
    fn text_of(&self, at: u64, length: u32) -> Option<&'a [u8]> {
        let offset = self.u32(at + 8)?;
        let most = usize::try_from(length.checked_sub(offset)?).ok()?;
        self.text(at + u64::from(offset), most.min(NAME_BYTES_MAX))
    }

    /// Those commands that stand once.
    fn take_command(&self, command: u32, at: u64, mach_o: &mut MachO) -> Option<()> {
        match command {
            0x1b => {
                let uuid = self.content.get(self.start.checked_add(at + 8)?, 16)?;
                mach_o.uuid = Some(hexadecimal(uuid.iter().copied(), ""));
            }
            0x1d => {
                mach_o.has_signature = true;
                let place = self.start.checked_add(u64::from(self.u32(at + 8)?))?;
                let (identifier, team) = signature::read(self.content, place)?;
                mach_o.signing_identifier = some_text(identifier);
                mach_o.team_identifier = team.and_then(some_text);
            }
            0x21 | 0x2c => mach_o.is_encrypted = self.u32(at + 16)? != 0,
            0x24 | 0x25 | 0x2f | 0x30 => {
                let platform = match command {
                    0x24 => "macOS",
                    0x25 => "iOS",
                    0x2f => "tvOS",
                    _ => "watchOS",
                };
                mach_o.platform = Some(platform.into());
                mach_o.minimum_version = Some(version(self.u32(at + 8)?));
            }
            0x32 => {
                mach_o.platform = platform(self.u32(at + 8)?).map(Into::into);
                mach_o.minimum_version = Some(version(self.u32(at + 12)?));
            }
            _ => {}
        }
        Some(())
    }
}

const fn file_type(number: u32) -> Option<&'static str> {
    match number {
        1 => Some("object"),
        2 => Some("executable"),
        4 => Some("core"),
        6 => Some("library"),
        7 => Some("linker"),
        8 => Some("bundle"),
        10 => Some("symbols"),
        11 => Some("kernel extension"),
        _ => None,
    }
}

const fn platform(number: u32) -> Option<&'static str> {
    match number {
        1 => Some("macOS"),
        2 | 7 => Some("iOS"),
        3 | 8 => Some("tvOS"),
        4 | 9 => Some("watchOS"),
        5 => Some("bridgeOS"),
        6 => Some("Mac Catalyst"),
        10 => Some("DriverKit"),
        11 | 12 => Some("visionOS"),
        _ => None,
    }
}

fn version(number: u32) -> String {
    let [major_high, major, minor, patch] = number.to_be_bytes();
    format!("{}.{minor}.{patch}", u16::from_be_bytes([major_high, major]))
}
