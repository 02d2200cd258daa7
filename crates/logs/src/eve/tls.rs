//! `tls` → `ssl`, and `x509` where the event has the server's certificate.

use std::collections::BTreeSet;

use records::{AnyRecord, Json, Ssl, X509};

use super::event::{Event, flag, text, texts, time};

/// Certificates that are remembered; when there are more, all are told anew.
const SEEN_MAX: usize = 100_000;

/// Certificates that were told, with the day.
#[derive(Debug, Default)]
pub(super) struct CertificatesSeen(BTreeSet<(i64, String)>);

impl CertificatesSeen {
    /// Whether the certificate was not told on this day yet.
    fn is_new(&mut self, day: i64, fingerprint: &str) -> bool {
        if self.0.len() >= SEEN_MAX {
            self.0.clear();
        }
        self.0.insert((day, fingerprint.to_owned()))
    }
}

pub(super) fn records(event: &Event<'_>, seen: &mut CertificatesSeen, records: &mut Vec<AnyRecord>) {
    let body = event.body();
    let hash = |name: &str| body.get(name).and_then(|print| text(print, "hash"));
    // Without colons, as our own; Suricata's is the SHA-1.
    let fingerprint = text(body, "fingerprint").map(|print| print.replace(':', "").to_ascii_lowercase());
    let version = text(body, "version").map(version);
    let ssl = Ssl {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        // Suricata writes the event when it has seen the answer of the server.
        established: version.is_some(),
        version: version.map(Into::into),
        server_name: text(body, "sni"),
        resumed: flag(body, "session_resumed").unwrap_or_default(),
        next_protocol: texts(body, "server_alpns").and_then(|names| names.into_iter().next()),
        cert_chain_fps: fingerprint.clone().map(|print| vec![print]),
        subject: text(body, "subject"),
        issuer: text(body, "issuerdn"),
        ja3: hash("ja3"),
        ja3s: hash("ja3s"),
        ja4: text(body, "ja4").or_else(|| hash("ja4")),
        ..Ssl::default()
    };
    if let Some(fingerprint) = fingerprint.filter(|print| seen.is_new(event.ts.day(), print)) {
        records.push(certificate(event, fingerprint).into());
    }
    records.push(ssl.into());
}

fn certificate(event: &Event<'_>, fingerprint: String) -> X509 {
    let body: &Json<'_> = event.body();
    X509 {
        ts: event.ts,
        fingerprint,
        certificate_version: 3,
        certificate_serial: text(body, "serial").unwrap_or_default().replace(':', ""),
        certificate_subject: text(body, "subject").unwrap_or_default(),
        certificate_issuer: text(body, "issuerdn").unwrap_or_default(),
        certificate_not_valid_before: time(body, "notbefore").unwrap_or_default(),
        certificate_not_valid_after: time(body, "notafter").unwrap_or_default(),
        san_dns: texts(body, "subjectaltname"),
        host_cert: true,
        ..X509::default()
    }
}

fn version(version: String) -> String {
    match version.as_str() {
        "TLS 1.3" | "TLSv1.3" => "TLSv13",
        "TLS 1.2" | "TLSv1.2" => "TLSv12",
        "TLS 1.1" | "TLSv1.1" => "TLSv11",
        "TLS 1.0" | "TLSv1" | "TLSv1.0" => "TLSv10",
        "SSLv3" => "SSLv3",
        "SSLv2" => "SSLv2",
        _ => return version,
    }
    .to_owned()
}
