//! The workstation service ([MS-WKST]) and its neighbours.

use super::Interface;

pub(super) const WKSSVC: Interface = Interface {
    uuid: "6bffd098-a112-3610-9833-46c3f87e345a",
    name: "wkssvc",
    operations: &[
        "NetrWkstaGetInfo",
        "NetrWkstaSetInfo",
        "NetrWkstaUserEnum",
        "NetrWkstaUserGetInfo",
        "NetrWkstaUserSetInfo",
        "NetrWkstaTransportEnum",
        "NetrWkstaTransportAdd",
        "NetrWkstaTransportDel",
        "NetrUseAdd",
        "NetrUseGetInfo",
        "NetrUseDel",
        "NetrUseEnum",
        "NetrMessageBufferSend",
        "NetrWorkstationStatisticsGet",
        "NetrLogonDomainNameAdd",
        "NetrLogonDomainNameDel",
        "NetrJoinDomain",
        "NetrUnjoinDomain",
        "NetrValidateName",
        "NetrRenameMachineInDomain",
        "NetrGetJoinInformation",
        "NetrGetJoinableOUs",
        "NetrJoinDomain2",
        "NetrUnjoinDomain2",
        "NetrRenameMachineInDomain2",
        "NetrValidateName2",
        "NetrGetJoinableOUs2",
        "NetrAddAlternateComputerName",
        "NetrRemoveAlternateComputerName",
        "NetrSetPrimaryComputerName",
        "NetrEnumerateComputerNames",
        "NetrWorkstationResetDfsCache",
    ],
};

pub(super) const BROWSER: Interface = Interface {
    uuid: "6bffd098-a112-3610-9833-012892020162",
    name: "browser",
    operations: &[
        "BrowserrServerEnum",
        "BrowserrDebugCall",
        "BrowserrQueryOtherDomains",
        "BrowserrResetNetlogonState",
        "BrowserrDebugTrace",
        "BrowserrQueryStatistics",
        "BrowserrResetStatistics",
        "NetrBrowserStatisticsClear",
        "NetrBrowserStatisticsGet",
        "BrowserrSetNetlogonState",
        "BrowserrQueryEmulatedDomains",
        "BrowserrServerEnumEx",
    ],
};

pub(super) const MSGSVC: Interface = Interface {
    uuid: "17fdd703-1827-4e34-79d4-24a55c53bb37",
    name: "msgsvc",
    operations: &[
        "NetrMessageNameAdd",
        "NetrMessageNameEnum",
        "NetrMessageNameGetInfo",
        "NetrMessageNameDel",
    ],
};

pub(super) const MSGSVCSEND: Interface = Interface {
    uuid: "5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc",
    name: "msgsvcsend",
    operations: &["NetrSendMessage"],
};
