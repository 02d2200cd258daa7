//! The properties of a document (Microsoft, [MS-OLEPS]): who wrote it, when, with what.

use records::Timestamp;

use crate::fields::Fields;
use crate::listed::{some_text, wide_text};
use crate::windows_time;

/// So many properties are looked at.
const PROPERTIES_MAX: usize = 64;

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) last_saved_by: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) created: Option<Timestamp>,
    pub(crate) saved: Option<Timestamp>,
}

/// Reads a stream `SummaryInformation`.
pub(super) fn read(stream: &[u8]) -> Summary {
    let mut summary = Summary::default();
    let _cut_off = read_set(stream, &mut summary);
    summary
}

/// None where it is cut off.
fn read_set(stream: &[u8], summary: &mut Summary) -> Option<()> {
    const SET_OFFSET: usize = 44;
    let set = stream.get(Fields(stream.get(SET_OFFSET..)?).u32()? as usize..)?;
    let mut fields = Fields(set);
    fields.skip(4)?;
    let count = (fields.u32()? as usize).min(PROPERTIES_MAX);
    for _ in 0..count {
        let (property, offset) = (fields.u32()?, fields.u32()?);
        let Some(value) = set.get(offset as usize..) else { continue };
        match property {
            2 => summary.title = text(value),
            4 => summary.author = text(value),
            7 => summary.template = text(value),
            8 => summary.last_saved_by = text(value),
            12 => summary.created = time(value),
            13 => summary.saved = time(value),
            18 => summary.application = text(value),
            _ => {}
        }
    }
    Some(())
}

fn text(value: &[u8]) -> Option<String> {
    const ANSI: u32 = 0x1e;
    const UNICODE: u32 = 0x1f;
    let mut fields = Fields(value);
    let (kind, length) = (fields.u32()?, fields.u32()? as usize);
    match kind {
        ANSI => {
            let text = fields.0.get(..length.min(fields.0.len()))?;
            some_text(text.get(..memchr::memchr(0, text).unwrap_or(text.len()))?)
        }
        UNICODE => some_text(wide_text(fields.0).as_bytes()),
        _ => None,
    }
}

fn time(value: &[u8]) -> Option<Timestamp> {
    const FILE_TIME: u32 = 0x40;
    let mut fields = Fields(value);
    if fields.u32()? != FILE_TIME {
        return None;
    }
    windows_time::timestamp(fields.u64()?)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A set with an author and the time of the creation.
    pub(crate) fn set() -> Vec<u8> {
        let mut set = vec![0; 44];
        let numbers = [48_u32, 0, 2, 4, 24, 12, 40, 0x1e, 8];
        set.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        set.extend(b"Eve\0\0\0\0\0");
        set.extend(0x40_u32.to_le_bytes());
        set.extend(132_000_000_000_000_000_u64.to_le_bytes());
        set
    }

    #[test]
    fn author_and_time_are_read_as_far_as_they_are_there() {
        let set = set();
        let summary = read(&set);
        assert_eq!(summary.author.as_deref(), Some("Eve"));
        assert_eq!(summary.created, Some(Timestamp(1_555_526_400_000_000_000)));
        assert_eq!((summary.saved, summary.title), (None, None));
        for end in 0..set.len() {
            read(set.get(..end).unwrap());
        }
    }
}
