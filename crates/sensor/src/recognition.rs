//! Which protocol a connection speaks: by its first bytes, then by its port.

use std::sync::{Arc, LazyLock};

use protocols::{About, Analyzer, HandOver, PROBE_BYTES, PROTOCOLS, Probe, Protocol, Transport, Verdict};
use records::{Sender, Timestamp};
use rustc_hash::FxHashMap;

use crate::undecided::{Share, Undecided};

/// UDP: after so many datagrams that no protocol knows, a connection is left alone.
const DATAGRAMS_MAX: u8 = 6;

/// While but one end has sent, and less than this, the port alone does not decide where another protocol may still be
/// recognised: else a first segment of a few bytes would count for more than what follows. The first words of HTTP/2,
/// the longest that are the same on each connection, are as long.
const FIRST_WORDS_BYTES: usize = 24;

/// What recognition says.
pub(crate) enum Recognition {
    /// It is this protocol.
    Is(&'static Protocol),
    /// Not known yet; more bytes may tell.
    Open,
    /// No protocol knows it.
    Unknown,
}

/// What it costs to know where a piece of the first bytes begins.
const PIECE_COST: usize = size_of::<(Timestamp, Sender, usize)>();

/// A TCP connection that is not recognised yet: its first bytes, to be given to the analyzer in their order.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// Only what keeps bytes takes part.
    share: Option<Share>,
    originator: Vec<u8>,
    responder: Vec<u8>,
    pieces: Vec<(Timestamp, Sender, usize)>,
}

impl Beginning {
    /// Nothing yet.
    pub(crate) fn new(undecided: &Arc<Undecided>) -> Self {
        Self { share: Some(Share::new(undecided)), ..Self::default() }
    }

    /// Keeps the next bytes. The whole chunk is kept, so that nothing is lost when it is recognised. False where there is
    /// no room for more.
    pub(crate) fn push(&mut self, ts: Timestamp, from: Sender, bytes: &[u8]) -> bool {
        self.side(from).extend_from_slice(bytes);
        self.pieces.push((ts, from, bytes.len()));
        self.share.as_mut().is_none_or(|share| share.keep(bytes.len().saturating_add(PIECE_COST)))
    }

    fn side(&mut self, from: Sender) -> &mut Vec<u8> {
        match from {
            Sender::Originator => &mut self.originator,
            Sender::Responder => &mut self.responder,
        }
    }

    /// Asks all protocols of TCP.
    pub(crate) fn recognise(&self, about: &About) -> Recognition {
        let answers = self.ask(about);
        let (sent, others) = (self.originator.len(), self.responder.len());
        let too_early = (sent == 0 || others == 0) && sent.max(others) < FIRST_WORDS_BYTES;
        let full = sent >= PROBE_BYTES || others >= PROBE_BYTES;
        match answers {
            Answers { is: Some(protocol), .. } => Recognition::Is(protocol),
            Answers { maybe: true, .. } if too_early => Recognition::Open,
            Answers { by_port: Some(protocol), .. } => Recognition::Is(protocol),
            Answers { maybe: true, .. } if !full => Recognition::Open,
            Answers { .. } => Recognition::Unknown,
        }
    }

    /// No more bytes will come that could tell more.
    pub(crate) fn settle(&self, about: &About) -> Option<&'static Protocol> {
        let answers = self.ask(about);
        answers.is.or(answers.by_port)
    }

    fn ask(&self, about: &About) -> Answers {
        let probe = Probe { about, originator: first(&self.originator), responder: first(&self.responder) };
        ask(&probe, Transport::Tcp)
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
    let answers = ask(&Probe { about, originator, responder }, Transport::Udp);
    match answers.is.or(answers.by_port) {
        Some(protocol) => Recognition::Is(protocol),
        None if seen < DATAGRAMS_MAX => Recognition::Open,
        None => Recognition::Unknown,
    }
}

/// What all protocols say of the same bytes.
#[derive(Default)]
struct Answers {
    /// One is sure.
    is: Option<&'static Protocol>,
    /// One may be, and is at home at the port of the responder.
    by_port: Option<&'static Protocol>,
    /// Another may be.
    maybe: bool,
}

/// The protocols of one transport.
struct OfTransport {
    all: Vec<&'static Protocol>,
    /// Those at home at a port.
    by_port: FxHashMap<u16, Vec<&'static Protocol>>,
}

impl OfTransport {
    fn new(transport: Transport) -> Self {
        let all: Vec<_> = PROTOCOLS.iter().filter(|protocol| protocol.transport == transport).collect();
        let mut by_port: FxHashMap<u16, Vec<_>> = FxHashMap::default();
        for protocol in &all {
            protocol.ports.iter().for_each(|port| by_port.entry(*port).or_default().push(*protocol));
        }
        Self { all, by_port }
    }
}

static OF_TCP: LazyLock<OfTransport> = LazyLock::new(|| OfTransport::new(Transport::Tcp));
static OF_UDP: LazyLock<OfTransport> = LazyLock::new(|| OfTransport::new(Transport::Udp));

/// Those that are at home at the responder's port are asked first: mostly one of them knows.
fn ask(probe: &Probe<'_>, transport: Transport) -> Answers {
    let OfTransport { all, by_port } = match transport {
        Transport::Tcp => &*OF_TCP,
        Transport::Udp => &*OF_UDP,
    };
    let at_home = by_port.get(&probe.about.id.resp_p).map(Vec::as_slice).unwrap_or_default();
    let is_at_home = |protocol: &Protocol| at_home.iter().any(|other| std::ptr::eq(*other, protocol));
    let mut answers = Answers::default();
    for protocol in at_home {
        match (protocol.probe)(probe) {
            Verdict::Match => return Answers { is: Some(protocol), ..answers },
            Verdict::Maybe => answers.by_port = answers.by_port.or(Some(protocol)),
            Verdict::No => {}
        }
    }
    for protocol in all.iter().filter(|protocol| !is_at_home(protocol)) {
        match (protocol.probe)(probe) {
            Verdict::Match => return Answers { is: Some(protocol), ..answers },
            Verdict::Maybe => answers.maybe = true,
            Verdict::No => {}
        }
    }
    answers
}

/// The protocol of TCP that is at home at the port of the responder.
pub(crate) fn by_port(about: &About) -> Option<&'static Protocol> {
    if about.transport != Transport::Tcp {
        return None;
    }
    let answers = ask(&Probe { about, originator: &[], responder: &[] }, Transport::Tcp);
    answers.is.or(answers.by_port)
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
