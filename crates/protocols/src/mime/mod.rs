//! Internet message bodies (MIME, RFC 2045 to 2047 and 2183), which mail and HTTP share. No protocol of its own.

pub(crate) mod filename;
mod header;
mod mail;
mod reader;
mod transfer;

pub(crate) use header::{is_token_byte, token};
pub(crate) use mail::{Mail, MailNews, MailSource};
pub(crate) use reader::{Kind, Parts, Reader};
pub(crate) use transfer::decode_base64;
