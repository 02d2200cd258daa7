//! Secrets of TLS connections as their programs log them (`SSLKEYLOGFILE`, draft-ietf-tls-keylogfile): a line has a
//! label, the client's random number, which names the connection, and the secret, both in hexadecimal.
//!
//! Secrets are kept sorted and in little room, for a log may have millions, and are never shown.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

/// So many secrets are kept, each in about 80 bytes; later ones are passed over.
const SECRETS_MAX: usize = 4_000_000;

/// No secret of TLS is longer: master secrets, and traffic secrets with SHA-384.
const SECRET_BYTES_MAX: usize = 48;

/// Shorter ones would be no secrets.
const SECRET_BYTES_MIN: usize = 16;

/// A longer line is none of a key log; what is behind so many bytes is passed over.
const LINE_BYTES_MAX: usize = 4096;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    /// Up to TLS 1.2: the secret that all keys come from.
    Master,
    /// TLS 1.3: what the client sends to end its handshake.
    ClientHandshake,
    /// What the server does.
    ServerHandshake,
    /// What the client sends afterwards.
    ClientTraffic,
    /// What the server does.
    ServerTraffic,
}

impl Label {
    fn read(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"CLIENT_RANDOM" => Self::Master,
            b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => Self::ClientHandshake,
            b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => Self::ServerHandshake,
            b"CLIENT_TRAFFIC_SECRET_0" => Self::ClientTraffic,
            b"SERVER_TRAFFIC_SECRET_0" => Self::ServerTraffic,
            _ => return None,
        })
    }
}

/// The number that a client made up for its connection.
pub(crate) type Random = [u8; 32];

#[derive(Clone, Copy)]
struct Secret {
    random: Random,
    label: Label,
    length: u8,
    bytes: [u8; SECRET_BYTES_MAX],
}

impl Secret {
    fn key(&self) -> (&Random, Label) {
        (&self.random, self.label)
    }
}

/// What came of reading a key log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyLogReport {
    /// Secrets that were read.
    pub secrets: u64,
    /// Lines with the label of a secret, but without one; and the number of the first, from 1.
    pub broken: u64,
    /// The first of them.
    pub first_broken: Option<u64>,
    /// Secrets for which there was no room.
    pub dropped: u64,
}

/// Secrets of TLS connections. A copy costs nothing: what was read is shared.
#[derive(Clone, Default)]
pub struct KeyLog {
    /// Each sorted; each more than twice as long as the next.
    tables: Vec<Arc<Vec<Secret>>>,
}

/// Only how many there are: secrets must not get into any log.
impl fmt::Debug for KeyLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyLog").field("secrets", &self.len()).finish_non_exhaustive()
    }
}

impl KeyLog {
    /// Whether there is no secret at all.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// How many secrets there are.
    pub fn len(&self) -> usize {
        self.tables.iter().map(|table| table.len()).sum()
    }

    /// Adds the secrets of a log. Of two for the same the first one counts. Lines of other kinds, comments among
    /// them, are passed over.
    ///
    /// # Errors
    /// The log cannot be read. What was read before is kept.
    pub fn read(&mut self, mut log: impl BufRead) -> io::Result<KeyLogReport> {
        let mut report = KeyLogReport::default();
        let (mut table, mut line, mut number) = (Vec::new(), Vec::new(), 0);
        let end = loop {
            match next_line(&mut log, &mut line) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
            number += 1;
            match read_line(&line) {
                Ok(None) => {}
                Ok(Some(_)) if self.len() + table.len() >= SECRETS_MAX => report.dropped += 1,
                Ok(Some(secret)) => table.push(secret),
                Err(Broken) => {
                    report.broken += 1;
                    report.first_broken.get_or_insert(number);
                }
            }
        };
        report.secrets = table.len() as u64;
        self.add(table);
        end.map(|()| report)
    }

    /// Small tables are merged, so that a capture with thousands of small logs is not slow to look things up in.
    fn add(&mut self, mut table: Vec<Secret>) {
        if table.is_empty() {
            return;
        }
        sort(&mut table);
        while let Some(last) = self.tables.pop_if(|last| last.len() <= table.len() * 2) {
            // The sort is stable: what was there first stays first.
            let mut merged = Arc::unwrap_or_clone(last);
            merged.append(&mut table);
            sort(&mut merged);
            table = merged;
        }
        self.tables.push(Arc::new(table));
    }

    /// Whether there is any secret of a connection.
    pub(crate) fn knows(&self, random: &Random) -> bool {
        self.tables.iter().any(|table| table.binary_search_by(|secret| secret.random.cmp(random)).is_ok())
    }

    /// The secret of a connection.
    pub(crate) fn get(&self, random: &Random, label: Label) -> Option<&[u8]> {
        self.tables.iter().find_map(|table| {
            let place = table.binary_search_by(|secret| secret.key().cmp(&(random, label))).ok()?;
            let secret = table.get(place)?;
            secret.bytes.get(..usize::from(secret.length))
        })
    }
}

fn sort(table: &mut Vec<Secret>) {
    table.sort_by(|one, other| one.key().cmp(&other.key()));
    table.dedup_by(|later, first| later.key() == first.key());
}

/// Reads up to the end of the line, and keeps its beginning. False at the end of the log.
fn next_line(log: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut is_any = false;
    loop {
        let bytes = log.fill_buf()?;
        if bytes.is_empty() {
            return Ok(is_any);
        }
        is_any = true;
        let end = memchr::memchr(b'\n', bytes);
        let (part, consumed) = match end {
            Some(end) => (bytes.get(..end).unwrap_or_default(), end + 1),
            None => (bytes, bytes.len()),
        };
        line.extend(part.iter().take(LINE_BYTES_MAX.saturating_sub(line.len())));
        log.consume(consumed);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The line begins like one with a secret and has none.
struct Broken;

fn read_line(line: &[u8]) -> Result<Option<Secret>, Broken> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let Some(label) = words.next().and_then(Label::read) else { return Ok(None) };
    let (Some(random), Some(secret), None) = (words.next(), words.next(), words.next()) else {
        return Err(Broken);
    };
    let random = bytes_of(random).and_then(|random| Random::try_from(random).ok()).ok_or(Broken)?;
    let secret = bytes_of(secret).ok_or(Broken)?;
    if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()) {
        return Err(Broken);
    }
    let mut bytes = [0; SECRET_BYTES_MAX];
    bytes.iter_mut().zip(&secret).for_each(|(to, from)| *to = *from);
    Ok(Some(Secret { random, label, length: secret.len() as u8, bytes }))
}

/// The bytes that pairs of hexadecimal digits stand for.
fn bytes_of(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(label: &str, connection: u8, secret: u8) -> String {
        format!("{label} {} {}\n", format!("{connection:02x}").repeat(32), format!("{secret:02X}").repeat(48))
    }

    #[test]
    fn secrets_are_found_by_connection_and_purpose() {
        let log = format!(
            "# a comment\r\n\n{}{}EXPORTER_SECRET 00 11\n{}{}",
            line("CLIENT_RANDOM", 7, 1),
            line("CLIENT_RANDOM", 7, 9),
            line("SERVER_TRAFFIC_SECRET_0", 7, 2),
            line("CLIENT_RANDOM", 8, 3).trim_end(),
        );
        let mut keys = KeyLog::default();
        assert!(keys.is_empty());
        let report = keys.read(log.as_bytes()).unwrap();
        assert_eq!(report, KeyLogReport { secrets: 4, ..KeyLogReport::default() });
        assert_eq!(keys.get(&[7; 32], Label::Master), Some(&[1; 48][..]));
        assert_eq!(keys.get(&[7; 32], Label::ServerTraffic), Some(&[2; 48][..]));
        assert_eq!(keys.get(&[8; 32], Label::Master), Some(&[3; 48][..]));
        assert_eq!(keys.get(&[8; 32], Label::ClientTraffic), None);
    }

    #[test]
    fn broken_lines_are_counted_and_the_first_is_named() {
        let log = format!("hello\nCLIENT_RANDOM 00\n{}CLIENT_RANDOM zz zz\n", line("CLIENT_RANDOM", 1, 1));
        let report = KeyLog::default().read(log.as_bytes()).unwrap();
        assert_eq!((report.secrets, report.broken, report.first_broken), (1, 2, Some(2)));
    }

    #[test]
    fn many_small_logs_stay_quick_to_search() {
        let mut keys = KeyLog::default();
        for connection in 0..200 {
            keys.read(line("CLIENT_RANDOM", connection, connection).as_bytes()).unwrap();
        }
        assert!(keys.tables.len() < 10, "{}", keys.tables.len());
        assert_eq!(keys.len(), 200);
        assert!((0..200).all(|it| keys.get(&[it; 32], Label::Master) == Some(&[it; 48][..])));
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut keys = KeyLog::default();
        keys.read(line("CLIENT_RANDOM", 7, 0xab).as_bytes()).unwrap();
        assert_eq!(format!("{keys:?}"), "KeyLog { secrets: 1, .. }");
    }

    proptest! {
        #[test]
        fn any_log_is_survived(log in "(CLIENT_RANDOM|SERVER_TRAFFIC_SECRET_0|[ -~])? ?[0-9a-f]{0,130} ?[0-9a-fx]{0,100}\n?") {
            KeyLog::default().read(log.as_bytes()).unwrap();
        }
    }
}
