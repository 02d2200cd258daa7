//! DCE/RPC over UDP, version 4 (C706, chapter 12.5): each datagram names its interface, there is no binding.

use std::collections::VecDeque;

use records::{DceRpc, Interval, Timestamp};

use super::interfaces;
use super::wire;
use crate::by_datagram::ReadsDatagrams;
use crate::cursor::{ByteOrder, Cursor};
use crate::{Chunk, Output, Probe, Verdict};

/// Length of the header.
const HEADER_BYTES: usize = 80;
const VERSION: u8 = 4;
/// The last kind of datagram, `cancel_ack`.
const KIND_MAX: u8 = 10;
/// So many calls may wait for their answers; then the oldest is told as it is.
const CALLS_MAX: usize = 64;

/// The header of a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    kind: u8,
    interface: String,
    activity: [u8; 16],
    sequence: u32,
    operation: u16,
    /// Place of this fragment in its message.
    fragment: u16,
}

const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const REJECT: u8 = 6;

fn header(datagram: &[u8]) -> Option<Header> {
    let [VERSION, kind @ 0..=KIND_MAX, _, _, integers @ (0 | 0x10), 0..=3, 0, ..] = datagram else {
        return None;
    };
    let order = if *integers == 0 { ByteOrder::Big } else { ByteOrder::Little };
    let mut cursor = Cursor::new(datagram, order);
    cursor.seek(24)?;
    let interface = wire::uuid_in(cursor.take(16)?, order)?;
    let activity = *cursor.take(16)?.first_chunk::<16>()?;
    cursor.skip(8)?;
    let sequence = cursor.u32()?;
    let operation = cursor.u16()?;
    cursor.skip(4)?;
    let length = usize::from(cursor.u16()?);
    let fragment = cursor.u16()?;
    let is_authenticated = cursor.u8()? != 0;
    cursor.skip(1)?;
    let left = datagram.len().checked_sub(HEADER_BYTES)?;
    let fits = if is_authenticated { length <= left } else { length == left };
    fits.then_some(Header { kind: *kind, interface, activity, sequence, operation, fragment })
}

/// Every field of the header can be judged, so one datagram is enough.
pub(super) fn probe(probe: &Probe<'_>) -> Verdict {
    if header(probe.datagram()).is_some() { Verdict::Match } else { Verdict::No }
}

/// A call that has no answer yet.
struct Call {
    ts: Timestamp,
    header: Header,
}

/// The calls of one conversation.
#[derive(Default)]
pub(super) struct DatagramReader {
    calls: VecDeque<Call>,
}

impl DatagramReader {
    /// Where the call of this datagram waits.
    fn place(&self, header: &Header) -> Option<usize> {
        self.calls.iter().position(|call| {
            call.header.activity == header.activity && call.header.sequence == header.sequence
        })
    }

    fn request(&mut self, ts: Timestamp, header: Header, output: &mut Output<'_>) {
        // Requests are repeated until an answer comes.
        if header.fragment > 0 || self.place(&header).is_some() {
            return;
        }
        if self.calls.len() >= CALLS_MAX
            && let Some(oldest) = self.calls.pop_front()
        {
            write(&oldest, None, output);
        }
        self.calls.push_back(Call { ts, header });
    }
}

impl ReadsDatagrams for DatagramReader {
    fn datagram(&mut self, chunk: &Chunk<'_>, output: &mut Output<'_>) -> bool {
        let Some(header) = header(chunk.bytes) else { return false };
        match header.kind {
            REQUEST => self.request(chunk.ts, header, output),
            RESPONSE | FAULT | REJECT => {
                if let Some(call) = self.place(&header).and_then(|place| self.calls.remove(place)) {
                    write(&call, Some(chunk.ts.since(call.ts)), output);
                }
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, output: &mut Output<'_>) {
        for call in std::mem::take(&mut self.calls) {
            write(&call, None, output);
        }
    }
}

fn write(call: &Call, rtt: Option<Interval>, output: &mut Output<'_>) {
    let Call { ts, header } = call;
    output.write(DceRpc {
        ts: *ts,
        uid: output.about.uid,
        id: output.about.id,
        rtt,
        named_pipe: None,
        endpoint: Some(interfaces::endpoint(&header.interface).into_owned()),
        operation: Some(interfaces::operation(&header.interface, header.operation).into_owned()),
    });
}
