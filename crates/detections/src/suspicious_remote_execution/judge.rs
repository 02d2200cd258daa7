//! How sure it is that a program was started, by the steps that one device took on one host.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::ways::{Step, Way};
use crate::attacked::Marks;

/// Requests over WinRM within an hour from which on somebody works there: each command takes some four.
const REQUESTS_OF_WORK: u32 = 12;
/// Questions to WMI on one host, or methods called there, from which on it is an inventory and no command.
const QUERIES_OF_INVENTORY: u32 = 4;
const METHODS_OF_INVENTORY: u32 = 40;

/// What a device did on a host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) server: IpAddr,
    steps: u32,
    /// Those of the steps that the host answered.
    answered: u32,
    pub(super) marks: Marks,
    pub(super) requests: u32,
    queries: u32,
    methods: u32,
    /// It used this service of the host on earlier days.
    is_habit: bool,
}

/// What is thought of it.
pub(super) struct Verdict {
    pub(super) way: Way,
    pub(super) reason: &'static str,
    /// Parts of the certainty: name, points, why.
    pub(super) parts: Vec<(&'static str, f64, String)>,
}

impl Verdict {
    pub(super) fn points(&self) -> f64 {
        self.parts.iter().map(|part| part.1).sum()
    }
}

impl Done {
    pub(super) fn new(server: IpAddr, is_habit: bool) -> Self {
        Self {
            server,
            steps: 0,
            answered: 0,
            marks: Marks::default(),
            requests: 0,
            queries: 0,
            methods: 0,
            is_habit,
        }
    }

    /// Notes a step and whether it was answered; tells whether it may change the verdict.
    pub(super) fn note(&mut self, step: Step, is_answered: bool) -> bool {
        let before = (self.steps, self.answered, self.is_inventory(), self.is_work());
        self.steps |= step.bit();
        if is_answered {
            self.answered |= step.bit();
        }
        let counter = match step {
            Step::WmiQuery => &mut self.queries,
            Step::ExecMethod => &mut self.methods,
            Step::PowerShell | Step::Winrm | Step::ForeignClient => &mut self.requests,
            _ => return (before.0, before.1) != (self.steps, self.answered),
        };
        *counter = counter.saturating_add(1);
        before != (self.steps, self.answered, self.is_inventory(), self.is_work())
    }

    fn has(&self, step: Step) -> bool {
        self.steps & step.bit() != 0
    }

    /// Whether the host answered a step that nobody takes who was refused before.
    pub(super) fn has_succeeded(&self) -> bool {
        let starts = [
            Step::StartService,
            Step::RunTask,
            Step::DeleteTask,
            Step::ExecMethod,
            Step::Invoke,
            Step::PowerShell,
            Step::ForeignClient,
            Step::Winrm,
        ];
        starts.iter().any(|step| self.answered & step.bit() != 0)
    }

    pub(super) fn is_inventory(&self) -> bool {
        self.queries >= QUERIES_OF_INVENTORY || self.methods >= METHODS_OF_INVENTORY
    }

    fn is_work(&self) -> bool {
        self.requests >= REQUESTS_OF_WORK
    }

    /// The surest way, and its points.
    fn way(&self) -> Option<(Way, f64, &'static str)> {
        let is_made = self.has(Step::RegisterTask);
        Some(if self.has(Step::CreateService) && self.has(Step::StartService) {
            (Way::Service, 55.0, "a service was made and started")
        } else if is_made && (self.has(Step::RunTask) || self.has(Step::DeleteTask)) {
            (Way::Task, 55.0, "a task was made, and run or deleted at once")
        } else if self.has(Step::ChangeService) && self.has(Step::StartService) {
            (Way::Service, 50.0, "a service was changed and started")
        } else if is_made {
            (Way::Task, 50.0, "a task was made")
        } else if self.has(Step::ExecMethod) {
            (Way::Wmi, 45.0, "a method of WMI was called, as programs are started by it")
        } else if self.has(Step::Invoke) {
            (Way::Dcom, 45.0, "an object of a program was driven over DCOM")
        } else if self.has(Step::PowerShell) {
            (Way::WinRm, 40.0, "a session of PowerShell was opened")
        } else if self.has(Step::ForeignClient) {
            (Way::WinRm, 35.0, "commands were sent by a client that is not Windows' own")
        } else if self.has(Step::CreateService) {
            (Way::Service, 35.0, "a service was made")
        } else if self.has(Step::Winrm) {
            (Way::WinRm, 20.0, "requests of management were sent")
        } else {
            return None;
        })
    }

    /// What is thought of it; nothing where no program was started.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let (way, points, reason) = self.way()?;
        let mut parts = vec![("call", points, reason.to_owned())];
        let mut add =
            |name: &'static str, points: f64, reason: &str| parts.push((name, points, reason.to_owned()));
        match way {
            Way::Service if self.has(Step::DeleteService) => {
                add("traces", 10.0, "the service was deleted afterwards");
            }
            Way::Wmi if self.is_inventory() => {
                add("inventory", -15.0, "it asked much besides, as inventories and monitoring do");
            }
            Way::Wmi => {
                add("alone", 10.0, "nothing was asked besides: inventories and monitoring ask");
                if self.has(Step::WmiLogin) && !self.has(Step::Introduce) {
                    let reason = "it logged in without what Windows' own client does before";
                    add("client", 10.0, reason);
                }
            }
            Way::Dcom if self.has(Step::AskNames) => {
                add("script", 10.0, "it asked for the names of functions first: a script drives it");
            }
            Way::WinRm if self.is_work() => {
                let reason = format!("{} requests, as somebody makes who works there", self.requests);
                add("requests", 15.0, &reason);
            }
            _ => {}
        }
        if matches!(way, Way::Wmi | Way::Dcom) && self.has(Step::AdminShare) {
            add("share", 15.0, "it used an administrative share besides, where output is fetched");
        }
        if self.is_habit {
            add("habit of the pair", -25.0, "it used this service of the host on earlier days");
        }
        Some(Verdict { way, reason, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_that_answered_ran_the_program() {
        let mut done = Done::new(IpAddr::from([10, 0, 1, 20]), false);
        done.note(Step::CreateService, true);
        done.note(Step::StartService, false);
        assert!(done.verdict().is_some() && !done.has_succeeded());
        assert!(done.note(Step::StartService, true), "the answer changes what is told");
        assert!(done.has_succeeded());
    }
}
