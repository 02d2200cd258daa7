//! SMB 1.

use super::analyzer::Reception;
use super::framing::Plan;

/// What a message begins with.
pub(super) const MARK: &[u8; 4] = b"\xffSMB";

/// What must be remembered between messages, besides the conversation.
#[derive(Default)]
pub(super) struct Memory {}

pub(super) fn head(_reception: &mut Reception<'_, '_>, _head: &[u8]) -> Plan {
    Plan::Skip
}

pub(super) fn message(_reception: &mut Reception<'_, '_>, _message: &[u8]) {}
