//! Follows one connection: each reply is written with the request that came last before it, as Zeek does.

use records::{Sender, Sip, Timestamp, text_from_bytes};

use super::media;
use super::wire::{self, Message, Start};
use crate::{Analyzer, Chunk, Expected, Output};

/// Longer values are cut.
const TEXT_BYTES_MAX: usize = 2048;
/// So many hosts of a path are kept.
const PATH_MAX: usize = 64;

/// Follows one connection.
#[derive(Default)]
pub(super) struct SipAnalyzer {
    /// The request and what is known of its reply, until that is final.
    open: Option<Box<Sip>>,
    is_confirmed: bool,
}

impl SipAnalyzer {
    fn open(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Sip {
        let about = output.about;
        self.open.get_or_insert_with(|| {
            Box::new(Sip {
                ts,
                uid: about.uid,
                id: about.id,
                request_path: Some(Vec::new()),
                response_path: Some(Vec::new()),
                ..Sip::default()
            })
        })
    }

    fn message(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let sip = self.open(ts, output);
        match message.start {
            Start::Request { method, uri } => {
                sip.method = Some(text(method));
                sip.uri = Some(text(uri));
                for (name, value) in wire::headers(message.headers) {
                    add_to_request(sip, name, value);
                }
            }
            Start::Reply { code, reason } => {
                sip.status_code = Some(code);
                sip.status_msg = Some(text(reason));
                for (name, value) in wire::headers(message.headers) {
                    add_to_reply(sip, name, value);
                }
                let is_final = !(100..200).contains(&code) || sip.method.is_none();
                output.write(sip.clone());
                if is_final {
                    self.open = None;
                }
            }
        }
    }
}

impl Analyzer for SipAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Some(message) = wire::message(chunk.bytes) else {
            if !self.is_confirmed && !is_sign_of_life(chunk.bytes) {
                output.reject();
            }
            return;
        };
        self.is_confirmed = true;
        output.confirm("sip");
        self.message(chunk.ts, &message, output);
        announce(chunk.ts, message.body, output);
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        if let Some(sip) = self.open.take() {
            output.write(*sip);
        }
    }
}

/// Clients keep the way through a translator of addresses open with empty lines and zeros (RFC 5626, section 3.5.1).
fn is_sign_of_life(datagram: &[u8]) -> bool {
    datagram.len() <= 4 && datagram.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

/// Media between other hosts may be followed elsewhere, where this is not known.
fn announce(ts: Timestamp, body: &[u8], output: &mut Output<'_>) {
    let about = output.about;
    for (address, port) in media::places(body) {
        if address == about.id.orig_h || address == about.id.resp_h {
            let expected =
                Expected { protocol: "rtp", announced_by: about.uid, ts, filename: None, transfer: None };
            output.shared.expect(about.id, (address, port), expected);
        }
    }
}

fn add_to_request(sip: &mut Sip, name: &[u8], value: &[u8]) {
    let to = match name.to_ascii_uppercase().as_slice() {
        b"CALL-ID" | b"I" => &mut sip.call_id,
        b"CONTENT-LENGTH" | b"L" => return sip.request_body_len = number(value),
        b"CSEQ" => &mut sip.seq,
        b"DATE" => &mut sip.date,
        b"FROM" | b"F" => return sip.request_from = Some(text(wire::before_parameter(value, b"tag="))),
        b"REPLY-TO" => &mut sip.reply_to,
        b"SUBJECT" | b"S" => &mut sip.subject,
        b"TO" | b"T" => &mut sip.request_to,
        b"USER-AGENT" => &mut sip.user_agent,
        b"VIA" | b"V" => return add_to_path(&mut sip.request_path, value),
        _ => return,
    };
    *to = Some(text(value));
}

fn add_to_reply(sip: &mut Sip, name: &[u8], value: &[u8]) {
    let to = match name.to_ascii_uppercase().as_slice() {
        b"CONTENT-LENGTH" | b"L" => return sip.response_body_len = number(value),
        b"CONTENT-TYPE" | b"C" => &mut sip.content_type,
        b"WARNING" => &mut sip.warning,
        b"FROM" | b"F" => return sip.response_from = Some(text(wire::before_parameter(value, b"tag="))),
        b"TO" | b"T" => &mut sip.response_to,
        b"VIA" | b"V" => return add_to_path(&mut sip.response_path, value),
        _ => return,
    };
    *to = Some(text(value));
}

fn add_to_path(path: &mut Option<Vec<String>>, value: &[u8]) {
    let path = path.get_or_insert_default();
    if path.len() < PATH_MAX {
        path.push(text(wire::before_parameter(value, b"branch")));
    }
}

fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok()
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..bytes.len().min(TEXT_BYTES_MAX)).unwrap_or_default())
}
