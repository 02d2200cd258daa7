//! Portable Executable: the headers of a Windows program (Microsoft, "PE Format"). Writes `pe`, with Zeek's names.
//!
//! Not read: imports, resources, signatures.

mod names;
mod parser;

pub(crate) use parser::PeReader;
