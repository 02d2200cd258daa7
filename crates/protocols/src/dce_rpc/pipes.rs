//! DCE/RPC on the named pipes of a connection of SMB, or on a TCP connection of its own, which counts as one
//! pipe.

use records::{Sender, Timestamp};
use rustc_hash::FxHashMap;

use super::calls::Calls;
use super::stream::{Stream, Unit};
use super::wire::Message;
use crate::Output;
use crate::gssapi::Authentication;

/// More pipes at a time and all are forgotten (Zeek's `SMB::max_dce_rpc_analyzers`).
const PIPES_MAX: usize = 1000;
/// Contexts of one pipe whose last call is remembered.
const CONTEXTS_MAX: usize = 1024;

const SPNEGO: u8 = 9;
const NTLM: u8 = 10;

/// The pipes of a connection.
#[derive(Default)]
pub(crate) struct Pipes {
    pipes: FxHashMap<u64, Pipe>,
    calls: Calls,
    confirmed: bool,
}

#[derive(Default)]
struct Pipe {
    originator: Stream,
    responder: Stream,
    /// Operation of the last call in each context.
    operations: FxHashMap<u16, u16>,
}

/// What was written to or read from a pipe.
pub(crate) struct PipeBytes<'a> {
    /// Which pipe of the connection.
    pub(crate) pipe: u64,
    /// When.
    pub(crate) ts: Timestamp,
    /// By whom it was sent.
    pub(crate) from: Sender,
    /// The bytes.
    pub(crate) bytes: &'a [u8],
}

impl Pipes {
    /// Takes what was written to or read from a pipe; `false` where it is no DCE/RPC.
    pub(crate) fn data(
        &mut self,
        data: PipeBytes<'_>,
        authentication: &mut Authentication,
        output: &mut Output<'_>,
    ) -> bool {
        if self.pipes.len() >= PIPES_MAX && !self.pipes.contains_key(&data.pipe) {
            self.pipes.clear();
            self.calls.forget();
            output.weird(data.ts, "SMB_discarded_dce_rpc_analyzers", None);
        }
        let Self { pipes, calls, confirmed } = self;
        let Pipe { originator, responder, operations } = pipes.entry(data.pipe).or_default();
        let stream = match data.from {
            Sender::Originator => originator,
            Sender::Responder => responder,
        };
        stream.feed(data.bytes, |Unit { authentication: verifier, message }| {
            match verifier {
                Some((NTLM, bytes)) => {
                    authentication.ntlm.message(data.ts, bytes, output);
                }
                Some((SPNEGO, bytes)) => authentication.blob(data.ts, bytes, output),
                _ => {}
            }
            match message {
                Some(Message::Bind(contexts)) => calls.bind(data.pipe, data.ts, contexts),
                Some(Message::BindAnswer(address)) => calls.bound(data.pipe, data.ts, address),
                Some(Message::AlterAnswer) => calls.altered(data.pipe, data.ts),
                Some(Message::Request { context, operation }) => {
                    calls.request(data.pipe, data.ts, context, operation);
                    if operations.len() < CONTEXTS_MAX || operations.contains_key(&context) {
                        operations.insert(context, operation);
                    }
                }
                Some(Message::Response { context }) => {
                    let operation = operations.get(&context).copied().unwrap_or_default();
                    calls.response(data.pipe, data.ts, context, operation, output);
                }
                Some(Message::Other) | None => {}
            }
            if !std::mem::replace(confirmed, true) {
                output.confirm("dce_rpc");
            }
        })
    }

    /// Bytes that this end sent are missing.
    pub(crate) fn gap(&mut self, pipe: u64, from: Sender) {
        let Pipe { originator, responder, .. } = self.pipes.entry(pipe).or_default();
        match from {
            Sender::Originator => originator.gap(),
            Sender::Responder => responder.gap(),
        }
    }

    /// The pipe is closed.
    pub(crate) fn close(&mut self, pipe: u64, output: &mut Output<'_>) {
        self.pipes.remove(&pipe);
        self.calls.close(pipe, output);
    }

    /// The connection is over.
    pub(crate) fn end(&mut self, output: &mut Output<'_>) {
        self.calls.end(output);
    }
}
