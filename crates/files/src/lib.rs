//! Files seen in traffic: put together, hashed, identified by content, looked inside, and written out if wanted.
//!
//! The room knows no protocol: the sensor hands it the bytes that protocols find, as [`Files`] says. What comes
//! out are records: `files`, and one per format that was looked into (`pe`, `elf`, `pdf` …). Meaning and limits are
//! those of Zeek's file analysis framework, which looks into `pe` only.

mod archive;
mod assembly;
mod content;
mod der;
mod digest;
mod elf;
mod entropy;
mod fields;
mod files;
mod formats;
mod inflate;
mod listed;
mod lnk;
mod macho;
mod magic;
mod ocsp;
mod ole;
mod ooxml;
mod open_file;
mod pdf;
mod pe;
mod program_words;
mod script;
mod store;
mod window;
mod windows_time;
mod zip;

pub use digest::{Digest, Sums};
pub use files::{Carrier, FileLimits, Files, Handle, Start, Summary};
pub use magic::mime_type;
pub use store::{Dropped, KeptBytes, Store, StoreLimits};
