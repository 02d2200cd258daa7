//! `ftp` → `ftp` for the commands that Zeek logs, and `login`.

use std::collections::VecDeque;

use records::{AnyRecord, Ftp, Login, Uid};
use rustc_hash::FxHashMap;

use super::event::{Event, number, text, texts};

/// Connections whose user is remembered.
const USERS_MAX: usize = 50_000;

/// Commands that say what was done.
const LOGGED: [&str; 10] = ["APPE", "DELE", "RETR", "STOR", "STOU", "ACCT", "PORT", "PASV", "EPRT", "EPSV"];

/// Users by connection.
#[derive(Debug, Default)]
pub(super) struct Users {
    users: FxHashMap<Uid, String>,
    order: VecDeque<Uid>,
}

impl Users {
    pub(super) fn event(&mut self, event: &Event<'_>, records: &mut Vec<AnyRecord>) {
        let body = event.body();
        let uid = event.uid();
        let command = text(body, "command").unwrap_or_default().to_ascii_uppercase();
        let argument = text(body, "command_data");
        let codes = texts(body, "completion_code");
        let code: Option<u16> = codes.as_ref().and_then(|codes| codes.last()?.parse().ok());
        let message = texts(body, "reply").and_then(|lines| lines.into_iter().next_back());
        if command == "USER" {
            self.note(uid, argument.clone().unwrap_or_default());
        }
        let user = self.users.get(&uid).cloned();
        let success = match (command.as_str(), code) {
            ("PASS" | "USER", Some(230 | 232)) => Some(true),
            ("PASS" | "USER", Some(530)) => Some(false),
            _ => None,
        };
        if success.is_some() {
            let answer = format!("{} {}", code.unwrap_or_default(), message.as_deref().unwrap_or_default());
            records.push(
                Login {
                    ts: event.ts,
                    uid,
                    id: event.id(),
                    service: "ftp".into(),
                    method: Some(if command == "PASS" { "password" } else { "none" }.into()),
                    user: user.clone(),
                    success,
                    status: Some(answer.trim_end().to_owned()),
                }
                .into(),
            );
        }
        if LOGGED.contains(&command.as_str()) {
            let record = Ftp {
                ts: event.ts,
                uid,
                id: event.id(),
                user: user.unwrap_or_else(|| "<unknown>".to_owned()),
                command: Some(command),
                arg: argument,
                reply_code: code,
                reply_msg: message,
                data_channel_passive: text(body, "mode").map(|mode| mode == "passive"),
                data_channel_resp_p: number(body, "dynamic_port").filter(|port| *port > 0),
                ..Ftp::default()
            };
            records.push(record.into());
        }
    }

    fn note(&mut self, uid: Uid, user: String) {
        if self.users.insert(uid, user).is_none() {
            self.order.push_back(uid);
        }
        if self.order.len() > USERS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.users.remove(&oldest);
        }
    }
}
