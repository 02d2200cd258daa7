//! Encrypted files ([MS-EFSR]) and shadow copies ([MS-FSRVP]), which Zeek does not name: both are misused
//! to make a server log in elsewhere.

use super::Interface;

/// The interface has two numbers, on a pipe of its own and on that of the security authority.
const OPERATIONS: &[&str] = &[
    "EfsRpcOpenFileRaw",
    "EfsRpcReadFileRaw",
    "EfsRpcWriteFileRaw",
    "EfsRpcCloseRaw",
    "EfsRpcEncryptFileSrv",
    "EfsRpcDecryptFileSrv",
    "EfsRpcQueryUsersOnFile",
    "EfsRpcQueryRecoveryAgents",
    "EfsRpcRemoveUsersFromFile",
    "EfsRpcAddUsersToFile",
    "",
    "EfsRpcNotSupported",
    "EfsRpcFileKeyInfo",
    "EfsRpcDuplicateEncryptionInfoFile",
    "",
    "EfsRpcAddUsersToFileEx",
    "EfsRpcFileKeyInfoEx",
    "",
    "EfsRpcGetEncryptedFileMetadata",
    "EfsRpcSetEncryptedFileMetadata",
    "EfsRpcFlushEfsCache",
    "EfsRpcEncryptFileExSrv",
    "EfsRpcQueryProtectors",
];

pub(super) const EFSRPC: Interface =
    Interface { uuid: "df1941c5-fe89-4e79-bf10-463657acf44d", name: "efsrpc", operations: OPERATIONS };

pub(super) const EFSRPC_LSA: Interface =
    Interface { uuid: "c681d488-d850-11d0-8c52-00c04fd90f7e", name: "efsrpc", operations: OPERATIONS };

pub(super) const FILE_SERVER_VSS_AGENT: Interface = Interface {
    uuid: "a8e0653c-2744-4389-a61d-7373df8b2292",
    name: "FileServerVssAgent",
    operations: &[
        "GetSupportedVersion",
        "SetContext",
        "StartShadowCopySet",
        "AddToShadowCopySet",
        "CommitShadowCopySet",
        "ExposeShadowCopySet",
        "RecoveryCompleteShadowCopySet",
        "AbortShadowCopySet",
        "IsPathSupported",
        "IsPathShadowCopied",
        "GetShareMapping",
        "DeleteShareMapping",
        "PrepareShadowCopySet",
    ],
};
