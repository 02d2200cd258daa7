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
    /// Size of each section in the file, in the order of `section_names`.
    pub section_bytes: Option<Vec<u64>>,
    /// Entropy of each section in thousandths of bits per byte, as far as the section was kept.
    pub section_entropy_thousandths: Option<Vec<u64>>,
    /// Highest entropy of a section of at least 512 bytes, in bits per byte; above 7.2 it is packed or encrypted.
    pub section_entropy_max: Option<f64>,
    /// A library (DLL).
    pub is_dll: Option<bool>,
    /// Holds .NET code.
    pub is_dotnet: Option<bool>,
    /// MD5 of its imports, as Mandiant defined it and pefile computes it.
    pub imphash: Option<String>,
    /// Libraries that it imports from, in order; at most 64.
    pub import_libraries: Option<Vec<String>>,
    /// Functions that it imports.
    pub import_count: Option<u64>,
    /// Name that its export table gives it.
    pub export_name: Option<String>,
    /// Names of the functions that it exports; at most 64.
    pub exports: Option<Vec<String>>,
    /// Functions that it exports by name.
    pub export_count: Option<u64>,
    /// Path of the debug symbols where it was built.
    pub pdb_path: Option<String>,
    /// Company, as its version information says; so are the next ones.
    pub company_name: Option<String>,
    /// Product.
    pub product_name: Option<String>,
    /// What it is.
    pub file_description: Option<String>,
    /// Version of the file.
    pub file_version: Option<String>,
    /// Name of the file when it was built.
    pub original_filename: Option<String>,
    /// Name within the product.
    pub internal_name: Option<String>,
    /// Carries a signature. Whether that is valid is not checked.
    pub has_signature: Option<bool>,
    /// Who signed: common name in the certificate that the signature names.
    pub signer: Option<String>,
    /// Issuer of that certificate: its common name.
    pub signer_issuer: Option<String>,
    /// Bytes behind the last section that are not the signature; none where the file is not whole.
    pub overlay_bytes: Option<u64>,
}
