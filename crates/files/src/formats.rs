//! Which files are looked into, how much of them is kept for that, and by whom they are read.

#[cfg(test)]
mod tests;

use records::{AnyRecord, Timestamp, Uid};

use crate::content::Content;
use crate::script::Language;
use crate::window::{Budget, Wanted, Window};
use crate::{archive, elf, lnk, macho, ocsp, ole, pdf, pe, script, zip};

/// Programs, documents and archives: most are shorter, and then all of it is there. The end holds the listing of
/// a ZIP and the signature of a program.
const WHOLE: Wanted = Wanted { head: 4 << 20, tail: 256 << 10 };

/// A script that is longer hides what it does at its beginning as well.
const SCRIPT: Wanted = Wanted { head: 256 << 10, tail: 0 };

/// Shortcuts are short; what hides behind the end of one may be long.
const SHORTCUT: Wanted = Wanted { head: 64 << 10, tail: 0 };

/// A response of OCSP has a few kilobytes.
const RESPONSE: Wanted = Wanted { head: 64 << 10, tail: 0 };

/// Name in front, size behind.
const GZIP: Wanted = Wanted { head: 4 << 10, tail: 8 };

/// A format that is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Archive(archive::Kind),
    Elf,
    Lnk,
    MachO,
    Ocsp,
    Ole,
    Pdf,
    Pe,
    Script(Language),
    Zip,
}

impl Format {
    /// The format of a file of this type that begins so; none for the many that nothing is read from.
    fn of(mime_type: Option<&str>, head: &[u8]) -> Option<Self> {
        let format = match mime_type {
            Some("application/x-dosexec") => Self::Pe,
            Some(
                "application/x-executable"
                | "application/x-sharedlib"
                | "application/x-object"
                | "application/x-coredump",
            ) => Self::Elf,
            Some("application/x-mach-o-executable") => Self::MachO,
            Some("application/msword") => Self::Ole,
            Some("application/ocsp-response") => Self::Ocsp,
            Some("application/pdf") => Self::Pdf,
            Some("application/x-ms-shortcut") => Self::Lnk,
            Some("application/zip" | "application/java-archive") => Self::Zip,
            Some(other) if other.starts_with("application/vnd.openxmlformats") => Self::Zip,
            Some("application/vnd.ms-cab-compressed") => Self::Archive(archive::Kind::Cabinet),
            Some("application/x-gzip") => Self::Archive(archive::Kind::Gzip),
            Some("application/x-rar") => Self::Archive(archive::Kind::Rar),
            Some("application/x-7z-compressed") => Self::Archive(archive::Kind::SevenZip),
            Some("application/x-tar") => Self::Archive(archive::Kind::Tar),
            None if archive::may_be_disk_image(head) => Self::Archive(archive::Kind::DiskImage),
            _ => Self::Script(script::recognise(mime_type, head)?),
        };
        Some(format)
    }

    fn wanted(self) -> Wanted {
        match self {
            Self::Script(_) => SCRIPT,
            Self::Lnk => SHORTCUT,
            Self::Ocsp => RESPONSE,
            Self::Archive(archive::Kind::Gzip) => GZIP,
            _ => WHOLE,
        }
    }

    fn read(self, content: Content<'_>, ts: Timestamp, fuid: Uid, records: &mut Vec<AnyRecord>) {
        let one = match self {
            Self::Archive(kind) => archive::read(kind, content, ts, fuid).map(Into::into),
            Self::Elf => elf::read(content, ts, fuid).map(Into::into),
            Self::Lnk => lnk::read(content, ts, fuid).map(Into::into),
            Self::MachO => macho::read(content, ts, fuid).map(Into::into),
            Self::Ocsp => {
                records.extend(ocsp::read(content, ts, fuid).into_iter().map(Into::into));
                None
            }
            Self::Ole => ole::read(content, ts, fuid).map(Into::into),
            Self::Pdf => pdf::read(content, ts, fuid).map(Into::into),
            Self::Pe => pe::read(content, ts, fuid).map(Into::into),
            Self::Script(language) => Some(script::read(language, content, ts, fuid).into()),
            Self::Zip => zip::read(content, ts, fuid),
        };
        records.extend(one);
    }
}

/// A file that is looked into when it ends.
pub(crate) struct Inspection {
    format: Format,
    ts: Timestamp,
    window: Window,
}

impl Inspection {
    /// For a file that begins at `first` with `head`, which told its type at `ts`; none for most.
    pub(crate) fn of(
        first: Timestamp,
        ts: Timestamp,
        mime_type: Option<&str>,
        head: &[u8],
        budget: &Budget,
    ) -> Option<Box<Self>> {
        let format = Format::of(mime_type, head)?;
        let mut window = Window::new(format.wanted(), budget.clone());
        window.data(head);
        // As Zeek does it.
        let ts = if format == Format::Ocsp { first } else { ts };
        Some(Box::new(Self { format, ts, window }))
    }

    /// The next bytes.
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        self.window.data(bytes);
    }

    /// The bytes that follow are missing.
    pub(crate) fn stop(&mut self) {
        self.window.stop();
    }

    /// What was found. The file `is_whole` if nothing should have followed.
    pub(crate) fn records(&mut self, fuid: Uid, is_whole: bool, records: &mut Vec<AnyRecord>) {
        let (format, ts) = (self.format, self.ts);
        self.window.with_content(is_whole, |content| format.read(content, ts, fuid, records));
    }
}
