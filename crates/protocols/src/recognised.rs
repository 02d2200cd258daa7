//! Protocols that are recognised, so that the connection's `service` names them, but whose messages are not told.

use records::{Sender, Timestamp};

use crate::analyzer::{About, Analyzer, Chunk, Output, Probe, Transport, Verdict};

/// So many bytes of a stream must be enough to recognise it.
const BEGINNING_MAX: usize = 512;

/// How such a protocol is recognised.
pub(crate) struct Sign {
    /// Its name.
    pub(crate) service: &'static str,
    /// Who must be seen to speak it.
    pub(crate) needs: Needs,
    /// Looks at a datagram, or at the beginning of what one end sent: `Maybe` is a weak sign in a datagram, and
    /// asks for more bytes in a stream.
    pub(crate) check: fn(Sender, &[u8]) -> Verdict,
}

/// Who must be seen to speak a protocol before it is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// One of the ends.
    Either,
    /// Both.
    Both,
}

impl Sign {
    /// What the first bytes of a connection say.
    pub(crate) fn probe(&self, probe: &Probe<'_>) -> Verdict {
        let say =
            |from, bytes: &[u8]| if bytes.is_empty() { Verdict::Maybe } else { (self.check)(from, bytes) };
        say(Sender::Originator, probe.originator).with(say(Sender::Responder, probe.responder))
    }

    /// Begins to follow a connection.
    pub(crate) fn analyzer(&'static self, about: &About) -> Box<dyn Analyzer> {
        let is_stream = about.transport == Transport::Tcp;
        Box::new(Recognised { sign: self, is_stream, sides: Default::default(), is_confirmed: false })
    }
}

/// Declares a protocol that is recognised by its sign alone: its constant, what it is called, its name, what carries
/// it, its ports, who must be seen to speak it, and the function that looks.
macro_rules! recognised {
    ($protocol:ident, $doc:literal, $service:literal, $transport:ident, $ports:expr, $needs:ident, $check:expr) => {
        #[doc = $doc]
        pub(crate) const $protocol: crate::analyzer::Protocol = {
            static SIGN: crate::recognised::Sign = crate::recognised::Sign {
                service: $service,
                needs: crate::recognised::Needs::$needs,
                check: $check,
            };
            crate::analyzer::Protocol {
                name: $service,
                transport: crate::analyzer::Transport::$transport,
                ports: $ports,
                probe: |probe| SIGN.probe(probe),
                analyzer: |about| SIGN.analyzer(about),
            }
        };
    };
}

pub(crate) use recognised;

/// Confirms the protocol when enough was seen.
struct Recognised {
    sign: &'static Sign,
    is_stream: bool,
    sides: [Side; 2],
    is_confirmed: bool,
}

#[derive(Default)]
struct Side {
    beginning: Vec<u8>,
    is_recognised: bool,
}

impl Recognised {
    fn side(&mut self, from: Sender) -> &mut Side {
        let [originator, responder] = &mut self.sides;
        match from {
            Sender::Originator => originator,
            Sender::Responder => responder,
        }
    }

    fn judge(&mut self, from: Sender, bytes: &[u8]) -> Verdict {
        let (check, is_stream) = (self.sign.check, self.is_stream);
        let side = self.side(from);
        if side.is_recognised {
            return Verdict::Match;
        }
        if !is_stream {
            return if check(from, bytes) == Verdict::No { Verdict::No } else { Verdict::Match };
        }
        let room = BEGINNING_MAX.saturating_sub(side.beginning.len());
        side.beginning.extend(bytes.iter().take(room));
        match check(from, &side.beginning) {
            Verdict::Maybe if side.beginning.len() >= BEGINNING_MAX => Verdict::No,
            verdict => verdict,
        }
    }
}

impl Analyzer for Recognised {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.is_confirmed {
            return;
        }
        match self.judge(chunk.from, chunk.bytes) {
            Verdict::Maybe => return,
            Verdict::No => return output.reject(),
            Verdict::Match => *self.side(chunk.from) = Side { beginning: Vec::new(), is_recognised: true },
        }
        let [originator, responder] = &self.sides;
        self.is_confirmed = match self.sign.needs {
            Needs::Either => true,
            Needs::Both => originator.is_recognised && responder.is_recognised,
        };
        if self.is_confirmed {
            output.confirm(self.sign.service);
        }
    }

    fn gap(&mut self, _: Timestamp, from: Sender, _: u64, output: &mut Output<'_>) {
        if !self.is_confirmed && !self.side(from).is_recognised {
            output.reject();
        }
    }

    fn end(&mut self, _: Timestamp, _: &mut Output<'_>) {}
}
