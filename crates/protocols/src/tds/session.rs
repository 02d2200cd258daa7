//! Commands and answers of one connection, and the record of each.

use records::{Tds, Timestamp};

use super::wire::{self, kind};
use crate::Output;
use crate::login::Attempt;

/// So many bytes of a text are told.
const TEXT_BYTES_TOLD: usize = 16 * 1024;

/// What is known of one connection.
#[derive(Default)]
pub(super) struct Session {
    /// What stays the same from command to command.
    known: Tds,
    record: Option<Box<Tds>>,
    attempt: Option<Attempt>,
}

impl Session {
    /// A message of the client.
    pub(super) fn sent(&mut self, ts: Timestamp, kind: u8, content: &[u8], output: &mut Output<'_>) {
        match kind {
            kind::LOGIN => {
                if let Some(login) = wire::login(content) {
                    self.logs_in(ts, login, output);
                }
            }
            kind::SQL_BATCH => self.begin(ts, "sql_batch", Some(wire::batch(content)), output),
            kind::RPC => {
                let arg = wire::procedure(content).map(|(name, query)| match query {
                    Some(query) => format!("{name} {query}"),
                    None => name.into_owned(),
                });
                self.begin(ts, "rpc", arg, output);
            }
            _ => {}
        }
    }

    fn logs_in(&mut self, ts: Timestamp, login: wire::Login, output: &mut Output<'_>) {
        output.confirm("tds");
        let some = |text: String| (!text.is_empty()).then(|| cut(text));
        if !login.user.is_empty() {
            self.attempt = Some(Attempt::with_password(ts, login.user.as_bytes()));
        }
        (self.known.user, self.known.host) = (some(login.user), some(login.host));
        (self.known.app, self.known.server) = (some(login.app), some(login.server));
        self.known.database = some(login.database);
        self.begin(ts, "login", None, output);
    }

    fn begin(&mut self, ts: Timestamp, command: &'static str, arg: Option<String>, output: &mut Output<'_>) {
        self.write(output);
        let about = output.about;
        let mut record = Box::new(self.known.clone());
        (record.ts, record.uid, record.id) = (ts, about.uid, about.id);
        record.command = command.into();
        record.arg = arg.map(cut);
        self.record = Some(record);
    }

    /// A message of the server.
    pub(super) fn replied(&mut self, kind: u8, content: &[u8], output: &mut Output<'_>) {
        if kind == kind::PRE_LOGIN {
            // What follows in packets of this kind is TLS.
            if self.known.encryption.is_none() {
                self.known.encryption = wire::encryption(content);
            }
            return output.confirm("tds");
        }
        let answer = wire::answer(content);
        if let Some(record) = &mut self.record {
            let is_login = record.command == "login";
            let success = answer.error.is_none() && (!is_login || answer.accepted);
            record.success = Some(success);
            record.rows = answer.rows.filter(|_| !is_login);
            record.response = answer.error.clone().map(cut);
        }
        if let Some(attempt) = self.attempt.take() {
            attempt.write("tds", answer.accepted, answer.error.unwrap_or_default().as_bytes(), output);
        }
        self.write(output);
    }

    /// Writes the command at hand as it is.
    pub(super) fn write(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take() {
            output.write(*record);
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > TEXT_BYTES_TOLD {
        let end = (0..=TEXT_BYTES_TOLD).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
