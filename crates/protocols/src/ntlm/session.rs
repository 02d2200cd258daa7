//! The NTLM authentication of one connection. As in Zeek, a connection has one `ntlm` record: the first result
//! closes it, and what comes later on the same connection is not told again.

use records::{Ntlm, Timestamp};

use super::wire::{self, Message};
use crate::Output;

/// What a connection's NTLM messages have said so far.
#[derive(Debug, Default)]
pub(crate) struct NtlmSession {
    record: Option<Ntlm>,
    written: bool,
    /// Who the last AUTHENTICATE named, as `DOMAIN\user`, until a result takes it.
    claimant: Option<(Timestamp, String)>,
}

impl NtlmSession {
    /// Reads a message and confirms the service `ntlm`; `false` where it is none.
    pub(crate) fn message(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> bool {
        let Some(message) = wire::message(bytes) else { return false };
        match message {
            Message::Negotiate => {
                self.open(ts, output);
            }
            Message::Challenge(target) => {
                let record = self.open(ts, output);
                set(&mut record.server_nb_computer_name, target.nb_computer_name);
                set(&mut record.server_dns_computer_name, target.dns_computer_name);
                set(&mut record.server_tree_name, target.dns_tree_name);
            }
            Message::Authenticate(identity) => {
                self.claim(ts, identity.domain.as_deref(), identity.user.as_deref());
                let record = self.open(ts, output);
                set(&mut record.domainname, identity.domain);
                set(&mut record.hostname, identity.workstation);
                set(&mut record.username, identity.user);
            }
            Message::Other => {}
        }
        output.confirm("ntlm");
        true
    }

    fn open(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Ntlm {
        let about = output.about;
        self.record.get_or_insert_with(|| Ntlm { ts, uid: about.uid, id: about.id, ..Ntlm::default() })
    }

    /// SPNEGO says whether the client is accepted.
    pub(crate) fn negotiated(&mut self, success: bool, output: &mut Output<'_>) {
        if let Some(record) = self.record.as_mut().filter(|_| !self.written) {
            record.success = Some(success);
            // What was refused before was another attempt.
            record.status = record.status.take().filter(|_| !success);
            self.written = true;
            output.write(record.clone());
        }
    }

    /// What carries NTLM says with which status the login was refused. Where SPNEGO said nothing of it, this
    /// completes the record, which is still written at the end.
    pub(crate) fn refused(&mut self, status: &str) {
        if let Some(record) = self.record.as_mut().filter(|record| record.success.is_none()) {
            record.status = Some(status.to_owned());
        }
    }

    /// A client names itself.
    pub(crate) fn claim(&mut self, ts: Timestamp, domain: Option<&str>, user: Option<&str>) {
        let domain = domain.filter(|domain| !domain.is_empty());
        self.claimant = Some((ts, claimant(domain, user.filter(|user| !user.is_empty()))));
    }

    /// Who the last AUTHENTICATE named and when, once.
    pub(crate) fn take_claimant(&mut self) -> Option<(Timestamp, String)> {
        self.claimant.take()
    }

    /// The connection is over.
    pub(crate) fn end(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.take().filter(|_| !self.written) {
            self.written = true;
            output.write(record);
        }
    }
}

fn set(field: &mut Option<String>, value: Option<String>) {
    if value.is_some() {
        *field = value;
    }
}

fn claimant(domain: Option<&str>, user: Option<&str>) -> String {
    match (domain, user) {
        (Some(domain), Some(user)) => format!("{domain}\\{user}"),
        (None, Some(user)) => user.to_owned(),
        (_, None) => String::new(),
    }
}
