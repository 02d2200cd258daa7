//! Signatures of formats that Zeek has no name for, with the names of IANA or libmagic. They are weaker than all of
//! Zeek's: what Zeek names has that name here as well.

use super::pattern::Token::{Any, In, Is, OneOf};
use super::{Signature, begins};

/// Below that of plain text, the weakest of Zeek's.
const WEAK: i16 = -30;

#[rustfmt::skip]
pub(crate) const SIGNATURES: &[Signature] = &[
    // Archives and compressed data.
    begins("application/zstd", WEAK, &[Is(b"\x28\xb5\x2f\xfd")]),
    begins("application/x-snappy-framed", WEAK, &[Is(b"\xff\x06\0\0sNaPpY")]),
    begins("application/zlib", WEAK, &[Is(b"\x78"), OneOf(&[b"\x01", b"\x5e", b"\x9c", b"\xda"])]),
    begins("application/x-ms-wim", WEAK, &[Is(b"MSWIM\0\0\0")]),
    begins("application/x-ms-compress-szdd", WEAK, &[Is(b"SZDD\x88\xf0\x27\x33")]),
    begins("application/x-alz-compressed", WEAK, &[Is(b"ALZ\x01")]),
    begins("application/x-git", WEAK, &[OneOf(&[b"PACK\0\0\0", b"DIRC\0\0\0"])]),
    // Disks and firmware.
    begins("application/x-qemu-disk", WEAK, &[Is(b"QFI\xfb")]),
    begins("application/x-vhdx-disk", WEAK, &[Is(b"vhdxfile")]),
    begins("application/x-virtualbox-vhd", WEAK, &[Is(b"conectix")]),
    begins("application/x-vmdk-disk", WEAK, &[Is(b"KDMV")]),
    begins("application/x-virtualbox-vdi", WEAK, &[Any(64), Is(b"\x7f\x10\xda\xbe")]),
    begins("application/x-squashfs", WEAK, &[OneOf(&[b"hsqs", b"sqsh"])]),
    begins("application/x-cramfs", WEAK, &[Is(b"\x45\x3d\xcd\x28")]),
    begins("application/x-ubi-image", WEAK, &[Is(b"UBI#")]),
    begins("application/x-u-boot-image", WEAK, &[Is(b"\x27\x05\x19\x56")]),
    begins("application/x-device-tree", WEAK, &[Is(b"\xd0\x0d\xfe\xed")]),
    begins("application/x-android-boot-image", WEAK, &[Is(b"ANDROID!")]),
    begins("application/x-android-sparse-image", WEAK, &[Is(b"\x3a\xff\x26\xed")]),
    begins("application/x-trx-firmware", WEAK, &[Is(b"HDR0")]),
    begins("application/x-ext-filesystem", WEAK, &[Any(1080), Is(b"\x53\xef"), In(&[(1, 2)]), Is(b"\0")]),
    // Programs.
    begins("application/wasm", WEAK, &[Is(b"\0asm\x01")]),
    begins("application/vnd.android.dex", WEAK, &[Is(b"dex\n03")]),
    begins("application/x-lua-bytecode", WEAK, &[Is(b"\x1bLua")]),
    begins("application/x-llvm-bitcode", WEAK, &[Is(b"BC\xc0\xde")]),
    begins("application/x-mach-o-executable", WEAK, &[OneOf(&[b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf"])]),
    // Windows.
    begins("application/x-ms-evtx", WEAK, &[Is(b"ElfFile\0")]),
    begins("application/x-ms-prefetch", WEAK, &[OneOf(&[b"\x11", b"\x17", b"\x1a", b"\x1e", b"\x1f"]), Is(b"\0\0\0SCCA")]),
    begins("application/x-ms-prefetch", WEAK, &[Is(b"MAM\x04")]),
    begins("application/onenote", WEAK, &[Is(b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3")]),
    begins("application/x-ms-ese", WEAK, &[Any(4), Is(b"\xef\xcd\xab\x89")]),
    begins("application/x-keepass2", WEAK, &[Is(b"\x03\xd9\xa2\x9a"), In(&[(0x65, 0x67)])]),
    // Pictures.
    begins("image/avif", WEAK, &[Any(4), Is(b"ftyp"), OneOf(&[b"avif", b"avis"])]),
    begins("image/heic", WEAK, &[Any(4), Is(b"ftyp"), OneOf(&[b"heic", b"heix", b"hevc", b"hevx"])]),
    begins("image/heif", WEAK, &[Any(4), Is(b"ftyp"), OneOf(&[b"mif1", b"msf1"])]),
    begins("image/jxl", WEAK, &[Is(b"\0\0\0\x0cJXL \r\n\x87\n")]),
    begins("image/qoi", WEAK, &[Is(b"qoif")]),
    begins("image/ktx", WEAK, &[Is(b"\xabKTX "), OneOf(&[b"11", b"20"]), Is(b"\xbb\r\n\x1a\n")]),
    begins("image/x-icns", WEAK, &[Is(b"icns\0")]),
    begins("image/wmf", WEAK, &[Is(b"\xd7\xcd\xc6\x9a")]),
    begins("image/emf", WEAK, &[Is(b"\x01\0\0\0"), Any(36), Is(b" EMF")]),
    begins("image/bpg", WEAK, &[Is(b"BPG\xfb")]),
    begins("application/dicom", WEAK, &[Any(128), Is(b"DICM")]),
    // Sound and film.
    begins("audio/mp4", WEAK, &[Any(4), Is(b"ftyp"), OneOf(&[b"M4A ", b"M4B ", b"M4P "])]),
    begins("video/mp4", WEAK, &[Any(4), Is(b"ftyp"), OneOf(&[b"M4V ", b"dash", b"iso2", b"iso4", b"iso5", b"iso6", b"MSNV"])]),
    begins("video/quicktime", WEAK, &[Any(4), Is(b"ftypqt")]),
    begins("video/mp2t", WEAK, &[Is(b"\x47"), Any(187), Is(b"\x47"), Any(187), Is(b"\x47")]),
    begins("audio/aac", WEAK, &[Is(b"\xff"), OneOf(&[b"\xf0", b"\xf1", b"\xf8", b"\xf9"]), In(&[(0x40, 0x73)])]),
    begins("audio/amr", WEAK, &[Is(b"#!AMR")]),
    begins("audio/x-caf", WEAK, &[Is(b"caff\0")]),
    begins("audio/x-wavpack", WEAK, &[Is(b"wvpk")]),
    begins("audio/x-ape", WEAK, &[Is(b"MAC \x96")]),
    begins("audio/x-musepack", WEAK, &[OneOf(&[b"MP+", b"MPCK"])]),
    begins("audio/x-dsf", WEAK, &[Is(b"DSD ")]),
    // Fonts.
    begins("font/collection", WEAK, &[Is(b"ttcf\0")]),
    begins("application/x-font-type1", WEAK, &[Is(b"\x80\x01"), Any(4), Is(b"%!")]),
    // Data.
    begins("application/vnd.apache.parquet", WEAK, &[OneOf(&[b"PAR1", b"PARE"])]),
    begins("application/vnd.apache.avro", WEAK, &[Is(b"Obj\x01")]),
    begins("application/vnd.apache.arrow.file", WEAK, &[Is(b"ARROW1\0\0")]),
    begins("application/x-orc", WEAK, &[Is(b"ORC")]),
    begins("application/x-numpy", WEAK, &[Is(b"\x93NUMPY")]),
    begins("application/x-python-pickle", WEAK, &[Is(b"\x80"), In(&[(2, 5)]), OneOf(&[b"\x95", b"}", b"]", b"c", b"("])]),
    begins("application/x-gguf", WEAK, &[Is(b"GGUF")]),
    begins("application/x-netcdf", WEAK, &[Is(b"CDF"), In(&[(1, 5)])]),
    begins("application/x-sqlite3-wal", WEAK, &[Is(b"\x37\x7f\x06"), In(&[(0x82, 0x83)])]),
    begins("application/x-redis-dump", WEAK, &[Is(b"REDIS00")]),
    begins("model/gltf-binary", WEAK, &[Is(b"glTF")]),
    begins("application/x-blender", WEAK, &[Is(b"BLENDER")]),
    begins("application/x-apple-double", WEAK, &[Is(b"\0\x05\x16"), OneOf(&[b"\0", b"\x07"])]),
];
