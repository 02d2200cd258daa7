//! Names for the numbers of ELF.

use std::borrow::Cow;

/// The processor.
pub(super) fn machine(number: u16) -> Cow<'static, str> {
    let name = match number {
        2 => "SPARC",
        3 => "I386",
        4 => "M68K",
        8 => "MIPS",
        20 => "POWERPC",
        21 => "POWERPC64",
        22 => "S390",
        40 => "ARM",
        42 => "SH",
        43 => "SPARCV9",
        45 => "ARC",
        50 => "IA64",
        62 => "AMD64",
        83 => "AVR",
        93 | 195 => "ARC_COMPACT",
        94 => "XTENSA",
        183 => "ARM64",
        189 => "MICROBLAZE",
        243 => "RISCV",
        247 => "BPF",
        258 => "LOONGARCH",
        _ => return format!("unknown-{number}").into(),
    };
    name.into()
}

/// What kind of file.
pub(super) const fn file_type(number: u16) -> Option<&'static str> {
    match number {
        1 => Some("object"),
        2 => Some("executable"),
        3 => Some("shared"),
        4 => Some("core"),
        _ => None,
    }
}

/// The operating system; zero is any Unix.
pub(super) const fn operating_system(number: u8) -> Option<&'static str> {
    match number {
        2 => Some("NetBSD"),
        3 => Some("Linux"),
        6 => Some("Solaris"),
        7 => Some("AIX"),
        8 => Some("IRIX"),
        9 => Some("FreeBSD"),
        12 => Some("OpenBSD"),
        97 => Some("ARM"),
        _ => None,
    }
}
