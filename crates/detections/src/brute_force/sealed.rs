//! Log-ins that are encrypted as a whole, told by how much came of them: those of remote desktops.

use records::{Conn, Interval, Login};

/// The service of remote desktops.
pub(super) const RDP: &str = "rdp";
/// A log-in that was refused ends at once (CredSSP closes the connection) and shows nothing; the first picture of a
/// desktop alone is larger.
const REFUSED_WITHIN: Interval = Interval::from_secs(15);
const REFUSED_BYTES_MAX: u64 = 16_384;
/// The handshakes before the password is sent are about this long: what sends less did not come so far.
const TRIED_BYTES_MIN: u64 = 500;

/// The attempt that a connection to a remote desktop was.
pub(super) fn login(conn: &Conn) -> Option<Login> {
    let service = conn.service.as_deref()?;
    if !service.split(',').any(|name| name == RDP) || conn.orig_bytes.unwrap_or(0) < TRIED_BYTES_MIN {
        return None;
    }
    let is_short = conn.duration.unwrap_or_default() < REFUSED_WITHIN;
    let is_small = conn.resp_bytes.unwrap_or(0) < REFUSED_BYTES_MAX;
    Some(Login {
        ts: conn.ts,
        uid: conn.uid,
        id: conn.id,
        service: RDP.into(),
        success: Some(!(is_short && is_small)),
        ..Login::default()
    })
}
