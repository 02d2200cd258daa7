//! HTTP/1.x and 0.9 (RFC 9110, RFC 9112, RFC 1945): writes `http`, `websocket`, `files` and, for basic authentication, `login`.
//!
//! `CONNECT` and `Upgrade` hand the connection over.

mod analyzer;
mod body;
mod header;
mod inflate;
mod message;
mod transactions;
mod unanswered;
mod websocket;
mod wire;

pub(crate) use header::RequestHeader;
pub(crate) use inflate::Inflater;
pub(crate) use transactions::{login, note_credentials, text_of};

use crate::{Probe, Protocol, Transport, Verdict};

/// HTTP over TCP.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "http",
    transport: Transport::Tcp,
    ports: &[80, 81, 631, 1080, 3128, 8000, 8080, 8888],
    probe,
    analyzer: |_| Box::new(analyzer::HttpAnalyzer::default()),
};

/// Verbs by which HTTP is known on any port.
const METHODS: &[&[u8]] = &[
    b"OPTIONS",
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"ACL",
    b"BASELINE-CONTROL",
    b"BIND",
    b"CHECKIN",
    b"CHECKOUT",
    b"CONNECT",
    b"COPY",
    b"LABEL",
    b"LINK",
    b"LOCK",
    b"MERGE",
    b"MKACTIVITY",
    b"MKCALENDAR",
    b"MKCOL",
    b"MKREDIRECTREF",
    b"MOVE",
    b"ORDERPATCH",
    b"PATCH",
    b"PROPFIND",
    b"PROPPATCH",
    b"QUERY",
    b"REBIND",
    b"REPORT",
    b"SEARCH",
    b"TRACE",
    b"UNBIND",
    b"UNCHECKOUT",
    b"UNLINK",
    b"UNLOCK",
    b"UPDATE",
    b"VERSION-CONTROL",
    b"BCOPY",
    b"BDELETE",
    b"BMOVE",
    b"BPROPFIND",
    b"BPROPPATCH",
    b"NOTIFY",
    b"POLL",
    b"SUBSCRIBE",
    b"UNSUBSCRIBE",
    b"X-MS-ENUMATTS",
    b"MKWORKSPACE",
    b"RPC_IN_DATA",
    b"RPC_OUT_DATA",
];

fn probe(probe: &Probe<'_>) -> Verdict {
    let request = probe.originator.trim_ascii_start();
    if wire::starts_with_http(probe.responder) && probe.responder.get(5).is_some_and(u8::is_ascii_digit) {
        return Verdict::Match;
    }
    let word = request.iter().position(|byte| *byte == b' ').and_then(|end| request.get(..end));
    if word.is_some_and(|word| METHODS.contains(&word)) {
        return Verdict::Match;
    }
    // On its own ports anything that is not binary may turn out to be HTTP.
    let start = request.get(..request.len().min(16)).unwrap_or_default();
    let is_binary = start.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    if is_binary { Verdict::No } else { Verdict::Maybe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::verdict_on;

    #[test]
    fn http_is_known_by_its_verbs_and_its_responses() {
        let cases: [(&[u8], &[u8], Verdict); 6] = [
            (b"GET / HTTP/1.1\r\n", b"", Verdict::Match),
            (b"", b"HTTP/1.1 200 OK\r\n", Verdict::Match),
            (b"\x16\x03\x01", b"", Verdict::No),
            (b"EHLO x\r\n", b"220 mail\r\n", Verdict::Maybe),
            (b"GE", b"", Verdict::Maybe),
            (b"SSH-2.0-x\r\n", b"SSH-2.0-y\r\n", Verdict::Maybe),
        ];
        for (originator, responder, verdict) in cases {
            assert_eq!(verdict_on(probe, originator, responder), verdict);
        }
    }
}
