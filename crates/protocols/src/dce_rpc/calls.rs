//! The calls on the pipes of a connection, by Zeek's rules: what a call is named depends on the binding that was
//! seen last, and a record is written when the answer comes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use records::{DceRpc, Interval, Timestamp};

use super::interfaces;
use super::shapes::{Shapes, Unnamed};
use crate::Output;

/// Contexts of one pipe; more are not remembered.
const CONTEXTS_MAX: usize = 1024;

/// The calls of a connection; the bindings of each pipe are kept apart.
#[derive(Default)]
pub(super) struct Calls {
    bindings: BTreeMap<u64, Box<Binding>>,
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
    /// The call that has no answer yet: context and operation.
    pending: Option<(u16, u16)>,
    /// Calls before any interface is known.
    shapes: Shapes,
    /// Interfaces were told by their calls: contexts of which that is not known stay without.
    is_recognised: bool,
}

impl Calls {
    fn binding(&mut self, pipe: u64, ts: Timestamp) -> &mut Binding {
        let binding =
            self.bindings.entry(pipe).or_insert_with(|| Box::new(Binding { ts, ..Binding::default() }));
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
    pub(super) fn request(&mut self, pipe: u64, ts: Timestamp, context: u16, operation: u16) {
        let binding = self.binding(pipe, ts);
        binding.ts = ts;
        binding.pending = Some((context, operation));
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
        if binding.endpoint.is_some() && binding.ts != ts {
            binding.rtt = Some(ts.since(binding.ts));
        }
        binding.pending = None;
        if binding.uuid.is_none() {
            return binding.recognise(context, operation, output);
        }
        if binding.is_recognised && !binding.contexts.contains_key(&context) {
            return;
        }
        binding.name_operation(context, operation);
        binding.write(output);
    }

    /// The pipe is closed.
    pub(super) fn close(&mut self, pipe: u64, output: &mut Output<'_>) {
        if let Some(mut binding) = self.bindings.remove(&pipe) {
            binding.write_pending(output);
        }
    }

    /// All pipes are forgotten.
    pub(super) fn forget(&mut self) {
        self.bindings.clear();
    }

    /// The connection is over.
    pub(super) fn end(&mut self, output: &mut Output<'_>) {
        for binding in self.bindings.values_mut() {
            binding.write_pending(output);
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

    /// Where no binding was seen and no pipe tells, the order of the calls may tell the interfaces. Then what was called
    /// before is told, too.
    fn recognise(&mut self, context: u16, operation: u16, output: &mut Output<'_>) {
        let named = self.shapes.note(Unnamed { ts: self.ts, context, operation });
        for (context, uuid) in named {
            self.uuid = Some(uuid.to_owned());
            self.contexts.insert(context, uuid.to_owned());
        }
        if self.uuid.is_none() {
            return;
        }
        self.is_recognised = true;
        self.rtt = None;
        for call in self.shapes.take() {
            if self.contexts.contains_key(&call.context) {
                self.ts = call.ts;
                self.name_operation(call.context, call.operation);
                self.write(output);
            }
        }
    }

    /// Names the operation of a call; the interface is that of its context, or the one that was bound last.
    fn name_operation(&mut self, context: u16, operation: u16) {
        if let (Some(_), Some(uuid)) = (&self.endpoint, &self.uuid) {
            self.operation = Some(interfaces::operation(uuid, operation));
        }
        if let Some(uuid) = self.contexts.get(&context) {
            self.endpoint = Some(interfaces::endpoint(uuid));
            self.operation = Some(interfaces::operation(uuid, operation));
        }
    }

    /// Tells of a call that no answer has come to. (Zeek tells it as a repetition of the call before it.)
    fn write_pending(&mut self, output: &mut Output<'_>) {
        let Some((context, operation)) = self.pending.take() else { return };
        if self.is_recognised && !self.contexts.contains_key(&context) {
            return;
        }
        self.name_endpoint();
        self.rtt = None;
        self.name_operation(context, operation);
        self.write(output);
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
