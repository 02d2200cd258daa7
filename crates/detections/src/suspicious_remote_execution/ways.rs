//! The calls by which programs are started on other hosts.

use records::DceRpc;

/// A way to start a program on another host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Service,
    Task,
    Wmi,
    Dcom,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service => "a service",
            Self::Task => "a scheduled task",
            Self::Wmi => "WMI",
            Self::Dcom => "DCOM",
        }
    }
}

/// A step on one of these ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    CreateService,
    ChangeService,
    StartService,
    DeleteService,
    RegisterTask,
    RunTask,
    DeleteTask,
    ExecMethod,
    Invoke,
}

impl Step {
    /// A bit of its own.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The step that a call is, if any.
pub(super) fn step(rpc: &DceRpc) -> Option<Step> {
    let operation = rpc.operation.as_deref()?;
    match rpc.endpoint.as_deref()? {
        "svcctl" => match operation {
            _ if operation.starts_with("CreateService") => Some(Step::CreateService),
            _ if operation.starts_with("ChangeServiceConfig") => Some(Step::ChangeService),
            _ if operation.starts_with("StartService") => Some(Step::StartService),
            "DeleteService" => Some(Step::DeleteService),
            _ => None,
        },
        "ITaskSchedulerService" => match operation {
            "SchRpcRegisterTask" => Some(Step::RegisterTask),
            "SchRpcRun" => Some(Step::RunTask),
            "SchRpcDelete" => Some(Step::DeleteTask),
            _ => None,
        },
        "atsvc" => match operation {
            "NetrJobAdd" | "JobAdd" => Some(Step::RegisterTask),
            "NetrJobDel" | "JobDel" => Some(Step::DeleteTask),
            _ => None,
        },
        "IWbemServices" => operation.starts_with("ExecMethod").then_some(Step::ExecMethod),
        "IDispatch" => (operation == "Invoke").then_some(Step::Invoke),
        _ => None,
    }
}
