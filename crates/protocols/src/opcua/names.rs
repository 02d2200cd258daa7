//! Names of services and results (OPC 10000-6, annex A).

use std::borrow::Cow;

/// Name of the service of a request; none where the number is that of a response or not known.
pub(super) fn request_name(type_id: u16) -> Option<&'static str> {
    Some(match type_id {
        422 => "FindServers",
        428 => "GetEndpoints",
        437 => "RegisterServer",
        461 => "CreateSession",
        467 => "ActivateSession",
        473 => "CloseSession",
        479 => "Cancel",
        488 => "AddNodes",
        494 => "AddReferences",
        500 => "DeleteNodes",
        506 => "DeleteReferences",
        527 => "Browse",
        533 => "BrowseNext",
        554 => "TranslateBrowsePathsToNodeIds",
        560 => "RegisterNodes",
        566 => "UnregisterNodes",
        615 => "QueryFirst",
        621 => "QueryNext",
        631 => "Read",
        664 => "HistoryRead",
        673 => "Write",
        700 => "HistoryUpdate",
        712 => "Call",
        751 => "CreateMonitoredItems",
        763 => "ModifyMonitoredItems",
        769 => "SetMonitoringMode",
        775 => "SetTriggering",
        781 => "DeleteMonitoredItems",
        787 => "CreateSubscription",
        793 => "ModifySubscription",
        799 => "SetPublishingMode",
        826 => "Publish",
        832 => "Republish",
        841 => "TransferSubscriptions",
        847 => "DeleteSubscriptions",
        _ => return None,
    })
}

/// Name of a result.
pub(super) fn status_name(status: u32) -> Cow<'static, str> {
    let name = match status {
        0x0000_0000 => "Good",
        0x8001_0000 => "BadUnexpectedError",
        0x8002_0000 => "BadInternalError",
        0x8003_0000 => "BadOutOfMemory",
        0x8004_0000 => "BadResourceUnavailable",
        0x8005_0000 => "BadCommunicationError",
        0x8006_0000 => "BadEncodingError",
        0x8007_0000 => "BadDecodingError",
        0x800a_0000 => "BadTimeout",
        0x800b_0000 => "BadServiceUnsupported",
        0x800c_0000 => "BadShutdown",
        0x800d_0000 => "BadServerNotConnected",
        0x800e_0000 => "BadServerHalted",
        0x8012_0000 => "BadCertificateInvalid",
        0x8013_0000 => "BadSecurityChecksFailed",
        0x801a_0000 => "BadCertificateUntrusted",
        0x801f_0000 => "BadUserAccessDenied",
        0x8020_0000 => "BadIdentityTokenInvalid",
        0x8021_0000 => "BadIdentityTokenRejected",
        0x8022_0000 => "BadSecureChannelIdInvalid",
        0x8025_0000 => "BadSessionIdInvalid",
        0x8026_0000 => "BadSessionClosed",
        0x8027_0000 => "BadSessionNotActivated",
        0x8055_0000 => "BadSecurityPolicyRejected",
        0x807d_0000 => "BadTcpServerTooBusy",
        0x807e_0000 => "BadTcpMessageTypeInvalid",
        0x807f_0000 => "BadTcpSecureChannelUnknown",
        0x8080_0000 => "BadTcpMessageTooLarge",
        0x8083_0000 => "BadTcpEndpointUrlInvalid",
        status => return format!("0x{status:08x}").into(),
    };
    name.into()
}
