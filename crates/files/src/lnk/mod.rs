//! Shortcuts of Windows (Microsoft, [MS-SHLLINK]). Writes `lnk`.

mod items;
#[cfg(test)]
pub(crate) mod tests;

use records::{Lnk, Timestamp, Uid, hexadecimal};

use crate::content::Content;
use crate::fields::Fields;
use crate::listed::{long_text, long_wide_text, some_text, wide_text};
use crate::windows_time;

/// So much of the arguments is told.
const ARGUMENTS_MAX: usize = 4096;
const TEXT_MAX: usize = 260;

const HAS_ITEMS: u32 = 1;
const HAS_PLACE: u32 = 2;
const HAS_DESCRIPTION: u32 = 4;
const HAS_RELATIVE_PATH: u32 = 8;
const HAS_WORKING_DIR: u32 = 0x10;
const HAS_ARGUMENTS: u32 = 0x20;
const HAS_ICON: u32 = 0x40;
const IS_WIDE: u32 = 0x80;

/// What there is to say of a shortcut; none without its header.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Option<Lnk> {
    let mut fields = Fields(content.head());
    fields.skip(20)?;
    let flags = fields.u32()?;
    fields.skip(4)?;
    let (created, accessed, modified) = (fields.u64()?, fields.u64()?, fields.u64()?);
    let target_bytes = u64::from(fields.u32()?);
    fields.skip(4)?;
    let show_command = match fields.u32()? {
        3 => "maximized",
        7 => "minimized",
        _ => "normal",
    };
    fields.skip(12)?;
    let mut lnk = Lnk {
        ts,
        id: fuid,
        show_command: Some(show_command.into()),
        target_bytes,
        created: windows_time::timestamp(created),
        accessed: windows_time::timestamp(accessed),
        modified: windows_time::timestamp(modified),
        is_cut: content.is_cut(),
        ..Lnk::default()
    };
    if let Some(behind) = read_rest(fields, flags, &mut lnk) {
        let not_kept =
            content.length().map_or(0, |length| length.saturating_sub(content.head().len() as u64));
        lnk.overlay_bytes = behind as u64 + not_kept;
    }
    Some(lnk)
}

/// How many bytes are behind its end; none where it is cut off.
fn read_rest(mut fields: Fields<'_>, flags: u32, lnk: &mut Lnk) -> Option<usize> {
    let mut path_of_items = None;
    if flags & HAS_ITEMS != 0 {
        let length = usize::from(fields.u16()?);
        path_of_items = items::path(fields.take(length)?);
    }
    if flags & HAS_PLACE != 0 {
        let length = Fields(fields.0).u32()? as usize;
        let _broken = read_place(fields.take(length)?, lnk);
    }
    read_texts(&mut fields, flags, lnk)?;
    let path_of_environment = read_blocks(&mut fields, lnk);
    lnk.target_path = lnk.target_path.take().or(path_of_environment).or(path_of_items);
    Some(fields.0.len())
}

/// Where the target was when the shortcut was made.
fn read_place(place: &[u8], lnk: &mut Lnk) -> Option<()> {
    const HAS_VOLUME: u32 = 1;
    const HAS_SHARE: u32 = 2;
    let mut fields = Fields(place);
    fields.skip(8)?;
    let flags = fields.u32()?;
    let [volume, path, share, suffix] = [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
    let at = |offset: u32| place.get(offset as usize..).unwrap_or_default();
    let text = |offset: u32| Fields(at(offset)).text().unwrap_or_default();
    if flags & HAS_SHARE != 0 {
        let share = at(share);
        let name = Fields(share.get(8..)?).u32()?;
        lnk.network_share = Fields(share.get(name as usize..)?).text().and_then(some_text);
    }
    if flags & HAS_VOLUME != 0 {
        lnk.target_path = some_text(&[text(path), text(suffix)].concat());
        let mut fields = Fields(at(volume).get(8..)?);
        let (serial, label) = (fields.u32()?, fields.u32()?);
        lnk.drive_serial = Some(format!("{serial:08x}"));
        lnk.volume_label = Fields(at(volume).get(label as usize..)?).text().and_then(some_text);
    } else if let Some(share) = &lnk.network_share {
        lnk.target_path = some_text(&[share.as_bytes(), b"\\", text(suffix)].concat());
    }
    Some(())
}

fn read_texts(fields: &mut Fields<'_>, flags: u32, lnk: &mut Lnk) -> Option<()> {
    let is_wide = flags & IS_WIDE != 0;
    for flag in [HAS_DESCRIPTION, HAS_RELATIVE_PATH, HAS_WORKING_DIR, HAS_ARGUMENTS, HAS_ICON] {
        if flags & flag == 0 {
            continue;
        }
        let length = usize::from(fields.u16()?) * if is_wide { 2 } else { 1 };
        let bytes = fields.take(length.min(fields.0.len()))?;
        let most = if flag == HAS_ARGUMENTS { ARGUMENTS_MAX } else { TEXT_MAX };
        let text = if is_wide { long_wide_text(bytes, most) } else { long_text(bytes, most) };
        let text = Some(text).filter(|text| !text.is_empty());
        match flag {
            HAS_DESCRIPTION => lnk.description = text,
            HAS_RELATIVE_PATH => lnk.relative_path = text,
            HAS_WORKING_DIR => lnk.working_dir = text,
            HAS_ARGUMENTS => (lnk.arguments, lnk.argument_bytes) = (text, length as u64),
            _ => lnk.icon_location = text,
        }
    }
    Some(())
}

/// Blocks of further data; returns the path of the target with names of the environment, if there is one.
fn read_blocks(fields: &mut Fields<'_>, lnk: &mut Lnk) -> Option<String> {
    const ENVIRONMENT: u32 = 0xa000_0001;
    const TRACKER: u32 = 0xa000_0003;
    const HEADER_BYTES: usize = 8;
    let mut path = None;
    while let Some(length) = Fields(fields.0).u32() {
        if (length as usize) < HEADER_BYTES {
            fields.skip(4);
            break;
        }
        let Some(block) = fields.take((length as usize).min(fields.0.len())) else { break };
        let mut inside = Fields(block.get(4..).unwrap_or_default());
        match inside.u32() {
            Some(ENVIRONMENT) => path = environment_path(inside.0),
            Some(TRACKER) => {
                let _cut_off = read_tracker(inside, lnk);
            }
            _ => {}
        }
    }
    path
}

fn environment_path(block: &[u8]) -> Option<String> {
    let wide = block.get(TEXT_MAX..).map(wide_text).filter(|path| !path.is_empty());
    wide.or_else(|| Fields(block).text().and_then(some_text))
}

/// The machine on which it was made: its name, and its hardware address in an identifier of the target.
fn read_tracker(mut fields: Fields<'_>, lnk: &mut Lnk) -> Option<()> {
    fields.skip(8)?;
    let name = fields.take(16)?;
    lnk.machine_id = some_text(name.split(|byte| *byte == 0).next()?);
    let identifier = fields.take(32)?.get(16..)?;
    // Only an identifier of version 1 is made of the address.
    let is_of_address = identifier.get(7).is_some_and(|byte| byte >> 4 == 1);
    let address = identifier.get(10..).filter(|_| is_of_address)?;
    lnk.mac = Some(hexadecimal(address.iter().copied(), ":"));
    Some(())
}
