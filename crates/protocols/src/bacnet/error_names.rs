//! Why a request failed (clauses 18 and 21).

use std::borrow::Cow;

/// Name of an error.
pub(super) fn error_name(code: u32) -> Cow<'static, str> {
    let name = match code {
        0 => "other",
        2 => "configuration-in-progress",
        3 => "device-busy",
        4 => "dynamic-creation-not-supported",
        5 => "file-access-denied",
        7 => "inconsistent-parameters",
        9 => "invalid-data-type",
        10 => "invalid-file-access-method",
        11 => "invalid-file-start-position",
        13 => "invalid-parameter-data-type",
        16 => "missing-required-parameter",
        17 => "no-objects-of-specified-type",
        18 => "no-space-for-object",
        20 => "no-space-to-write-property",
        22 => "property-is-not-a-list",
        23 => "object-deletion-not-permitted",
        25 => "operational-problem",
        26 => "password-failure",
        27 => "read-access-denied",
        29 => "service-request-denied",
        30 => "timeout",
        31 => "unknown-object",
        32 => "unknown-property",
        36 => "unsupported-object-type",
        37 => "value-out-of-range",
        40 => "write-access-denied",
        41 => "character-set-not-supported",
        42 => "invalid-array-index",
        43 => "cov-subscription-failed",
        44 => "not-cov-property",
        45 => "optional-functionality-not-supported",
        47 => "datatype-not-supported",
        50 => "property-is-not-an-array",
        code => return format!("unknown-{code}").into(),
    };
    name.into()
}

/// Why a request was not understood.
pub(super) fn reject_name(reason: u8) -> Cow<'static, str> {
    const NAMES: [&str; 10] = [
        "other",
        "buffer-overflow",
        "inconsistent-parameters",
        "invalid-parameter-data-type",
        "invalid-tag",
        "missing-required-parameter",
        "parameter-out-of-range",
        "too-many-arguments",
        "undefined-enumeration",
        "unrecognized-service",
    ];
    let name = NAMES.get(usize::from(reason)).copied();
    format!("reject: {}", name.map_or_else(|| reason.to_string(), str::to_owned)).into()
}

/// Why a request was given up.
pub(super) fn abort_name(reason: u8) -> Cow<'static, str> {
    const NAMES: [&str; 12] = [
        "other",
        "buffer-overflow",
        "invalid-apdu-in-this-state",
        "preempted-by-higher-priority-task",
        "segmentation-not-supported",
        "security-error",
        "insufficient-security",
        "window-size-out-of-range",
        "application-exceeded-reply-time",
        "out-of-resources",
        "tsm-timeout",
        "apdu-too-long",
    ];
    let name = NAMES.get(usize::from(reason)).copied();
    format!("abort: {}", name.map_or_else(|| reason.to_string(), str::to_owned)).into()
}
