//! The calls on the pipes of a connection, by Zeek's rules: what a call is named depends on the binding that was
//! seen last, and a record is written when the answer comes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use records::{DceRpc, Interval, Timestamp};

use super::interfaces;
use crate::Output;

/// Contexts of one pipe; more are not remembered.
const CONTEXTS_MAX: usize = 1024;

/// The calls of a connection; the bindings of each pipe are kept apart.
#[derive(Default)]
pub(super) struct Calls {
    bindings: BTreeMap<u64, Binding>,
    /// Something was said after the last answer.
    is_open: bool,
}

/// What is known of a pipe.
#[derive(Default)]
struct Binding {
    ts: Timestamp,
    rtt: Option<Interval>,
    named_pipe: Option<String>,
    endpoint: Option<Cow<'static, str>>,
    operation: Option<Cow<'static, str>>,
    uuid: Option<String>,
    contexts: BTreeMap<u16, String>,
}

impl Calls {
    fn binding(&mut self, pipe: u64, ts: Timestamp) -> &mut Binding {
        self.is_open = true;
        let binding = self.bindings.entry(pipe).or_insert_with(|| Binding { ts, ..Binding::default() });
        binding.name_endpoint();
        binding
    }

    /// The client wants to use these interfaces.
    pub(super) fn bind(&mut self, pipe: u64, ts: Timestamp, contexts: Vec<(u16, String)>) {
        for (context, uuid) in contexts {
            let binding = self.binding(pipe, ts);
            binding.uuid = Some(uuid.clone());
            binding.name_endpoint();
            if binding.contexts.len() < CONTEXTS_MAX || binding.contexts.contains_key(&context) {
                binding.contexts.insert(context, uuid);
            }
        }
    }

    /// The server has agreed.
    pub(super) fn bound(&mut self, pipe: u64, ts: Timestamp, address: String) {
        let binding = self.binding(pipe, ts);
        if !address.is_empty() {
            binding.named_pipe = Some(address);
        }
    }

    /// The server has agreed to more interfaces.
    pub(super) fn altered(&mut self, pipe: u64, ts: Timestamp) {
        self.binding(pipe, ts);
    }

    /// A call.
    pub(super) fn request(&mut self, pipe: u64, ts: Timestamp) {
        self.binding(pipe, ts).ts = ts;
    }

    /// Its answer.
    pub(super) fn response(
        &mut self,
        pipe: u64,
        ts: Timestamp,
        context: u16,
        operation: u16,
        output: &mut Output<'_>,
    ) {
        let binding = self.binding(pipe, ts);
        binding.guess_interface();
        if let (Some(_), Some(uuid)) = (&binding.endpoint, &binding.uuid) {
            binding.operation = Some(interfaces::operation(uuid, operation));
            if binding.ts != ts {
                binding.rtt = Some(ts.since(binding.ts));
            }
        }
        if let Some(uuid) = binding.contexts.get(&context) {
            binding.endpoint = Some(interfaces::endpoint(uuid));
            binding.operation = Some(interfaces::operation(uuid, operation));
        }
        binding.write(output);
        self.is_open = false;
    }

    /// The pipe is closed.
    pub(super) fn close(&mut self, pipe: u64) {
        self.bindings.remove(&pipe);
    }

    /// All pipes are forgotten.
    pub(super) fn forget(&mut self) {
        self.bindings.clear();
    }

    /// The connection is over. A call without an answer is told as Zeek tells it.
    pub(super) fn end(&mut self, output: &mut Output<'_>) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        for binding in self.bindings.values_mut() {
            binding.name_endpoint();
            binding.guess_interface();
            binding.write(output);
        }
    }
}

impl Binding {
    fn name_endpoint(&mut self) {
        if let Some(uuid) = &self.uuid {
            self.endpoint = Some(interfaces::endpoint(uuid));
        }
    }

    /// Where the binding was not seen, the name of the pipe tells the interface.
    fn guess_interface(&mut self) {
        if self.endpoint.is_some() {
            return;
        }
        let Some(pipe) = &self.named_pipe else { return };
        if let Some(uuid) = interfaces::usual_on_pipe(&plain_pipe_name(pipe)) {
            self.uuid = Some(uuid.to_owned());
        }
    }

    fn write(&self, output: &mut Output<'_>) {
        let (Some(endpoint), Some(operation)) = (&self.endpoint, &self.operation) else { return };
        if interfaces::is_ignored(endpoint, operation) {
            return;
        }
        output.write(DceRpc {
            ts: self.ts,
            uid: output.about.uid,
            id: output.about.id,
            rtt: self.rtt,
            named_pipe: self.named_pipe.clone(),
            endpoint: Some(endpoint.clone().into_owned()),
            operation: Some(operation.clone().into_owned()),
        });
    }
}

/// `\PIPE\winreg` is `winreg`.
fn plain_pipe_name(pipe: &str) -> String {
    let lower = pipe.to_lowercase();
    lower.split_once("\\pipe\\").map_or(lower.clone(), |(_, name)| name.to_owned())
}
