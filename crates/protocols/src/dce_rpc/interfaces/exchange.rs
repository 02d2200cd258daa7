//! Mail boxes and address books of Exchange ([MS-OXCRPC], [MS-NSPI]).

use super::Interface;

pub(super) const EXCHANGE_MAPI: Interface = Interface {
    uuid: "a4f1db00-ca47-1067-b31f-00dd010662da",
    name: "exchange_mapi",
    operations: &[
        "EcDoConnect",
        "EcDoDisconnect",
        "EcDoRpc",
        "EcGetMoreRpc",
        "EcRRegisterPushNotification",
        "EcRUnregisterPushNotification",
        "EcDummyRpc",
        "EcRGetDCName",
        "EcRNetGetDCName",
        "EcDoRpcExt",
        "EcDoConnectEx",
        "EcDoRpcExt2",
        "EcUnknown0xC",
        "EcUnknown0xD",
        "EcDoAsyncConnectEx",
    ],
};

pub(super) const NSPI: Interface = Interface {
    uuid: "f5cc5a18-4264-101a-8c59-08002b2f8426",
    name: "nspi",
    operations: &[
        "NspiBind",
        "NspiUnbind",
        "NspiUpdateStat",
        "NspiQueryRows",
        "NspiSeekEntries",
        "NspiGetMatches",
        "NspiResortRestriction",
        "NspiDNToEph",
        "NspiGetPropList",
        "NspiGetProps",
    ],
};
