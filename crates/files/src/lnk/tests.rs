//! A small shortcut, and what is read of it.

use proptest::prelude::*;
use records::{Lnk, Timestamp, Uid};

use crate::content::Content;

fn wide(text: &str) -> Vec<u8> {
    let mut bytes = (text.encode_utf16().count() as u16).to_le_bytes().to_vec();
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn item(kind: u8, at: usize, name: &[u8]) -> Vec<u8> {
    let mut item = vec![0; 2 + at];
    item.extend([name, b"\0"].concat());
    item[2] = kind;
    item[0] = item.len() as u8;
    item
}

/// A shortcut to PowerShell with arguments; with or without the place of its target.
pub(crate) fn shortcut(has_place: bool) -> Vec<u8> {
    let mut file = b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46".to_vec();
    file.extend([0xe1 | if has_place { 2 } else { 0 }, 0, 0, 0, 0, 0, 0, 0]);
    file.extend([132_000_000_000_000_000_u64, 0, 0].iter().flat_map(|time| time.to_le_bytes()));
    file.extend([1000_u32, 0, 7, 0, 0, 0].iter().flat_map(|number| number.to_le_bytes()));
    let items =
        [item(0x2f, 1, b"C:\\"), item(0x31, 12, b"Windows"), item(0x32, 12, b"ps.exe"), vec![0, 0]].concat();
    file.extend((items.len() as u16).to_le_bytes());
    file.extend(items);
    if has_place {
        let numbers = [0x50_u32, 28, 1, 28, 48, 0, 56, 19, 3, 0xabcd_1234, 16];
        let mut place: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        place.extend(b"DSK\0C:\\Wind\0ows\\p.exe\0");
        place.resize(0x50, 0);
        file.extend(place);
    }
    file.extend(wide("-w hidden -enc AAAA"));
    file.extend(wide("shell32.dll"));
    file.extend([96_u32, 0xa000_0003, 88, 0].iter().flat_map(|number| number.to_le_bytes()));
    file.extend(b"owl-pc\0\0\0\0\0\0\0\0\0\0");
    file.extend([0; 16]);
    file.extend([1, 2, 3, 4, 5, 6, 7, 0x11, 9, 10, 0, 0x0c, 0x29, 1, 2, 3]);
    file.extend([0; 32]);
    file.extend([0; 4]);
    file.extend(b"hidden payload");
    file
}

fn record_of(file: &[u8]) -> Option<Lnk> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn target_arguments_and_machine_are_told() {
    let lnk = record_of(&shortcut(true)).unwrap();
    assert_eq!(lnk.target_path.as_deref(), Some("C:\\Windows\\p.exe"));
    assert_eq!((lnk.arguments.as_deref(), lnk.argument_bytes), (Some("-w hidden -enc AAAA"), 38));
    assert_eq!(
        (lnk.icon_location.as_deref(), lnk.show_command.as_deref()),
        (Some("shell32.dll"), Some("minimized"))
    );
    assert_eq!((lnk.machine_id.as_deref(), lnk.mac.as_deref()), (Some("owl-pc"), Some("00:0c:29:01:02:03")));
    assert_eq!((lnk.drive_serial.as_deref(), lnk.volume_label.as_deref()), (Some("abcd1234"), Some("DSK")));
    assert_eq!((lnk.created, lnk.modified), (Some(Timestamp(1_555_526_400_000_000_000)), None));
    assert_eq!((lnk.target_bytes, lnk.overlay_bytes), (1000, 14));
}

#[test]
fn without_a_place_the_items_lead_to_the_target() {
    let lnk = record_of(&shortcut(false)).unwrap();
    assert_eq!(lnk.target_path.as_deref(), Some("C:\\Windows\\ps.exe"));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = shortcut(true);
    for end in 0..file.len() {
        assert_eq!(record_of(file.get(..end).unwrap()).is_some(), end >= 76);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((0..400_usize, any::<u8>()), 0..20)) {
        let mut file = shortcut(true);
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        record_of(&file);
    }
}
