//! What was downloaded, by its bytes and by its name.

use world::Rarity;

use super::join::{Download, FetchedFile};
use crate::Facts;

/// Kinds of content that can do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Code for the processor: PE, ELF, Mach-O, Java.
    Executable,
    /// Code for an interpreter.
    Script,
    /// Something packed, in which tools travel.
    Archive,
}

const EXECUTABLE: [&str; 12] = [
    "application/x-dosexec",
    "application/x-executable",
    "application/x-sharedlib",
    "application/x-elf",
    "application/x-mach-o-executable",
    "application/x-java-applet",
    "application/java-archive",
    "application/x-msi",
    "application/x-ole-storage-msi",
    "application/vnd.microsoft.portable-executable",
    "application/x-msdownload",
    "application/x-dmg",
];
const SCRIPT: [&str; 9] = [
    "text/x-shellscript",
    "text/x-python",
    "text/x-perl",
    "text/x-ruby",
    "text/x-php",
    "text/x-lua",
    "text/x-msdos-batch",
    "application/x-powershell",
    "application/hta",
];
const ARCHIVE: [&str; 12] = [
    "application/x-gzip",
    "application/gzip",
    "application/zip",
    "application/x-tar",
    "application/x-bzip2",
    "application/x-xz",
    "application/x-7z-compressed",
    "application/x-rar",
    "application/vnd.ms-cab-compressed",
    "application/x-lzma",
    "application/zstd",
    "application/x-rpm",
];
const SCRIPT_NAMES: [&str; 12] =
    [".sh", ".ps1", ".psm1", ".py", ".pl", ".rb", ".bat", ".cmd", ".vbs", ".hta", ".wsf", ".jse"];
const ARCHIVE_NAMES: [&str; 9] = [".tar", ".tgz", ".gz", ".zip", ".7z", ".rar", ".bz2", ".xz", ".cab"];
const EXECUTABLE_NAMES: [&str; 8] = [".exe", ".dll", ".scr", ".msi", ".elf", ".jar", ".com", ".sys"];
const HARMLESS_NAMES: [&str; 22] = [
    ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".svg", ".webp", ".ico", ".css", ".js", ".txt", ".htm", ".html",
    ".xml", ".json", ".pdf", ".doc", ".docx", ".xls", ".mp3", ".mp4", ".woff",
];

/// What kind of content the file is. Bytes count first; a name counts only where the bytes are plain text or unknown.
pub(crate) fn content(file: &FetchedFile, path: &str) -> Option<Content> {
    let mime = file.mime_type.as_deref().unwrap_or_default();
    if EXECUTABLE.contains(&mime) {
        return Some(Content::Executable);
    }
    if SCRIPT.contains(&mime) {
        return Some(Content::Script);
    }
    if ARCHIVE.contains(&mime) {
        return Some(Content::Archive);
    }
    if !mime.is_empty() && mime != "text/plain" && mime != "application/octet-stream" {
        return None;
    }
    let ends = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
    if ends(&SCRIPT_NAMES) {
        Some(Content::Script)
    } else if mime != "text/plain" && ends(&ARCHIVE_NAMES) {
        Some(Content::Archive)
    } else {
        None
    }
}

/// Whether name or server say that an executable is something harmless; with what they say.
pub(crate) fn is_disguised(download: &Download) -> Option<String> {
    let path = path(&download.request.url);
    if let Some(name) = HARMLESS_NAMES.iter().find(|name| path.ends_with(*name)) {
        return Some(format!("its name ends in {name}"));
    }
    let said = download.request.content_type.as_deref()?.split(';').next()?.trim();
    let is_harmless = said.starts_with("image/")
        || said.starts_with("audio/")
        || said.starts_with("video/")
        || said.starts_with("font/")
        || matches!(said, "text/css" | "text/html" | "application/pdf" | "application/json");
    // A server that names any .exe text/html is careless, not hiding anything.
    let is_named = EXECUTABLE_NAMES.iter().any(|name| path.ends_with(name));
    (is_harmless && !is_named).then(|| format!("the server calls it {said}"))
}

/// Internet Explorer 7 had no Trident in its name: who says both is a program that uses the system's web control, or a
/// later one in its compatibility view, which is for pages of the own network.
pub(crate) fn is_web_control(agent: &str) -> bool {
    agent.contains("MSIE 7.0;") && agent.contains("Trident/")
}

/// The path of an address in lower case, without query.
pub(crate) fn path(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

impl Download {
    /// The name of the file: what the server calls it, else the end of the path.
    pub(crate) fn name(&self) -> String {
        let end = || self.request.url.split(['?', '#']).next()?.rsplit('/').next().map(str::to_owned);
        self.file
            .filename
            .clone()
            .or_else(end)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "(no name)".to_owned())
    }

    /// What was fetched from where.
    pub(crate) fn facts(&self, rarity: &Rarity) -> Facts {
        let file = &self.file;
        Facts::default()
            .with("url", self.request.url.as_str())
            .with("file_name", self.name())
            .with("file_bytes", file.bytes)
            .with_some("mime_type", file.mime_type.clone())
            .with_some("md5", file.md5.clone())
            .with_some("sha1", file.sha1.clone())
            .with_some("sha256", file.sha256.clone())
            .with("port", file.id.resp_p)
            .with_rarity(rarity)
    }

    /// The path in lower case.
    pub(crate) fn path(&self) -> String {
        path(&self.request.url)
    }
}
