//! Names of messages, functions and return codes, as Wireshark has them.

use std::borrow::Cow;

use super::wire::{function, kind};

/// Name of a kind of message.
pub(super) fn kind_name(code: u8) -> Cow<'static, str> {
    match code {
        kind::JOB => "Job".into(),
        kind::ACK => "Ack".into(),
        kind::ACK_DATA => "Ack Data".into(),
        kind::USER_DATA => "Userdata".into(),
        code => unknown(code),
    }
}

/// Name of a function of a job.
pub(super) fn function_name(code: u8) -> Cow<'static, str> {
    match code {
        0x00 => "CPU Services".into(),
        function::READ => "Read Variable".into(),
        function::WRITE => "Write Variable".into(),
        function::REQUEST_DOWNLOAD => "Request Download".into(),
        function::DOWNLOAD_BLOCK => "Download Block".into(),
        function::DOWNLOAD_ENDED => "Download Ended".into(),
        function::START_UPLOAD => "Start Upload".into(),
        0x1e => "Upload".into(),
        0x1f => "End Upload".into(),
        function::CALL_SERVICE => "PI-Service".into(),
        function::STOP => "PLC Stop".into(),
        0xf0 => "Setup Communication".into(),
        code => unknown(code),
    }
}

/// Name of a group of user data.
pub(super) fn group_name(group: u8) -> Cow<'static, str> {
    match group {
        0 => "Mode-Transition".into(),
        1 => "Programmer Commands".into(),
        2 => "Cyclic Data".into(),
        3 => "Block Functions".into(),
        4 => "CPU Functions".into(),
        5 => "Security".into(),
        6 => "PBC BSEND/BRECV".into(),
        7 => "Time Functions".into(),
        15 => "NC Programming".into(),
        group => unknown(group),
    }
}

/// Name of a function in a group of user data.
pub(super) fn subfunction_name(group: u8, code: u8) -> Cow<'static, str> {
    match (group, code) {
        (1, 0x01) => "Request Diag Data (Type 1)".into(),
        (1, 0x02) => "VarTab".into(),
        (1, 0x0c) => "Erase".into(),
        (1, 0x0e) => "Read Diag Data".into(),
        (1, 0x0f) => "Remove Diag Data".into(),
        (1, 0x10) => "Force".into(),
        (1, 0x13) => "Request Diag Data (Type 2)".into(),
        (2, 0x01) => "Memory".into(),
        (2, 0x04) => "Unsubscribe".into(),
        (3, 0x01) => "List Blocks".into(),
        (3, 0x02) => "List Blocks of Type".into(),
        (3, 0x03) => "Get Block Info".into(),
        (4, 0x01) => "Read SZL".into(),
        (4, 0x02) => "Message Service".into(),
        (4, 0x03) => "Diagnostic Message".into(),
        (4, 0x05) => "Alarm Display".into(),
        (4, 0x0b) => "Alarm Acknowledge".into(),
        (4, 0x13) => "Alarm Query".into(),
        (5, 0x01) => "PLC Password".into(),
        (7, 0x01) => "Read Clock".into(),
        (7, 0x02 | 0x04) => "Set Clock".into(),
        (7, 0x03) => "Read Clock (Following)".into(),
        (_, code) => unknown(code),
    }
}

/// Name of what an answer says of an item.
pub(super) fn return_name(code: u8) -> Cow<'static, str> {
    match code {
        0x00 => "Reserved".into(),
        0x01 => "Hardware Error".into(),
        0x03 => "Access Denied".into(),
        0x05 => "Invalid Address".into(),
        0x06 => "Data Type Not Supported".into(),
        0x07 => "Data Type Inconsistent".into(),
        0x0a => "Object Does Not Exist".into(),
        0xff => "Success".into(),
        code => unknown(code),
    }
}

/// Name of an opcode of the new protocol.
pub(super) fn opcode_name(code: u8) -> Cow<'static, str> {
    match code {
        0x31 => "Request".into(),
        0x32 => "Response".into(),
        0x33 => "Notification".into(),
        code => unknown(code),
    }
}

/// Name of a function of the new protocol.
pub(super) fn plus_function_name(code: u16) -> Cow<'static, str> {
    match code {
        0x04b1 => "Error".into(),
        0x04bb => "Explore".into(),
        0x04ca => "CreateObject".into(),
        0x04d4 => "DeleteObject".into(),
        0x04f2 => "SetVariable".into(),
        0x04fc => "GetVariable".into(),
        0x0506 => "AddLink".into(),
        0x051a => "RemoveLink".into(),
        0x0524 => "GetLink".into(),
        0x0542 => "SetMultiVariables".into(),
        0x054c => "GetMultiVariables".into(),
        0x0556 => "BeginSequence".into(),
        0x0560 => "EndSequence".into(),
        0x056b => "Invoke".into(),
        0x057c => "SetVarSubStreamed".into(),
        0x0586 => "GetVarSubStreamed".into(),
        0x0590 => "GetVariablesAddress".into(),
        0x059a => "Abort".into(),
        0x05a9 => "Error2".into(),
        code => unknown(code),
    }
}

fn unknown(code: impl Into<u16>) -> Cow<'static, str> {
    format!("unknown-{}", code.into()).into()
}
