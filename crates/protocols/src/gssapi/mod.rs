//! GSS-API and SPNEGO: the wrapping in which SMB and DCE/RPC carry NTLM and Kerberos. Not a protocol of its own on
//! the wire; what carries it passes the tokens on.

mod wire;

use records::Timestamp;

use crate::Output;
use crate::kerberos::KerberosSession;
use crate::ntlm::{self, NtlmSession};

/// The authentication on one connection, whatever the mechanism and however deep it is wrapped.
#[derive(Default)]
pub(crate) struct Authentication {
    /// NTLM.
    pub(crate) ntlm: NtlmSession,
    /// Kerberos.
    pub(crate) kerberos: KerberosSession,
}

impl Authentication {
    /// Reads a security blob: a SPNEGO token, or a bare message of NTLM.
    pub(crate) fn blob(&mut self, ts: Timestamp, bytes: &[u8], output: &mut Output<'_>) {
        if bytes.starts_with(ntlm::SIGNATURE) {
            self.ntlm.message(ts, bytes, output);
            return;
        }
        let Some(token) = wire::token(bytes) else { return };
        if let Some(state) = token.state.filter(|state| *state != 1) {
            self.ntlm.negotiated(state == 0, output);
        }
        if let Some(mechanism) = token.mechanism {
            if mechanism.starts_with(ntlm::SIGNATURE) {
                self.ntlm.message(ts, mechanism, output);
            } else if let Some(message) = wire::kerberos(mechanism) {
                self.kerberos.inside_gssapi(ts, message, output);
            }
        }
        output.confirm("gssapi");
    }

    /// The connection is over.
    pub(crate) fn end(&mut self, output: &mut Output<'_>) {
        self.ntlm.end(output);
        self.kerberos.end(output);
    }
}
