//! `krb5` → `kerberos`, and `login` for first tickets. Requests are events of their own in some versions; they are told
//! with their answers.

use records::{AnyRecord, Kerberos, Login};

use super::event::{Event, text};

/// Suricata's word for what is not there.
const NOTHING: [&str; 3] = ["<none>", "<empty>", "<unknown>"];

/// Errors with which a server only sends the client to ask again.
const ASK_AGAIN: [&str; 3] = ["KDC_ERR_PREAUTH_REQUIRED", "KRB_ERR_RESPONSE_TOO_BIG", "KDC_ERR_WRONG_REALM"];

pub(super) fn records(event: &Event<'_>, records: &mut Vec<AnyRecord>) {
    let body = event.body();
    let value = |name: &str| text(body, name).filter(|value| !NOTHING.contains(&value.as_str()));
    let message = value("msg_type").unwrap_or_default();
    let (request, success) = match message.as_str() {
        "KRB_AS_REP" => ("AS", true),
        "KRB_TGS_REP" => ("TGS", true),
        "KRB_ERROR" => match value("failed_request").as_deref() {
            Some("KRB_TGS_REQ") => ("TGS", false),
            _ => ("AS", false),
        },
        _ => return,
    };
    let error_msg = value("error_code").filter(|_| !success);
    let (ts, uid, id) = (event.ts, event.uid(), event.id());
    let (name, realm) = (value("cname"), value("realm").unwrap_or_default());
    let is_login = request == "AS" && !error_msg.as_deref().is_some_and(|error| ASK_AGAIN.contains(&error));
    if is_login {
        records.push(
            Login {
                ts,
                uid,
                id,
                service: "kerberos".into(),
                method: None,
                user: name.as_ref().map(|name| format!("{name}@{realm}")),
                success: Some(success),
                status: error_msg.clone(),
            }
            .into(),
        );
    }
    records.push(
        Kerberos {
            ts,
            uid,
            id,
            request_type: Some(request.into()),
            client: name.map(|name| format!("{name}/{realm}")),
            service: value("sname"),
            success: Some(success),
            error_msg,
            cipher: value("ticket_encryption").or_else(|| value("encryption")).map(Into::into),
            ..Kerberos::default()
        }
        .into(),
    );
}
