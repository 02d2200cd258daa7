//! The exchange of commands and answers on one connection, and the record of each.

use records::{Mysql, Timestamp, text_from_bytes};

use super::commands::{self, CHANGE_USER, Expect, QUERY, QUIT};
use super::wire::{self, ability};
use crate::Output;
use crate::cursor::Cursor;
use crate::login::Attempt;

/// Longer arguments and messages are cut.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// `OK` begins with this.
const OK: u8 = 0;
/// `EOF` begins with this, and in a login the wish for another way to authenticate.
const EOF: u8 = 0xfe;
/// `ERR` begins with this.
const ERR: u8 = 0xff;
/// A shorter packet that begins like `EOF` is one; a longer one is `OK` in its newer form.
const EOF_BYTES_MAX: u64 = 9;

/// What the client sends next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Its answer to the greeting.
    #[default]
    Answer,
    /// Further proofs of who it is.
    Proof,
    /// Commands.
    Commands,
}

/// The state of one connection.
#[derive(Default)]
pub(super) struct Session {
    version: u8,
    server_abilities: u32,
    client_abilities: u32,
    phase: Phase,
    expect: Expect,
    last_number: u8,
    record: Option<Box<Mysql>>,
    attempt: Option<Attempt>,
}

impl Session {
    /// A packet of the client. True when TLS comes next.
    pub(super) fn sent(&mut self, ts: Timestamp, content: &[u8], output: &mut Output<'_>) -> bool {
        match self.phase {
            Phase::Answer => return self.greeted(ts, content, output),
            Phase::Proof => {}
            Phase::Commands => self.command(ts, content, output),
        }
        false
    }

    fn greeted(&mut self, ts: Timestamp, content: &[u8], output: &mut Output<'_>) -> bool {
        if self.version == 0 {
            return false;
        }
        let Some(answer) = wire::answer(content, self.version) else { return false };
        output.confirm("mysql");
        self.client_abilities = answer.abilities;
        if self.version == 10 && answer.abilities & ability::TLS != 0 {
            return true;
        }
        if answer.abilities & ability::PLUGIN != 0 {
            self.phase = Phase::Proof;
        }
        self.attempt = Some(Attempt::with_password(ts, answer.user));
        if self.record.is_none() {
            self.begin(ts, "login".into(), text_of(answer.user), output);
        }
        false
    }

    fn command(&mut self, ts: Timestamp, content: &[u8], output: &mut Output<'_>) {
        self.flush(output);
        let Some((command, mut argument)) = content.split_first().map(|(command, rest)| (*command, rest))
        else {
            return;
        };
        let both = self.client_abilities & self.server_abilities;
        if command == QUERY && both & ability::ATTRIBUTES != 0 {
            argument = wire::after_attributes(argument).unwrap_or_default();
        }
        if command == CHANGE_USER {
            argument = wire::text(&mut Cursor::little(argument)).unwrap_or_default();
            self.attempt = Some(Attempt::with_password(ts, argument));
            self.phase = Phase::Answer;
        } else {
            self.expect = commands::answer_to(command);
        }
        let argument = argument.strip_suffix(b"\0").unwrap_or(argument);
        self.begin(ts, commands::name(command), text_of(argument), output);
        if command == QUIT {
            self.flush(output);
        }
    }

    fn begin(
        &mut self,
        ts: Timestamp,
        cmd: std::borrow::Cow<'static, str>,
        arg: String,
        output: &Output<'_>,
    ) {
        let about = output.about;
        let record = Mysql { ts, uid: about.uid, id: about.id, cmd, arg, ..Mysql::default() };
        self.record = Some(Box::new(record));
    }

    /// A packet of the server, of which these are the first bytes of `length`.
    pub(super) fn replied(&mut self, number: u8, content: &[u8], length: u64, output: &mut Output<'_>) {
        let is_greeting = number == 0 && self.last_number != u8::MAX;
        self.last_number = number;
        let Some((kind, rest)) = content.split_first().map(|(kind, rest)| (*kind, rest)) else { return };
        if self.phase != Phase::Commands {
            return if is_greeting { self.greeting(content) } else { self.judged(kind, rest, output) };
        }
        match self.expect {
            Expect::Nothing => {}
            Expect::Status => match kind {
                EOF => self.done(0, output),
                _ => self.judged(kind, rest, output),
            },
            Expect::ColumnCount if matches!(kind, OK | ERR) => self.judged(kind, rest, output),
            Expect::ColumnCount => {
                let columns = wire::changed_rows(content).unwrap_or_default();
                self.expect = Expect::Columns(columns.max(1));
            }
            Expect::Columns(left) if left > 1 => self.expect = Expect::Columns(left - 1),
            Expect::Columns(_) => {
                let no_eof = self.client_abilities & ability::NO_EOF != 0;
                self.expect = if no_eof { Expect::Rows } else { Expect::EndOfColumns };
            }
            Expect::EndOfColumns => self.expect = Expect::Rows,
            Expect::ColumnsUntilEnd if kind == EOF => self.ended(rest, length, output),
            Expect::ColumnsUntilEnd => {}
            Expect::Rows if kind == ERR => self.judged(kind, rest, output),
            Expect::Rows if kind == EOF => {
                self.expect = Expect::Nothing;
                self.ended(rest, length, output);
            }
            Expect::Rows => {}
        }
    }

    fn greeting(&mut self, content: &[u8]) {
        if let Some(greeting) = wire::greeting(content) {
            (self.version, self.server_abilities) = (greeting.version, greeting.abilities);
        }
    }

    /// `OK` or `ERR`.
    fn judged(&mut self, kind: u8, rest: &[u8], output: &mut Output<'_>) {
        match kind {
            OK => {
                self.phase = Phase::Commands;
                if let Some(attempt) = self.attempt.take() {
                    attempt.write("mysql", true, &[], output);
                }
                self.done(wire::changed_rows(rest).unwrap_or_default(), output);
            }
            ERR => {
                self.phase = Phase::Commands;
                let message = wire::failure(rest);
                if let Some(attempt) = self.attempt.take() {
                    attempt.write("mysql", false, message, output);
                }
                if let Some(record) = &mut self.record {
                    record.success = Some(false);
                    record.response = Some(text_of(message));
                }
                self.flush(output);
            }
            EOF if self.phase != Phase::Commands => self.phase = Phase::Proof,
            _ => {}
        }
    }

    /// A result is over: `EOF`, or `OK` in its newer form.
    fn ended(&mut self, rest: &[u8], length: u64, output: &mut Output<'_>) {
        let is_ok = self.client_abilities & ability::NO_EOF != 0 || length > EOF_BYTES_MAX;
        let rows = if is_ok { wire::changed_rows(rest).unwrap_or_default() } else { 0 };
        self.done(rows, output);
    }

    fn done(&mut self, rows: u64, output: &mut Output<'_>) {
        if let Some(record) = &mut self.record {
            (record.success, record.rows) = (Some(true), Some(rows));
        }
        self.flush(output);
    }

    /// Writes the command at hand as it is.
    pub(super) fn flush(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take() {
            output.write(*record);
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}
