//! `snmp`, `sip`, `tftp`, `ike` and `quic`.

use records::{Ipsec, Json, Quic, Sip, Snmp, Tftp};

use super::event::{Event, number, number_or_text, text};

/// A record for each message, where our own sensor has one for each connection.
pub(super) fn snmp(event: &Event<'_>) -> Snmp {
    let body = event.body();
    let variables = body.get("vars").map_or(0, |vars| vars.list().len() as u64);
    let kind = text(body, "pdu_type").unwrap_or_default();
    let counted = |is_counted: bool| if is_counted { variables } else { 0 };
    Snmp {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        version: match number_or_text::<u8>(body, "version") {
            Some(2) => "2c".into(),
            Some(version) => version.to_string().into(),
            None => "".into(),
        },
        community: text(body, "community"),
        get_requests: counted(matches!(kind.as_str(), "get_request" | "get_next_request")),
        get_bulk_requests: counted(kind == "get_bulk_request"),
        get_responses: counted(kind == "response"),
        set_requests: counted(kind == "set_request"),
        ..Snmp::default()
    }
}

pub(super) fn sip(event: &Event<'_>) -> Sip {
    let body = event.body();
    Sip {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        method: text(body, "method"),
        uri: text(body, "uri"),
        status_code: number_or_text(body, "code"),
        status_msg: text(body, "reason"),
        ..Sip::default()
    }
}

pub(super) fn tftp(event: &Event<'_>) -> Tftp {
    let body = event.body();
    Tftp {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        wrq: body.get("packet").and_then(Json::text) == Some("write"),
        fname: text(body, "file").unwrap_or_default(),
        mode: text(body, "mode").unwrap_or_default(),
        ..Tftp::default()
    }
}

pub(super) fn ike(event: &Event<'_>) -> Ipsec {
    let body = event.body();
    Ipsec {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        is_orig: event.is_from_client(),
        initiator_spi: text(body, "init_spi").unwrap_or_default(),
        responder_spi: text(body, "resp_spi").unwrap_or_default(),
        maj_ver: number(body, "version_major").unwrap_or_default(),
        min_ver: number(body, "version_minor").unwrap_or_default(),
        exchange_type: number(body, "exchange_type").unwrap_or_default(),
        message_id: number(body, "message_id").unwrap_or_default(),
        ..Ipsec::default()
    }
}

pub(super) fn quic(event: &Event<'_>) -> Quic {
    let body = event.body();
    Quic {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        version: text(body, "version").unwrap_or_default().into(),
        server_name: text(body, "sni"),
        ..Quic::default()
    }
}
