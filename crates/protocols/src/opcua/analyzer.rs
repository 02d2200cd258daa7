//! One connection: the opening of channels, and services that wait for their answers.

use std::collections::VecDeque;

use records::{Opcua, Sender, Timestamp};

use super::names::{request_name, status_name};
use super::wire::{self, Body, Message};
use crate::Output;
use crate::by_message::{Framing, ReadsMessages};

/// So many requests wait for their answers; the oldest is written without one.
const PENDING_MAX: usize = 64;

/// Reads the messages of one connection.
#[derive(Default)]
pub(super) struct OpcuaReader {
    is_confirmed: bool,
    endpoint_url: Option<String>,
    opening: Option<Opcua>,
    pending: VecDeque<Opcua>,
}

impl OpcuaReader {
    fn opening(&mut self, ts: Timestamp, output: &Output<'_>) -> Opcua {
        let endpoint_url = self.endpoint_url.clone();
        self.opening.take().unwrap_or_else(|| Opcua {
            service: "OpenSecureChannel".into(),
            endpoint_url,
            ..begun(ts, output)
        })
    }

    fn open(&mut self, ts: Timestamp, from: Sender, policy: Option<String>, output: &mut Output<'_>) {
        const POLICIES: &str = "http://opcfoundation.org/UA/SecurityPolicy#";
        let policy = policy.map(|policy| policy.strip_prefix(POLICIES).map_or(policy.clone(), str::to_owned));
        let mut record = self.opening(ts, output);
        record.security_policy = policy.or(record.security_policy);
        if from == Sender::Originator {
            self.opening = Some(record);
        } else {
            record.status_code = Some("Good".into());
            output.write(record);
        }
    }

    fn service(
        &mut self,
        ts: Timestamp,
        from: Sender,
        (request, body): (u32, Body),
        output: &mut Output<'_>,
    ) {
        if from == Sender::Originator {
            let Some(name) = request_name(body.type_id) else { return };
            if self.pending.len() >= PENDING_MAX
                && let Some(oldest) = self.pending.pop_front()
            {
                output.write(oldest);
            }
            let record = Opcua { service: name.into(), request_id: Some(request), ..begun(ts, output) };
            return self.pending.push_back(record);
        }
        let place = self.pending.iter().position(|record| record.request_id == Some(request));
        if let Some(mut record) = place.and_then(|place| self.pending.remove(place)) {
            record.status_code = body.status.map(status_name);
            output.write(record);
        }
    }
}

fn begun(ts: Timestamp, output: &Output<'_>) -> Opcua {
    Opcua { ts, uid: output.about.uid, id: output.about.id, ..Opcua::default() }
}

impl ReadsMessages for OpcuaReader {
    fn framing(&self, _: Sender, bytes: &[u8]) -> Framing {
        wire::framing(bytes)
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: &[u8], output: &mut Output<'_>) {
        let Some(message) = wire::read(message) else { return };
        if !std::mem::replace(&mut self.is_confirmed, true) {
            output.confirm("opcua");
        }
        match message {
            Message::Hello { endpoint_url } => {
                self.endpoint_url = endpoint_url;
                self.opening = Some(self.opening(ts, output));
            }
            Message::Open { security_policy } => self.open(ts, from, security_policy, output),
            Message::Error { status, reason } => {
                let ended = || Opcua { service: "Error".into(), ..begun(ts, output) };
                let record = self.opening.take().unwrap_or_else(ended);
                output.write(Opcua { status_code: Some(status_name(status)), reason, ..record });
            }
            Message::Service { request, body: Some(body) } => self.service(ts, from, (request, body), output),
            Message::Service { .. } | Message::Other => {}
        }
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        if let Some(record) = self.opening.take() {
            output.write(record);
        }
        for record in self.pending.drain(..) {
            output.write(record);
        }
    }
}
