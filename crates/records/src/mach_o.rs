use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// The headers of a program or library for macOS or iOS (Mach-O).
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("mach_o")]
pub struct MachO {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// Processors that it is for; more than one in a universal binary, of which the first is read.
    pub machines: Option<Vec<String>>,
    /// For 64 bits.
    pub is_64bit: bool,
    /// `executable`, `library`, `bundle`, `object`, `core` or another.
    pub file_type: Option<Cow<'static, str>>,
    /// Platform, such as `macOS` or `iOS`.
    pub platform: Option<Cow<'static, str>>,
    /// Oldest version of the platform that it runs on.
    pub minimum_version: Option<String>,
    /// Libraries that it needs; at most 64.
    pub libraries: Option<Vec<String>>,
    /// Names of the segments; at most 64.
    pub segment_names: Option<Vec<String>>,
    /// Identifier of the build, hexadecimal.
    pub uuid: Option<String>,
    /// May be loaded anywhere.
    pub is_position_independent: bool,
    /// Parts are encrypted.
    pub is_encrypted: bool,
    /// Carries a code signature. Whether that is valid is not checked.
    pub has_signature: bool,
    /// Identifier in the signature.
    pub signing_identifier: Option<String>,
    /// Team that signed.
    pub team_identifier: Option<String>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
