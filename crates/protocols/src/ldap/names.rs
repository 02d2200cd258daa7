//! What numbers of LDAP mean, in Zeek's words.

use std::borrow::Cow;

use super::wire::operation as op;

/// The operation that request and answer belong to.
pub(super) const fn operation(number: u8) -> &'static str {
    match number {
        op::BIND_REQUEST | op::BIND_RESPONSE => "bind",
        op::UNBIND_REQUEST => "unbind",
        op::MODIFY_REQUEST | op::MODIFY_RESPONSE | op::MODIFY_NAME_REQUEST | op::MODIFY_NAME_RESPONSE => {
            "modify"
        }
        op::ADD_REQUEST | op::ADD_RESPONSE => "add",
        op::DELETE_REQUEST | op::DELETE_RESPONSE => "delete",
        op::COMPARE_REQUEST | op::COMPARE_RESPONSE => "compare",
        op::ABANDON_REQUEST => "abandon",
        op::EXTENDED_REQUEST | op::EXTENDED_RESPONSE => "extended",
        op::INTERMEDIATE_RESPONSE => "intermediate",
        _ => "unknown",
    }
}

/// RFC 4511, appendix A, and the codes registered since.
const RESULTS: &[(u64, &str)] = &[
    (0, "success"),
    (1, "operations error"),
    (2, "protocol error"),
    (3, "time limit exceeded"),
    (4, "size limit exceeded"),
    (5, "compare false"),
    (6, "compare true"),
    (7, "auth method not supported"),
    (8, "stronger auth required"),
    (9, "partial results"),
    (10, "referral"),
    (11, "admin limit exceeded"),
    (12, "unavailable critical extension"),
    (13, "confidentiality required"),
    (14, "SASL bind in progress"),
    (16, "no such attribute"),
    (17, "undefined attribute type"),
    (18, "inappropriate matching"),
    (19, "constraint violation"),
    (20, "attribute or value exists"),
    (21, "invalid attribute syntax"),
    (32, "no such object"),
    (33, "alias problem"),
    (34, "invalid DN syntax"),
    (36, "alias dereferencing problem"),
    (48, "inappropriate authentication"),
    (49, "invalid credentials"),
    (50, "insufficient access rights"),
    (51, "busy"),
    (52, "unavailable"),
    (53, "unwilling to perform"),
    (54, "loop detect"),
    (60, "sort control missing"),
    (61, "offset range error"),
    (64, "naming violation"),
    (65, "object class violation"),
    (66, "not allowed on non-leaf"),
    (67, "not allowed on RDN"),
    (68, "entry already exists"),
    (69, "object class mods prohibited"),
    (70, "results too large"),
    (71, "affects multiple DSAs"),
    (76, "control error"),
    (80, "other"),
    (118, "canceled"),
    (119, "no such operation"),
    (120, "too late"),
    (121, "cannot cancel"),
    (122, "assertion failed"),
    (123, "authorization denied"),
];

/// The outcome of an operation.
pub(super) fn result(code: u64) -> Cow<'static, str> {
    let known = RESULTS.iter().find(|(number, _)| *number == code);
    known.map_or(Cow::Borrowed("unknown"), |(_, name)| Cow::Borrowed(name))
}

/// How far a search goes.
pub(super) const fn scope(number: u64) -> &'static str {
    match number {
        0 => "base",
        1 => "single",
        2 => "tree",
        _ => "unknown",
    }
}

/// When aliases are followed.
pub(super) const fn aliases(number: u64) -> &'static str {
    match number {
        0 => "never",
        1 => "searching",
        2 => "finding",
        3 => "always",
        _ => "unknown",
    }
}

/// The name of an extended operation that begins encryption (RFC 4511, section 4.14).
pub(super) const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// What an extended operation does.
pub(super) const fn extended(name: &[u8]) -> &'static str {
    match name {
        START_TLS => "StartTLS",
        b"1.3.6.1.4.1.4203.1.11.3" => "whoami",
        _ => "unknown",
    }
}
