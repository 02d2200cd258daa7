//! The calls by which programs are started on other hosts.

use records::{AnyRecord, DceRpc, Http};

/// A way to start a program on another host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Service,
    Task,
    Wmi,
    Dcom,
    WinRm,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service => "a service",
            Self::Task => "a scheduled task",
            Self::Wmi => "WMI",
            Self::Dcom => "DCOM",
            Self::WinRm => "WinRM",
        }
    }
}

/// A step on one of these ways, or beside it.
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
    /// A session of PowerShell over WinRM.
    PowerShell,
    /// Another command over WinRM.
    Winrm,
    /// The client of WinRM is not the one of Windows.
    ForeignClient,
    /// What Windows' own client of WMI does before it logs in, and attack tools leave out.
    Introduce,
    /// A log-in to WMI.
    WmiLogin,
    /// A question to WMI: what inventories and monitoring do.
    WmiQuery,
    /// The names or types of an object's functions: a script drives it.
    AskNames,
    /// An administrative share: there the output of a command is fetched.
    AdminShare,
}

impl Step {
    /// A bit of its own.
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Whether it alone is worth remembering. The others count beside what was seen on the same host.
    pub(super) const fn begins(self) -> bool {
        !matches!(self, Self::AdminShare)
    }
}

/// The step that a record is, if any.
pub(super) fn step(record: &AnyRecord) -> Option<Step> {
    match record {
        AnyRecord::DceRpc(rpc) => call(rpc),
        AnyRecord::Http(http) => winrm(http),
        AnyRecord::SmbMapping(mapping) => {
            is_admin_share(mapping.path.as_deref()?).then_some(Step::AdminShare)
        }
        AnyRecord::SmbFiles(file) => is_admin_share(file.path.as_deref()?).then_some(Step::AdminShare),
        _ => None,
    }
}

/// Whether the other end did what was asked, as far as it shows.
pub(super) fn is_answered(record: &AnyRecord) -> bool {
    match record {
        AnyRecord::DceRpc(rpc) => rpc.rtt.is_some(),
        AnyRecord::Http(http) => http.status_code == Some(200),
        _ => false,
    }
}

/// What the step is told as.
pub(super) fn words(record: &AnyRecord) -> String {
    match record {
        AnyRecord::DceRpc(rpc) => format!(
            "{} {}",
            rpc.endpoint.as_deref().unwrap_or_default(),
            rpc.operation.as_deref().unwrap_or_default()
        ),
        AnyRecord::Http(http) => {
            let uri = http.uri.as_deref().unwrap_or_default();
            format!("POST {}", uri.get(..uri.floor_char_boundary(80)).unwrap_or_default())
        }
        AnyRecord::SmbMapping(mapping) => mapping.path.clone().unwrap_or_default(),
        AnyRecord::SmbFiles(file) => file.path.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// `ADMIN$`, `C$` and their kin.
fn is_admin_share(path: &str) -> bool {
    let share = path.rsplit('\\').next().unwrap_or_default();
    match share.as_bytes() {
        [drive, b'$'] => drive.is_ascii_alphabetic(),
        _ => share.eq_ignore_ascii_case("ADMIN$"),
    }
}

/// A request of WS-Management that was let in and carries something. Events that are forwarded to a collector go
/// another path.
fn winrm(http: &Http) -> Option<Step> {
    let uri = http.uri.as_deref()?;
    let rest =
        uri.get(..6).filter(|start| start.eq_ignore_ascii_case("/wsman")).and_then(|_| uri.get(6..))?;
    let is_command = rest.is_empty() || rest.starts_with('?');
    if !is_command || http.request_body_len == 0 || http.status_code.is_some_and(|code| code == 401) {
        return None;
    }
    let agent = http.user_agent.as_deref().unwrap_or_default();
    if !agent.starts_with("Microsoft") {
        return Some(Step::ForeignClient);
    }
    Some(if rest.starts_with("?PSVersion") { Step::PowerShell } else { Step::Winrm })
}

fn call(rpc: &DceRpc) -> Option<Step> {
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
        "IWbemServices" => match operation {
            _ if operation.starts_with("ExecMethod") => Some(Step::ExecMethod),
            _ if operation.starts_with("ExecQuery") => Some(Step::WmiQuery),
            _ if operation.starts_with("ExecNotificationQuery") => Some(Step::WmiQuery),
            _ if operation.starts_with("CreateInstanceEnum") => Some(Step::WmiQuery),
            _ => None,
        },
        "IWbemLevel1Login" => match operation {
            "EstablishPosition" => Some(Step::Introduce),
            "NTLMLogin" | "WBEMLogin" => Some(Step::WmiLogin),
            _ => None,
        },
        "IWbemLoginClientID" | "IWbemLoginClientIDEx" => Some(Step::Introduce),
        "IDispatch" => match operation {
            "Invoke" => Some(Step::Invoke),
            "GetIDsOfNames" => Some(Step::AskNames),
            _ => None,
        },
        "ITypeInfo" => matches!(operation, "GetFuncDesc" | "GetNames").then_some(Step::AskNames),
        _ => None,
    }
}
