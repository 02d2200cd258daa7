//! Names of commands, services, classes and states.

use std::borrow::Cow;

use super::wire::command;

/// Name of a command of EtherNet/IP.
pub(super) fn command_name(code: u16) -> Cow<'static, str> {
    match code {
        command::NOP => "NOP".into(),
        command::LIST_SERVICES => "List Services".into(),
        command::LIST_IDENTITY => "List Identity".into(),
        command::LIST_INTERFACES => "List Interfaces".into(),
        command::REGISTER_SESSION => "Register Session".into(),
        command::UNREGISTER_SESSION => "Unregister Session".into(),
        command::SEND_REQUEST => "Send RR Data".into(),
        command::SEND_UNIT => "Send Unit Data".into(),
        0x72 => "Indicate Status".into(),
        0x73 => "Cancel".into(),
        code => format!("unknown-{code}").into(),
    }
}

/// Name of a status of EtherNet/IP.
pub(super) fn status_name(status: u32) -> Cow<'static, str> {
    match status {
        0x00 => "Success".into(),
        0x01 => "Invalid Command".into(),
        0x02 => "Insufficient Memory".into(),
        0x03 => "Incorrect Data".into(),
        0x64 => "Invalid Session Handle".into(),
        0x65 => "Invalid Length".into(),
        0x69 => "Unsupported Protocol Revision".into(),
        status => format!("unknown-{status}").into(),
    }
}

/// Name of a service of CIP. Those above 0x4a mean something else in each class.
pub(super) fn service_name(service: u8, class: Option<u32>) -> Cow<'static, str> {
    const CONNECTION_MANAGER: Option<u32> = Some(0x06);
    let name = match (service, class) {
        (0x01, _) => "Get_Attributes_All",
        (0x02, _) => "Set_Attributes_All",
        (0x03, _) => "Get_Attribute_List",
        (0x04, _) => "Set_Attribute_List",
        (0x05, _) => "Reset",
        (0x06, _) => "Start",
        (0x07, _) => "Stop",
        (0x08, _) => "Create",
        (0x09, _) => "Delete",
        (0x0a, _) => "Multiple_Service_Packet",
        (0x0d, _) => "Apply_Attributes",
        (0x0e, _) => "Get_Attribute_Single",
        (0x10, _) => "Set_Attribute_Single",
        (0x11, _) => "Find_Next_Object_Instance",
        (0x14, _) => "Error_Response",
        (0x15, _) => "Restore",
        (0x16, _) => "Save",
        (0x17, _) => "No_Operation",
        (0x18, _) => "Get_Member",
        (0x19, _) => "Set_Member",
        (0x1a, _) => "Insert_Member",
        (0x1b, _) => "Remove_Member",
        (0x1c, _) => "GroupSync",
        (0x4e, CONNECTION_MANAGER) => "Forward_Close",
        (0x52, CONNECTION_MANAGER) => "Unconnected_Send",
        (0x54, CONNECTION_MANAGER) => "Forward_Open",
        (0x56, CONNECTION_MANAGER) => "Get_Connection_Data",
        (0x57, CONNECTION_MANAGER) => "Search_Connection_Data",
        (0x5a, CONNECTION_MANAGER) => "Get_Connection_Owner",
        (0x5b, CONNECTION_MANAGER) => "Large_Forward_Open",
        (0x4b, Some(0x67)) => "Execute_PCCC",
        (0x4c, _) => "Read_Tag",
        (0x4d, _) => "Write_Tag",
        (0x4e, _) => "Read_Modify_Write_Tag",
        (0x52, _) => "Read_Tag_Fragmented",
        (0x53, _) => "Write_Tag_Fragmented",
        (0x55, _) => "Get_Instance_Attribute_List",
        (service, _) => return format!("unknown-{service}").into(),
    };
    name.into()
}

/// Name of a class of CIP.
pub(super) fn class_name(class: u32) -> Cow<'static, str> {
    let name = match class {
        0x01 => "Identity",
        0x02 => "Message Router",
        0x03 => "DeviceNet",
        0x04 => "Assembly",
        0x05 => "Connection",
        0x06 => "Connection Manager",
        0x07 => "Register",
        0x08 => "Discrete Input Point",
        0x09 => "Discrete Output Point",
        0x0a => "Analog Input Point",
        0x0b => "Analog Output Point",
        0x0f => "Parameter",
        0x29 => "Control Supervisor",
        0x2a => "AC/DC Drive",
        0x37 => "File",
        0x43 => "Time Sync",
        0x47 => "Device Level Ring",
        0x48 => "QoS",
        0x5d => "CIP Security",
        0x5e => "EtherNet/IP Security",
        0x5f => "Certificate Management",
        0x67 => "PCCC",
        0x6b => "Symbol",
        0x6c => "Template",
        0xf4 => "Port",
        0xf5 => "TCP/IP Interface",
        0xf6 => "Ethernet Link",
        class => return format!("unknown-{class}").into(),
    };
    name.into()
}

/// Name of a general status of CIP.
pub(super) fn general_status_name(status: u8) -> Cow<'static, str> {
    const NAMES: [&str; 32] = [
        "Success",
        "Connection failure",
        "Resource unavailable",
        "Invalid parameter value",
        "Path segment error",
        "Path destination unknown",
        "Partial transfer",
        "Connection lost",
        "Service not supported",
        "Invalid attribute value",
        "Attribute list error",
        "Already in requested mode",
        "Object state conflict",
        "Object already exists",
        "Attribute not settable",
        "Privilege violation",
        "Device state conflict",
        "Reply data too large",
        "Fragmentation of a primitive value",
        "Not enough data",
        "Attribute not supported",
        "Too much data",
        "Object does not exist",
        "Service fragmentation sequence not in progress",
        "No stored attribute data",
        "Store operation failure",
        "Request too large",
        "Response too large",
        "Missing attribute list entry data",
        "Invalid attribute value list",
        "Embedded service error",
        "Vendor specific error",
    ];
    match (NAMES.get(usize::from(status)), status) {
        (Some(name), _) => (*name).into(),
        (None, 0x20) => "Invalid parameter".into(),
        (None, 0x25) => "Key failure in path".into(),
        (None, 0x26) => "Path size invalid".into(),
        (None, 0x27) => "Unexpected attribute in list".into(),
        (None, status) => format!("unknown-{status}").into(),
    }
}
