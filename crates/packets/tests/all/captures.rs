//! Capture files of every kind.

use packets::LinkType;
use packets::format::{FormatDamage, FormatError, FormatReader, Step, is_capture};

use crate::build::join;

/// Time, link type, length on the wire, bytes.
type Frame = (i64, LinkType, u32, Vec<u8>);

/// The frames of a file and the damage at its end.
pub(crate) fn read(file: &[u8]) -> (Vec<Frame>, Option<FormatDamage>) {
    let (frames, _, damage) = read_with_secrets(file);
    (frames, damage)
}

/// The frames of a file, the TLS secrets in it, and the damage at its end.
fn read_with_secrets(file: &[u8]) -> (Vec<Frame>, Vec<u8>, Option<FormatDamage>) {
    let mut secrets = Vec::new();
    let (frames, damage) = read_into(file, &mut secrets);
    (frames, secrets, damage)
}

fn read_into(file: &[u8], secrets: &mut Vec<u8>) -> (Vec<Frame>, Option<FormatDamage>) {
    let mut reader = FormatReader::new();
    let mut frames = Vec::new();
    let mut at = 0_usize;
    loop {
        let rest = file.get(at..).unwrap_or(&[]);
        match reader.step(rest) {
            Ok(Step::Frame { head, consumed }) => {
                frames.push((head.ts, head.link, head.original_length, rest[head.range].to_vec()));
                at += consumed;
            }
            Ok(Step::Skip(bytes)) => match at.checked_add(bytes as usize).filter(|at| *at <= file.len()) {
                Some(next) => at = next,
                None => {
                    let error = FormatError::Truncated(bytes - rest.len() as u64);
                    return (frames, Some(FormatDamage { offset: file.len() as u64, error }));
                }
            },
            Ok(Step::Secrets(range)) => {
                at += range.end;
                secrets.extend(&rest[range]);
            }
            Ok(Step::More(_)) => return (frames, reader.end(rest).err()),
            Err(damage) => return (frames, Some(damage)),
        }
    }
}

struct Writer {
    little: bool,
    bytes: Vec<u8>,
}

impl Writer {
    fn new(little: bool) -> Self {
        Self { little, bytes: Vec::new() }
    }

    fn u32(mut self, number: u32) -> Self {
        self.bytes.extend(if self.little { number.to_le_bytes() } else { number.to_be_bytes() });
        self
    }

    fn u16(mut self, number: u16) -> Self {
        self.bytes.extend(if self.little { number.to_le_bytes() } else { number.to_be_bytes() });
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// A pcapng block.
    fn block(self, kind: u32, body: impl FnOnce(Self) -> Self) -> Self {
        let inside = body(Self::new(self.little)).bytes;
        let padding = inside.len().wrapping_neg() % 4;
        let length = (inside.len() + padding + 12) as u32;
        self.u32(kind).u32(length).raw(&inside).raw(&[0, 0, 0][..padding]).u32(length)
    }
}

/// Two frames of three and five bytes, at 1.5 s and 2.25 s (in the unit that the magic number tells).
pub(crate) fn pcap(little: bool, magic: u32) -> Vec<u8> {
    let unit = if magic == 0xa1b2_3c4d { 1000 } else { 1 };
    let extra: &[u8] = if magic == 0xa1b2_cd34 { &[0; 8] } else { &[] };
    let header = Writer::new(little).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(113);
    let first = header.u32(1).u32(500_000 * unit).u32(3).u32(60).raw(extra).raw(b"abc");
    first.u32(2).u32(250_000 * unit).u32(5).u32(5).raw(extra).raw(b"defgh").bytes
}

/// TLS secrets in a file; their length is no multiple of four.
const SECRETS: &[u8] = b"CLIENT_RANDOM 01 02\n#";

/// Four frames of two interfaces and all kinds of packet blocks, with blocks between that are passed over.
pub(crate) fn pcapng(little: bool) -> Vec<u8> {
    let start = Writer::new(little)
        .block(0x0a0d_0d0a, |body| body.u32(0x1a2b_3c4d).u16(1).u16(0).u32(u32::MAX).u32(u32::MAX))
        .block(1, |body| body.u16(1).u16(0).u32(0).u16(2).u16(3).raw(b"eth\0").u16(0).u16(0))
        .block(1, |body| {
            let body = body.u16(101).u16(0).u32(96).u16(9).u16(1).raw(&[9, 0, 0, 0]).u16(14).u16(8);
            if little { body.u32(10).u32(0) } else { body.u32(0).u32(10) }
        })
        .block(5, |body| body.raw(&[0; 40]));
    start
        .block(6, |body| body.u32(0).u32(0).u32(1_500_000).u32(3).u32(60).raw(b"abc"))
        .block(6, |body| {
            let body = body.u32(1).u32(0).u32(7).u32(5).u32(5).raw(b"defgh\0\0\0");
            body.u16(1).u16(4).raw(b"note").u16(0).u16(0)
        })
        .block(3, |body| body.u32(4).raw(b"ijkl"))
        .block(2, |body| body.u16(1).u16(0).u32(0).u32(8).u32(2).u32(2).raw(b"mn"))
        .block(10, |body| body.u32(0x544c_534b).u32(SECRETS.len() as u32).raw(SECRETS))
        .block(10, |body| body.u32(0x5747_4b4c).u32(4).raw(b"none"))
        .block(0x0bad_0bad, |body| body.raw(b"unknown"))
        .bytes
}

#[test]
fn all_variants_of_pcap_are_read() {
    for little in [true, false] {
        for magic in [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] {
            let file = pcap(little, magic);
            assert!(is_capture(&file));
            let (frames, damage) = read(&file);
            let expected = [
                (1_500_000_000, LinkType::LINUX_SLL, 60, b"abc".to_vec()),
                (2_250_000_000, LinkType::LINUX_SLL, 5, b"defgh".to_vec()),
            ];
            assert_eq!((frames.as_slice(), damage), (expected.as_slice(), None), "{magic:x} {little}");
        }
    }
}

#[test]
fn all_blocks_of_pcapng_are_read() {
    for little in [true, false] {
        let (frames, damage) = read(&join(&[&pcapng(little), &pcapng(!little)]));
        let expected = [
            (1_500_000_000, LinkType::ETHERNET, 60, b"abc".to_vec()),
            (10_000_000_007, LinkType::RAW, 5, b"defgh".to_vec()),
            (0, LinkType::ETHERNET, 4, b"ijkl".to_vec()),
            (10_000_000_008, LinkType::RAW, 2, b"mn".to_vec()),
        ];
        assert_eq!(damage, None);
        assert_eq!(frames, [expected.as_slice(), expected.as_slice()].concat());
    }
}

#[test]
fn secrets_of_tls_are_given_out_in_whatever_pieces_they_come() {
    for little in [true, false] {
        let file = pcapng(little);
        assert_eq!(read_with_secrets(&file).1, SECRETS);
        let (mut reader, mut at, mut given, mut secrets) = (FormatReader::new(), 0, 0, Vec::<u8>::new());
        while at < file.len() {
            match reader.step(&file[at..at + given]).unwrap() {
                Step::More(needed) => given = needed,
                Step::Skip(bytes) => (at, given) = (at + bytes as usize, 0),
                Step::Frame { consumed, .. } => (at, given) = (at + consumed, 0),
                Step::Secrets(range) => {
                    secrets.extend(&file[at..][range.clone()]);
                    (at, given) = (at + range.end, 0);
                }
            }
        }
        assert_eq!(secrets, SECRETS);
    }
}

#[test]
fn a_file_that_ends_within_secrets_is_damaged() {
    let file = pcapng(true);
    let place = file.windows(SECRETS.len()).position(|window| window == SECRETS).unwrap();
    for cut in [place, place + 1, place + SECRETS.len(), place + SECRETS.len() + 4] {
        let (frames, secrets, damage) = read_with_secrets(&file[..cut]);
        assert_eq!(frames.len(), 4);
        assert!(SECRETS.starts_with(&secrets) && secrets.len() <= cut - place);
        let missing = matches!(damage, Some(FormatDamage { error: FormatError::Truncated(1..), .. }));
        assert!(missing, "{cut}: {damage:?}");
    }
    let mut wrong = file;
    wrong[place - 4..place].copy_from_slice(&1000_u32.to_le_bytes());
    let (_, damage) = read(&wrong);
    assert!(matches!(damage, Some(FormatDamage { error: FormatError::Length(1000), .. })), "{damage:?}");
}

#[test]
fn resolutions_of_pcapng_are_powers_of_ten_or_two() {
    let cases = [
        (0, 3_000_000_000),
        (3, 3_000_000),
        (6, 3_000),
        (12, 0),
        (0x80, 3_000_000_000),
        (0x81, 1_500_000_000),
    ];
    for (resolution, expected) in cases {
        let file = Writer::new(true)
            .block(0x0a0d_0d0a, |body| body.u32(0x1a2b_3c4d).u16(1).u16(0).u32(u32::MAX).u32(u32::MAX))
            .block(1, |body| body.u16(1).u16(0).u32(0).u16(9).u16(1).raw(&[resolution, 0, 0, 0]))
            .block(6, |body| body.u32(0).u32(0).u32(3).u32(0).u32(0));
        assert_eq!(read(&file.bytes).0[0].0, expected, "{resolution}");
    }
}

#[test]
fn damage_is_told_with_its_place_and_what_lies_before_is_kept() {
    let mut lying = pcap(true, 0xa1b2_c3d4);
    lying[24 + 19 + 8..][..4].fill(0xff);
    let ng = pcapng(true);
    let undescribed = join(&[&ng[..28], &ng[28 + 32 + 40 + 52..]]);
    let mut absurd = ng.clone();
    absurd[28 + 32 + 40 + 52 + 12..][..4].fill(0xff);
    let cases: &[(&[u8], usize, u64, FormatError)] = &[
        (b"", 0, 0, FormatError::Empty),
        (b"not a capture", 0, 0, FormatError::Magic(0x6e6f_7420)),
        (&pcap(true, 0xa1b2_c3d4)[..10], 0, 0, FormatError::Truncated(14)),
        (&pcap(true, 0xa1b2_c3d4)[..62], 1, 43, FormatError::Truncated(2)),
        (&pcap(true, 0xa1b2_c3d4)[..50], 1, 43, FormatError::Truncated(9)),
        (&lying, 1, 43, FormatError::Length(u32::MAX.into())),
        (&join(&[&pcap(false, 0xa1b2_3c4d), &[0; 3]]), 2, 64, FormatError::Truncated(13)),
        (&undescribed, 0, 28, FormatError::Interface(0)),
        (&absurd, 0, 152, FormatError::Time),
        (&join(&[&ng, &[1, 0, 0, 0, 3, 0, 0, 0]]), 4, ng.len() as u64, FormatError::Length(3)),
        (&join(&[&ng, &[9, 0, 0, 0, 40, 0, 0, 0]]), 4, ng.len() as u64 + 8, FormatError::Truncated(32)),
    ];
    for (file, kept, offset, error) in cases {
        let (frames, damage) = read(file);
        assert_eq!(damage, Some(FormatDamage { offset: *offset, error: *error }));
        assert_eq!(frames.len(), *kept, "{error}");
    }
}
