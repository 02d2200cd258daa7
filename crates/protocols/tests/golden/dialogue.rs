//! A conversation written down for a test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use protocols::{About, Transport};
use records::{Endpoints, Interval, Sender, Timestamp, Uid};

/// Dialogues begin on 14 November 2023, 22:13:20 UTC.
const START: Timestamp = Timestamp(1_700_000_000_000_000_000);

/// All dialogues of all protocols.
pub(crate) fn dialogues() -> Vec<PathBuf> {
    // The tests of the sensor read them too.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols/src");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(source).unwrap() {
        let golden = folder.unwrap().path().join("golden");
        let Ok(entries) = std::fs::read_dir(golden) else { continue };
        found.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "dialogue")),
        );
    }
    found.sort();
    found
}

fn folder_of(path: &Path) -> String {
    path.parent()
        .and_then(Path::parent)
        .and_then(Path::file_name)
        .unwrap()
        .to_string_lossy()
        .replace('_', "-")
}

/// One line of a dialogue.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) ts: Timestamp,
    pub(crate) from: Sender,
    pub(crate) act: Act,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    Send(Vec<u8>),
    Gap(u64),
    Close,
}

/// A whole dialogue.
#[derive(Clone, Debug)]
pub(crate) struct Dialogue {
    pub(crate) protocol: String,
    pub(crate) transport: Transport,
    pub(crate) about: About,
    pub(crate) steps: Vec<Step>,
    /// Lines of the user's key log.
    pub(crate) key_log: String,
}

impl Dialogue {
    /// Reads a `.dialogue` file; its protocol is called like the folder unless the first line says another.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(number, line)| (format!("{}:{}", path.display(), number + 1), line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (_, header) = lines.next().unwrap_or_else(|| panic!("{}: empty", path.display()));
        let (transport, about, protocol) = read_header(header);
        let (mut steps, mut key_log) = (Vec::new(), String::new());
        let mut ts = START;
        for (place, line) in lines {
            if let Some(key) = line.strip_prefix("key ") {
                key_log.push_str(&format!("{key}\n"));
                continue;
            }
            let (mark, rest) = line.split_at(1);
            let rest = rest.trim();
            let from = match mark {
                ">" => Sender::Originator,
                "<" => Sender::Responder,
                "@" => {
                    ts = START
                        + Interval::from_secs_f64(rest.parse().unwrap_or_else(|_| panic!("{place}: time")));
                    continue;
                }
                _ => panic!("{place}: a line begins with > < @ key or #"),
            };
            let act = match rest.split_once(' ') {
                Some(("gap", length)) => {
                    Act::Gap(length.parse().unwrap_or_else(|_| panic!("{place}: length")))
                }
                _ if rest == "close" => Act::Close,
                _ => Act::Send(read_bytes(rest).unwrap_or_else(|| panic!("{place}: hex or \"text\""))),
            };
            steps.push(Step { ts, from, act });
            ts = ts + Interval::from_millis(1);
        }
        Self { protocol: protocol.unwrap_or_else(|| folder_of(path)), transport, about, steps, key_log }
    }

    /// The same with some bytes of what is sent exchanged; places are counted over all that is sent, and go round.
    pub(crate) fn damaged(&self, changes: &[(usize, u8)]) -> Self {
        let mut damaged = self.clone();
        let mut sent: Vec<&mut u8> = damaged
            .steps
            .iter_mut()
            .filter_map(|step| if let Act::Send(bytes) = &mut step.act { Some(bytes) } else { None })
            .flatten()
            .collect();
        let length = sent.len().max(1);
        for (place, byte) in changes {
            if let Some(target) = sent.get_mut(place % length) {
                **target = *byte;
            }
        }
        damaged
    }

    /// The same with every byte by itself.
    pub(crate) fn cut_into_bytes(&self) -> Self {
        let steps = self.steps.iter().flat_map(|step| match &step.act {
            Act::Send(bytes) => {
                bytes.iter().map(|byte| Step { act: Act::Send(vec![*byte]), ..step.clone() }).collect()
            }
            Act::Gap(_) | Act::Close => vec![step.clone()],
        });
        Self { steps: steps.collect(), ..self.clone() }
    }

    /// The same with every piece cut into pieces of these lengths, which are used in turn over the whole dialogue.
    pub(crate) fn cut(&self, lengths: &[usize]) -> Self {
        let mut lengths = lengths.iter().copied().map(|length| length.max(1)).cycle();
        let mut steps = Vec::new();
        for step in &self.steps {
            let Act::Send(bytes) = &step.act else {
                steps.push(step.clone());
                continue;
            };
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(lengths.next().unwrap_or(1).min(rest.len()));
                steps.push(Step { act: Act::Send(piece.to_vec()), ..step.clone() });
                rest = after;
            }
        }
        Self { steps, ..self.clone() }
    }

    /// The same with what one end sends without an answer between in one piece.
    pub(crate) fn merged(&self) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        for step in &self.steps {
            if let (Some(Step { from, act: Act::Send(bytes), .. }), Act::Send(more)) =
                (steps.last_mut(), &step.act)
                && *from == step.from
            {
                bytes.extend_from_slice(more);
            } else {
                steps.push(step.clone());
            }
        }
        Self { steps, ..self.clone() }
    }
}

fn read_header(header: &str) -> (Transport, About, Option<String>) {
    let mut words = header.split_whitespace();
    let transport = match words.next() {
        Some("tcp") => Transport::Tcp,
        Some("udp") => Transport::Udp,
        other => panic!("the first line names the transport, tcp or udp, not {other:?}"),
    };
    let mut end = || -> SocketAddr { words.next().unwrap().parse().unwrap() };
    let (originator, responder) = (end(), end());
    let id = Endpoints {
        orig_h: originator.ip(),
        orig_p: originator.port(),
        resp_h: responder.ip(),
        resp_p: responder.port(),
    };
    let about = About { uid: Uid::connection(1), id, transport, start: START };
    (transport, about, words.next().map(str::to_owned))
}

/// Reads hex digits and quoted text.
pub(crate) fn read_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    loop {
        match rest {
            [] => return Some(bytes),
            [b' ' | b'\t', after @ ..] => rest = after,
            [b'"', after @ ..] => rest = read_quoted(after, &mut bytes)?,
            [high, low, after @ ..] => {
                bytes.push(hex_byte(*high, *low)?);
                rest = after;
            }
            [_] => return None,
        }
    }
}

fn read_quoted<'a>(mut rest: &'a [u8], bytes: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, after) = match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'r', after @ ..] => (b'\r', after),
            [b'\\', b'n', after @ ..] => (b'\n', after),
            [b'\\', b't', after @ ..] => (b'\t', after),
            [b'\\', b'0', after @ ..] => (0, after),
            [b'\\', b'x', high, low, after @ ..] => (hex_byte(*high, *low)?, after),
            [b'\\', byte @ (b'\\' | b'"'), after @ ..] => (*byte, after),
            [b'\\', ..] | [] => return None,
            [byte, after @ ..] => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
