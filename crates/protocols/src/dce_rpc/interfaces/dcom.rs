//! Distributed COM ([MS-DCOM]) and automation ([MS-OAUT]).

use super::Interface;

pub(super) const IREM_UNKNOWN2: Interface = Interface {
    uuid: "00000143-0000-0000-c000-000000000046",
    name: "IRemUnknown2",
    operations: &[
        "QueryInterface",
        "AddRef",
        "Release",
        "RemQueryInterface",
        "RemAddRef",
        "RemRelease",
        "RemQueryInterface2",
    ],
};

pub(super) const IREMOTE_SCM_ACTIVATOR: Interface = Interface {
    uuid: "000001a0-0000-0000-c000-000000000046",
    name: "IRemoteSCMActivator",
    operations: &[
        "QueryInterfaceIRemoteSCMActivator",
        "AddRefIRemoteISCMActivator",
        "ReleaseIRemoteISCMActivator",
        "RemoteGetClassObject",
        "RemoteCreateInstance",
    ],
};

pub(super) const IDISPATCH: Interface = Interface {
    uuid: "00020400-0000-0000-c000-000000000046",
    name: "IDispatch",
    operations: &[
        "QueryInterface",
        "AddRef",
        "Release",
        "GetTypeInfoCount",
        "GetTypeInfo",
        "GetIDsOfNames",
        "Invoke",
    ],
};

pub(super) const ITYPE_INFO: Interface = Interface {
    uuid: "00020401-0000-0000-c000-000000000046",
    name: "ITypeInfo",
    operations: &[
        "QueryInterface",
        "AddRef",
        "Release",
        "GetTypeAttr",
        "GetTypeComp",
        "GetFuncDesc",
        "GetVarDesc",
        "GetNames",
        "GetRefTypeOfImplType",
        "GetImplTypeFlags",
        "LocalGetIDsOfNames",
        "LocalInvoke",
        "GetDocumentation",
        "GetDllEntry",
        "GetRefTypeInfo",
        "LocalAddressOfMember",
        "CreateInstance",
        "GetMops",
        "GetContainingTypeLib",
        "LocalReleaseTypeAttr",
        "LocalReleaseFuncDesc",
        "LocalReleaseVarDesc",
    ],
};

pub(super) const IACTIVATION: Interface = Interface {
    uuid: "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57",
    name: "IActivation",
    operations: &["RemoteActivation"],
};

pub(super) const IOBJECT_EXPORTER: Interface = Interface {
    uuid: "99fcfec4-5260-101b-bbcb-00aa0021347a",
    name: "IObjectExporter",
    operations: &["ResolveOxid", "SimplePing", "ComplexPing", "ServerAlive", "ResolveOxid2", "ServerAlive2"],
};
