//! A small program with everything that is read, and what is read of it.

use proptest::prelude::*;
use records::{Pe, Timestamp, Uid};

use crate::content::Content;

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    for (to, from) in file.iter_mut().skip(at).zip(bytes) {
        *to = *from;
    }
}

fn put_numbers(file: &mut [u8], at: usize, numbers: &[u32]) {
    for (place, number) in numbers.iter().enumerate() {
        put(file, at + 4 * place, &number.to_le_bytes());
    }
}

/// A block of version information.
fn block(key: &str, is_text: u16, value: &[u8], inside: &[Vec<u8>]) -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut block = [0_u16, value.len() as u16 / if is_text == 1 { 2 } else { 1 }, is_text]
        .into_iter()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>();
    block.extend(wide(key));
    for part in [value].into_iter().chain(inside.iter().map(Vec::as_slice)) {
        block.resize(block.len().next_multiple_of(4), 0);
        block.extend(part);
    }
    let length = block.len() as u16;
    put(&mut block, 0, &length.to_le_bytes());
    block
}

fn version() -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let texts = [("CompanyName", "Example AG"), ("OriginalFilename", "owl.exe"), ("InternalName", "owl")];
    let texts: Vec<Vec<u8>> = texts.iter().map(|(key, value)| block(key, 1, &wide(value), &[])).collect();
    let table = block("040904b0", 1, b"", &texts);
    block("VS_VERSION_INFO", 0, &[0; 52], &[block("StringFileInfo", 1, b"", &[table])])
}

fn der(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let mut value = vec![tag, 0x82];
    value.extend((content.len() as u16).to_be_bytes());
    value.extend(content);
    value
}

/// PKCS #7 with one certificate, whose own serial number and issuer the signer names.
fn signature() -> Vec<u8> {
    let name = |text: &str| {
        let part = der(0x30, &[b"\x06\x03\x55\x04\x03", &der(0x0c, &[text.as_bytes()])]);
        der(0x30, &[&der(0x31, &[&part])])
    };
    let (serial, empty) = (der(0x02, &[b"\x07"]), der(0x30, &[]));
    let fields = [&serial[..], &empty, &name("Example CA"), &empty, &name("Example AG")];
    let certificate = der(0x30, &[&der(0x30, &fields)]);
    let signer = der(0x30, &[b"\x02\x01\x01", &der(0x30, &[&name("Example CA"), &serial])]);
    let signed =
        [&b"\x02\x01\x01"[..], &der(0x31, &[]), &empty, &der(0xa0, &[&certificate]), &der(0x31, &[&signer])];
    let message =
        der(0x30, &[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", &der(0xa0, &[&der(0x30, &signed)])]);
    let mut table = (message.len() as u32 + 8).to_le_bytes().to_vec();
    table.extend([0, 2, 2, 0]);
    table.extend(message);
    table
}

/// Headers, a section of 0x800 bytes that is loaded at 0x1000, three bytes behind it, and a signature.
pub(crate) fn program() -> Vec<u8> {
    const AT: usize = 0x400;
    const LOADED: u32 = 0x1000;
    let mut file = vec![0; AT + 0x800];
    put(&mut file, 0, b"MZ");
    put_numbers(&mut file, 60, &[72]);
    put(&mut file, 72, b"PE\0\0\x4c\x01\x01\0");
    put_numbers(&mut file, 80, &[1_500_000_000]);
    put(&mut file, 92, &[224, 0, 2, 0x21]);
    let optional = 96;
    put(&mut file, optional, &[0x0b, 0x01]);
    put(&mut file, optional + 40, &[6, 0, 1, 0]);
    put(&mut file, optional + 68, &[3, 0, 0x40, 0x01]);
    put_numbers(&mut file, optional + 92, &[16]);
    let tables =
        [(0, LOADED + 0x300, 40), (1, LOADED, 60), (2, LOADED + 0x400, 100), (6, LOADED + 0x200, 28)];
    for (index, address, size) in tables {
        put_numbers(&mut file, optional + 96 + 8 * index, &[address, size]);
    }
    put(&mut file, 320, b".text\0\0\0");
    put_numbers(&mut file, 328, &[0x800, LOADED, 0x800, AT as u32]);
    // Imports: one by name, one by number.
    put_numbers(&mut file, AT, &[LOADED + 0x80, 0, 0, LOADED + 0xa0, LOADED + 0x80]);
    put_numbers(&mut file, AT + 20, &[0, 0, 0, LOADED + 0xb0, LOADED + 0x90]);
    put_numbers(&mut file, AT + 0x80, &[LOADED + 0xc0, 0]);
    put_numbers(&mut file, AT + 0x90, &[0x8000_0073, 0x8000_0064, 0]);
    put(&mut file, AT + 0xa0, b"KERNEL32.dll\0");
    put(&mut file, AT + 0xb0, b"WS2_32.DLL\0");
    put(&mut file, AT + 0xc0, b"\0\0ExitProcess\0");
    // Debug data.
    put_numbers(&mut file, AT + 0x200, &[0, 0, 0, 2, 40, LOADED + 0x220, AT as u32 + 0x220]);
    put(&mut file, AT + 0x220, b"RSDS");
    put(&mut file, AT + 0x220 + 24, b"C:\\build\\owl.pdb\0");
    // Exports.
    put_numbers(&mut file, AT + 0x300, &[0, 0, 0, LOADED + 0x340, 1, 1, 1, 0, LOADED + 0x350, 0]);
    put(&mut file, AT + 0x340, b"owl.dll\0");
    put_numbers(&mut file, AT + 0x350, &[LOADED + 0x360]);
    put(&mut file, AT + 0x360, b"Hoot\0");
    // Resources: three levels with one entry each.
    for (level, (id, offset)) in [(16, 0x8000_0018), (1, 0x8000_0030), (1033, 0x48)].into_iter().enumerate() {
        put(&mut file, AT + 0x400 + 0x18 * level + 14, &[1, 0]);
        put_numbers(&mut file, AT + 0x410 + 0x18 * level, &[id, offset]);
    }
    let version = version();
    put_numbers(&mut file, AT + 0x448, &[LOADED + 0x460, version.len() as u32]);
    put(&mut file, AT + 0x460, &version);
    file.extend(b"owl");
    let signature = signature();
    let at = file.len() as u32;
    put_numbers(&mut file, optional + 96 + 8 * 4, &[at, signature.len() as u32]);
    file.extend(signature);
    file
}

fn record_of(file: &[u8]) -> Option<Pe> {
    super::read(Content::of(file), Timestamp(0), Uid::default())
}

#[test]
fn the_headers_are_read() {
    let pe = record_of(&program()).unwrap();
    assert_eq!(pe.machine.as_deref(), Some("I386"));
    assert_eq!(pe.os.as_deref(), Some("Windows 7 or Server 2008 R2"));
    assert_eq!(pe.subsystem.as_deref(), Some("WINDOWS_CUI"));
    assert_eq!((pe.is_exe, pe.is_64bit, pe.uses_aslr, pe.uses_dep), (true, false, true, true));
    assert_eq!((pe.has_import_table, pe.has_export_table), (Some(true), Some(true)));
    assert_eq!((pe.has_debug_data, pe.is_dll, pe.is_dotnet), (Some(true), Some(true), Some(false)));
    assert_eq!(pe.section_names, Some(vec![".text".to_owned()]));
    assert_eq!((pe.section_bytes, pe.overlay_bytes), (Some(vec![0x800]), Some(3)));
    assert!(pe.section_entropy_max.is_some_and(|bits| bits > 0.5 && bits < 4.0));
}

#[test]
fn imports_and_their_hash_are_those_of_pefile() {
    let pe = record_of(&program()).unwrap();
    assert_eq!(pe.import_libraries, Some(vec!["kernel32.dll".to_owned(), "ws2_32.dll".to_owned()]));
    assert_eq!(pe.import_count, Some(3));
    // md5("kernel32.exitprocess,ws2_32.wsastartup,ws2_32.ord100")
    assert_eq!(pe.imphash.as_deref(), Some("0cfa8d69baed03aa889efa1614fd47a3"));
}

#[test]
fn exports_debug_data_and_version_are_read() {
    let pe = record_of(&program()).unwrap();
    assert_eq!((pe.export_name.as_deref(), pe.export_count), (Some("owl.dll"), Some(1)));
    assert_eq!(pe.exports, Some(vec!["Hoot".to_owned()]));
    assert_eq!(pe.pdb_path.as_deref(), Some("C:\\build\\owl.pdb"));
    assert_eq!(pe.company_name.as_deref(), Some("Example AG"));
    assert_eq!(pe.original_filename.as_deref(), Some("owl.exe"));
    assert_eq!((pe.internal_name.as_deref(), pe.product_name), (Some("owl"), None));
}

#[test]
fn the_signature_names_its_signer() {
    let file = program();
    let pe = record_of(&file).unwrap();
    assert_eq!(pe.has_signature, Some(true));
    assert_eq!((pe.signer.as_deref(), pe.signer_issuer.as_deref()), (Some("Example AG"), Some("Example CA")));
    let cut = record_of(file.get(..0xc00).unwrap()).unwrap();
    assert_eq!((cut.has_cert_table, cut.has_signature, cut.signer), (Some(true), None, None));
}

#[test]
fn a_cut_file_keeps_what_was_read() {
    let file = program();
    let pe = record_of(file.get(..100).unwrap()).unwrap();
    assert_eq!((pe.machine.as_deref(), pe.os), (Some("I386"), None));
    assert_eq!(record_of(file.get(..80).unwrap()), None);
    for end in 0..file.len() {
        record_of(file.get(..end).unwrap());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((0..0xe00_usize, any::<u8>()), 0..20)) {
        let mut file = program();
        for (at, byte) in changes {
            put(&mut file, at, &[byte]);
        }
        record_of(&file);
    }
}
