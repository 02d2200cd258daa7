//! The event log ([MS-EVEN]).

use super::Interface;

pub(super) const EVENTLOG: Interface = Interface {
    uuid: "82273fdc-e32a-18c3-3f78-827929dc23ea",
    name: "eventlog",
    operations: &[
        "ElfrClearELFW",
        "ElfrBackupELFW",
        "ElfrCloseEL",
        "ElfrDeregisterEventSource",
        "ElfrNumberOfRecords",
        "ElfrOldestRecord",
        "ElfrChangeNotify",
        "ElfrOpenELW",
        "ElfrRegisterEventSourceW",
        "ElfrOpenBELW",
        "ElfrReadELW",
        "ElfrReportEventW",
        "ElfrClearELFA",
        "ElfrBackupELFA",
        "ElfrOpenELA",
        "ElfrRegisterEventSourceA",
        "ElfrOpenBELA",
        "ElfrReadELA",
        "ElfrReportEventA",
        "ElfrRegisterClusterSvc",
        "ElfrDeregisterClusterSvc",
        "ElfrWriteClusterEvents",
        "ElfrGetLogInformation",
        "ElfrFlushEL",
        "ElfrReportEventAndSourceW",
    ],
};
