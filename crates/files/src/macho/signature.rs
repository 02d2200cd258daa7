//! The code signature: who signed, as the signed directory of the code says.

use crate::content::Content;

const TEXT_BYTES_MAX: usize = 256;

/// More parts of a signature are not looked at.
const PARTS_MAX: u64 = 32;

/// Identifier of the program, and of the team that signed it.
pub(super) fn read(content: Content<'_>, place: u64) -> Option<(&[u8], Option<&[u8]>)> {
    const SIGNATURE: u32 = 0xfade_0cc0;
    const CODE_DIRECTORY: u32 = 0xfade_0c02;
    const WITH_TEAM: u32 = 0x2_0200;
    let number = |at: u64| content.get(at, 4)?.try_into().ok().map(u32::from_be_bytes);
    let behind = |at: u64, offset: u32| at.checked_add(u64::from(offset));
    if number(place)? != SIGNATURE {
        return None;
    }
    let count = u64::from(number(behind(place, 8)?)?).min(PARTS_MAX);
    let parts = (0..count).filter_map(|part| number(place.checked_add(16 + 8 * part)?));
    let mut places = parts.filter_map(|offset| behind(place, offset));
    let directory = places.find(|place| number(*place) == Some(CODE_DIRECTORY))?;
    let text = |offset: u32| content.text(behind(directory, offset)?, TEXT_BYTES_MAX);
    let identifier = text(number(behind(directory, 20)?)?)?;
    let has_team = number(behind(directory, 8)?)? >= WITH_TEAM;
    let team = behind(directory, 48).filter(|_| has_team).and_then(number).filter(|offset| *offset > 0);
    Some((identifier, team.and_then(text)))
}
