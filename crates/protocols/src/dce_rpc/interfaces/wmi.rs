//! Windows Management Instrumentation ([MS-WMI]).

use super::Interface;

/// Number of the services of a namespace.
pub(in crate::dce_rpc) const IWBEM_SERVICES_UUID: &str = "9556dc99-828c-11cf-a37e-00aa003240c7";
/// Number of the log-in.
pub(in crate::dce_rpc) const IWBEM_LEVEL1_LOGIN_UUID: &str = "f309ad18-d86a-11d0-a075-00c04fb68820";

pub(super) const IWBEM_SERVICES: Interface = Interface {
    uuid: IWBEM_SERVICES_UUID,
    name: "IWbemServices",
    operations: &[
        "",
        "",
        "",
        "OpenNamespace",
        "CancelAsyncCall",
        "QueryObjectSink",
        "GetObject",
        "GetObjectAsync",
        "PutClass",
        "PutClassAsync",
        "DeleteClass",
        "DeleteClassAsync",
        "CreateClassEnum",
        "CreateClassEnumAsync",
        "PutInstance",
        "PutInstanceAsync",
        "DeleteClass",
        "DeleteClassAsync",
        "CreateInstanceEnum",
        "CreateInstanceEnumAsync",
        "ExecQuery",
        "ExecQueryAsync",
        "ExecNotificationQuery",
        "ExecNotificationQueryAsync",
        "ExecMethod",
        "ExecMethodAsync",
    ],
};

pub(super) const IWBEM_LEVEL1_LOGIN: Interface = Interface {
    uuid: IWBEM_LEVEL1_LOGIN_UUID,
    name: "IWbemLevel1Login",
    operations: &["", "", "", "EstablishPosition", "RequestChallenge", "WBEMLogin", "NTLMLogin"],
};
