//! Compressed bodies (`Content-Encoding: gzip` and `deflate`), inflated within bounds.

use flate2::{Decompress, FlushDecompress, Status};

/// More of one body is not inflated: 1 kB can grow to 1 MB.
const INFLATED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// So much is inflated at a time. What was inflated is copied into the window of the format after each time, so that few
/// large pieces cost less than many small ones.
const OUTPUT_BYTES: usize = 16 * 1024;
/// Bare deflate has no checksum and no sign; only after so much output it is believed.
const UNSURE_BYTES: usize = 4096;
/// So many bytes show the format.
const MAGIC_BYTES: usize = 2;

/// Inflates one body, whatever the header said: gzip, zlib or bare deflate are told by the first bytes.
pub(crate) struct Inflater {
    magic: Vec<u8>,
    stream: Option<Decompress>,
    output: Box<[u8]>,
    /// What bare deflate gave so far, until it is believed.
    unsure: Option<Vec<u8>>,
    is_over: bool,
}

impl Inflater {
    /// Begins a body.
    pub(crate) fn new() -> Self {
        Self { magic: Vec::new(), stream: None, output: Box::default(), unsure: None, is_over: false }
    }

    /// Inflates the next bytes and gives them to `take`. `Err` names what is wrong, once.
    pub(crate) fn inflate(&mut self, bytes: &[u8], take: &mut dyn FnMut(&[u8])) -> Result<(), &'static str> {
        if self.is_over {
            return Ok(());
        }
        if self.stream.is_some() {
            return self.run(bytes, take);
        }
        self.magic.extend_from_slice(bytes);
        if self.magic.len() < MAGIC_BYTES {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.magic);
        self.output = vec![0; OUTPUT_BYTES].into();
        self.stream = Some(match bytes.as_slice() {
            [0x1f, 0x8b, ..] => Decompress::new_gzip(15),
            [method, flags, ..] => {
                let header = u16::from_be_bytes([*method, *flags]);
                let has_header = method & 0x0f == 8 && header % 31 == 0;
                self.unsure = (!has_header).then(Vec::new);
                Decompress::new(has_header)
            }
            _ => Decompress::new(false),
        });
        self.run(&bytes, take)
    }

    /// The body is over: what bare deflate gave is believed now.
    pub(crate) fn finish(&mut self, take: &mut dyn FnMut(&[u8])) {
        if !std::mem::replace(&mut self.is_over, true)
            && let Some(unsure) = self.unsure.take()
        {
            take(&unsure);
        }
    }

    fn run(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(&[u8])) -> Result<(), &'static str> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let output = &mut self.output;
        loop {
            let (read_before, written_before) = (stream.total_in(), stream.total_out());
            let status = stream.decompress(bytes, output, FlushDecompress::Sync);
            let read = usize::try_from(stream.total_in() - read_before).unwrap_or_default();
            let written = usize::try_from(stream.total_out() - written_before).unwrap_or_default();
            bytes = bytes.get(read..).unwrap_or_default();
            let inflated = output.get(..written).unwrap_or_default();
            match (&mut self.unsure, &status) {
                (Some(unsure), Ok(_)) => {
                    unsure.extend_from_slice(inflated);
                    if unsure.len() >= UNSURE_BYTES || matches!(status, Ok(Status::StreamEnd)) {
                        take(&std::mem::take(unsure));
                        self.unsure = None;
                    }
                }
                (Some(_), Err(_)) => {}
                (None, _) => take(inflated),
            }
            match status {
                Ok(Status::StreamEnd) => self.is_over = true,
                Ok(_) if stream.total_out() > INFLATED_BYTES_MAX => {
                    self.is_over = true;
                    return Err("inflated_too_much");
                }
                Ok(_) if written == OUTPUT_BYTES => continue,
                Ok(_) if bytes.is_empty() || (read == 0 && written == 0) => {}
                Ok(_) => continue,
                Err(_) => {
                    self.is_over = true;
                    return Err("inflate_failed");
                }
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    fn compressed(mut compress: Compress, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(content.len() + 100);
        compress.compress_vec(content, &mut out, FlushCompress::Finish).unwrap();
        out
    }

    fn inflated(bytes: &[u8], size: usize) -> (Vec<u8>, Result<(), &'static str>) {
        let (mut inflater, mut out, mut result) = (Inflater::new(), Vec::new(), Ok(()));
        for chunk in bytes.chunks(size) {
            result = result.and(inflater.inflate(chunk, &mut |bytes| out.extend_from_slice(bytes)));
        }
        inflater.finish(&mut |bytes| out.extend_from_slice(bytes));
        (out, result)
    }

    #[test]
    fn all_three_formats_are_inflated_however_they_are_cut() {
        let content = b"the same again and again ".repeat(3000);
        let level = Compression::default();
        let formats =
            [Compress::new_gzip(level, 15), Compress::new(level, true), Compress::new(level, false)];
        for compress in formats {
            let bytes = compressed(compress, &content);
            for size in [1, 7, bytes.len()] {
                assert_eq!(inflated(&bytes, size), (content.clone(), Ok(())));
            }
        }
    }

    #[test]
    fn a_text_is_no_bare_deflate() {
        let (out, result) = inflated(b"<html>not compressed at all, whatever the header says</html>", 9);
        assert_eq!((out.as_slice(), result), (&b""[..], Err("inflate_failed")));
    }

    #[test]
    fn what_is_not_compressed_is_named() {
        assert_eq!(
            inflated(b"\x1f\x8b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 3).1,
            Err("inflate_failed")
        );
    }
}
