//! `dns` → `dns`: queries and answers are events of their own, in three shapes: version 1 has an event for each resource
//! record, version 2 one for all, version 3 (Suricata 8) lists of queries, too.

use std::borrow::Cow;
use std::collections::VecDeque;

use records::{AnyRecord, Dns, Interval, Json, Timestamp, Uid, text_from_bytes};
use rustc_hash::FxHashMap;

use super::event::{Event, flag, number, text};

/// Transactions that may be open at the same time.
const OPEN_MAX: usize = 100_000;

/// An answer is waited for so long.
const WAIT: Interval = Interval::from_secs(60);

/// Answers of a transaction that are kept.
const ANSWERS_MAX: usize = 1000;

const TYPES: [(&str, u16, &str); 27] = [
    ("A", 1, "A"),
    ("NS", 2, "NS"),
    ("CNAME", 5, "CNAME"),
    ("SOA", 6, "SOA"),
    ("NULL", 10, "NULL"),
    ("PTR", 12, "PTR"),
    ("HINFO", 13, "HINFO"),
    ("MX", 15, "MX"),
    ("TXT", 16, "TXT"),
    ("AAAA", 28, "AAAA"),
    ("SRV", 33, "SRV"),
    ("NAPTR", 35, "NAPTR"),
    ("DNAME", 39, "DNAME"),
    ("OPT", 41, "EDNS"),
    ("DS", 43, "DS"),
    ("SSHFP", 44, "SSHFP"),
    ("RRSIG", 46, "RRSIG"),
    ("NSEC", 47, "NSEC"),
    ("DNSKEY", 48, "DNSKEY"),
    ("NSEC3", 50, "NSEC3"),
    ("TLSA", 52, "TLSA"),
    ("SVCB", 64, "SVCB"),
    ("HTTPS", 65, "HTTPS"),
    ("IXFR", 251, "IXFR"),
    ("AXFR", 252, "AXFR"),
    ("ANY", 255, "*"),
    ("URI", 256, "URI"),
];

const CODES: [&str; 11] = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
    "NOTAUTH", "NOTZONE",
];

type Key = (Uid, u16, String);

/// Queries that wait for their answers.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: FxHashMap<Key, Open>,
    /// When each is given up, the oldest first; it may have been told before.
    order: VecDeque<(Timestamp, Key)>,
    /// Those whose answer has come, but of which more may come at the same time.
    answered: Vec<Key>,
    now: Option<Timestamp>,
}

#[derive(Debug)]
struct Open {
    record: Dns,
    is_answered: bool,
}

impl Transactions {
    /// Time goes on: what was answered is complete.
    pub(super) fn advance(&mut self, now: Timestamp, take: &mut impl FnMut(AnyRecord)) {
        if self.now.replace(now) == Some(now) {
            return;
        }
        for key in std::mem::take(&mut self.answered) {
            self.tell(&key, take);
        }
        while self.order.front().is_some_and(|(asked, _)| now.since(*asked) > WAIT) {
            self.give_up_oldest(take);
        }
    }

    /// Tells the oldest as it is, where it was not told before.
    fn give_up_oldest(&mut self, take: &mut impl FnMut(AnyRecord)) {
        if let Some((asked, key)) = self.order.pop_front()
            && self.open.get(&key).is_some_and(|open| open.record.ts == asked)
        {
            self.tell(&key, take);
        }
    }

    pub(super) fn finish(&mut self, take: &mut impl FnMut(AnyRecord)) {
        self.answered.clear();
        while !self.order.is_empty() {
            self.give_up_oldest(take);
        }
        self.now = None;
    }

    fn tell(&mut self, key: &Key, take: &mut impl FnMut(AnyRecord)) {
        if let Some(open) = self.open.remove(key) {
            take(open.record.into());
        }
    }

    pub(super) fn event(&mut self, event: &Event<'_>, told: &mut Vec<AnyRecord>) {
        let body = event.body();
        let is_answer = match body.get("type").and_then(Json::text) {
            Some(kind) => matches!(kind, "answer" | "response"),
            // An alert's or an older version's part.
            None => flag(body, "qr").unwrap_or_default(),
        };
        let query = question(body);
        let id = number(body, "id").unwrap_or_default();
        // Version 1 names in its answers what each resource record is of, which is not what was asked for; many-cast
        // DNS has no identifiers.
        let name = query.0.clone().filter(|_| id == 0).unwrap_or_default();
        let key = (event.uid(), id, name);
        if !is_answer {
            // The same question again: the first one was not answered.
            self.tell(&key, &mut |record| told.push(record));
        }
        if self.order.len() >= OPEN_MAX {
            self.give_up_oldest(&mut |record| told.push(record));
        }
        let open = self.open.entry(key.clone()).or_insert_with(|| {
            self.order.push_back((event.ts, key.clone()));
            Open { record: asked(event, &query), is_answered: false }
        });
        if is_answer {
            open.answer(event);
            self.answered.push(key);
        }
    }
}

/// Name and type of what is asked.
fn question(body: &Json<'_>) -> (Option<String>, Option<String>) {
    let first = body.get("queries").and_then(|queries| queries.list().first()).unwrap_or(body);
    let name = text(first, "rrname").map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    (name, text(first, "rrtype"))
}

fn asked(event: &Event<'_>, (name, kind): &(Option<String>, Option<String>)) -> Dns {
    let body = event.body();
    let mut record = Dns {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        proto: event.proto().into(),
        trans_id: number(body, "id").unwrap_or_default(),
        query: name.clone(),
        rd: flag(body, "rd").unwrap_or_default(),
        ..Dns::default()
    };
    if let Some(kind) = kind {
        record.qclass = Some(1);
        record.qclass_name = Some("C_INTERNET".into());
        match TYPES.iter().find(|(known, ..)| known == kind) {
            Some((_, number, name)) => {
                record.qtype = Some(*number);
                record.qtype_name = Some((*name).into());
            }
            None => record.qtype_name = Some(Cow::Owned(kind.clone())),
        }
    }
    record
}

impl Open {
    fn answer(&mut self, event: &Event<'_>) {
        let body = event.body();
        let record = &mut self.record;
        if !self.is_answered && event.ts > record.ts {
            record.rtt = Some(event.ts.since(record.ts));
        }
        self.is_answered = true;
        record.aa |= flag(body, "aa").unwrap_or_default();
        record.tc |= flag(body, "tc").unwrap_or_default();
        record.rd |= flag(body, "rd").unwrap_or_default();
        record.ra |= flag(body, "ra").unwrap_or_default();
        if let Some(code) = text(body, "rcode") {
            record.rcode = CODES.iter().zip(0..).find(|(known, _)| **known == code).map(|(_, number)| number);
            record.rejected = code == "REFUSED";
            record.rcode_name = Some(code.into());
        }
        let mut add = |kind: &str, data: &str, ttl: Option<u64>| {
            let answers = record.answers.get_or_insert_default();
            if answers.len() < ANSWERS_MAX {
                answers.push(answer_text(kind, data));
                if let Some(ttl) = ttl {
                    let seconds = i64::try_from(ttl).unwrap_or(i64::MAX);
                    record.ttls.get_or_insert_default().push(Interval::from_secs(seconds));
                }
            }
        };
        match (body.get("answers"), body.get("grouped")) {
            (Some(answers), _) => each(answers, &mut add),
            (None, Some(Json::Object(groups))) => {
                for (kind, values) in groups {
                    values.list().iter().filter_map(Json::text).for_each(|data| add(kind, data, None));
                }
            }
            // Version 1: the event is the resource record.
            _ => one(body, &mut add),
        }
    }
}

fn each(answers: &Json<'_>, add: &mut impl FnMut(&str, &str, Option<u64>)) {
    for answer in answers.list() {
        one(answer, add);
    }
}

fn one(answer: &Json<'_>, add: &mut impl FnMut(&str, &str, Option<u64>)) {
    let kind = answer.get("rrtype").and_then(Json::text).unwrap_or_default();
    let ttl = number(answer, "ttl");
    if let Some(data) = answer.get("rdata").and_then(Json::text) {
        return add(kind, data, ttl);
    }
    let name = |part: &str, member: &str| answer.get(part).and_then(|part| text(part, member));
    if let Some(target) = name("srv", "name").or_else(|| name("soa", "mname")) {
        add(kind, &target, ttl);
    }
}

/// As Zeek writes it.
fn answer_text(kind: &str, data: &str) -> String {
    let data = text_from_bytes(data.as_bytes());
    match kind {
        "TXT" => format!("TXT {} {data}", data.len()),
        _ => data,
    }
}
