//! AMQP (versions 0-9-1 and 1.0): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "AMQP.", "amqp", Tcp, &[5672], Either, check);

/// The client begins with the name and version of the protocol; so does the server of version 1.0, while that of
/// 0-9-1 begins with a frame of its method `start`.
fn check(from: Sender, stream: &[u8]) -> Verdict {
    const NAME: &[u8] = b"AMQP";
    let common = NAME.len().min(stream.len());
    if stream.get(..common) == NAME.get(..common) {
        return match stream.get(NAME.len()..) {
            None | Some([] | [_] | [_, _] | [_, _, _]) => Verdict::Maybe,
            Some([0, 0, 9, 1, ..] | [0 | 2 | 3, 1, 0, 0, ..] | [1, 1, 8 | 0, 0 | 9 | 10, ..]) => {
                Verdict::Match
            }
            Some(_) => Verdict::No,
        };
    }
    match stream {
        // Frame of a method on channel 0; its length; class `connection`, method `start`.
        [1, 0, 0, 0, 0, _, _, 0, 10, 0, 10, ..] if from == Sender::Responder => Verdict::Match,
        [1, 0, 0, 0, ..] | [1, 0, 0] | [1, 0] | [1] if from == Sender::Responder && stream.len() < 11 => {
            Verdict::Maybe
        }
        _ => Verdict::No,
    }
}
