//! The task scheduler and its older forms ([MS-TSCH]).

use super::Interface;

pub(super) const ITASK_SCHEDULER_SERVICE: Interface = Interface {
    uuid: "86d35949-83c9-4044-b424-db363231fd0c",
    name: "ITaskSchedulerService",
    operations: &[
        "SchRpcHighestVersion",
        "SchRpcRegisterTask",
        "SchRpcRetrieveTask",
        "SchRpcCreateFolder",
        "SchRpcSetSecurity",
        "SchRpcGetSecurity",
        "SchRpcEnumFolder",
        "SchRpcEnumTasks",
        "SchRpcEnumInstances",
        "SchRpcGetInstanceInfo",
        "SchRpcStopInstance",
        "SchRpcStop",
        "SchRpcRun",
        "SchRpcDelete",
        "SchRpcRename",
        "SchRpcScheduledRuntimes",
        "SchRpcGetLastRunInfo",
        "SchRpcGetTaskInfo",
    ],
};

pub(super) const ATSVC: Interface = Interface {
    uuid: "1ff70682-0a51-30e8-076d-740be8cee98b",
    name: "atsvc",
    operations: &["NetrJobAdd", "NetrJobDel", "NetrJobEnum", "NetrJobGetInfo"],
};

pub(super) const SASEC: Interface = Interface {
    uuid: "378e52b0-c0a9-11cf-822d-00aa0051e40f",
    name: "sasec",
    operations: &[
        "SASetAccountInformation",
        "SASetNSAccountInformation",
        "SAGetNSAccountInformation",
        "SAGetAccountInformation",
    ],
};
