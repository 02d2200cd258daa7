//! The calls by which hosts are administered over the network, as far as an intruder wants them, too.

use records::DceRpc;
use serde::{Deserialize, Serialize};

/// What is done to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Deed {
    /// A part of the registry is written to a file: so the passwords of local accounts are taken.
    SaveHive,
    /// A log of events is cleared.
    ClearLog,
    /// Secrets of the host are read or written.
    Secrets,
    /// An account gets a right.
    Right,
    /// A domain is trusted from now on.
    Trust,
    /// A printer's driver, which is a program, is put in.
    Driver,
    /// An account is put into a group.
    Member,
    /// An account is made.
    Account,
    /// A share is made.
    Share,
    /// The host is shut down.
    Shutdown,
}

impl Deed {
    /// How sure it alone makes that this is no ordinary administration. Making an account is what a computer does that
    /// joins the domain.
    pub(super) fn points(self) -> f64 {
        match self {
            Self::SaveHive => 55.0,
            Self::ClearLog | Self::Trust => 50.0,
            Self::Secrets | Self::Driver => 40.0,
            Self::Right | Self::Member => 35.0,
            Self::Share => 30.0,
            Self::Shutdown => 25.0,
            Self::Account => 20.0,
        }
    }

    /// Harm if it was an intruder.
    pub(super) fn harm(self) -> f64 {
        match self {
            Self::SaveHive | Self::Trust => 75.0,
            Self::Secrets | Self::Driver | Self::ClearLog => 65.0,
            _ => 50.0,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::SaveHive => "saved a part of the registry to a file (so are passwords taken)",
            Self::ClearLog => "cleared a log of events",
            Self::Secrets => "read or wrote secrets of the host",
            Self::Right => "gave an account a right",
            Self::Trust => "made a trust to a domain",
            Self::Driver => "put in a printer's driver",
            Self::Member => "put an account into a group",
            Self::Account => "made an account",
            Self::Share => "made a share",
            Self::Shutdown => "shut the host down",
        }
    }
}

/// The deed that a call is, if any.
pub(super) fn deed(rpc: &DceRpc) -> Option<Deed> {
    Some(match (rpc.endpoint.as_deref()?, rpc.operation.as_deref()?) {
        ("winreg", "BaseRegSaveKey" | "BaseRegSaveKeyEx" | "BaseRegRestoreKey") => Deed::SaveHive,
        ("eventlog", "ElfrClearELFW" | "ElfrClearELFA") => Deed::ClearLog,
        ("lsarpc", "LsarRetrievePrivateData" | "LsarStorePrivateData") => Deed::Secrets,
        ("lsarpc", "LsarAddAccountRights" | "LsarAddPrivilegesToAccount") => Deed::Right,
        ("lsarpc", operation) if operation.starts_with("LsarCreateTrustedDomain") => Deed::Trust,
        (
            "spoolss" | "IRemoteWinspool",
            "RpcAddPrinterDriver"
            | "RpcAddPrinterDriverEx"
            | "RpcAsyncAddPrinterDriver"
            | "RpcAsyncInstallPrinterDriverFromPackage",
        ) => Deed::Driver,
        ("samr", "SamrAddMemberToGroup" | "SamrAddMemberToAlias") => Deed::Member,
        ("samr", "SamrCreateUserInDomain" | "SamrCreateUser2InDomain") => Deed::Account,
        ("srvsvc", "NetrShareAdd") => Deed::Share,
        ("InitShutdown", "BaseInitiateShutdown" | "BaseInitiateShutdownEx")
        | ("WindowsShutdown", "WsdrInitiateShutdown")
        | ("winreg", "BaseInitiateSystemShutdown" | "BaseInitiateSystemShutdownEx") => Deed::Shutdown,
        _ => return None,
    })
}
