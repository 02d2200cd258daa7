//! Joins the messages of all connections to exchanges, in traffic time.

use std::collections::BTreeMap;

use records::{Dhcp, Interval, Timestamp};

use super::exchange::Exchange;
use super::wire::Message;

/// So often the joiner looks which exchanges are over (Zeek's `table_expire_interval`).
const LOOK: Interval = Interval::from_secs(10);
/// An exchange is looked at when it is older than this …
const AGE: Interval = Interval::from_secs(10);
/// … and again so much later. It is over when nothing has come for longer than this …
const QUIET: Interval = Interval::from_secs(5);
/// … or when it is older than this (Zeek's `max_txid_watch_time`).
const AGE_MAX: Interval = Interval::from_secs(30);
/// An exchange with so many connections is written as it is.
const CONNECTIONS_MAX: usize = 10;
/// The same for messages.
const MESSAGES_MAX: usize = 50;
/// So many exchanges are kept at once; beyond, the oldest is written.
const EXCHANGES_MAX: usize = 50_000;

/// Puts exchanges together. Messages must come in the order of their times, as they do behind the point where
/// the shards' results are merged; then the records are the same however many shards there were.
#[derive(Default)]
pub struct Joiner {
    /// By transaction.
    open: BTreeMap<u32, Waiting>,
    /// By the order in which they began.
    order: BTreeMap<u64, u32>,
    begun: u64,
    next_look: Option<Timestamp>,
}

struct Waiting {
    exchange: Exchange,
    number: u64,
    /// Not looked at before.
    rest_until: Timestamp,
}

impl Joiner {
    /// It is `now`: writes the exchanges that are over. The first call should tell the time of the first packet,
    /// from which the looks are counted; later ones may be left out, but then records come later.
    pub fn advance(&mut self, now: Timestamp, write: &mut impl FnMut(Dhcp)) {
        let mut look = *self.next_look.get_or_insert(now + LOOK);
        // An exchange is over after a few looks; then those up to now would find nothing.
        while look <= now && !self.open.is_empty() {
            self.look(look, write);
            let next = look + LOOK;
            if next == look {
                // The end of time.
                break;
            }
            look = next;
        }
        if look <= now && self.open.is_empty() {
            look = look + Interval(now.since(look).0.div_euclid(LOOK.0).saturating_mul(LOOK.0)) + LOOK;
        }
        self.next_look = Some(look);
    }

    /// Takes the next message.
    pub fn message(&mut self, message: Message, write: &mut impl FnMut(Dhcp)) {
        self.advance(message.ts, write);
        let (transaction, ts) = (message.transaction, message.ts);
        if !self.open.contains_key(&transaction) {
            self.begin(transaction, ts, write);
        }
        let Some(waiting) = self.open.get_mut(&transaction) else { return };
        waiting.exchange.add(message);
        let (connections, messages) = waiting.exchange.size();
        if (connections >= CONNECTIONS_MAX || messages >= MESSAGES_MAX)
            && let Some(exchange) = self.remove(transaction)
        {
            write(exchange.into_cut_record());
        }
    }

    /// The traffic is over: writes all that is left.
    pub fn finish(&mut self, write: &mut impl FnMut(Dhcp)) {
        while let Some((_, transaction)) = self.order.pop_first() {
            if let Some(waiting) = self.open.remove(&transaction) {
                write(waiting.exchange.into_record());
            }
        }
    }

    fn begin(&mut self, transaction: u32, ts: Timestamp, write: &mut impl FnMut(Dhcp)) {
        if self.open.len() >= EXCHANGES_MAX
            && let Some((_, oldest)) = self.order.first_key_value()
            && let Some(exchange) = self.remove(*oldest)
        {
            write(exchange.into_record());
        }
        let number = self.begun;
        self.begun += 1;
        self.order.insert(number, transaction);
        self.open.insert(transaction, Waiting { exchange: Exchange::new(ts), number, rest_until: ts + AGE });
    }

    fn remove(&mut self, transaction: u32) -> Option<Exchange> {
        let waiting = self.open.remove(&transaction)?;
        self.order.remove(&waiting.number);
        Some(waiting.exchange)
    }

    fn look(&mut self, now: Timestamp, write: &mut impl FnMut(Dhcp)) {
        let mut over = Vec::new();
        for transaction in self.order.values() {
            let Some(waiting) = self.open.get_mut(transaction) else { continue };
            if waiting.rest_until >= now {
                continue;
            }
            let exchange = &waiting.exchange;
            if now.since(exchange.latest()) > QUIET || now.since(exchange.begin()) > AGE_MAX {
                over.push(*transaction);
            } else {
                waiting.rest_until = now + QUIET;
            }
        }
        for transaction in over {
            if let Some(exchange) = self.remove(transaction) {
                write(exchange.into_record());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use records::{Endpoints, Uid};

    use super::*;

    fn message(seconds: i64, transaction: u32, kind: u8) -> Message {
        Message {
            ts: Timestamp(seconds * 1_000_000_000),
            uid: Uid::connection(u128::from(kind)),
            id: Endpoints { orig_p: 68, resp_p: 67, ..Endpoints::default() },
            is_orig: true,
            transaction,
            kind,
            assigned: None,
            hardware: "02:00:00:00:00:01".into(),
            options: Box::default(),
        }
    }

    fn join(messages: Vec<Message>) -> Vec<(i64, Vec<String>)> {
        let (mut joiner, mut records) = (Joiner::default(), Vec::new());
        let mut write = |record: Dhcp| {
            records.push((record.ts.0 / 1_000_000_000, record.msg_types.unwrap_or_default()));
        };
        messages.into_iter().for_each(|message| joiner.message(message, &mut write));
        joiner.finish(&mut write);
        records
    }

    #[test]
    fn messages_of_one_transaction_are_one_record() {
        let records = join(vec![message(0, 7, 1), message(1, 8, 1), message(2, 7, 3)]);
        assert_eq!(records, [(0, vec!["DISCOVER".into(), "REQUEST".into()]), (1, vec!["DISCOVER".into()])]);
    }

    #[test]
    fn a_number_used_again_later_is_another_exchange() {
        let records = join(vec![message(0, 7, 1), message(30, 7, 1)]);
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn an_exchange_has_a_largest_size() {
        let records = join((0..120).map(|_| message(0, 7, 8)).collect());
        assert_eq!(records.iter().map(|(_, types)| types.len()).collect::<Vec<_>>(), [50, 50, 20]);
    }

    #[test]
    fn a_flood_does_not_fill_the_memory() {
        let mut joiner = Joiner::default();
        let mut count = 0;
        for transaction in 0..60_000 {
            joiner.message(message(0, transaction, 1), &mut |_| count += 1);
        }
        assert_eq!(joiner.open.len(), EXCHANGES_MAX);
        assert_eq!(count, 10_000);
    }
}
