//! Which protocol a connection speaks: by its first bytes, then by its port.

use protocols::{About, Analyzer, HandOver, PROBE_BYTES, PROTOCOLS, Probe, Protocol, Transport, Verdict};
use records::{Sender, Timestamp};

/// UDP: after so many datagrams that no protocol knows, a connection is left alone.
const DATAGRAMS_MAX: u8 = 6;

/// What recognition says.
pub(crate) enum Recognition {
    /// It is this protocol.
    Is(&'static Protocol),
    /// Not known yet; more bytes may tell.
    Open,
    /// No protocol knows it.
    Unknown,
}

/// A TCP connection that is not recognised yet: its first bytes, to be given to the analyzer in their order.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    originator: Vec<u8>,
    responder: Vec<u8>,
    pieces: Vec<(Timestamp, Sender, usize)>,
}

impl Beginning {
    /// Keeps the next bytes. The whole chunk is kept, so that nothing is lost when it is recognised.
    pub(crate) fn push(&mut self, ts: Timestamp, from: Sender, bytes: &[u8]) {
        self.side(from).extend_from_slice(bytes);
        self.pieces.push((ts, from, bytes.len()));
    }

    fn side(&mut self, from: Sender) -> &mut Vec<u8> {
        match from {
            Sender::Originator => &mut self.originator,
            Sender::Responder => &mut self.responder,
        }
    }

    /// Asks all protocols of TCP.
    pub(crate) fn recognise(&self, about: &About) -> Recognition {
        let probe = Probe { about, originator: first(&self.originator), responder: first(&self.responder) };
        let recognition = ask(&probe, Transport::Tcp);
        let full = self.originator.len() >= PROBE_BYTES || self.responder.len() >= PROBE_BYTES;
        match recognition {
            Recognition::Open if full => Recognition::Unknown,
            other => other,
        }
    }

    /// The pieces in the order in which they came.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (Timestamp, Sender, &[u8])> {
        let mut originator = self.originator.as_slice();
        let mut responder = self.responder.as_slice();
        self.pieces.iter().map(move |&(ts, from, length)| {
            let side = match from {
                Sender::Originator => &mut originator,
                Sender::Responder => &mut responder,
            };
            let (piece, rest) = side.split_at_checked(length).unwrap_or((side, &[]));
            *side = rest;
            (ts, from, piece)
        })
    }
}

fn first(bytes: &[u8]) -> &[u8] {
    bytes.get(..PROBE_BYTES).unwrap_or(bytes)
}

/// Asks all protocols of UDP about one datagram, the `seen`th of its connection.
pub(crate) fn recognise_datagram(about: &About, from: Sender, bytes: &[u8], seen: u8) -> Recognition {
    let (originator, responder) = match from {
        Sender::Originator => (bytes, [].as_slice()),
        Sender::Responder => ([].as_slice(), bytes),
    };
    match ask(&Probe { about, originator, responder }, Transport::Udp) {
        Recognition::Is(protocol) => Recognition::Is(protocol),
        Recognition::Open | Recognition::Unknown if seen < DATAGRAMS_MAX => Recognition::Open,
        Recognition::Open | Recognition::Unknown => Recognition::Unknown,
    }
}

/// Those that are at home at the responder's port are asked first: mostly one of them knows.
fn ask(probe: &Probe<'_>, transport: Transport) -> Recognition {
    let is_at_home = |protocol: &Protocol| protocol.ports.contains(&probe.about.id.resp_p);
    let of_transport = || PROTOCOLS.iter().filter(|protocol| protocol.transport == transport);
    let mut by_port = None;
    for protocol in of_transport().filter(|protocol| is_at_home(protocol)) {
        match (protocol.probe)(probe) {
            Verdict::Match => return Recognition::Is(protocol),
            Verdict::Maybe => by_port = by_port.or(Some(protocol)),
            Verdict::No => {}
        }
    }
    let mut recognition = Recognition::Unknown;
    for protocol in of_transport().filter(|protocol| !is_at_home(protocol)) {
        match (protocol.probe)(probe) {
            Verdict::Match => return Recognition::Is(protocol),
            Verdict::Maybe => recognition = Recognition::Open,
            Verdict::No => {}
        }
    }
    by_port.map_or(recognition, Recognition::Is)
}

/// The protocol of TCP that is at home at the port of the responder.
pub(crate) fn by_port(about: &About) -> Option<&'static Protocol> {
    match ask(&Probe { about, originator: &[], responder: &[] }, Transport::Tcp) {
        Recognition::Is(protocol) if about.transport == Transport::Tcp => Some(protocol),
        Recognition::Is(_) | Recognition::Open | Recognition::Unknown => None,
    }
}

/// The protocol of this name over this transport.
pub(crate) fn by_name(name: &str, transport: Transport) -> Option<&'static Protocol> {
    PROTOCOLS.iter().find(|protocol| protocol.name == name && protocol.transport == transport)
}

/// The analyzer that takes over, or `None` where the next bytes must be recognised first.
pub(crate) fn successor(to: HandOver, about: &About) -> Option<Box<dyn Analyzer>> {
    match to {
        HandOver::To(name) => by_name(name, about.transport).map(|protocol| (protocol.analyzer)(about)),
        HandOver::Recognise => None,
    }
}
