//! Replication of the directory ([MS-DRSR]) and of its files ([MS-FRS1]).

use super::Interface;

/// Number of the replication of the directory.
pub(in crate::dce_rpc) const DRSUAPI_UUID: &str = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";

pub(super) const DRSUAPI: Interface = Interface {
    uuid: DRSUAPI_UUID,
    name: "drsuapi",
    operations: &[
        "DRSBind",
        "DRSUnbind",
        "DRSReplicaSync",
        "DRSGetNCChanges",
        "DRSUpdateRefs",
        "DRSReplicaAdd",
        "DRSReplicaDel",
        "DRSReplicaModify",
        "DRSVerifyNames",
        "DRSGetMemberships",
        "DRSInterDomainMove",
        "DRSGetNT4ChangeLog",
        "DRSCrackNames",
        "DRSWriteSPN",
        "DRSRemoveDsServer",
        "DRSRemoveDsDomain",
        "DRSDomainControllerInfo",
        "DRSAddEntry",
        "DRSExecuteKCC",
        "DRSGetReplInfo",
        "DRSAddSidHistory",
        "DRSGetMemberships2",
        "DRSReplicaVerifyObjects",
        "DRSGetObjectExistence",
        "DRSQuerySitesByCost",
    ],
};

pub(super) const FRS_RPC: Interface = Interface {
    uuid: "f5cc59b4-4264-101a-8c59-08002b2f8426",
    name: "FrsRpc",
    operations: &[
        "FrsRpcSendCommPkt",
        "FrsRpcVerifyPromotionParent",
        "FrsRpcStartPromotionParent",
        "FrsNOP",
        "FrsBackupComplete",
        "FrsBackupComplete",
        "FrsBackupComplete",
        "FrsBackupComplete",
        "FrsBackupComplete",
        "FrsBackupComplete",
        "FrsRpcVerifyPromotionParentEx",
    ],
};
