//! MQTT (OASIS, versions 3.1 to 5): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "MQTT.", "mqtt", Tcp, &[1883], Both, check);

fn check(from: Sender, stream: &[u8]) -> Verdict {
    let expected = if from == Sender::Originator { 0x10 } else { 0x20 };
    let [first, rest @ ..] = stream else { return Verdict::Maybe };
    if *first != expected {
        return Verdict::No;
    }
    let length = rest.iter().take(4).position(|byte| byte & 0x80 == 0);
    let Some(rest) = length.and_then(|last| rest.get(last + 1..)) else {
        return if rest.len() < 4 { Verdict::Maybe } else { Verdict::No };
    };
    match (from, rest) {
        (Sender::Responder, [0 | 1, ..]) => Verdict::Match,
        (Sender::Originator, [0, 4, b'M', b'Q', b'T', b'T', 4 | 5, ..])
        | (Sender::Originator, [0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, ..]) => Verdict::Match,
        (Sender::Originator, beginning) if beginning.len() < 9 && is_begun(beginning) => Verdict::Maybe,
        (Sender::Responder, []) => Verdict::Maybe,
        _ => Verdict::No,
    }
}

fn is_begun(beginning: &[u8]) -> bool {
    [b"\0\x04MQTT".as_slice(), b"\0\x06MQIsdp"].iter().any(|name| {
        let common = name.len().min(beginning.len());
        name.get(..common) == beginning.get(..common) && beginning.len() <= name.len()
    })
}
