//! Protocols over UDP whose messages each fill a datagram: what they share as analyzers.

use records::{Sender, Timestamp};

use crate::analyzer::{Analyzer, Chunk, Output};

/// Reads the datagrams of one connection.
pub(crate) trait ReadsDatagrams: Send {
    /// Reads a datagram; whether it is a message of the protocol.
    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> bool;

    /// The connection is over.
    fn end(&mut self, _output: &mut Output<'_>) {}
}

/// The analyzer around a reader of datagrams. Its protocol is confirmed by each message; without one the connection is
/// left at the first datagram that is none.
pub(crate) struct ByDatagram<R> {
    service: &'static str,
    is_confirmed: bool,
    reader: R,
}

impl<R: ReadsDatagrams> ByDatagram<R> {
    /// `reader` reads the datagrams of a connection of this service.
    pub(crate) const fn new(service: &'static str, reader: R) -> Self {
        Self { service, is_confirmed: false, reader }
    }
}

impl<R: ReadsDatagrams> Analyzer for ByDatagram<R> {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.reader.datagram(&chunk, output) {
            self.is_confirmed = true;
            output.confirm(self.service);
        } else if !self.is_confirmed {
            output.reject();
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.reader.end(output);
    }
}
