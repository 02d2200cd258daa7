//! `smtp` → `smtp`.

use records::Smtp;

use super::event::{Event, number, text, texts};

pub(super) fn record(event: &Event<'_>) -> Smtp {
    let body = event.body();
    let email = event.json().get("email");
    let header = |name: &str| email.and_then(|email| text(email, name));
    let headers = |name: &str| email.and_then(|email| texts(email, name));
    let bare = |address: String| address.trim_start_matches('<').trim_end_matches('>').to_owned();
    let depth: u32 = number(event.json(), "tx_id").unwrap_or_default();
    Smtp {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        trans_depth: depth.saturating_add(1),
        helo: text(body, "helo"),
        mailfrom: text(body, "mail_from").map(bare),
        rcptto: texts(body, "rcpt_to").map(|all| all.into_iter().map(bare).collect()),
        date: header("date"),
        from: header("from"),
        to: headers("to"),
        cc: headers("cc"),
        reply_to: header("reply_to"),
        msg_id: header("message_id"),
        in_reply_to: header("in_reply_to"),
        subject: header("subject"),
        x_originating_ip: header("x_originating_ip").and_then(|address| address.parse().ok()),
        user_agent: header("x_mailer").or_else(|| header("user_agent")),
        ..Smtp::default()
    }
}
