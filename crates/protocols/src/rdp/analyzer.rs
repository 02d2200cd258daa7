//! Follows the beginning of one Remote Desktop session.

use records::{Rdp, Sender, Timestamp, text_from_bytes};

use super::wire::{self, Block, ClientCore, Message, Security};
use super::{keyboards, names};
use crate::messages::Messages;
use crate::{Analyzer, Chunk, HandOver, Output};

/// So many bytes of a message are kept.
const MESSAGE_BYTES_KEPT: usize = 8 * 1024;
/// Longer cookies are cut.
const COOKIE_BYTES_MAX: usize = 256;

/// What comes after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Message,
    Tls,
    /// Nothing that can be read.
    Nothing,
}

/// Follows one connection.
pub(super) struct RdpAnalyzer {
    streams: [Messages; 2],
    record: Option<Box<Rdp>>,
}

impl RdpAnalyzer {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        let stream = || Messages::that_keep(MESSAGE_BYTES_KEPT);
        Self { streams: [stream(), stream()], record: None }
    }

    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Rdp {
        let about = output.about;
        self.record
            .get_or_insert_with(|| Box::new(Rdp { ts, uid: about.uid, id: about.id, ..Rdp::default() }))
    }

    fn message(&mut self, ts: Timestamp, message: Message<'_>, output: &mut Output<'_>) -> Next {
        let record = self.record(ts, output);
        match message {
            Message::Request(cookie) => {
                record.cookie = cookie
                    .map(|cookie| text_from_bytes(cookie.get(..COOKIE_BYTES_MAX).unwrap_or(cookie)))
                    .or(record.cookie.take());
            }
            Message::Failure(code) => {
                record.result = Some(names::failure(code));
                return Next::Nothing;
            }
            Message::Confirm(chosen) => {
                record.security_protocol = chosen.map(names::security);
                if chosen.is_some_and(|chosen| chosen > 0) {
                    record.result = Some("encrypted".into());
                }
                output.confirm("rdp");
                if chosen.is_some_and(|chosen| chosen > 0) {
                    return Next::Tls;
                }
            }
            Message::Client(blocks) => {
                for block in wire::blocks(blocks) {
                    match block {
                        Block::ClientCore(core) => note_client(record, *core),
                        Block::ClientNetwork(channels) => {
                            let channels = channels.iter().map(|name| text_from_bytes(name));
                            record.client_channels.get_or_insert_default().extend(channels);
                            record.client_channels.get_or_insert_default().truncate(31);
                        }
                        Block::ServerSecurity(_) => {}
                    }
                }
            }
            Message::Server(result, blocks) => {
                record.result = Some(names::result(result));
                for block in wire::blocks(blocks) {
                    if let Block::ServerSecurity(security) = block {
                        note_security(record, security);
                    }
                }
                output.confirm("rdp");
                return Next::Nothing;
            }
            Message::Other => {}
        }
        Next::Message
    }

    fn write(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take()
            && (record.cookie.is_some() || record.keyboard_layout.is_some() || record.result.is_some())
        {
            output.write(*record);
        }
    }
}

fn note_client(record: &mut Rdp, core: ClientCore) {
    record.keyboard_layout = Some(keyboards::layout(core.keyboard));
    record.client_build = Some(names::build(core.build));
    record.client_name = Some(core.name);
    (record.desktop_width, record.desktop_height) = (Some(core.width), Some(core.height));
    if let Some((depth, wants_32, product)) = core.later {
        record.requested_color_depth = Some(if wants_32 { "32bit".into() } else { names::depth(depth) });
        record.client_dig_product_id = Some(product);
    }
}

fn note_security(record: &mut Rdp, security: Security) {
    record.encryption_method = Some(names::method(security.method));
    record.encryption_level = Some(names::level(security.level));
    if security.method > 0 && security.level > 0 {
        record.security_protocol = Some(names::security(0));
    }
    if let Some((kind, is_permanent, count)) = security.certificate {
        record.cert_type = Some(names::certificate(kind));
        record.cert_permanent = Some(is_permanent);
        record.cert_count = count;
    }
}

impl Analyzer for RdpAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        let place = usize::from(from == Sender::Responder);
        while let Some(found) = self.streams.get_mut(place).and_then(|it| it.next(&mut bytes, wire::measure))
        {
            let message = found.as_ref().ok().and_then(|found| wire::message(&found.bytes));
            let Some(message) = message else {
                self.write(output);
                return output.reject();
            };
            match self.message(ts, message, output) {
                Next::Message => {}
                Next::Tls => {
                    self.write(output);
                    output.hand_over(HandOver::To("ssl"));
                    return output.leave_unread(bytes.len());
                }
                Next::Nothing => {
                    self.write(output);
                    return output.finish();
                }
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        self.write(output);
        output.reject();
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.write(output);
    }
}
