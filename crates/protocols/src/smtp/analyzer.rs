//! Follows one SMTP connection: which commands wait for a reply, when a mail begins and when it ends.

use std::collections::VecDeque;

use records::{Sender, Timestamp};

use super::transactions::Transactions;
use super::wire::{self, Command, Reply};
use crate::Output;
use crate::by_line::ReadsLines;
use crate::lines::{Ends, Lines, Piece};
use crate::login::Attempt;
use crate::mime::{Mail, MailSource};

/// So many commands wait for their reply.
const PENDING_MAX: usize = 1000;

/// What the sender is sending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Commands,
    /// A mail, up to a line with a single dot.
    Data,
    /// Answers in the exchange after `AUTH`.
    Auth,
    /// Not known, since bytes were lost.
    Lost,
    /// Known again since the first reply after the loss, but not what that reply was to.
    Recovering,
}

/// Follows one connection.
pub(super) struct SmtpReader {
    state: State,
    /// Commands without a reply, the first of them first.
    pending: VecDeque<Command>,
    /// The command that was answered last.
    answered: Option<Command>,
    transactions: Transactions,
    /// Code of the reply that goes on over several lines.
    continued: Option<u16>,
    mail: Option<Mail>,
    /// Lines of a mail that comes in chunks, and whether the chunk at hand is the last.
    chunk_lines: Lines,
    last_chunk: bool,
    /// Size of the chunk that begins.
    chunk_bytes: u64,
    entities: u32,
    attempt: Option<Attempt>,
    originator_sends: bool,
    left: bool,
}

impl SmtpReader {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        Self {
            state: State::Commands,
            pending: VecDeque::from([Command::Open]),
            answered: None,
            transactions: Transactions::default(),
            continued: None,
            mail: None,
            chunk_lines: Lines::that_end(Ends::CrLf),
            last_chunk: false,
            chunk_bytes: 0,
            entities: 0,
            attempt: None,
            originator_sends: true,
            left: false,
        }
    }

    fn sent(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        match self.state {
            State::Lost => {}
            State::Data if line == b"." => {
                self.end_mail(ts, output);
                self.state = State::Commands;
                self.wait_for(Command::EndOfData, ts, output);
                self.transactions.command(ts, Command::EndOfData, &[], output);
            }
            State::Data => {
                let line = line.strip_prefix(b".").unwrap_or(line);
                self.deliver(ts, line, true, output);
            }
            State::Auth => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.answer(line);
                }
                self.wait_for(Command::AuthAnswer, ts, output);
            }
            State::Commands | State::Recovering => {
                let (word, argument) = wire::words(line);
                if let Some(command) = Command::named(word) {
                    self.wait_for(command, ts, output);
                    self.transactions.command(ts, command, argument, output);
                    self.command(ts, command, argument, output);
                }
            }
        }
    }

    fn wait_for(&mut self, command: Command, ts: Timestamp, output: &mut Output<'_>) {
        output.confirm("smtp");
        if self.pending.len() >= PENDING_MAX {
            output.weird(ts, "smtp_excessive_pending_cmds", None);
            self.pending.clear();
        }
        self.pending.push_back(command);
    }

    /// Senders do not always wait, so a command counts until it is refused.
    fn command(&mut self, ts: Timestamp, command: Command, argument: &[u8], output: &mut Output<'_>) {
        match command {
            Command::Data => {
                self.begin_mail(ts, output);
                self.state = State::Data;
            }
            Command::Auth => {
                let (mechanism, first) = wire::words(argument);
                let mut attempt = Attempt::by_mechanism(ts, mechanism);
                if !first.is_empty() {
                    attempt.answer(first);
                }
                self.attempt = Some(attempt);
            }
            Command::Bdat => self.begin_chunk(ts, argument, output),
            Command::Rset => self.end_mail(ts, output),
            Command::AuthAnswer
            | Command::EndOfData
            | Command::Hello
            | Command::Mail
            | Command::Open
            | Command::Other
            | Command::Rcpt
            | Command::StartTls
            | Command::Turn => {}
        }
    }

    fn begin_chunk(&mut self, ts: Timestamp, argument: &[u8], output: &mut Output<'_>) {
        let Some((size, is_last)) = wire::chunk(argument) else {
            output.weird(ts, "smtp_invalid_bdat_command", None);
            return;
        };
        if self.mail.is_none() {
            self.begin_mail(ts, output);
            self.chunk_lines = Lines::that_end(Ends::CrLf);
        }
        self.last_chunk = is_last;
        self.chunk_bytes = size;
        if size == 0 && is_last {
            self.end_chunks(ts, output);
        }
    }

    fn end_chunks(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if let Some(rest) = self.chunk_lines.rest() {
            self.deliver(ts, &rest, false, output);
        }
        self.end_mail(ts, output);
    }

    /// The next line of the mail at hand, or a piece without a line end.
    fn deliver(&mut self, ts: Timestamp, bytes: &[u8], line_end: bool, output: &mut Output<'_>) {
        let Some(mail) = &mut self.mail else { return };
        mail.deliver(ts, bytes, line_end, output);
        let news = mail.take_news();
        if !news.is_empty() {
            self.transactions.news(ts, news, output);
        }
    }

    fn replied(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        let Some(reply @ Reply { code, goes_on, .. }) = wire::reply(line) else { return };
        if self.continued != Some(code) {
            if self.state == State::Lost {
                self.state = State::Recovering;
                output.confirm("smtp");
            }
            self.answered = self.pending.pop_front();
            self.answered(ts, self.answered, code, line, output);
        }
        self.continued = goes_on.then_some(code);
        self.transactions.reply(ts, self.answered, reply, output);
    }

    fn answered(
        &mut self,
        ts: Timestamp,
        command: Option<Command>,
        code: u16,
        line: &[u8],
        output: &mut Output<'_>,
    ) {
        match (command, code) {
            (Some(Command::Data), 354) => {}
            (Some(Command::Data), _) if self.state == State::Data => {
                self.end_mail(ts, output);
                self.state = State::Commands;
            }
            (Some(Command::Bdat), 400..) => self.end_mail(ts, output),
            (Some(Command::Auth | Command::AuthAnswer), 334) => self.state = State::Auth,
            (Some(Command::Auth | Command::AuthAnswer), _) => {
                if self.state == State::Auth {
                    self.state = State::Commands;
                }
                if let Some(attempt) = self.attempt.take() {
                    attempt.write("smtp", code == 235, line, output);
                }
            }
            (Some(Command::StartTls), 220) => {
                self.left = true;
                self.transactions.start_tls(ts, output);
            }
            (Some(Command::Turn), 250) => self.originator_sends = !self.originator_sends,
            (None, 354) if self.state == State::Recovering => {
                self.begin_mail(ts, output);
                self.state = State::Data;
            }
            _ => {}
        }
    }

    fn begin_mail(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.end_mail(ts, output);
        let source = MailSource { name: "SMTP", is_orig: self.originator_sends, is_numbered: true };
        let mut mail = Mail::new(source, self.entities, ts, output);
        self.transactions.news(ts, mail.take_news(), output);
        self.mail = Some(mail);
    }

    fn end_mail(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        if let Some(mail) = self.mail.take() {
            let (entities, news) = mail.end(ts, output);
            self.entities = entities;
            self.transactions.news(ts, news, output);
        }
    }
}

impl ReadsLines for SmtpReader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        if self.transactions.are_senseless() {
            return;
        }
        if (from == Sender::Originator) == self.originator_sends {
            self.sent(ts, line, output);
        } else {
            self.replied(ts, line, output);
        }
    }

    fn plain_bytes_next(&mut self) -> u64 {
        std::mem::take(&mut self.chunk_bytes)
    }

    fn plain(&mut self, ts: Timestamp, _: Sender, mut bytes: &[u8], left: u64, output: &mut Output<'_>) {
        while let Some(piece) = self.chunk_lines.next(&mut bytes) {
            if let Piece::Line(line) = piece {
                self.deliver(ts, &line, true, output);
            }
        }
        if left == 0 && self.last_chunk {
            self.end_chunks(ts, output);
        }
    }

    fn gap(&mut self, ts: Timestamp, _: Sender, length: u64, output: &mut Output<'_>) {
        if let Some(mail) = &mut self.mail {
            mail.gap(ts, length, output);
        }
        self.end_mail(ts, output);
        self.pending.clear();
        self.answered = None;
        self.state = State::Lost;
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        self.end_mail(ts, output);
        self.transactions.write(ts, output);
    }
}
