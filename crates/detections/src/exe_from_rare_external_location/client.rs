//! Who fetched it, and how: people fetch programs with browsers, from pages.

use world::World;

use crate::download::{Download, is_web_control};
use crate::tools;

/// Ends of paths that say that a program comes.
const PROGRAMS: [&str; 14] = [
    ".appx", ".cab", ".com", ".deb", ".dll", ".dmg", ".exe", ".jar", ".msi", ".pkg", ".rpm", ".scr", ".sys",
    ".zip",
];
/// What bytes in Microsoft's compound format are called: packages of the installer are made of it, as old documents are.
const COMPOUND: [&str; 4] =
    ["application/msword", "application/x-ole-storage", "application/x-ole-storage-msi", "application/cdfv2"];

/// Why the client is none that people fetch programs with, and what that says.
pub(super) fn client(download: &Download) -> Option<(f64, String)> {
    let Some(agent) = download.request.user_agent.as_deref() else {
        return Some((20.0, "a client fetched it that does not say what it is".to_owned()));
    };
    if is_installer(agent) {
        return Some((30.0, "the installer of the system was told to fetch it, as no page can".to_owned()));
    }
    if agent.contains("Java/1.") {
        return Some((20.0, format!("the browser's Java fetched it, not the browser: {agent}")));
    }
    if is_web_control(agent) {
        return Some((20.0, "a program fetched it with the web control of Windows".to_owned()));
    }
    tools::is_tool(agent).then(|| (15.0, format!("a tool fetched it, not a browser: {agent}")))
}

/// Whether it is a package that the client, an installer, runs when it has it.
pub(super) fn is_installed_at_once(download: &Download) -> bool {
    let mime = download.file.mime_type.as_deref().unwrap_or_default();
    COMPOUND.contains(&mime) && download.request.user_agent.as_deref().is_some_and(is_installer)
}

fn is_installer(agent: &str) -> bool {
    agent.starts_with("Windows Installer")
}

/// Whether the path says that a program, or something packed, comes.
pub(super) fn names_program(path: &str) -> bool {
    PROGRAMS.iter().any(|end| path.ends_with(end))
}

/// Whether the device asked the host for nothing else, and no page led there.
pub(super) fn is_alone(download: &Download, world: &World) -> bool {
    let request = &download.request;
    let of_host = world.visits().of(download.device).filter(|visit| visit.host() == request.host());
    request.referrer.is_none() && of_host.count() <= 1
}
