//! The Kerberos exchange of one connection. As in Zeek, a connection has one `kerberos` record: the first
//! answer closes it, unless it only asks for pre-authentication. Every finished attempt to get a first ticket
//! is a `login` of its own.

use std::borrow::Cow;

use records::{Kerberos, Login, Timestamp};

use super::names;
use super::wire::{self, Exchange, Message, Refusal, Reply, Request};
use crate::Output;

/// Texts with which a server only asks for pre-authentication.
const ASKS_FOR_PREAUTHENTICATION: [&str; 2] = ["NEEDED_PREAUTH", "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ"];
/// KDC_ERR_PREAUTH_REQUIRED, KRB_ERR_RESPONSE_TOO_BIG (ask again over TCP) and KDC_ERR_WRONG_REALM: the client is
/// sent to ask again; nobody was refused.
const ASK_AGAIN: [i64; 3] = [25, 52, 68];

/// What a connection's messages have said so far.
#[derive(Default)]
pub(crate) struct KerberosSession {
    record: Option<Kerberos>,
    written: bool,
    attempt: Option<Attempt>,
    shown: bool,
}

/// A request for a first ticket that has no answer yet.
struct Attempt {
    ts: Timestamp,
    user: Option<String>,
    proves: bool,
}

impl KerberosSession {
    /// Reads a message; `false` where it is none.
    pub(super) fn message(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> bool {
        let Some(message) = wire::message(bytes) else { return false };
        match message {
            Message::Request(exchange, request) => self.request(ts, exchange, request, output),
            Message::Reply(exchange, reply) => self.reply(ts, exchange, reply, output),
            Message::Error(refusal) => self.refusal(ts, refusal, output),
            Message::Application => {
                self.shown = true;
                self.open(ts, output);
            }
            Message::Other => {}
        }
        true
    }

    /// Reads a message that GSS-API carries and confirms the service `krb`.
    pub(crate) fn inside_gssapi(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) {
        if self.message(ts, bytes, output) {
            output.confirm("krb");
        }
    }

    /// Whether a ticket was shown to a service since this was asked last.
    pub(crate) fn take_shown(&mut self) -> bool {
        std::mem::take(&mut self.shown)
    }

    /// The record, while it is not yet written.
    fn open(&mut self, ts: Timestamp, output: &Output<'_>) -> Option<&mut Kerberos> {
        let about = output.about;
        let new = || Kerberos { ts, uid: about.uid, id: about.id, ..Kerberos::default() };
        let record = self.record.get_or_insert_with(new);
        (!self.written).then_some(record)
    }

    fn request(&mut self, ts: Timestamp, exchange: Exchange, request: Request, output: &mut Output<'_>) {
        if exchange == Exchange::Authentication {
            let user = account(request.client.as_deref(), request.realm.as_deref());
            self.attempt = Some(Attempt { ts, user, proves: request.preauthenticated });
        }
        let Some(record) = self.open(ts, output) else { return };
        if exchange == Exchange::Authentication {
            record.request_type = Some(Cow::Borrowed("AS"));
            let client = request.client.unwrap_or_default();
            record.client = Some(format!("{client}/{}", request.realm.unwrap_or_default()));
        } else {
            record.request_type = Some(Cow::Borrowed("TGS"));
        }
        set(&mut record.service, request.service);
        set(&mut record.from, request.from);
        set(&mut record.till, request.till);
        if let Some((forwardable, renewable)) = request.options {
            record.forwardable = Some(forwardable);
            record.renewable = Some(renewable);
        }
        let ciphers: Vec<_> = request.ciphers.iter().map(|cipher| names::cipher(*cipher).into()).collect();
        record.request_ciphers = (!ciphers.is_empty()).then_some(ciphers);
        record.preauth = Some(request.preauthenticated);
    }

    fn reply(&mut self, ts: Timestamp, exchange: Exchange, reply: Reply, output: &mut Output<'_>) {
        if exchange == Exchange::Authentication {
            self.login(None, output);
        }
        let Some(record) = self.open(ts, output) else { return };
        if record.client.is_none() {
            let client = reply.client.unwrap_or_default();
            record.client = Some(format!("{client}/{}", reply.realm.unwrap_or_default()));
        }
        record.service = reply.service;
        record.cipher = Some(names::cipher(reply.cipher));
        record.success = Some(true);
        self.write(output);
    }

    fn refusal(&mut self, ts: Timestamp, refusal: Refusal, output: &mut Output<'_>) {
        if ASK_AGAIN.contains(&refusal.code) {
            self.attempt = None;
        } else {
            self.login(Some(refusal.code), output);
        }
        let Some(record) = self.open(ts, output) else { return };
        if refusal.text.as_deref().is_some_and(|text| ASKS_FOR_PREAUTHENTICATION.contains(&text)) {
            self.record = None;
            return;
        }
        if record.client.is_none() && (refusal.client.is_some() || refusal.realm.is_some()) {
            let client = refusal.client.map(|client| client + "/").unwrap_or_default();
            record.client = Some(client + refusal.realm.as_deref().unwrap_or_default());
        }
        set(&mut record.service, refusal.service);
        record.success = Some(false);
        record.error_code = u32::try_from(refusal.code).ok();
        record.error_msg = Some(refusal.text.unwrap_or_else(|| names::error(refusal.code).into_owned()));
        self.write(output);
    }

    /// The attempt was answered: accepted, or refused with this code. A ticket that is given without a proof of
    /// the user's key is no login: whoever asks gets it.
    fn login(&mut self, refused: Option<i64>, output: &mut Output<'_>) {
        let Some(attempt) = self.attempt.take() else { return };
        if refused.is_none() && !attempt.proves {
            return;
        }
        output.write(Login {
            ts: attempt.ts,
            uid: output.about.uid,
            id: output.about.id,
            service: Cow::Borrowed("kerberos"),
            user: attempt.user,
            success: Some(refused.is_none()),
            status: refused.map(|code| names::error(code).into_owned()),
            ..Login::default()
        });
    }

    fn write(&mut self, output: &mut Output<'_>) {
        if let Some(record) = self.record.as_ref().filter(|_| !self.written) {
            output.write(record.clone());
            self.written = true;
        }
    }

    /// The connection is over.
    pub(crate) fn end(&mut self, output: &mut Output<'_>) {
        self.write(output);
    }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

fn account(client: Option<&str>, realm: Option<&str>) -> Option<String> {
    Some(match (client?, realm) {
        (client, Some(realm)) => format!("{client}@{realm}"),
        (client, None) => client.to_owned(),
    })
}
