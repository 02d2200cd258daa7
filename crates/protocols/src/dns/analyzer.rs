//! What the messages of a connection mean: fills `dns` records.

use records::{Sender, Timestamp, text_from_bytes};

use super::answer::{Answer, AnswerReader};
use super::transactions::{Transaction, Transactions};
use super::wire::{self, Cursor, Flaw, Flaws, Header, NETBIOS_PORT, Name};
use super::{names, netbios};
use crate::analyzer::{Analyzer, Chunk, Output, Transport};

/// More questions in one message are taken for other traffic on DNS's port.
const QUESTIONS_MAX: u16 = 25;
/// After so many datagrams that are none of DNS a conversation is left.
const STRANGE_MAX: u8 = 4;
/// So many answers of a transaction are told …
const ANSWERS_MAX: usize = 512;
/// … and no more when they have so many bytes: an answer of 14 bytes can point to a name of 1,000.
const ANSWERS_BYTES_MAX: usize = 32 << 10;

/// Follows datagrams.
#[derive(Default)]
pub(super) struct DatagramAnalyzer {
    messages: Messages,
}

impl Analyzer for DatagramAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        self.messages.read(chunk.ts, chunk.bytes, output);
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.messages.end(output);
    }
}

/// The messages of a connection.
#[derive(Default)]
pub(super) struct Messages {
    transactions: Transactions,
    reported: Flaws,
    confirmed: bool,
    /// So many messages were other traffic: what follows is read only where it is surely DNS.
    strange: u8,
}

impl Messages {
    /// Reads a whole message.
    pub(super) fn read(&mut self, ts: Timestamp, message: &[u8], output: &mut Output<'_>) {
        if self.strange > 0 && !wire::is_surely_a_message(message) {
            return self.stranger(output);
        }
        let port = output.about.id.resp_p;
        let mut flaws = Flaws::default();
        let mut cursor = Cursor::new(message, port);
        match Header::read(&mut cursor) {
            None => flaws.add(Flaw::HeaderCut),
            Some(header) if is_told(&header, port) => {
                let mut open = self.transactions.open(&header, ts, output);
                if header.is_reply() {
                    open.transaction.reply(&header);
                }
                let mut message = Message { header, ts, port, transaction: Some(&mut open.transaction) };
                let whole = message.read(cursor, &mut flaws);
                self.transactions.close(open, &header, output);
                self.judge(whole, flaws, output);
            }
            // Registrations and such: only their shape counts.
            Some(header) if port == NETBIOS_PORT => {
                let mut message = Message { header, ts, port, transaction: None };
                let whole = message.read(cursor, &mut flaws);
                if header.is_bare_reply() && header.questions > 0 {
                    self.transactions.reject_latest();
                }
                self.transactions.close_other(&header, output);
                self.judge(whole, flaws, output);
            }
            Some(_) => flaws.add(Flaw::UnknownOpcode),
        }
        for flaw in self.reported.absorb(flaws) {
            output.weird(ts, flaw.name(), None);
        }
    }

    fn judge(&mut self, whole: bool, flaws: Flaws, output: &mut Output<'_>) {
        if flaws.has(Flaw::TooManyQuestions) {
            self.end(output);
            self.stranger(output);
        } else if whole && !self.confirmed {
            self.confirmed = true;
            output.confirm("dns");
        }
    }

    /// A message was none. Over TCP nothing can follow it; a datagram may be a slip.
    fn stranger(&mut self, output: &mut Output<'_>) {
        self.strange = self.strange.saturating_add(1);
        if self.strange >= STRANGE_MAX || output.about.transport == Transport::Tcp {
            output.reject();
        }
    }

    /// Writes what is still pending.
    pub(super) fn end(&mut self, output: &mut Output<'_>) {
        self.transactions.write_all(output);
    }
}

/// Whether there is a record of such a message. NetBIOS has other operations.
fn is_told(header: &Header, port: u16) -> bool {
    header.opcode() == 0 || port != NETBIOS_PORT && names::operation(header.opcode()).is_some()
}

/// A message while it is read.
struct Message<'a> {
    header: Header,
    ts: Timestamp,
    port: u16,
    /// What it belongs to; `None` where it is only to be understood.
    transaction: Option<&'a mut Transaction>,
}

impl Message<'_> {
    /// Reads questions and answers; whether all could be read. Zeek does not look at the sections behind them.
    fn read(&mut self, mut cursor: Cursor<'_>, flaws: &mut Flaws) -> bool {
        if self.header.questions > QUESTIONS_MAX {
            flaws.add(Flaw::TooManyQuestions);
            return false;
        }
        for _ in 0..self.header.questions {
            let mut name = Name::new();
            cursor.name(&mut name, flaws);
            if cursor.left() < 4 {
                flaws.add(Flaw::QuestionCut);
                return false;
            }
            self.question(&name, cursor.u16(), cursor.u16());
        }
        // What an update depends on stands there, and what it changes behind that.
        if self.header.answers == 0 || self.header.opcode() != 0 {
            return true;
        }
        let mut answers = AnswerReader::new(cursor, *flaws, self.port);
        let whole = (0..self.header.answers).all(|_| match answers.next() {
            // What is left is neither read nor told.
            Some(_) if self.is_full() => {
                answers.flaws.add(Flaw::TooManyAnswers);
                false
            }
            Some(answer) => {
                self.answer(answer, &answers.owner);
                true
            }
            None => false,
        });
        *flaws = answers.flaws;
        whole
    }

    fn is_full(&self) -> bool {
        self.transaction.as_ref().is_some_and(|transaction| {
            let answers = transaction.record.answers.as_deref().unwrap_or_default();
            answers.len() >= ANSWERS_MAX
                || answers.iter().map(String::len).sum::<usize>() >= ANSWERS_BYTES_MAX
        })
    }

    fn question(&mut self, name: &Name, kind: u16, class: u16) {
        let Some(transaction) = &mut self.transaction else { return };
        let record = &mut transaction.record;
        if self.header.is_reply() && self.header.opcode() == 0 {
            record.rejected |= self.header.is_bare_reply();
        }
        if self.header.is_reply() {
            return;
        }
        record.rd = self.header.recursion_desired();
        record.tc = self.header.is_truncated();
        record.z = self.header.z();
        record.qclass = Some(class);
        record.qclass_name = Some(names::class(class));
        record.qtype = Some(kind);
        record.qtype_name = Some(names::query_type(kind));
        let mut query = None;
        if self.port == NETBIOS_PORT {
            query = netbios::decode(name.as_bytes());
            if kind == 33 {
                record.qtype_name = Some("NBSTAT".into());
            }
        }
        record.query = Some(text_from_bytes(query.as_deref().unwrap_or(name.as_bytes())));
    }

    fn answer(&mut self, answer: Answer, owner: &Name) {
        let Some(transaction) = self.transaction.as_mut().filter(|_| self.header.is_reply()) else { return };
        let Some(text) = answer.text else { return };
        let record = &mut transaction.record;
        if record.query.is_none() {
            record.query = Some(text_from_bytes(owner.as_bytes()));
        }
        record.aa = self.header.is_authoritative();
        record.ra = self.header.recursion_available();
        if record.rtt.is_none() && self.ts != record.ts {
            record.rtt = Some(self.ts.since(record.ts));
        }
        if !text.is_empty() {
            let ttl = records::Interval::from_secs(i64::from(answer.ttl));
            record.answers.get_or_insert_default().push(text);
            record.ttls.get_or_insert_default().push(ttl);
        }
    }
}
