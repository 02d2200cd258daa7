//! The messages of the beginning of an RFB session (RFC 6143 section 7).

use std::borrow::Cow;

use crate::Verdict;
use crate::take;

/// Bytes of the version, e.g. `RFB 003.008`.
pub(super) const VERSION_BYTES: usize = 12;
/// Bytes of a challenge of VNC, and of the answer.
pub(super) const CHALLENGE_BYTES: usize = 16;
/// Longer names and reasons are no RFB.
const TEXT_BYTES_MAX: u32 = 65_535;
/// Longer keys of Apple Remote Desktop are no RFB.
const KEY_BYTES_MAX: usize = 1024;

/// Whether a stream begins with a version.
pub(super) fn begins_version(stream: &[u8]) -> Verdict {
    match stream {
        [b'R', b'F', b'B', b' ', b'0', b'0', _, b'.', _, _, _, b'\n', ..] => Verdict::Match,
        _ if stream.len() < VERSION_BYTES
            && b"RFB 00".iter().zip(stream).all(|(expected, byte)| expected == byte) =>
        {
            Verdict::Maybe
        }
        _ => Verdict::No,
    }
}

/// What the beginning of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    /// This, and so many bytes.
    Whole(T, usize),
    /// Not all of it has come.
    More,
    /// Something else.
    Broken,
}

fn read<'a, T>(stream: &'a [u8], read: impl FnOnce(&mut &'a [u8]) -> Option<Result<T, ()>>) -> Read<T> {
    let mut rest = stream;
    match read(&mut rest) {
        Some(Ok(value)) => Read::Whole(value, stream.len() - rest.len()),
        Some(Err(())) => Read::Broken,
        None => Read::More,
    }
}

/// A version: the three digits before the dot and those after it.
pub(super) fn version(stream: &[u8]) -> Read<(&[u8], &[u8])> {
    read(stream, |from| {
        let version = take::bytes(from, VERSION_BYTES)?;
        Some(match (version.get(4..7), version.get(8..11)) {
            (Some(major), Some(minor)) if begins_version(version) == Verdict::Match => Ok((major, minor)),
            _ => Err(()),
        })
    })
}

/// So many bytes whose content does not matter.
pub(super) fn opaque(stream: &[u8], length: usize) -> Read<()> {
    read(stream, |from| take::bytes(from, length).map(|_| Ok(())))
}

/// One byte.
pub(super) fn byte(stream: &[u8]) -> Read<u8> {
    read(stream, |from| take::u8(from).map(Ok))
}

/// Four bytes.
pub(super) fn word(stream: &[u8]) -> Read<u32> {
    read(stream, |from| take::u32(from).map(Ok))
}

/// The kinds of proof that the server accepts, behind their number: how many there are.
pub(super) fn kinds(stream: &[u8]) -> Read<usize> {
    read(stream, |from| take::after_u8(from).map(|kinds| Ok(kinds.len())))
}

/// A reason, behind its length.
pub(super) fn reason(stream: &[u8]) -> Read<&[u8]> {
    read(stream, text)
}

fn text<'a>(from: &mut &'a [u8]) -> Option<Result<&'a [u8], ()>> {
    let length = take::u32(from)?;
    if length > TEXT_BYTES_MAX {
        return Some(Err(()));
    }
    take::bytes(from, usize::try_from(length).ok()?).map(Ok)
}

/// A challenge of Apple Remote Desktop: the length of its keys.
pub(super) fn apple_challenge(stream: &[u8]) -> Read<usize> {
    read(stream, |from| {
        let (_generator, length) = (take::u16(from)?, usize::from(take::u16(from)?));
        if length > KEY_BYTES_MAX {
            return Some(Err(()));
        }
        take::bytes(from, 2 * length).map(|_| Ok(length))
    })
}

/// The server's description of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Screen<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) name: &'a [u8],
}

/// Reads the server's description of the screen.
pub(super) fn screen(stream: &[u8]) -> Read<Screen<'_>> {
    read(stream, |from| {
        let (width, height) = (take::u16(from)?, take::u16(from)?);
        let _format = take::bytes(from, 16)?;
        text(from).map(|name| name.map(|name| Screen { width, height, name }))
    })
}

/// The name of a kind of proof, as Zeek has it.
pub(super) const fn method(kind: u32) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        0 => "Invalid",
        1 => "None",
        2 => "VNC",
        16 => "Tight",
        17 => "Ultra",
        18 => "TLS",
        19 => "VeNCrypt",
        20 => "GTK-VNC SASL",
        21 => "MD5 hash authentication",
        22 => "Colin Dean xvp",
        30 => "Apple Remote Desktop",
        _ => "RealVNC",
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_screen_has_a_size_and_a_name() {
        let stream = b"\x05\0\x03\x20................\0\0\0\x02vm rest";
        let expected = Screen { width: 1280, height: 800, name: b"vm" };
        assert_eq!(screen(stream), Read::Whole(expected, 26));
        assert_eq!(screen(&stream[..20]), Read::More);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(stream in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (version(&stream), kinds(&stream), reason(&stream), apple_challenge(&stream), screen(&stream));
        }
    }
}
