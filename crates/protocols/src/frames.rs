//! Protocols that lie beside IP: the payload of frames becomes records.

use records::{AnyRecord, HardwareAddress, Timestamp};

/// A frame that carries no IP packet.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Time of the frame.
    pub ts: Timestamp,
    /// Hardware addresses of sender and receiver, where the link has them.
    pub hardware: Option<([u8; 6], [u8; 6])>,
    /// What follows the header of the link.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// The hardware address that sent the frame.
    pub(crate) fn source(&self) -> Option<HardwareAddress> {
        self.hardware.map(|(source, _)| HardwareAddress(source))
    }

    /// The hardware address that the frame is for.
    pub(crate) fn destination(&self) -> Option<HardwareAddress> {
        self.hardware.map(|(_, destination)| HardwareAddress(destination))
    }
}

/// A protocol that lies beside IP.
#[derive(Clone, Copy)]
pub struct FrameProtocol {
    /// Its name.
    pub name: &'static str,
    /// Number by which frames announce it.
    pub ether_type: u16,
    /// Whether it may be worth reading. Pure and cheap: called for every frame.
    pub wants: fn(&[u8]) -> bool,
    /// Begins to read.
    pub reader: fn() -> Box<dyn ReadsFrames>,
}

/// Reads the frames of one protocol, of all hosts.
pub trait ReadsFrames: Send {
    /// The next frame.
    fn frame(&mut self, frame: &Frame<'_>, records: &mut Vec<AnyRecord>);
}
