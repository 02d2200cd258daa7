//! A small program, and what is read of it.

use proptest::prelude::*;
use records::{MachO, Timestamp, Uid};

use crate::content::Content;

fn numbers(numbers: &[u32], is_big_endian: bool) -> Vec<u8> {
    let bytes = |number: &u32| if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    numbers.iter().flat_map(bytes).collect()
}

/// A program for macOS that needs one library and is signed.
pub(crate) fn program(is_big_endian: bool) -> Vec<u8> {
    let ours = |all: &[u32]| numbers(all, is_big_endian);
    let mut commands = ours(&[0x19, 72]);
    commands.extend(b"__TEXT\0\0\0\0\0\0\0\0\0\0");
    commands.extend([0; 48]);
    commands.extend(ours(&[0xc, 48, 24, 0, 0, 0]));
    commands.extend(b"/usr/lib/libSystem.dylib");
    commands.extend(ours(&[0x1b, 24]));
    commands.extend([0xab; 16]);
    commands.extend(ours(&[0x32, 24, 1, 0x000b_0100, 0, 0]));
    commands.extend(ours(&[0x1d, 16, 256, 100]));
    let mut file = ours(&[0xfeed_facf, 0x0100_000c, 0, 2, 5, commands.len() as u32, 0x20_0000, 0]);
    file.extend(commands);
    file.resize(256, 0);
    file.extend(numbers(&[0xfade_0cc0, 100, 1, 0, 20], true));
    file.extend(numbers(&[0xfade_0c02, 80, 0x2_0200, 0, 0, 52, 0, 0, 0, 0, 0, 0, 60], true));
    file.extend(b"org.owl\0TEAM123\0");
    file
}

fn record_of(file: &[u8]) -> Option<MachO> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn a_program_of_either_order_is_read() {
    for is_big_endian in [false, true] {
        let mach_o = record_of(&program(is_big_endian)).unwrap();
        assert_eq!((mach_o.machines.unwrap(), mach_o.is_64bit), (vec!["ARM64".to_owned()], true));
        assert_eq!(
            (mach_o.file_type.as_deref(), mach_o.platform.as_deref()),
            (Some("executable"), Some("macOS"))
        );
        assert_eq!(mach_o.minimum_version.as_deref(), Some("11.1.0"));
        assert_eq!(mach_o.libraries.unwrap(), ["/usr/lib/libSystem.dylib"]);
        assert_eq!(
            (mach_o.segment_names.unwrap(), mach_o.uuid.unwrap()),
            (vec!["__TEXT".to_owned()], "ab".repeat(16))
        );
        assert_eq!((mach_o.has_signature, mach_o.is_position_independent), (true, true));
        assert_eq!(mach_o.signing_identifier.as_deref(), Some("org.owl"));
        assert_eq!((mach_o.team_identifier.as_deref(), mach_o.is_encrypted), (Some("TEAM123"), false));
    }
}

#[test]
fn a_universal_binary_lists_its_processors() {
    let mut file = numbers(&[0xcafe_babe, 2, 0x0100_0007, 3, 64, 0, 0, 0x0100_000c, 0, 0, 0, 0], true);
    file.resize(64, 0);
    file.extend(program(false));
    let mach_o = record_of(&file).unwrap();
    assert_eq!(mach_o.machines.unwrap(), ["AMD64", "ARM64"]);
    assert_eq!(mach_o.signing_identifier.as_deref(), Some("org.owl"));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = program(false);
    for end in 0..file.len() {
        assert_eq!(record_of(file.get(..end).unwrap()).is_some(), end >= 8);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((4..400_usize, any::<u8>()), 0..20)) {
        let mut file = program(false);
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        record_of(&file);
    }
}
