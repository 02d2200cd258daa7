//! Names of the numbers in a message, as Zeek writes them (IANA's registry "Domain Name System Parameters").

use std::borrow::Cow;

/// Name of a type of query, e.g. `AAAA`.
pub(super) fn query_type(number: u16) -> Cow<'static, str> {
    let low = usize::from(number);
    let name = match number {
        1..=63 => LOW_TYPES.get(low - 1).copied().unwrap_or_default(),
        64 => "SVCB",
        65 => "HTTPS",
        99..=109 => HUNDREDS.get(low - 99).copied().unwrap_or_default(),
        249..=257 => META_TYPES.get(low - 249).copied().unwrap_or_default(),
        32768 => "TA",
        32769 => "DLV",
        65281 => "WINS",
        65282 => "WINS-R",
        65422 => "XPF",
        65521 => "INTEGRITY",
        _ => "",
    };
    if name.is_empty() { Cow::Owned(format!("query-{number}")) } else { Cow::Borrowed(name) }
}

const LOW_TYPES: [&str; 63] = [
    "A",
    "NS",
    "MD",
    "MF",
    "CNAME",
    "SOA",
    "MB",
    "MG",
    "MR",
    "NULL",
    "WKS",
    "PTR",
    "HINFO",
    "MINFO",
    "MX",
    "TXT",
    "RP",
    "AFSDB",
    "X25",
    "ISDN",
    "RT",
    "NSAP",
    "NSAP-PTR",
    "SIG",
    "KEY",
    "PX",
    "GPOS",
    "AAAA",
    "LOC",
    "NXT",
    "EID",
    "NIMLOC",
    "SRV",
    "ATMA",
    "NAPTR",
    "KX",
    "CERT",
    "A6",
    "DNAME",
    "SINK",
    "OPT",
    "APL",
    "DS",
    "SSHFP",
    "IPSECKEY",
    "RRSIG",
    "NSEC",
    "DNSKEY",
    "DHCID",
    "NSEC3",
    "NSEC3PARAM",
    "TLSA",
    "SMIMEA",
    "",
    "HIP",
    "NINFO",
    "RKEY",
    "TALINK",
    "CDS",
    "CDNSKEY",
    "OPENPGPKEY",
    "CSYNC",
    "ZONEMD",
];

const HUNDREDS: [&str; 11] =
    ["SPF", "UINFO", "UID", "GID", "UNSPEC", "NID", "L32", "L64", "LP", "EUI48", "EUI64"];

const META_TYPES: [&str; 9] = ["TKEY", "TSIG", "IXFR", "AXFR", "MAILB", "MAILA", "*", "URI", "CAA"];

/// Name of a class, e.g. `C_INTERNET`.
pub(super) fn class(number: u16) -> Cow<'static, str> {
    match number {
        1 => Cow::Borrowed("C_INTERNET"),
        2 => Cow::Borrowed("C_CSNET"),
        3 => Cow::Borrowed("C_CHAOS"),
        4 => Cow::Borrowed("C_HESIOD"),
        254 => Cow::Borrowed("C_NONE"),
        255 => Cow::Borrowed("C_ANY"),
        _ => Cow::Owned(format!("qclass-{number}")),
    }
}

/// Name of what a message is about, where it is read although it is no query (RFC 1996, RFC 2136).
pub(super) fn operation(number: u8) -> Option<&'static str> {
    match number {
        4 => Some("notify"),
        5 => Some("dynamic-update"),
        _ => None,
    }
}

/// Name of a response code, e.g. `NXDOMAIN`; the header has four bits for it.
pub(super) fn response_code(number: u8) -> Cow<'static, str> {
    const NAMES: [&str; 16] = [
        "NOERROR",
        "FORMERR",
        "SERVFAIL",
        "NXDOMAIN",
        "NOTIMP",
        "REFUSED",
        "YXDOMAIN",
        "YXRRSET",
        "NXRRSet",
        "NOTAUTH",
        "NOTZONE",
        "unassigned-11",
        "unassigned-12",
        "unassigned-13",
        "unassigned-14",
        "unassigned-15",
    ];
    Cow::Borrowed(NAMES.get(usize::from(number)).copied().unwrap_or("unassigned-15"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_of_the_registry() {
        let types = [(1, "A"), (28, "AAAA"), (33, "SRV"), (54, "query-54"), (63, "ZONEMD"), (65, "HTTPS")];
        for (number, name) in types.into_iter().chain([(99, "SPF"), (109, "EUI64"), (255, "*"), (257, "CAA")])
        {
            assert_eq!(query_type(number), name);
        }
        assert_eq!(query_type(0), "query-0");
        assert_eq!(class(32769), "qclass-32769");
        assert_eq!(response_code(3), "NXDOMAIN");
    }
}
