use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// The header of a Windows executable.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("pe")]
pub struct Pe {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// Processor that it is for.
    pub machine: Option<Cow<'static, str>>,
    /// Time of the link, as the file says.
    pub compile_ts: Option<Timestamp>,
    /// Operating system that it needs.
    pub os: Option<Cow<'static, str>>,
    /// Subsystem that it needs.
    pub subsystem: Option<Cow<'static, str>>,
    /// An executable, not an object file.
    pub is_exe: bool,
    /// For 64 bits.
    pub is_64bit: bool,
    /// Allows address space layout randomization.
    pub uses_aslr: bool,
    /// Allows data execution prevention.
    pub uses_dep: bool,
    /// Forces code integrity checks.
    pub uses_code_integrity: bool,
    /// Uses structured exception handling.
    pub uses_seh: bool,
    /// Has an import table.
    pub has_import_table: Option<bool>,
    /// Has an export table.
    pub has_export_table: Option<bool>,
    /// Has an attribute certificate table.
    pub has_cert_table: Option<bool>,
    /// Has a debug table.
    pub has_debug_data: Option<bool>,
    /// Names of the sections, in order.
    pub section_names: Option<Vec<String>>,
}
