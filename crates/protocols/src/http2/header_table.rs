//! The tables of header compression (RFC 7541, section 2.3): one that is fixed and one that grows.

use std::collections::VecDeque;

/// The table's size before it is changed.
const SIZE_USUAL: usize = 4096;

/// No end may ask for a larger table here.
const SIZE_MAX: usize = 64 * 1024;

/// Each entry counts so many bytes more (section 4.1).
const ENTRY_OVERHEAD: usize = 32;

/// A name and a value.
pub(super) type Header = (Vec<u8>, Vec<u8>);

/// What one end has put into its table.
#[derive(Debug)]
pub(super) struct HeaderTable {
    entries: VecDeque<Header>,
    size: usize,
    size_max: usize,
}

impl Default for HeaderTable {
    fn default() -> Self {
        Self { entries: VecDeque::new(), size: 0, size_max: SIZE_USUAL }
    }
}

impl HeaderTable {
    /// The header with this number, from 1.
    pub(super) fn get(&self, number: usize) -> Option<(&[u8], &[u8])> {
        let place = number.checked_sub(1)?;
        match place.checked_sub(FIXED.len()) {
            None => FIXED.get(place).map(|(name, value)| (name.as_bytes(), value.as_bytes())),
            Some(place) => self.entries.get(place).map(|(name, value)| (name.as_slice(), value.as_slice())),
        }
    }

    /// Puts a header at the front; the oldest go.
    pub(super) fn add(&mut self, (name, value): Header) {
        self.size += name.len() + value.len() + ENTRY_OVERHEAD;
        self.entries.push_front((name, value));
        self.shrink();
    }

    /// Changes the size.
    pub(super) fn resize(&mut self, size: usize) {
        self.size_max = size.min(SIZE_MAX);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.size > self.size_max {
            let Some((name, value)) = self.entries.pop_back() else { break };
            self.size = self.size.saturating_sub(name.len() + value.len() + ENTRY_OVERHEAD);
        }
    }
}

/// Appendix A.
const FIXED: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_go() {
        let mut table = HeaderTable::default();
        table.add((b"a".to_vec(), b"1".to_vec()));
        table.add((b"b".to_vec(), vec![0; 30]));
        assert_eq!(table.get(63), Some((&b"a"[..], &b"1"[..])));
        table.resize(70);
        assert_eq!((table.get(62).map(|(name, _)| name), table.get(63)), (Some(&b"b"[..]), None));
        assert_eq!(table.get(0), None);
        assert_eq!(table.get(61).map(|(name, _)| name), Some(&b"www-authenticate"[..]));
    }
}
