//! Listings of archives, compressed files and disk images. Writes `archive`.

mod cabinet;
mod disk_image;
mod gzip;
mod rar;
mod seven_zip;
mod tar;
#[cfg(test)]
pub(crate) mod tests;

use records::{Archive, Timestamp, Uid};

use crate::content::Content;
use crate::listed::{Listed, NAMES_MAX};

/// Formats that are listed only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Cabinet,
    DiskImage,
    Gzip,
    Rar,
    SevenZip,
    Tar,
}

/// Whether a file that begins so, and has no type, may be the image of a disk.
pub(crate) fn may_be_disk_image(head: &[u8]) -> bool {
    disk_image::may_be(head)
}

/// What there is to say of an archive; none where it is none.
pub(crate) fn read(kind: Kind, content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Archive> {
    let (format, listing) = match kind {
        Kind::Cabinet => ("cab", cabinet::list(content)?),
        Kind::DiskImage => ("iso", disk_image::list(content)?),
        Kind::Gzip => ("gzip", gzip::list(content)?),
        Kind::Rar => ("rar", rar::list(content)?),
        Kind::SevenZip => ("7z", seven_zip::list(content)?),
        Kind::Tar => ("tar", tar::list(content)?),
    };
    let mut record = listing.record(format, content, ts, fuid);
    if kind == Kind::Gzip {
        // Between name and size there is nothing to read.
        record.is_cut = content.length().is_none();
    }
    Some(record)
}

/// The listing of an archive while it is made.
#[derive(Default)]
pub(crate) struct Listing {
    names: Listed,
    sizes: Vec<u64>,
    unpacked: Option<u64>,
    encrypted: u64,
    programs: u64,
    pub(crate) has_encrypted_names: bool,
    pub(crate) comment: Option<String>,
}

impl Listing {
    /// Takes in a file with its size, where the archive says it.
    pub(crate) fn push(&mut self, name: &[u8], size: Option<u64>, is_encrypted: bool) {
        self.names.push(name);
        if self.sizes.len() < NAMES_MAX {
            self.sizes.push(size.unwrap_or(0));
        }
        if let Some(size) = size {
            self.unpacked = Some(self.unpacked.unwrap_or(0).saturating_add(size));
        }
        self.encrypted += u64::from(is_encrypted);
        self.programs += u64::from(is_program(name));
    }

    /// There are at least so many files, though not all could be read.
    pub(crate) fn count_at_least(&mut self, count: u64) {
        self.names.count = self.names.count.max(count);
    }

    pub(crate) fn record(
        self,
        format: &'static str,
        content: Content<'_>,
        ts: Timestamp,
        fuid: Uid,
    ) -> Archive {
        Archive {
            ts,
            id: fuid,
            format: format.into(),
            entry_count: self.names.count,
            names: self.names.names(),
            sizes: Some(self.sizes).filter(|sizes| !sizes.is_empty()),
            unpacked_bytes: self.unpacked,
            encrypted_count: self.encrypted,
            has_encrypted_names: self.has_encrypted_names,
            program_count: self.programs,
            comment: self.comment,
            is_cut: content.is_cut(),
        }
    }
}

/// Whether Windows runs a file with this name when it is opened.
fn is_program(name: &[u8]) -> bool {
    const ENDINGS: &[&str] = &[
        "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "iso", "jar", "js", "jse", "lnk", "msi",
        "msix", "msp", "pif", "ps1", "reg", "scr", "url", "vbe", "vbs", "wsf", "wsh", "xll",
    ];
    let name = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
    let Some(dot) = memchr::memrchr(b'.', name) else { return false };
    let ending = name.get(dot + 1..).unwrap_or_default().trim_ascii_end();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known.as_bytes()))
}
