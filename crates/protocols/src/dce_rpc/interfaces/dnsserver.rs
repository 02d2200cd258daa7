//! The management of DNS servers ([MS-DNSP]) and certificates ([MS-WCCE]).

use super::Interface;

pub(super) const DNSSERVER: Interface = Interface {
    uuid: "50abc2a4-574d-40b3-9d66-ee4fd5fba076",
    name: "dnsserver",
    operations: &[
        "DnssrvOperation",
        "DnssrvQuery",
        "DnssrvComplexOperation",
        "DnssrvEnumRecords",
        "DnssrvUpdateRecord",
        "DnssrvOperation2",
        "DnssrvQuery2",
        "DnssrvComplexOperation2",
        "DnssrvEnumRecords2",
        "DnssrvUpdateRecord2",
    ],
};

pub(super) const ICERT_PASSAGE: Interface = Interface {
    uuid: "91ae6020-9e3c-11cf-8d7c-00aa00c091be",
    name: "ICertPassage",
    operations: &["CertServerRequest"],
};
