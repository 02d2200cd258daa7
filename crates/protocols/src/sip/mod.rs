//! The Session Initiation Protocol (RFC 3261) over UDP: recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(PROTOCOL, "SIP.", "sip", Udp, &[5060], Either, check);

/// A status line or a request line.
fn check(_: Sender, datagram: &[u8]) -> Verdict {
    let line = datagram.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(b"SIP/2.0 ") {
        return Verdict::Match;
    }
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let is_method = method
        .is_some_and(|method| (3..=16).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase));
    let is_target = target.is_some_and(|target| {
        [b"sip:".as_slice(), b"sips:", b"tel:"].iter().any(|scheme| target.starts_with(scheme))
    });
    if is_method && is_target && version == Some(b"SIP/2.0") { Verdict::Match } else { Verdict::No }
}
