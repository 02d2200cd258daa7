//! DCE/RPC on a TCP connection of its own.

use records::{Sender, Timestamp};

use super::pipes::{PipeBytes, Pipes};
use crate::gssapi::Authentication;
use crate::{Analyzer, Chunk, Output};

/// Follows one connection.
#[derive(Default)]
pub(super) struct DceRpcAnalyzer {
    pipes: Pipes,
    authentication: Authentication,
    /// Nonsense where no byte was lost: it is no DCE/RPC.
    lost: bool,
}

impl Analyzer for DceRpcAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.lost {
            return;
        }
        let data = PipeBytes { pipe: 0, ts: chunk.ts, from: chunk.from, bytes: chunk.bytes };
        self.lost = !self.pipes.data(data, &mut self.authentication, output);
    }

    fn gap(&mut self, _ts: Timestamp, from: Sender, _length: u64, _output: &mut Output<'_>) {
        self.pipes.gap(0, from);
    }

    fn end(&mut self, _ts: Timestamp, output: &mut Output<'_>) {
        self.pipes.end(output);
        self.authentication.end(output);
    }
}
