//! The exchange of one connection, and the record of each message and its answer.

use records::{Postgresql, Timestamp, text_from_bytes};

use super::wire::{self, Message};
use crate::Output;
use crate::login::Attempt;

/// Longer queries are cut.
const QUERY_BYTES_MAX: usize = 16 * 1024;
/// Longer names and messages are cut.
const TEXT_BYTES_MAX: usize = 1024;
/// So many bytes of a server's words are told in one record.
const WORDS_BYTES_MAX: usize = 8 * 1024;

/// What is known of one connection.
#[derive(Default)]
pub(super) struct Session {
    record: Option<Box<Postgresql>>,
    user: Option<String>,
    database: Option<String>,
    application_name: Option<String>,
    rows: Option<u64>,
    attempt: Option<Attempt>,
}

impl Session {
    fn record(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Postgresql {
        let about = output.about;
        self.record.get_or_insert_with(|| {
            Box::new(Postgresql { ts, uid: about.uid, id: about.id, ..Postgresql::default() })
        })
    }

    /// The client asks for encryption.
    pub(super) fn asks_for_tls(&mut self, ts: Timestamp, output: &Output<'_>) {
        self.record(ts, output).frontend = Some("ssl_request".into());
    }

    /// The server says whether it will encrypt.
    pub(super) fn answers_about_tls(&mut self, ts: Timestamp, agrees: bool, output: &mut Output<'_>) {
        let record = self.record(ts, output);
        record.backend = Some("ssl_reply".into());
        record.backend_arg = Some(if agrees { "S" } else { "N" }.to_owned());
        record.success = Some(agrees);
        self.write(output);
    }

    /// The client wants to cancel a query.
    pub(super) fn cancels(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.record(ts, output).frontend = Some("cancel_request".into());
        self.write(output);
    }

    /// The client says who it is.
    pub(super) fn starts(&mut self, ts: Timestamp, parameters: &[(&[u8], &[u8])], output: &Output<'_>) {
        for (name, value) in parameters {
            match *name {
                b"user" => self.user = Some(text_of(value)),
                b"database" => self.database = Some(text_of(value)),
                b"application_name" => self.application_name = Some(text_of(value)),
                _ => {}
            }
        }
        self.attempt = self.user.as_deref().map(|user| Attempt::by_user(ts, "none", user.as_bytes()));
        self.record(ts, output).frontend = Some("startup".into());
    }

    /// A message of the client.
    pub(super) fn sent(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let (frontend, query) = match message {
            Message::Query(query) => ("simple_query", Some(*query)),
            Message::Parse(query) => ("parse", Some(*query)),
            Message::Terminate => ("terminate", None),
            _ => return,
        };
        self.write(output);
        let record = self.record(ts, output);
        record.frontend = Some(frontend.into());
        record.frontend_arg =
            query.map(|query| text_from_bytes(query.get(..QUERY_BYTES_MAX).unwrap_or(query)));
        match query {
            Some(_) => self.rows = Some(0),
            None => self.write(output),
        }
    }

    /// A message of the server.
    pub(super) fn replied(&mut self, ts: Timestamp, message: Message<'_>, output: &mut Output<'_>) {
        match message {
            Message::Authentication(0) => {
                let record = self.record(ts, output);
                record.backend = Some("auth_ok".into());
                record.success = Some(true);
                self.judged(true, &[], output);
            }
            Message::Authentication(kind) => {
                let name = wire::proof(kind);
                if let Some(attempt) = &mut self.attempt {
                    attempt.by(&name);
                }
                let record = self.record(ts, output);
                record.backend = Some("auth_request".into());
                add(&mut record.backend_arg, &name);
            }
            Message::Error(fields) => {
                let words = words(&fields);
                let record = self.record(ts, output);
                record.backend =
                    Some(record.backend.take().map_or("error".into(), |it| format!("{it},error").into()));
                add(&mut record.backend_arg, &words);
                record.success = Some(false);
                let message = fields.iter().find(|(code, _)| *code == b'M').map_or(&[][..], |(_, text)| text);
                self.judged(false, message, output);
                self.write(output);
            }
            Message::Notice(fields) => {
                let words = words(&fields);
                add(&mut self.record(ts, output).backend_arg, &words);
            }
            Message::Row => {
                self.record(ts, output);
                let rows = self.rows.get_or_insert_default();
                *rows = rows.saturating_add(1);
            }
            Message::Ready(state) => {
                let rows = self.rows.take();
                if let Some(record) = &mut self.record {
                    record.success.get_or_insert(matches!(state, b'I' | b'T'));
                    record.rows = rows;
                }
                self.write(output);
            }
            Message::Query(_) | Message::Parse(_) | Message::Terminate | Message::Other => {}
        }
    }

    fn judged(&mut self, success: bool, status: &[u8], output: &mut Output<'_>) {
        if let Some(attempt) = self.attempt.take() {
            attempt.write("postgresql", success, status, output);
        }
    }

    /// Writes the record at hand as it is.
    pub(super) fn write(&mut self, output: &mut Output<'_>) {
        if let Some(mut record) = self.record.take() {
            record.user.clone_from(&self.user);
            record.database.clone_from(&self.database);
            record.application_name.clone_from(&self.application_name);
            output.write(*record);
        }
    }
}

/// The fields of an error or notice as Zeek joins them.
fn words(fields: &[(u8, &[u8])]) -> String {
    let one = |(code, value): &(u8, &[u8])| format!("{}={}", wire::field(*code), text_of(value));
    fields.iter().map(one).collect::<Vec<_>>().join(",")
}

fn add(known: &mut Option<String>, words: &str) {
    match known {
        Some(known) if known.len() + words.len() < WORDS_BYTES_MAX => {
            known.push(',');
            known.push_str(words);
        }
        Some(_) => {}
        None => *known = Some(words.to_owned()),
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}
