//! What the headers of a request and its response say of the WebSocket that they open (RFC 6455 section 4).

use records::{Sender, Websocket, text_from_bytes};

/// So many protocols or extensions are told.
const LIST_MAX: usize = 64;
/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 4096;

/// What the headers of both ends said so far.
#[derive(Debug, Default)]
pub(super) struct Negotiation(Option<Box<Websocket>>);

impl Negotiation {
    /// A header of this end.
    pub(super) fn header(&mut self, from: Sender, name: &[u8], value: &[u8]) {
        const PREFIX: &[u8] = b"sec-websocket-";
        let Some((prefix, rest)) = name.split_at_checked(PREFIX.len()) else { return };
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return;
        }
        let value = value.get(..TEXT_BYTES_MAX).unwrap_or(value);
        let record = self.0.get_or_insert_default();
        match (from, rest.to_ascii_lowercase().as_slice()) {
            (Sender::Originator, b"protocol") => add(&mut record.client_protocols, value),
            (Sender::Originator, b"extensions") => add(&mut record.client_extensions, value),
            (Sender::Responder, b"protocol") => record.subprotocol = Some(text_from_bytes(value)),
            (Sender::Responder, b"extensions") => add(&mut record.server_extensions, value),
            _ => {}
        }
    }

    /// The record, as far as the headers tell it.
    pub(super) fn record(&self) -> Websocket {
        self.0.as_deref().cloned().unwrap_or_default()
    }
}

fn add(list: &mut Option<Vec<String>>, value: &[u8]) {
    let list = list.get_or_insert_default();
    let room = LIST_MAX.saturating_sub(list.len());
    list.extend(text_from_bytes(value).split(',').map(|one| one.trim_matches(' ').to_owned()).take(room));
}
