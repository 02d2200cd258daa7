//! The record layer (RFC 8446, section 5.1): cuts a stream into records. What is encrypted is counted, not kept.

/// Bytes of a record's header.
const HEADER_BYTES: usize = 5;

/// What a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// 20 change cipher spec, 21 alert, 22 handshake, 23 application data, 24 heartbeat.
    pub(crate) content_type: u8,
    /// Version as the record says.
    pub(crate) version: u16,
    /// Bytes that follow.
    pub(crate) length: usize,
    /// The first bytes, for what is no record of TLS.
    pub(crate) raw: [u8; HEADER_BYTES],
}

impl Header {
    pub(crate) fn new(raw: [u8; HEADER_BYTES]) -> Self {
        let [content_type, major, minor, high, low] = raw;
        Self {
            content_type,
            version: u16::from_be_bytes([major, minor]),
            length: usize::from(u16::from_be_bytes([high, low])),
            raw,
        }
    }
}

/// What to do with the bytes behind a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Collect them.
    Keep,
    /// Collect them to open them.
    Open,
    /// Count them.
    Skip,
    /// The header makes no sense: stop.
    Broken,
    /// Collect this many bytes, which the header does not tell in the usual way (SSL 2).
    KeepExactly(usize),
}

/// The records of one direction.
#[derive(Debug, Default)]
pub(crate) struct RecordLayer {
    /// A header or record that has not come whole.
    partial: Vec<u8>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Header,
    /// Collecting so many bytes, which are sealed or not.
    Keeping(Header, usize, bool),
    Skipping(Header, usize),
    Broken,
}

/// A whole record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) header: Header,
    /// Nothing where it was skipped.
    pub(crate) body: Option<Vec<u8>>,
    /// It is encrypted.
    pub(crate) is_sealed: bool,
}

impl RecordLayer {
    /// The next record that ends in `bytes`, which are consumed up to there. `decide` is asked once for each header.
    pub(crate) fn next(
        &mut self,
        bytes: &mut &[u8],
        mut decide: impl FnMut(&Header) -> Body,
    ) -> Option<Record> {
        loop {
            match self.stage {
                Stage::Header => {
                    let raw = self.collect(bytes, HEADER_BYTES)?;
                    let header = Header::new(*raw.first_chunk()?);
                    self.stage = match decide(&header) {
                        Body::Keep => Stage::Keeping(header, header.length, false),
                        Body::Open => Stage::Keeping(header, header.length, true),
                        Body::KeepExactly(length) => Stage::Keeping(header, length, false),
                        Body::Skip => Stage::Skipping(header, header.length),
                        Body::Broken => Stage::Broken,
                    };
                }
                Stage::Keeping(header, length, is_sealed) => {
                    let body = self.collect(bytes, length)?;
                    self.stage = Stage::Header;
                    return Some(Record { header, body: Some(body), is_sealed });
                }
                Stage::Skipping(header, left) => {
                    let (skipped, rest) = bytes.split_at(left.min(bytes.len()));
                    *bytes = rest;
                    if skipped.len() < left {
                        self.stage = Stage::Skipping(header, left - skipped.len());
                        return None;
                    }
                    self.stage = Stage::Header;
                    return Some(Record { header, body: None, is_sealed: true });
                }
                Stage::Broken => return None,
            }
        }
    }

    /// Gives up the record at hand, since bytes of it were lost, and says how many of it have come.
    pub(crate) fn drop_partial(&mut self) -> u64 {
        let (partial, stage) = (std::mem::take(&mut self.partial), std::mem::take(&mut self.stage));
        let before = match stage {
            Stage::Header | Stage::Broken => 0,
            Stage::Keeping(..) => HEADER_BYTES,
            Stage::Skipping(header, left) => HEADER_BYTES + header.length.saturating_sub(left),
        };
        (before + partial.len()) as u64
    }

    /// Takes until `length` bytes are there; at most the 64 KiB of a record are kept.
    fn collect(&mut self, bytes: &mut &[u8], length: usize) -> Option<Vec<u8>> {
        let missing = length.saturating_sub(self.partial.len());
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        self.partial.extend_from_slice(taken);
        *bytes = rest;
        (self.partial.len() >= length).then(|| std::mem::take(&mut self.partial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(stream: &[u8], cut: usize) -> Vec<(u8, Option<Vec<u8>>)> {
        let mut layer = RecordLayer::default();
        let mut found = Vec::new();
        for mut chunk in stream.chunks(cut) {
            while let Some(record) = layer.next(&mut chunk, |header| match header.content_type {
                23 => Body::Skip,
                99 => Body::Broken,
                _ => Body::Keep,
            }) {
                found.push((record.header.content_type, record.body));
            }
        }
        found
    }

    #[test]
    fn records_are_cut_out_and_encrypted_ones_are_skipped() {
        let stream = b"\x16\x03\x03\0\x02ab\x17\x03\x03\0\x03xyz\x14\x03\x03\0\x01\x01\x16\x03\x03\0\0\x63\0\0\0\0\x16";
        let expected = vec![(22, Some(b"ab".to_vec())), (23, None), (20, Some(vec![1])), (22, Some(vec![]))];
        for cut in [1, 2, 5, 100] {
            assert_eq!(records(stream, cut), expected, "cut by {cut}");
        }
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(stream in prop::collection::vec(any::<u8>(), 0..2000), cut in 1..50_usize) {
            prop_assert_eq!(records(&stream, cut), records(&stream, 4000));
        }
    }
}
