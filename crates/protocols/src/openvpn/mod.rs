//! OpenVPN over UDP and TCP (its own documentation, "OpenVPN wire protocol"): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(OVER_UDP, "OpenVPN over UDP.", "openvpn", Udp, &[1194], Both, datagram);
recognised!(OVER_TCP, "OpenVPN over TCP.", "openvpn", Tcp, &[1194], Both, stream);

/// The first byte holds what the packet is, and the key 0.
const CLIENT_RESET_2: u8 = 7 << 3;
const CLIENT_RESET_3: u8 = 10 << 3;
const SERVER_RESET_2: u8 = 8 << 3;

/// Both ends begin with a reset: their session (8 bytes), perhaps proofs, what they acknowledge, and packet 0.
fn datagram(from: Sender, packet: &[u8]) -> Verdict {
    let [kind, rest @ ..] = packet else { return Verdict::No };
    let Some((session, rest)) = rest.split_at_checked(8) else { return Verdict::No };
    if session == [0; 8] {
        return Verdict::No;
    }
    match (from, *kind) {
        (Sender::Originator, CLIENT_RESET_2) => match rest.split_last_chunk::<5>() {
            // Nothing is acknowledged.
            Some((proofs, [0, 0, 0, 0, 0])) if are_proofs(proofs) => Verdict::Match,
            _ => hidden(rest),
        },
        (Sender::Originator, CLIENT_RESET_3) => hidden(rest),
        (Sender::Responder, SERVER_RESET_2) => match rest.split_last_chunk::<17>() {
            // The client's packet 0 is acknowledged, by the name of its session.
            Some((proofs, [1, 0, 0, 0, 0, .., 0, 0, 0, 0])) if are_proofs(proofs) => Verdict::Match,
            _ => hidden(rest),
        },
        _ => Verdict::No,
    }
}

/// A digest, the number of the packet, which is 1, and a time; or nothing.
fn are_proofs(bytes: &[u8]) -> bool {
    let digest = bytes.split_last_chunk::<8>().filter(|(_, number)| matches!(number, [0, 0, 0, 1, ..]));
    bytes.is_empty() || digest.is_some_and(|(digest, _)| matches!(digest.len(), 16 | 20 | 28 | 32 | 48 | 64))
}

/// All behind the session can be encrypted, and only the port tells.
fn hidden(rest: &[u8]) -> Verdict {
    const HIDDEN_BYTES_MIN: usize = 45;
    if rest.len() >= HIDDEN_BYTES_MIN { Verdict::Maybe } else { Verdict::No }
}

/// Each packet stands behind its length.
fn stream(from: Sender, bytes: &[u8]) -> Verdict {
    let [high, low, rest @ ..] = bytes else { return Verdict::Maybe };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if !(14..=400).contains(&length) {
        return Verdict::No;
    }
    match rest.get(..length) {
        Some(packet) => datagram(from, packet),
        None if rest
            .first()
            .is_none_or(|kind| [CLIENT_RESET_2, CLIENT_RESET_3, SERVER_RESET_2].contains(kind)) =>
        {
            Verdict::Maybe
        }
        None => Verdict::No,
    }
}
