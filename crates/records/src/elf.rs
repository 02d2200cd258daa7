use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// The headers of a program or library for Linux or another Unix (ELF).
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("elf")]
pub struct Elf {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// Processor that it is for.
    pub machine: Option<Cow<'static, str>>,
    /// For 64 bits.
    pub is_64bit: bool,
    /// With the most significant byte first.
    pub is_big_endian: bool,
    /// `executable`, `shared`, `object` or `core`.
    pub file_type: Option<Cow<'static, str>>,
    /// Operating system, where the header names one.
    pub os: Option<Cow<'static, str>>,
    /// Program that loads it; without one it is linked statically or is a library.
    pub interpreter: Option<String>,
    /// Libraries that it needs; at most 64.
    pub libraries: Option<Vec<String>>,
    /// Linked statically: neither a loader nor libraries.
    pub is_static: bool,
    /// Without a table of symbols.
    pub is_stripped: bool,
    /// Names of the sections; at most 64.
    pub section_names: Option<Vec<String>>,
    /// Symbols that it takes from libraries.
    pub import_count: Option<u64>,
    /// Names of these; at most 64.
    pub imports: Option<Vec<String>>,
    /// Identifier of the build, hexadecimal.
    pub build_id: Option<String>,
    /// What the compiler says of itself.
    pub compiler: Option<String>,
    /// Packer that left its mark: `UPX`.
    pub packer: Option<Cow<'static, str>>,
    /// Highest entropy of a loaded segment of at least 512 bytes, in bits per byte.
    pub segment_entropy_max: Option<f64>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
