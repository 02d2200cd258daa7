//! Files seen in traffic: put together, hashed, identified by content, looked inside, and written out if wanted.
//!
//! The room knows no protocol: the sensor hands it the bytes that protocols find, as [`Files`] says. What comes
//! out are records: `files`, and one per format that was looked into (`pe`). Meaning and limits are those of
//! Zeek's file analysis framework.

mod assembly;
mod der;
mod digest;
mod entropy;
mod files;
mod inside;
mod magic;
mod ocsp;
mod open_file;
mod pe;
mod store;

pub use digest::{Digest, Sums};
pub use files::{Carrier, Files, Handle, Refused, Start, Summary};
pub use magic::mime_type;
pub use store::{Dropped, KeptBytes, Store, StoreLimits};
