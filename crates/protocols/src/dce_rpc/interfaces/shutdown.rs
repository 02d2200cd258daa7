//! Shutting a computer down ([MS-RSP]), and starting programs as another user.

use super::Interface;

pub(super) const INIT_SHUTDOWN: Interface = Interface {
    uuid: "894de0c0-0d55-11d3-a322-00c04fa321a1",
    name: "InitShutdown",
    operations: &["BaseInitiateShutdown", "BaseAbortShutdown", "BaseInitiateShutdownEx"],
};

pub(super) const WINDOWS_SHUTDOWN: Interface = Interface {
    uuid: "d95afe70-a6d5-4259-822e-2c84da1ddb0d",
    name: "WindowsShutdown",
    operations: &["WsdrInitiateShutdown", "WsdrAbortShutdown"],
};

pub(super) const ISECLOGON: Interface = Interface {
    uuid: "12b81e99-f207-4a4c-85d3-77b42f76fd14",
    name: "ISeclogon",
    operations: &["SeclCreateProcessWithLogonW", "SeclCreateProcessWithLogonExW"],
};
