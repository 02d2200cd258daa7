//! Which interfaces are used on a connection whose binding was not seen, by the order in which their calls come. Only
//! orders that no other use has are known here: a log-in to WMI with a method that is called, and a look into the
//! directory with a replication.

use records::Timestamp;

use super::interfaces::{DRSUAPI_UUID, IWBEM_LEVEL1_LOGIN_UUID, IWBEM_SERVICES_UUID};

/// The beginning of a connection is enough; calls after it are not kept.
const CALLS_KEPT: usize = 32;
/// Logs in to WMI: position in the languages, then the log-in itself.
const WMI_LOGIN: [u16; 2] = [3, 6];
/// Of WMI: an object is fetched, its method is called.
const GET_OBJECT: u16 = 6;
const EXEC_METHOD: u16 = 24;
/// Of the directory: bind, ask for the domain controller, look up a name, bind again, replicate.
const REPLICATION: [u16; 5] = [0, 16, 12, 0, 3];

/// A call whose interface is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unnamed {
    pub(super) ts: Timestamp,
    pub(super) context: u16,
    pub(super) operation: u16,
}

/// The calls so far.
#[derive(Default)]
pub(super) struct Shapes {
    calls: Vec<Unnamed>,
}

impl Shapes {
    /// Notes a call; gives the interfaces of the contexts, once they are told by their calls.
    pub(super) fn note(&mut self, call: Unnamed) -> Vec<(u16, &'static str)> {
        if self.calls.len() >= CALLS_KEPT {
            return Vec::new();
        }
        self.calls.push(call);
        match call.operation {
            EXEC_METHOD => self.wmi(call.context),
            3 => self.replication(call.context),
            _ => Vec::new(),
        }
    }

    /// The calls that were noted; they are not needed any more.
    pub(super) fn take(&mut self) -> Vec<Unnamed> {
        std::mem::take(&mut self.calls)
    }

    fn operations(&self, context: u16) -> impl Iterator<Item = u16> {
        self.calls.iter().filter(move |call| call.context == context).map(|call| call.operation)
    }

    fn wmi(&self, services: u16) -> Vec<(u16, &'static str)> {
        if self.operations(services).next() != Some(GET_OBJECT) {
            return Vec::new();
        }
        let login = self
            .calls
            .iter()
            .map(|call| call.context)
            .find(|context| *context != services && self.operations(*context).eq(WMI_LOGIN));
        match login {
            Some(login) => vec![(login, IWBEM_LEVEL1_LOGIN_UUID), (services, IWBEM_SERVICES_UUID)],
            None => Vec::new(),
        }
    }

    fn replication(&self, context: u16) -> Vec<(u16, &'static str)> {
        if self.operations(context).eq(REPLICATION) { vec![(context, DRSUAPI_UUID)] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(calls: &[(u16, u16)]) -> Vec<(u16, &'static str)> {
        let mut shapes = Shapes::default();
        let mut found = Vec::new();
        for (context, operation) in calls {
            let call = Unnamed { ts: Timestamp(0), context: *context, operation: *operation };
            found.extend(shapes.note(call));
        }
        found
    }

    #[test]
    fn interfaces_are_told_by_the_order_of_their_calls() {
        let wmi = [(0, 3), (1, 3), (2, 3), (2, 6), (0, 5), (3, 6), (3, 6), (3, 24)];
        assert_eq!(named(&wmi), [(2, IWBEM_LEVEL1_LOGIN_UUID), (3, IWBEM_SERVICES_UUID)]);
        let replication = [(0, 0), (0, 16), (0, 12), (0, 0), (0, 3), (0, 1)];
        assert_eq!(named(&replication), [(0, DRSUAPI_UUID)]);
        for other in [
            &[(0, 3), (0, 6), (0, 24)][..],
            &[(2, 3), (2, 6), (2, 7), (3, 6), (3, 24)],
            &[(0, 0), (0, 12), (0, 3)],
        ] {
            assert!(named(other).is_empty(), "{other:?}");
        }
    }
}
