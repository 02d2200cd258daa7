//! Requests that wait for their answers, and the records that come of both.

use std::collections::BTreeMap;

use records::{Ldap, LdapSearch, Timestamp, text_from_bytes};

use super::wire::{self, Bind, Message, Outcome, Proof, operation as op};
use super::{filter, names};
use crate::Output;
use crate::der::{Elements, OCTET_STRING};

/// So many requests of each kind may wait; the one with the lowest number goes first.
const WAITING_MAX: usize = 256;
/// So many attributes of a search are kept.
const ATTRIBUTES_MAX: usize = 64;
/// Longer texts are cut.
const TEXT_BYTES_MAX: usize = 1024;
/// What stands for a password.
const REDACTED: &str = "REDACTED";

/// The operations of one connection.
#[derive(Default)]
pub(super) struct Operations {
    messages: BTreeMap<i64, Box<Ldap>>,
    searches: BTreeMap<i64, Box<LdapSearch>>,
}

impl Operations {
    fn message(&mut self, ts: Timestamp, id: i64, output: &mut Output<'_>) -> &mut Ldap {
        if self.messages.len() >= WAITING_MAX
            && !self.messages.contains_key(&id)
            && let Some((_, oldest)) = self.messages.pop_first()
        {
            output.write(*oldest);
        }
        let about = output.about;
        let new =
            || Box::new(Ldap { ts, uid: about.uid, id: about.id, message_id: Some(id), ..Ldap::default() });
        self.messages.entry(id).or_insert_with(new)
    }

    fn search(&mut self, ts: Timestamp, id: i64, output: &mut Output<'_>) -> &mut LdapSearch {
        if self.searches.len() >= WAITING_MAX
            && !self.searches.contains_key(&id)
            && let Some((_, oldest)) = self.searches.pop_first()
        {
            output.write(*oldest);
        }
        let about = output.about;
        self.searches.entry(id).or_insert_with(|| {
            Box::new(LdapSearch {
                ts,
                uid: about.uid,
                id: about.id,
                message_id: Some(id),
                result_count: Some(0),
                ..LdapSearch::default()
            })
        })
    }

    /// A login.
    pub(super) fn bind(&mut self, ts: Timestamp, id: i64, bind: &Bind<'_>, output: &mut Output<'_>) {
        let message = self.message(ts, id, output);
        message.version.get_or_insert(bind.version);
        message.object = not_empty(bind.name);
        let (opcode, argument) = match bind.proof {
            Proof::Password(password) => ("bind simple", (!password.is_empty()).then(|| REDACTED.to_owned())),
            Proof::Mechanism(mechanism, _) => ("bind SASL", not_empty(mechanism)),
            Proof::Sicily(9, _) => ("sicily_package_discovery", None),
            Proof::Sicily(10, _) => ("sicily_negotiate", None),
            Proof::Sicily(..) => ("sicily_response", None),
        };
        message.opcode = Some(opcode.into());
        message.argument = argument;
    }

    /// A request, as far as it was read.
    pub(super) fn request(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let Message { id, operation, content } = *message;
        let object = match operation {
            op::SEARCH_REQUEST => return self.search_request(ts, id, content, output),
            op::DELETE_REQUEST => not_empty(content),
            op::ABANDON_REQUEST => crate::der::integer(content).map(|number| number.to_string()),
            op::EXTENDED_REQUEST => {
                wire::extended(content).map(|name| format!("{} ({})", text(name), names::extended(name)))
            }
            _ => wire::name(content).and_then(not_empty),
        };
        let is_over = matches!(operation, op::UNBIND_REQUEST | op::ABANDON_REQUEST);
        let record = self.message(ts, id, output);
        record.opcode = Some(names::operation(operation).into());
        record.object = object;
        if is_over && let Some(record) = self.messages.remove(&id) {
            output.write(*record);
        }
    }

    fn search_request(&mut self, ts: Timestamp, id: i64, content: &[u8], output: &mut Output<'_>) {
        let record = self.search(ts, id, output);
        let Some(search) = wire::search(content) else { return };
        record.scope = Some(names::scope(search.scope).into());
        record.deref_aliases = Some(names::aliases(search.aliases).into());
        record.base_object = not_empty(search.base);
        record.filter = Some(filter::text(search.filter));
        record.attributes = Some(attributes(search.attributes)).filter(|names| !names.is_empty());
    }

    /// A search has found an entry.
    pub(super) fn entry(&mut self, ts: Timestamp, id: i64, output: &mut Output<'_>) {
        let record = self.search(ts, id, output);
        record.result_count = record.result_count.map(|count| count.saturating_add(1));
    }

    /// An answer that ends an operation.
    pub(super) fn answer(
        &mut self,
        ts: Timestamp,
        message: &Message<'_>,
        outcome: Option<Outcome<'_>>,
        output: &mut Output<'_>,
    ) {
        let result = outcome.map(|outcome| names::result(outcome.code));
        let diagnostic = outcome.and_then(|outcome| not_empty(outcome.text));
        if message.operation == op::SEARCH_RESULT_DONE {
            self.search(ts, message.id, output);
            if let Some(mut record) = self.searches.remove(&message.id) {
                record.result = result;
                record.diagnostic_message = diagnostic;
                output.write(*record);
            }
            return;
        }
        self.message(ts, message.id, output);
        if let Some(mut record) = self.messages.remove(&message.id) {
            record.opcode.get_or_insert(names::operation(message.operation).into());
            record.result = result;
            record.diagnostic_message = diagnostic;
            output.write(*record);
        }
    }

    /// The connection is over: what waits is written.
    pub(super) fn end(&mut self, output: &mut Output<'_>) {
        for (_, record) in std::mem::take(&mut self.messages) {
            output.write(*record);
        }
        for (_, record) in std::mem::take(&mut self.searches) {
            output.write(*record);
        }
    }
}

fn attributes(list: Elements<'_>) -> Vec<String> {
    let names = list.filter(|(tag, _)| *tag == OCTET_STRING).take(ATTRIBUTES_MAX);
    names.map(|(_, name)| text(name)).collect()
}

fn not_empty(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| text(bytes))
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..bytes.len().min(TEXT_BYTES_MAX)).unwrap_or_default())
}
