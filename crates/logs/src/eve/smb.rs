//! `smb` → `smb_mapping`, `smb_files`, `ntlm` and `login`.

use records::{AnyRecord, Json, Login, Ntlm, SmbFiles, SmbMapping};

use super::event::{Event, number, seconds, text};

/// The server wants more of the login.
const GOES_ON: &str = "STATUS_MORE_PROCESSING_REQUIRED";
const SUCCESS: &str = "STATUS_SUCCESS";

pub(super) fn records(event: &Event<'_>, records: &mut Vec<AnyRecord>) {
    let body = event.body();
    let command = text(body, "command").unwrap_or_default();
    let command = command.trim_start_matches("SMB2_COMMAND_").trim_start_matches("SMB1_COMMAND_");
    let is_done = body.get("status").and_then(Json::text).is_none_or(|status| status == SUCCESS);
    match command {
        "SESSION_SETUP" | "SESSION_SETUP_ANDX" => login(event, records),
        "TREE_CONNECT" | "TREE_CONNECT_ANDX" if is_done => records.push(mapping(event).into()),
        "CREATE" | "NT_CREATE_ANDX" | "NT_CREATE_AND_X" | "OPEN_ANDX" if is_done => {
            records.push(file(event, "SMB::FILE_OPEN").into());
        }
        _ if body.get("rename").is_some() && is_done => {
            let names = body.get("rename").unwrap_or(body);
            let name = text(names, "to");
            let prev_name = text(names, "from");
            records.push(SmbFiles { name, prev_name, ..file(event, "SMB::FILE_RENAME") }.into());
        }
        "DELETE" | "DELETE_FILE" if is_done => records.push(file(event, "SMB::FILE_DELETE").into()),
        _ => {}
    }
}

fn mapping(event: &Event<'_>) -> SmbMapping {
    let body = event.body();
    let share_type = text(body, "share_type").map(|kind| match kind.as_str() {
        "FILE" => "DISK".to_owned(),
        _ => kind,
    });
    SmbMapping {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        path: text(body, "share").or_else(|| text(body, "named_pipe")),
        share_type: share_type.map(Into::into),
        ..SmbMapping::default()
    }
}

fn file(event: &Event<'_>, action: &'static str) -> SmbFiles {
    let body = event.body();
    SmbFiles {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        action: Some(action.into()),
        path: text(body, "share"),
        name: text(body, "filename"),
        size: number(body, "size").unwrap_or_default(),
        times_modified: seconds(body, "modified"),
        times_accessed: seconds(body, "accessed"),
        times_created: seconds(body, "created"),
        times_changed: seconds(body, "changed"),
        ..SmbFiles::default()
    }
}

fn login(event: &Event<'_>, records: &mut Vec<AnyRecord>) {
    let body = event.body();
    let Some(status) = text(body, "status").filter(|status| status != GOES_ON) else { return };
    let success = Some(status == SUCCESS);
    let refused = (status != SUCCESS).then(|| status.trim_start_matches("STATUS_").to_owned());
    let mut user = None;
    if let Some(ntlmssp) = body.get("ntlmssp") {
        let ntlm = Ntlm {
            ts: event.ts,
            uid: event.uid(),
            id: event.id(),
            username: text(ntlmssp, "user"),
            hostname: text(ntlmssp, "host"),
            domainname: text(ntlmssp, "domain"),
            success,
            status: refused.clone(),
            ..Ntlm::default()
        };
        user = match (&ntlm.domainname, &ntlm.username) {
            (Some(domain), Some(user)) => Some(format!("{domain}\\{user}")),
            (_, user) => user.clone(),
        };
        records.push(ntlm.into());
    }
    let method = match (body.get("ntlmssp"), body.get("kerberos")) {
        (Some(_), _) => Some("ntlm".into()),
        (None, Some(_)) => Some("kerberos".into()),
        (None, None) => None,
    };
    let (ts, uid, id) = (event.ts, event.uid(), event.id());
    records.push(Login { ts, uid, id, service: "smb".into(), method, user, success, status: refused }.into());
}
