//! Follows one connection to Redis: which answer belongs to which command.

use std::collections::VecDeque;

use records::{Redis, Sender, Timestamp, text_from_bytes};

use super::commands::{self, Replies};
use super::wire::{Value, Values};
use crate::login::Attempt;
use crate::{Analyzer, Chunk, Output};

/// So many commands wait for their answer; Redis advises to send no more at once.
const PENDING_MAX: usize = 10_000;
/// So many bytes of keys and values of these are kept.
const PENDING_BYTES_MAX: usize = 1024 * 1024;
/// So many bytes of an argument or answer are told.
const TEXT_BYTES_TOLD: usize = 1024;

/// A command that waits for its answer.
struct Pending {
    record: Box<Redis>,
    attempt: Option<Attempt>,
}

/// Follows one connection.
pub(super) struct RedisAnalyzer {
    client: Values,
    server: Values,
    pending: VecDeque<Pending>,
    pending_bytes: usize,
    /// What the server sends is not asked for.
    is_subscribed: bool,
    /// The client wants no answers, or none to the next command.
    unanswered: Option<Replies>,
}

impl Default for RedisAnalyzer {
    fn default() -> Self {
        Self {
            client: Values::new(true),
            server: Values::new(false),
            pending: VecDeque::new(),
            pending_bytes: 0,
            is_subscribed: false,
            unanswered: None,
        }
    }
}

impl RedisAnalyzer {
    fn command(&mut self, ts: Timestamp, value: &Value, output: &mut Output<'_>) {
        let mut texts = value.texts.iter().map(|text| text_of(text));
        let Some(name) = texts.next() else { return };
        let arguments: Vec<String> = texts.collect();
        let about = output.about;
        let (cmd_key, cmd_value) = commands::key_and_value(&name, &arguments);
        let attempt =
            commands::user(&name, &arguments).map(|user| Attempt::with_password(ts, user.as_bytes()));
        let subscribes = commands::subscribes(&name);
        let replies = commands::replies(&name, &arguments);
        let record = Redis {
            ts,
            uid: about.uid,
            id: about.id,
            cmd_name: name,
            cmd_key,
            cmd_value,
            ..Redis::default()
        };
        if subscribes || self.is_subscribed {
            self.is_subscribed |= subscribes;
            return output.write(record);
        }
        if self.is_unanswered(replies) {
            return output.write(record);
        }
        self.pending_bytes += bytes_of(&record);
        if self.pending.len() >= PENDING_MAX || self.pending_bytes > PENDING_BYTES_MAX {
            output.weird(ts, "Redis_excessive_pipelining", None);
            self.flush(output);
        }
        self.pending.push_back(Pending { record: Box::new(record), attempt });
    }

    /// Whether a command gets no answer, which may be by what it says itself.
    fn is_unanswered(&mut self, says: Option<Replies>) -> bool {
        match (says, self.unanswered) {
            (Some(Replies::On), _) => self.unanswered = None,
            (Some(Replies::Off), _) => self.unanswered = Some(Replies::Off),
            (_, Some(Replies::Off)) => {}
            (Some(Replies::Skip), _) => self.unanswered = Some(Replies::Skip),
            (None, Some(Replies::Skip)) => {
                self.unanswered = None;
                return true;
            }
            (None, _) => {}
        }
        self.unanswered.is_some()
    }

    fn reply(&mut self, value: &Value, output: &mut Output<'_>) {
        if value.kind == b'>' || self.is_subscribed {
            return;
        }
        let Some(Pending { mut record, attempt }) = self.pending.pop_front() else { return };
        output.confirm("redis");
        self.pending_bytes = self.pending_bytes.saturating_sub(bytes_of(&record));
        let text = answer(value);
        if let Some(attempt) = attempt {
            attempt.write("redis", !value.is_error(), text.as_bytes(), output);
        }
        record.success = Some(!value.is_error());
        record.reply_value = Some(text);
        output.write(*record);
    }

    fn flush(&mut self, output: &mut Output<'_>) {
        self.pending_bytes = 0;
        for pending in self.pending.drain(..) {
            output.write(*pending.record);
        }
    }
}

fn bytes_of(record: &Redis) -> usize {
    [&record.cmd_key, &record.cmd_value].into_iter().flatten().map(String::len).sum()
}

/// An answer as text, a list in brackets.
fn answer(value: &Value) -> String {
    let mut text = String::new();
    for part in &value.texts {
        if text.len() >= TEXT_BYTES_TOLD {
            break;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&text_of(part));
    }
    if value.is_list() { format!("[{text}]") } else { text }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_TOLD).unwrap_or(bytes))
}

impl Analyzer for RedisAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        let is_client = from == Sender::Originator;
        loop {
            let values = if is_client { &mut self.client } else { &mut self.server };
            match values.next(&mut bytes) {
                Some(Ok(value)) if is_client => self.command(ts, &value, output),
                Some(Ok(value)) => self.reply(&value, output),
                Some(Err(_)) => {
                    self.flush(output);
                    return output.reject();
                }
                None => return,
            }
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        // Which answer belongs to which command is not known any more.
        self.flush(output);
        output.reject();
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.flush(output);
    }
}
