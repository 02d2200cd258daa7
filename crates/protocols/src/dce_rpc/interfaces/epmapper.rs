//! The endpoint mapper and the management of servers (C706, appendices O and Q).

use super::Interface;

pub(super) const EPMAPPER: Interface = Interface {
    uuid: "e1af8308-5d1f-11c9-91a4-08002b14a0fa",
    name: "epmapper",
    operations: &[
        "ept_insert",
        "ept_delete",
        "ept_lookup",
        "ept_map",
        "ept_lookup_handle_free",
        "ept_inq_object",
        "ept_mgmt_delete",
        "ept_map_auth",
        "ept_map_auth_async",
    ],
};

pub(super) const MGMT: Interface = Interface {
    uuid: "afa8bd80-7d8a-11c9-bef4-08002b102989",
    name: "mgmt",
    operations: &[
        "inq_if_ids",
        "inq_stats",
        "is_server_listening",
        "stop_server_listening",
        "inq_princ_name",
    ],
};
