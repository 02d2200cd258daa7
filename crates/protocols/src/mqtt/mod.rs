//! MQTT (OASIS, versions 3.1 to 5): writes `mqtt_connect`, `mqtt_publish`, `mqtt_subscribe` and `login`.
//!
//! Of version 5 only the login is told, as its messages are laid out otherwise.

mod analyzer;
mod wire;

use records::Sender;

use crate::{Probe, Protocol, Transport, Verdict};

/// MQTT over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "mqtt",
    transport: Transport::Tcp,
    ports: &[1883],
    probe,
    analyzer: |_| Box::new(analyzer::MqttAnalyzer::new()),
};

/// The client's first message asks to connect, the broker's answers. Where the beginning was not seen, each end must
/// at least send messages of the kinds that it can send.
fn probe(probe: &Probe<'_>) -> Verdict {
    let (request, answer) = (probe.originator, probe.responder);
    let connects = wire::begins_connect(request);
    let accepts = wire::begins_acknowledgement(answer);
    match (connects, accepts) {
        (Verdict::Match, Verdict::Match) => Verdict::Match,
        (Verdict::No, _) | (_, Verdict::No) => {
            let plausible =
                wire::can_begin(Sender::Originator, request) && wire::can_begin(Sender::Responder, answer);
            if plausible { Verdict::Maybe } else { Verdict::No }
        }
        (Verdict::Match, _) if answer.is_empty() => Verdict::Match,
        _ => Verdict::Maybe,
    }
}
