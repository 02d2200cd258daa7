//! `http` → `http`. The time is that at which Suricata wrote the event: when the response was over.

use records::Http;

use super::event::{Event, number, text};

pub(super) fn record(event: &Event<'_>) -> Http {
    let body = event.body();
    let version = text(body, "protocol").map(|version| version.trim_start_matches("HTTP/").to_owned());
    let depth: u32 = number(event.json(), "tx_id").unwrap_or_default();
    Http {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        trans_depth: depth.saturating_add(1),
        method: text(body, "http_method"),
        host: text(body, "hostname"),
        uri: text(body, "url"),
        referrer: text(body, "http_refer"),
        version,
        user_agent: text(body, "http_user_agent"),
        origin: text(body, "origin"),
        response_body_len: number(body, "length").unwrap_or_default(),
        status_code: number(body, "status"),
        location: text(body, "redirect"),
        content_type: text(body, "http_content_type"),
        proxied: text(body, "xff").map(|xff| vec![format!("X-FORWARDED-FOR -> {xff}")]),
        ..Http::default()
    }
}
