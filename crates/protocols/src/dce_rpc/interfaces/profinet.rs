//! PROFINET IO (IEC 61158-6-10): how controllers of a plant set up, read and write their devices, over UDP.

use super::Interface;

const OPERATIONS: &[&str] = &["Connect", "Release", "Read", "Write", "Control", "ReadImplicit"];

pub(super) const DEVICE: Interface =
    Interface { uuid: "dea00001-6c97-11d1-8271-00a02442df7d", name: "PNIO-Device", operations: OPERATIONS };

pub(super) const CONTROLLER: Interface = Interface {
    uuid: "dea00002-6c97-11d1-8271-00a02442df7d",
    name: "PNIO-Controller",
    operations: OPERATIONS,
};

pub(super) const SUPERVISOR: Interface = Interface {
    uuid: "dea00003-6c97-11d1-8271-00a02442df7d",
    name: "PNIO-Supervisor",
    operations: OPERATIONS,
};
