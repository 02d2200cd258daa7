//! Interfaces and their operations by name, as Zeek names them.

mod dcom;
mod dnsserver;
mod drsuapi;
mod efsrpc;
mod epmapper;
mod eventlog;
mod exchange;
mod lsarpc;
mod names;
mod netlogon;
mod profinet;
mod samr;
mod shutdown;
mod spoolss;
mod srvsvc;
mod svcctl;
mod task_scheduler;
mod winreg;
mod wkssvc;
mod wmi;

use std::borrow::Cow;

pub(super) use drsuapi::DRSUAPI_UUID;
pub(super) use wmi::{IWBEM_LEVEL1_LOGIN_UUID, IWBEM_SERVICES_UUID};

/// An interface.
struct Interface {
    /// Its number, as text.
    uuid: &'static str,
    /// Its name.
    name: &'static str,
    /// Its operations by number; an empty name has none.
    operations: &'static [&'static str],
}

/// All interfaces whose operations are known, sorted by number.
const INTERFACES: &[&Interface] = &[
    &dcom::IREM_UNKNOWN2,
    &dcom::IREMOTE_SCM_ACTIVATOR,
    &dcom::IDISPATCH,
    &dcom::ITYPE_INFO,
    &spoolss::SPOOLSS,
    &netlogon::NETLOGON,
    &lsarpc::LSARPC,
    &samr::SAMR,
    &shutdown::ISECLOGON,
    &wkssvc::MSGSVC,
    &task_scheduler::ATSVC,
    &winreg::WINREG,
    &svcctl::SVCCTL,
    &task_scheduler::SASEC,
    &lsarpc::DSSETUP,
    &lsarpc::BACKUP_KEY,
    &srvsvc::SRVSVC,
    &dcom::IACTIVATION,
    &srvsvc::NETDFS,
    &dnsserver::DNSSERVER,
    &wkssvc::MSGSVCSEND,
    &wkssvc::BROWSER,
    &wkssvc::WKSSVC,
    &spoolss::IREMOTE_WINSPOOL,
    &eventlog::EVENTLOG,
    &task_scheduler::ITASK_SCHEDULER_SERVICE,
    &shutdown::INIT_SHUTDOWN,
    &dnsserver::ICERT_PASSAGE,
    &wmi::IWBEM_SERVICES,
    &dcom::IOBJECT_EXPORTER,
    &exchange::EXCHANGE_MAPI,
    &efsrpc::FILE_SERVER_VSS_AGENT,
    &epmapper::MGMT,
    &efsrpc::EFSRPC_LSA,
    &shutdown::WINDOWS_SHUTDOWN,
    &profinet::DEVICE,
    &profinet::CONTROLLER,
    &profinet::SUPERVISOR,
    &efsrpc::EFSRPC,
    &epmapper::EPMAPPER,
    &drsuapi::DRSUAPI,
    &wmi::IWBEM_LEVEL1_LOGIN,
    &drsuapi::FRS_RPC,
    &exchange::NSPI,
];

fn interface(uuid: &str) -> Option<&'static Interface> {
    let place = INTERFACES.binary_search_by_key(&uuid, |interface| interface.uuid).ok()?;
    INTERFACES.get(place).copied()
}

/// The name of an interface.
pub(super) fn endpoint(uuid: &str) -> Cow<'static, str> {
    if let Some(interface) = interface(uuid) {
        return Cow::Borrowed(interface.name);
    }
    match names::NAMES.binary_search_by_key(&uuid, |(number, _)| *number) {
        Ok(place) => names::NAMES.get(place).map_or(Cow::Borrowed(""), |(_, name)| Cow::Borrowed(*name)),
        Err(_) => Cow::Owned(format!("unknown-{uuid}")),
    }
}

/// The name of an operation of an interface.
pub(super) fn operation(uuid: &str, number: u16) -> Cow<'static, str> {
    let known = interface(uuid).and_then(|interface| interface.operations.get(usize::from(number)));
    match known.filter(|name| !name.is_empty()) {
        Some(name) => Cow::Borrowed(*name),
        None => Cow::Owned(format!("unknown-{number}")),
    }
}

/// The interface that is most often used over a pipe of this name, for calls whose binding was not seen.
pub(super) fn usual_on_pipe(pipe: &str) -> Option<&'static str> {
    match pipe {
        "winreg" => Some(winreg::WINREG.uuid),
        "spoolss" => Some(spoolss::SPOOLSS.uuid),
        "srvsvc" => Some(srvsvc::SRVSVC.uuid),
        _ => None,
    }
}

/// Operations that are frequent and say little (Zeek's `DCE_RPC::ignored_operations`).
pub(super) fn is_ignored(endpoint: &str, operation: &str) -> bool {
    match endpoint {
        "winreg" => matches!(
            operation,
            "BaseRegCloseKey"
                | "BaseRegGetVersion"
                | "BaseRegOpenKey"
                | "BaseRegQueryValue"
                | "BaseRegDeleteKeyEx"
                | "OpenLocalMachine"
                | "BaseRegEnumKey"
                | "OpenClassesRoot"
        ),
        "spoolss" => matches!(operation, "RpcSplOpenPrinter" | "RpcClosePrinter"),
        "wkssvc" => operation == "NetrWkstaGetInfo",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(INTERFACES.is_sorted_by_key(|interface| interface.uuid));
        assert!(names::NAMES.is_sorted_by_key(|(number, _)| *number));
    }

    #[test]
    fn operations_stand_at_their_number() {
        let svcctl = "367abb81-9844-35f1-ad32-98f038001003";
        assert_eq!(
            (endpoint(svcctl), operation(svcctl, 0x2d)),
            ("svcctl".into(), "CreateServiceWOW64W".into())
        );
        assert_eq!(operation("e3514235-4b06-11d1-ab04-00c04fc2dcd2", 3), "DRSGetNCChanges");
        assert_eq!(operation("12345778-1234-abcd-ef00-0123456789ac", 0x40), "SamrConnect5");
        assert_eq!(operation("12345778-1234-abcd-ef00-0123456789ab", 0x4c), "LsarLookupSids3");
        assert_eq!(operation("12345678-1234-abcd-ef00-0123456789ab", 0x59), "RpcAddPrinterDriverEx");
        assert_eq!(operation(svcctl, 999), "unknown-999");
        assert_eq!(endpoint("0"), "unknown-0");
    }
}
