//! Follows one connection.

use records::{Sender, Timestamp};

use super::frames::{Frames, Next, unsealed};
use super::names;
use super::operations::Operations;
use super::wire::{self, Message, Proof, operation as op};
use crate::der::Elements;
use crate::gssapi::Authentication;
use crate::login::Attempt;
use crate::{Analyzer, Chunk, HandOver, Output};

/// The outcomes of a login: it is accepted, it goes on, it is refused.
const SUCCESS: u64 = 0;
const IN_PROGRESS: u64 = 14;

/// What is known of a connection, whatever carries it.
#[derive(Default)]
struct Session {
    operations: Operations,
    authentication: Authentication,
    /// A login by name and password that waits for its answer.
    login: Option<(i64, Attempt)>,
    /// A login by another mechanism waits for its answer.
    by_mechanism: bool,
    /// The client has asked for encryption with this message.
    start_tls: Option<i64>,
    /// Messages may lie in the tokens of a login from here on.
    may_be_wrapped: bool,
    is_encrypted: bool,
}

impl Session {
    fn message(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        match message.operation {
            op::BIND_REQUEST => self.bind(ts, message, output),
            op::BIND_RESPONSE => self.bound(ts, message, output),
            op::SEARCH_RESULT_ENTRY => self.operations.entry(ts, message.id, output),
            op::SEARCH_RESULT_REFERENCE | op::INTERMEDIATE_RESPONSE => {}
            op::SEARCH_RESULT_DONE
            | op::MODIFY_RESPONSE
            | op::ADD_RESPONSE
            | op::DELETE_RESPONSE
            | op::MODIFY_NAME_RESPONSE
            | op::COMPARE_RESPONSE
            | op::EXTENDED_RESPONSE => {
                let outcome = wire::outcome(&mut Elements(message.content));
                let is_success = outcome.is_some_and(|outcome| outcome.code == SUCCESS);
                self.is_encrypted |= is_success && self.start_tls.take_if(|id| *id == message.id).is_some();
                self.operations.answer(ts, message, outcome, output);
            }
            op::EXTENDED_REQUEST => {
                if wire::extended(message.content) == Some(names::START_TLS) {
                    self.start_tls = Some(message.id);
                }
                self.operations.request(ts, message, output);
            }
            _ => self.operations.request(ts, message, output),
        }
    }

    fn bind(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let Some(bind) = wire::bind(message.content) else { return };
        match bind.proof {
            Proof::Password(password) if !password.is_empty() => {
                self.login = Some((message.id, Attempt::with_password(ts, bind.name)));
            }
            Proof::Password(_) => {}
            Proof::Mechanism(_, token) | Proof::Sicily(_, token) => {
                self.by_mechanism = true;
                self.authentication.blob(ts, token, output);
            }
        }
        self.operations.bind(ts, message.id, &bind, output);
    }

    fn bound(&mut self, ts: Timestamp, message: &Message<'_>, output: &mut Output<'_>) {
        let mut content = Elements(message.content);
        let outcome = wire::outcome(&mut content);
        if let Some(outcome) = outcome.filter(|outcome| outcome.code != IN_PROGRESS) {
            let is_success = outcome.code == SUCCESS;
            if let Some((_, login)) = self.login.take_if(|(id, _)| *id == message.id) {
                login.write("ldap", is_success, names::result(outcome.code).as_bytes(), output);
            }
            if std::mem::take(&mut self.by_mechanism) {
                self.may_be_wrapped |= is_success;
                if let Some(token) = wire::server_credentials(content) {
                    self.authentication.blob(ts, token, output);
                }
                self.authentication.ntlm.negotiated(is_success, output);
            }
        } else if let Some(token) = wire::server_credentials(content) {
            self.authentication.blob(ts, token, output);
        }
        self.operations.answer(ts, message, outcome, output);
    }

    /// A message of which only the beginning was kept.
    fn long_message(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> Option<()> {
        let (id, operation) = wire::head(bytes)?;
        match operation {
            op::SEARCH_RESULT_ENTRY => self.operations.entry(ts, id, output),
            op::SEARCH_RESULT_REFERENCE => {}
            _ => self.operations.request(ts, &Message { id, operation, content: &[] }, output),
        }
        Some(())
    }

    fn bytes(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) -> Option<()> {
        let mut rest = Elements(bytes);
        while !rest.0.is_empty() {
            let message = wire::message(&mut rest)?;
            self.message(ts, &message, output);
        }
        Some(())
    }

    fn end(&mut self, output: &mut Output<'_>) {
        self.operations.end(output);
        self.authentication.end(output);
    }
}

/// Follows datagrams.
#[derive(Default)]
pub(super) struct DatagramAnalyzer {
    session: Session,
    is_confirmed: bool,
}

impl Analyzer for DatagramAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        if self.session.bytes(chunk.ts, chunk.bytes, output).is_some() {
            self.is_confirmed = true;
            output.confirm("ldap_udp");
        } else if !self.is_confirmed {
            output.reject();
        }
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, _: &mut Output<'_>) {}

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.session.end(output);
    }
}

/// Follows a stream.
#[derive(Default)]
pub(super) struct StreamAnalyzer {
    session: Session,
    frames: [Frames; 2],
}

impl StreamAnalyzer {
    fn frames(&mut self, from: Sender) -> &mut Frames {
        let [originator, responder] = &mut self.frames;
        if from == Sender::Originator { originator } else { responder }
    }

    fn stop(&mut self, output: &mut Output<'_>) {
        self.session.end(output);
        output.reject();
    }
}

impl Analyzer for StreamAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, bytes } = chunk;
        self.frames(from).push(bytes);
        while !self.session.is_encrypted {
            let may_be_wrapped = self.session.may_be_wrapped;
            let read = match self.frames(from).next(may_be_wrapped) {
                Next::More => return,
                Next::Broken => None,
                Next::Message(message) => self
                    .session
                    .bytes(ts, &message, output)
                    .or_else(|| self.session.long_message(ts, &message, output))
                    .map(|()| output.confirm("ldap_tcp")),
                Next::Token(token) => {
                    // What is encrypted is passed over.
                    if let Some(messages) = unsealed(&token) {
                        let _ = self.session.bytes(ts, messages, output);
                    }
                    Some(())
                }
            };
            if read.is_none() {
                return self.stop(output);
            }
        }
        let unread = self.frames(from).waiting().min(bytes.len());
        self.session.end(output);
        output.hand_over(HandOver::To("ssl"));
        output.leave_unread(unread);
    }

    fn gap(&mut self, _: Timestamp, _: Sender, _: u64, output: &mut Output<'_>) {
        self.stop(output);
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        self.session.end(output);
    }
}
