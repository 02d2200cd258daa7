//! NTLM ([MS-NLMP]): who logs in where, inside SMB, DCE/RPC and HTTP. It is not a protocol of its own on the
//! wire; what carries it passes the messages on. Writes `ntlm`.

mod session;
mod wire;

pub(crate) use session::NtlmSession;
pub(crate) use wire::SIGNATURE;
