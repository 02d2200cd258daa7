//! Portable Executable: a Windows program (Microsoft, "PE Format"). Writes `pe`, with Zeek's names for what the
//! headers say, and more from imports, exports, resources, debug data, the signature and the sections.

mod certificate;
mod debug;
mod exports;
mod imports;
mod layout;
mod names;
mod ordinals;
mod parser;
mod resources;
mod sections;
#[cfg(test)]
pub(crate) mod tests;

use records::{Pe, Timestamp, Uid};

use crate::content::Content;

/// What there is to say of a program; none without as much as a file header.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Pe> {
    let (mut pe, layout) = parser::read(content, ts, fuid)?;
    sections::read(&layout, &mut pe);
    imports::read(&layout, &mut pe);
    exports::read(&layout, &mut pe);
    resources::read(&layout, &mut pe);
    debug::read(&layout, &mut pe);
    certificate::read(&layout, &mut pe);
    Some(pe)
}
