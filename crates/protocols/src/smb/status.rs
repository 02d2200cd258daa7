//! NT status codes ([MS-ERREF] 2.3.1) by name, without their common beginning `STATUS_`, as far as servers of files
//! and logins use them.

use std::borrow::Cow;

/// It worked.
pub(super) const SUCCESS: u32 = 0;
/// The final answer comes later.
pub(super) const PENDING: u32 = 0x0000_0103;
/// There is more than fits.
pub(super) const BUFFER_OVERFLOW: u32 = 0x8000_0005;
/// The exchange goes on.
pub(super) const MORE_PROCESSING_REQUIRED: u32 = 0xc000_0016;

/// The name of a status, or its number where it has none here.
pub(super) fn name(status: u32) -> Cow<'static, str> {
    match NAMES.binary_search_by_key(&status, |(number, _)| *number) {
        Ok(place) => NAMES.get(place).map_or(Cow::Borrowed(""), |(_, name)| Cow::Borrowed(*name)),
        Err(_) => Cow::Owned(format!("0x{status:08x}")),
    }
}

#[rustfmt::skip]
const NAMES: &[(u32, &str)] = &[
    (0x0000_0000, "SUCCESS"),
    (0x0000_0103, "PENDING"),
    (0x8000_0005, "BUFFER_OVERFLOW"),
    (0x8000_0006, "NO_MORE_FILES"),
    (0xc000_0001, "UNSUCCESSFUL"),
    (0xc000_0002, "NOT_IMPLEMENTED"),
    (0xc000_0008, "INVALID_HANDLE"),
    (0xc000_000d, "INVALID_PARAMETER"),
    (0xc000_000f, "NO_SUCH_FILE"),
    (0xc000_0010, "INVALID_DEVICE_REQUEST"),
    (0xc000_0011, "END_OF_FILE"),
    (0xc000_0016, "MORE_PROCESSING_REQUIRED"),
    (0xc000_0017, "NO_MEMORY"),
    (0xc000_0022, "ACCESS_DENIED"),
    (0xc000_0034, "OBJECT_NAME_NOT_FOUND"),
    (0xc000_0035, "OBJECT_NAME_COLLISION"),
    (0xc000_003a, "OBJECT_PATH_NOT_FOUND"),
    (0xc000_0043, "SHARING_VIOLATION"),
    (0xc000_0056, "DELETE_PENDING"),
    (0xc000_005e, "NO_LOGON_SERVERS"),
    (0xc000_0064, "NO_SUCH_USER"),
    (0xc000_006a, "WRONG_PASSWORD"),
    (0xc000_006c, "PASSWORD_RESTRICTION"),
    (0xc000_006d, "LOGON_FAILURE"),
    (0xc000_006e, "ACCOUNT_RESTRICTION"),
    (0xc000_006f, "INVALID_LOGON_HOURS"),
    (0xc000_0070, "INVALID_WORKSTATION"),
    (0xc000_0071, "PASSWORD_EXPIRED"),
    (0xc000_0072, "ACCOUNT_DISABLED"),
    (0xc000_007f, "DISK_FULL"),
    (0xc000_009a, "INSUFFICIENT_RESOURCES"),
    (0xc000_00ac, "PIPE_NOT_AVAILABLE"),
    (0xc000_00bb, "NOT_SUPPORTED"),
    (0xc000_00c9, "NETWORK_NAME_DELETED"),
    (0xc000_00ca, "NETWORK_ACCESS_DENIED"),
    (0xc000_00cc, "BAD_NETWORK_NAME"),
    (0xc000_00ce, "TOO_MANY_SESSIONS"),
    (0xc000_00d0, "REQUEST_NOT_ACCEPTED"),
    (0xc000_00dc, "INVALID_SERVER_STATE"),
    (0xc000_0101, "DIRECTORY_NOT_EMPTY"),
    (0xc000_0120, "CANCELLED"),
    (0xc000_0128, "FILE_CLOSED"),
    (0xc000_0133, "TIME_DIFFERENCE_AT_DC"),
    (0xc000_0148, "INVALID_ACCOUNT_NAME"),
    (0xc000_015b, "LOGON_TYPE_NOT_GRANTED"),
    (0xc000_0190, "TRUST_FAILURE"),
    (0xc000_0192, "NETLOGON_NOT_STARTED"),
    (0xc000_0193, "ACCOUNT_EXPIRED"),
    (0xc000_0199, "NOLOGON_WORKSTATION_TRUST_ACCOUNT"),
    (0xc000_0203, "USER_SESSION_DELETED"),
    (0xc000_0224, "PASSWORD_MUST_CHANGE"),
    (0xc000_0233, "DOMAIN_CONTROLLER_NOT_FOUND"),
    (0xc000_0234, "ACCOUNT_LOCKED_OUT"),
    (0xc000_0257, "PATH_NOT_COVERED"),
    (0xc000_035c, "NETWORK_SESSION_EXPIRED"),
    (0xc000_0413, "AUTHENTICATION_FIREWALL_FAILED"),
    (0xc000_0418, "NTLM_BLOCKED"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_names() {
        assert!(NAMES.is_sorted_by_key(|(number, _)| *number));
        assert_eq!(name(0xc000_006d), "LOGON_FAILURE");
        assert_eq!(name(0xc000_ffff), "0xc000ffff");
    }
}
