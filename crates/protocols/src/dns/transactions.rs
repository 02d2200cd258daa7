//! Which reply answers which query of a connection: the oldest one with the same transaction id. A reply may
//! also come before its query. What finds no partner is written when the connection ends.

use std::collections::VecDeque;

use records::{AnyRecord, Dns, Timestamp};

use super::names;
use super::wire::Header;
use crate::analyzer::{Output, Transport};

/// More waiting messages with one transaction id are written as they are: nobody will answer them.
const MESSAGES_MAX: usize = 50;

/// The same for the number of transaction ids that are waiting.
const IDS_MAX: usize = 50;

/// A transaction of which a part was seen.
pub(super) struct Transaction {
    pub(super) record: Box<Dns>,
    saw_query: bool,
    saw_reply: bool,
}

/// Where a transaction waits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// For its reply.
    Queries,
    /// For its query.
    Replies,
    /// Nowhere: its partner is here.
    Nowhere,
}

/// A transaction that a message belongs to, taken out while the message is read.
pub(super) struct Open {
    pub(super) transaction: Transaction,
    place: Place,
}

/// The transactions of a connection.
#[derive(Default)]
pub(super) struct Transactions {
    /// Almost always there is only one query at a time.
    query: Option<Transaction>,
    queries: Waiting,
    replies: Waiting,
    /// The reply that came last, where it waits: messages with other opcodes count for it, as Zeek has it.
    latest: Option<(Place, u16)>,
}

/// Waiting transactions by id, in the order in which the ids came.
#[derive(Default)]
struct Waiting(Vec<(u16, VecDeque<Transaction>)>);

impl Waiting {
    fn place(&self, id: u16) -> Option<usize> {
        self.0.iter().position(|(other, _)| *other == id)
    }

    fn pop(&mut self, id: u16) -> Option<Transaction> {
        self.pop_at(self.place(id)?)
    }

    fn pop_at(&mut self, place: usize) -> Option<Transaction> {
        let (_, queue) = self.0.get_mut(place)?;
        let oldest = queue.pop_front();
        if queue.is_empty() {
            self.0.remove(place);
        }
        oldest
    }

    fn push(&mut self, transaction: Transaction, output: &mut Output<'_>) {
        let id = transaction.record.trans_id;
        if let Some((_, queue)) = self.place(id).and_then(|place| self.0.get_mut(place)) {
            if queue.len() > MESSAGES_MAX {
                queue.drain(..).for_each(|waiting| write(waiting, output));
            }
            queue.push_back(transaction);
            return;
        }
        if self.0.len() > IDS_MAX {
            self.write_all(output);
        }
        self.0.push((id, VecDeque::from([transaction])));
    }

    fn write_all(&mut self, output: &mut Output<'_>) {
        for (_, queue) in self.0.drain(..) {
            queue.into_iter().for_each(|waiting| write(waiting, output));
        }
    }

    fn newest(&mut self, id: u16) -> Option<&mut Transaction> {
        let place = self.place(id)?;
        self.0.get_mut(place)?.1.back_mut()
    }
}

impl Transactions {
    /// The transaction of this message, a query or a reply.
    pub(super) fn open(&mut self, header: &Header, ts: Timestamp, output: &Output<'_>) -> Open {
        let (partner, place) = if header.is_reply() {
            (self.take_query(header.id), Place::Replies)
        } else {
            (self.replies.pop(header.id), Place::Queries)
        };
        self.latest = None;
        match partner {
            Some(transaction) => Open { transaction, place: Place::Nowhere },
            None => Open { transaction: begin(header, ts, output), place },
        }
    }

    fn take_query(&mut self, id: u16) -> Option<Transaction> {
        if self.query.as_ref().is_none_or(|query| query.record.trans_id != id) {
            return self.queries.pop(id);
        }
        let next = self.queries.pop(id).or_else(|| self.queries.pop_at(0));
        std::mem::replace(&mut self.query, next)
    }

    /// The message is read: the transaction is written where it is whole, or waits.
    pub(super) fn close(&mut self, open: Open, header: &Header, output: &mut Output<'_>) {
        let Open { mut transaction, place } = open;
        transaction.saw_query |= !header.is_reply();
        transaction.saw_reply |= header.is_reply();
        self.latest = Some((place, transaction.record.trans_id));
        match place {
            Place::Nowhere => {
                self.latest = None;
                write(transaction, output);
            }
            Place::Queries if self.query.is_none() => self.query = Some(transaction),
            Place::Queries => self.queries.push(transaction, output),
            Place::Replies => self.replies.push(transaction, output),
        }
    }

    /// The transaction of the message before, where it is not whole yet.
    fn latest(&mut self) -> Option<&mut Transaction> {
        let (place, id) = self.latest?;
        if place == Place::Replies {
            return self.replies.newest(id);
        }
        self.queries.newest(id).or(self.query.as_mut().filter(|query| query.record.trans_id == id))
    }

    /// A bare reply with another opcode.
    pub(super) fn reject_latest(&mut self) {
        if let Some(transaction) = self.latest() {
            transaction.record.rejected = true;
        }
    }

    /// A message with another opcode has ended. Where it completes a transaction that waits, that is written,
    /// and waits on.
    pub(super) fn close_other(&mut self, header: &Header, output: &mut Output<'_>) {
        let Some(transaction) = self.latest() else { return };
        transaction.saw_query |= !header.is_reply();
        transaction.saw_reply |= header.is_reply();
        if transaction.saw_query && transaction.saw_reply {
            output.write(AnyRecord::Dns(transaction.record.clone()));
            self.latest = None;
        }
    }

    /// Writes all that still waits.
    pub(super) fn write_all(&mut self, output: &mut Output<'_>) {
        if let Some(query) = self.query.take() {
            write(query, output);
        }
        self.queries.write_all(output);
        self.replies.write_all(output);
    }
}

fn begin(header: &Header, ts: Timestamp, output: &Output<'_>) -> Transaction {
    let proto = match output.about.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    let (uid, id) = (output.about.uid, output.about.id);
    let opcode_name = names::operation(header.opcode()).map(Into::into);
    let opcode = opcode_name.is_some().then(|| header.opcode());
    let trans_id = header.id;
    let record = Dns { ts, uid, id, proto: proto.into(), trans_id, opcode, opcode_name, ..Dns::default() };
    Transaction { record: Box::new(record), saw_query: false, saw_reply: false }
}

fn write(transaction: Transaction, output: &mut Output<'_>) {
    output.write(AnyRecord::Dns(transaction.record));
}

impl Transaction {
    /// What a reply's header says.
    pub(super) fn reply(&mut self, header: &Header) {
        let code = header.response_code();
        self.record.rcode = Some(u16::from(code));
        self.record.rcode_name = Some(names::response_code(code));
        if code != 0 && (header.questions == 0 || header.opcode() != 0) {
            self.record.rejected = true;
        }
    }
}
