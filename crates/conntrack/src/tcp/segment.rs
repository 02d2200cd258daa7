//! A TCP segment as the state machine wants it.

use packets::Tcp;

/// A segment: header fields, payload as captured, and its length on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) sequence: u32,
    pub(crate) acknowledgment: u32,
    pub(crate) window: u16,
    pub(crate) window_scale: Option<u8>,
    flags: u8,
    pub(crate) length: u32,
    pub(crate) payload: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(crate) fn new(tcp: &Tcp, length: u32, payload: &'a [u8]) -> Self {
        Self {
            sequence: tcp.sequence,
            acknowledgment: tcp.acknowledgment,
            window: tcp.window,
            window_scale: tcp.window_scale,
            flags: tcp.flags,
            length,
            payload,
        }
    }

    /// A FIN alone, with what follows it in the sequence space.
    pub(crate) fn fin_before(one_past: u32, window: u16) -> Self {
        const FIN: u8 = 1;
        let sequence = one_past.wrapping_sub(1);
        Self { sequence, acknowledgment: 0, window, window_scale: None, flags: FIN, length: 0, payload: &[] }
    }

    pub(crate) fn fin(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(crate) fn syn(&self) -> bool {
        self.flags & 2 != 0
    }

    pub(crate) fn reset(&self) -> bool {
        self.flags & 4 != 0
    }

    pub(crate) fn ack(&self) -> bool {
        self.flags & 16 != 0
    }

    /// What it takes of the sequence space: SYN and FIN take one each, and data in an RST is not part of the stream.
    pub(crate) fn span(&self) -> u32 {
        let data = if self.reset() { 0 } else { self.length };
        data.wrapping_add(u32::from(self.syn())).wrapping_add(u32::from(self.fin()))
    }

    pub(crate) fn one_past(&self) -> u32 {
        self.sequence.wrapping_add(self.span())
    }

    /// Whether the capture holds the whole payload. What follows a cut is missing, so cut payload is not used.
    pub(crate) fn is_whole(&self) -> bool {
        u32::try_from(self.payload.len()).is_ok_and(|captured| captured >= self.length)
    }
}
