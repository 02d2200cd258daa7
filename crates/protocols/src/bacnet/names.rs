//! Names of functions, services, objects and properties, as the standard has them (clause 21).

use std::borrow::Cow;

/// Name of a function of the virtual link.
pub(super) fn function_name(function: u8) -> Cow<'static, str> {
    const NAMES: [&str; 13] = [
        "BVLC-Result",
        "Write-Broadcast-Distribution-Table",
        "Read-Broadcast-Distribution-Table",
        "Read-Broadcast-Distribution-Table-Ack",
        "Forwarded-NPDU",
        "Register-Foreign-Device",
        "Read-Foreign-Device-Table",
        "Read-Foreign-Device-Table-Ack",
        "Delete-Foreign-Device-Table-Entry",
        "Distribute-Broadcast-To-Network",
        "Original-Unicast-NPDU",
        "Original-Broadcast-NPDU",
        "Secure-BVLL",
    ];
    name(&NAMES, function.into())
}

/// Name of a service that asks for an answer.
pub(super) fn confirmed_name(service: u8) -> Cow<'static, str> {
    const NAMES: [&str; 34] = [
        "AcknowledgeAlarm",
        "ConfirmedCOVNotification",
        "ConfirmedEventNotification",
        "GetAlarmSummary",
        "GetEnrollmentSummary",
        "SubscribeCOV",
        "AtomicReadFile",
        "AtomicWriteFile",
        "AddListElement",
        "RemoveListElement",
        "CreateObject",
        "DeleteObject",
        "ReadProperty",
        "ReadPropertyConditional",
        "ReadPropertyMultiple",
        "WriteProperty",
        "WritePropertyMultiple",
        "DeviceCommunicationControl",
        "ConfirmedPrivateTransfer",
        "ConfirmedTextMessage",
        "ReinitializeDevice",
        "VT-Open",
        "VT-Close",
        "VT-Data",
        "Authenticate",
        "RequestKey",
        "ReadRange",
        "LifeSafetyOperation",
        "SubscribeCOVProperty",
        "GetEventInformation",
        "SubscribeCOVPropertyMultiple",
        "ConfirmedCOVNotificationMultiple",
        "ConfirmedAuditNotification",
        "AuditLogQuery",
    ];
    name(&NAMES, service.into())
}

/// Name of a service that asks for no answer.
pub(super) fn unconfirmed_name(service: u8) -> Cow<'static, str> {
    const NAMES: [&str; 15] = [
        "I-Am",
        "I-Have",
        "UnconfirmedCOVNotification",
        "UnconfirmedEventNotification",
        "UnconfirmedPrivateTransfer",
        "UnconfirmedTextMessage",
        "TimeSynchronization",
        "Who-Has",
        "Who-Is",
        "UTCTimeSynchronization",
        "WriteGroup",
        "UnconfirmedCOVNotificationMultiple",
        "UnconfirmedAuditNotification",
        "Who-Am-I",
        "You-Are",
    ];
    name(&NAMES, service.into())
}

/// Name of a type of objects.
pub(super) fn object_type_name(kind: u16) -> Cow<'static, str> {
    const NAMES: [&str; 32] = [
        "analog-input",
        "analog-output",
        "analog-value",
        "binary-input",
        "binary-output",
        "binary-value",
        "calendar",
        "command",
        "device",
        "event-enrollment",
        "file",
        "group",
        "loop",
        "multi-state-input",
        "multi-state-output",
        "notification-class",
        "program",
        "schedule",
        "averaging",
        "multi-state-value",
        "trend-log",
        "life-safety-point",
        "life-safety-zone",
        "accumulator",
        "pulse-converter",
        "event-log",
        "global-group",
        "trend-log-multiple",
        "load-control",
        "structured-view",
        "access-door",
        "timer",
    ];
    const NETWORK_PORT: u16 = 56;
    if kind == NETWORK_PORT { "network-port".into() } else { name(&NAMES, kind.into()) }
}

/// Name of a property.
pub(super) fn property_name(property: u32) -> Cow<'static, str> {
    let name = match property {
        8 => "all",
        11 => "apdu-timeout",
        12 => "application-software-version",
        28 => "description",
        30 => "device-address-binding",
        36 => "event-state",
        44 => "firmware-revision",
        56 => "local-date",
        57 => "local-time",
        58 => "location",
        62 => "max-apdu-length-accepted",
        70 => "model-name",
        75 => "object-identifier",
        76 => "object-list",
        77 => "object-name",
        79 => "object-type",
        80 => "optional",
        81 => "out-of-service",
        85 => "present-value",
        87 => "priority-array",
        96 => "protocol-object-types-supported",
        97 => "protocol-services-supported",
        98 => "protocol-version",
        103 => "reliability",
        104 => "relinquish-default",
        105 => "required",
        107 => "segmentation-supported",
        111 => "status-flags",
        112 => "system-status",
        117 => "units",
        120 => "vendor-identifier",
        121 => "vendor-name",
        131 => "log-buffer",
        139 => "protocol-revision",
        152 => "active-cov-subscriptions",
        155 => "database-revision",
        property => return format!("unknown-{property}").into(),
    };
    name.into()
}

/// What a device is told to do with its communication.
pub(super) fn communication_state(state: u32) -> String {
    name(&["enable", "disable", "disable-initiation"], state).into_owned()
}

/// How a device is told to start again.
pub(super) fn restart_state(state: u32) -> String {
    const NAMES: [&str; 8] = [
        "coldstart",
        "warmstart",
        "startbackup",
        "endbackup",
        "startrestore",
        "endrestore",
        "abortrestore",
        "activate-changes",
    ];
    name(&NAMES, state).into_owned()
}

fn name(names: &[&'static str], number: u32) -> Cow<'static, str> {
    let known = usize::try_from(number).ok().and_then(|number| names.get(number));
    known.map_or_else(|| format!("unknown-{number}").into(), |name| (*name).into())
}
