//! Names of messages, and of the universal and common commands of HART.

use std::borrow::Cow;

use super::wire::{kind, purpose};

/// Name of a kind of message.
pub(super) fn kind_name(code: u8) -> Cow<'static, str> {
    match code {
        kind::REQUEST => "Request".into(),
        kind::RESPONSE => "Response".into(),
        kind::PUBLISH => "Publish".into(),
        kind::NAK => "NAK".into(),
        code => format!("unknown-{code}").into(),
    }
}

/// Name of what a message is for.
pub(super) fn purpose_name(code: u8) -> Cow<'static, str> {
    match code {
        purpose::INITIATE => "Session Initiate".into(),
        purpose::CLOSE => "Session Close".into(),
        purpose::KEEP_ALIVE => "Keep Alive".into(),
        purpose::TELEGRAM => "Token-Passing PDU".into(),
        code => format!("unknown-{code}").into(),
    }
}

/// Name of a command.
pub(super) fn command_name(command: u8) -> Cow<'static, str> {
    let name = match command {
        0 => "Read Unique Identifier",
        1 => "Read Primary Variable",
        2 => "Read Loop Current And Percent Of Range",
        3 => "Read Dynamic Variables And Loop Current",
        6 => "Write Polling Address",
        7 => "Read Loop Configuration",
        8 => "Read Dynamic Variable Classifications",
        9 => "Read Device Variables With Status",
        11 => "Read Unique Identifier Associated With Tag",
        12 => "Read Message",
        13 => "Read Tag, Descriptor, Date",
        14 => "Read Primary Variable Transducer Information",
        15 => "Read Device Information",
        16 => "Read Final Assembly Number",
        17 => "Write Message",
        18 => "Write Tag, Descriptor, Date",
        19 => "Write Final Assembly Number",
        20 => "Read Long Tag",
        21 => "Read Unique Identifier Associated With Long Tag",
        22 => "Write Long Tag",
        33 => "Read Device Variables",
        34 => "Write Primary Variable Damping Value",
        35 => "Write Primary Variable Range Values",
        36 => "Set Primary Variable Upper Range Value",
        37 => "Set Primary Variable Lower Range Value",
        38 => "Reset Configuration Changed Flag",
        40 => "Enter/Exit Fixed Current Mode",
        41 => "Perform Self Test",
        42 => "Perform Device Reset",
        43 => "Set Primary Variable Zero",
        44 => "Write Primary Variable Units",
        45 => "Trim Loop Current Zero",
        46 => "Trim Loop Current Gain",
        48 => "Read Additional Device Status",
        71 => "Lock Device",
        74 => "Read I/O System Capabilities",
        76 => "Read Lock Device State",
        77 => "Send Command To Sub-Device",
        79 => "Write Device Variable",
        84 => "Read Sub-Device Identity Summary",
        command => return format!("unknown-{command}").into(),
    };
    name.into()
}
