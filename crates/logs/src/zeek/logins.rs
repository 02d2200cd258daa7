//! Attempts to log in, told from Zeek's logs, which have no records of them: from `ssh`, `kerberos`, `ntlm`, `http` and
//! `ftp`, as far as those go.

use std::collections::VecDeque;

use records::{AnyRecord, Conn, Ftp, Http, Kerberos, Login, Ntlm, Ssh, Timestamp, Uid};
use rustc_hash::FxHashMap;

/// Connections whose NTLM login waits for its outcome.
const WAITING_MAX: usize = 50_000;

/// A connection on which a login was refused carries no more than this either way.
const REFUSED_BYTES_MAX: u64 = 4096;

/// Errors with which a server only asks for more, or sends the client elsewhere.
const ASK_AGAIN: [&str; 6] = [
    "KDC_ERR_PREAUTH_REQUIRED",
    "NEEDED_PREAUTH",
    "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ",
    "KRB_ERR_RESPONSE_TOO_BIG",
    "KDC_ERR_WRONG_REALM",
    "KRB_ERR_RETRY",
];

/// Tells logins from other records.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    /// Logins over SMB of which Zeek does not say how they ended.
    waiting: FxHashMap<Uid, Login>,
    /// Their connections, the oldest first.
    order: VecDeque<Uid>,
}

impl Logins {
    /// The login that this record tells of or brings to its end.
    pub(crate) fn observe(&mut self, record: &AnyRecord) -> Option<Login> {
        match record {
            AnyRecord::Ssh(ssh) => of_ssh(ssh),
            AnyRecord::Kerberos(kerberos) => of_kerberos(kerberos),
            AnyRecord::Http(http) => of_http(http),
            AnyRecord::Ftp(ftp) => of_ftp(ftp),
            AnyRecord::Ntlm(ntlm) => self.of_ntlm(ntlm),
            // Whoever connects to a share was let in.
            AnyRecord::SmbMapping(mapping) => {
                let login = self.waiting.remove(&mapping.uid)?;
                Some(Login { success: Some(true), ..login })
            }
            AnyRecord::Conn(conn) if !self.waiting.is_empty() => self.refused(conn),
            _ => None,
        }
    }

    fn of_ntlm(&mut self, ntlm: &Ntlm) -> Option<Login> {
        let Ntlm { ts, uid, id, .. } = *ntlm;
        let service = match id.resp_p {
            139 | 445 => "smb",
            389 | 636 | 3268 => "ldap",
            80 | 8080 | 5985 => "http",
            _ => "dce_rpc",
        };
        let user = ntlm.username.as_deref().filter(|user| !user.is_empty())?;
        let user = match ntlm.domainname.as_deref().filter(|domain| !domain.is_empty()) {
            Some(domain) => format!("{domain}\\{user}"),
            None => user.to_owned(),
        };
        let login = Login {
            success: ntlm.success,
            status: ntlm.status.clone(),
            ..login(ts, uid, id, service, "ntlm", Some(user))
        };
        if login.success.is_some() {
            return Some(login);
        }
        if login.status.is_some() {
            return Some(Login { success: Some(false), ..login });
        }
        if service == "smb" {
            self.wait(login);
        }
        None
    }

    fn wait(&mut self, login: Login) {
        if self.order.len() >= WAITING_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.waiting.remove(&oldest);
        }
        self.order.push_back(login.uid);
        self.waiting.insert(login.uid, login);
    }

    /// A connection that ended soon after a login, and on which nothing followed, was one of a refusal.
    fn refused(&mut self, conn: &Conn) -> Option<Login> {
        let login = self.waiting.remove(&conn.uid)?;
        let is_short = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes <= REFUSED_BYTES_MAX);
        (is_short(conn.orig_bytes) && is_short(conn.resp_bytes))
            .then_some(Login { success: Some(false), ..login })
    }
}

fn login(
    ts: Timestamp,
    uid: Uid,
    id: records::Endpoints,
    service: &'static str,
    method: &'static str,
    user: Option<String>,
) -> Login {
    let method = (!method.is_empty()).then(|| method.into());
    Login { ts, uid, id, service: service.into(), method, user, success: None, status: None }
}

fn of_ssh(ssh: &Ssh) -> Option<Login> {
    let success = ssh.auth_success?;
    let status = Some(format!("{} attempts", ssh.auth_attempts));
    Some(Login { success: Some(success), status, ..login(ssh.ts, ssh.uid, ssh.id, "ssh", "", None) })
}

fn of_kerberos(kerberos: &Kerberos) -> Option<Login> {
    let success = kerberos.success?;
    let is_asked_again = kerberos.error_msg.as_deref().is_some_and(|error| ASK_AGAIN.contains(&error));
    // A ticket that is given without a proof of the user's key is no login: whoever asks gets it.
    let is_free = success && kerberos.preauth == Some(false);
    if kerberos.request_type.as_deref() != Some("AS") || is_asked_again || is_free {
        return None;
    }
    let user = kerberos.client.as_deref().map(|client| match client.rsplit_once('/') {
        Some((name, realm)) => format!("{name}@{realm}"),
        None => client.to_owned(),
    });
    let status = kerberos.error_msg.clone().filter(|_| !success);
    let Kerberos { ts, uid, id, .. } = *kerberos;
    Some(Login { success: Some(success), status, ..login(ts, uid, id, "kerberos", "", user) })
}

fn of_http(http: &Http) -> Option<Login> {
    let user = http.username.clone()?;
    let success = match http.status_code? {
        401 | 403 | 407 => false,
        200..=399 => true,
        _ => return None,
    };
    let message = http.status_msg.as_deref().unwrap_or_default();
    let status = http.status_code.map(|code| format!("{code} {message}").trim_end().to_owned());
    let login = login(http.ts, http.uid, http.id, "http", "basic", Some(user));
    Some(Login { success: Some(success), status, ..login })
}

/// Only where the site told Zeek to log the commands of the login, too.
fn of_ftp(ftp: &Ftp) -> Option<Login> {
    if ftp.command.as_deref() != Some("PASS") {
        return None;
    }
    let success = match ftp.reply_code? {
        230 | 232 => true,
        530 => false,
        _ => return None,
    };
    let message = ftp.reply_msg.as_deref().unwrap_or_default();
    let status = ftp.reply_code.map(|code| format!("{code} {message}").trim_end().to_owned());
    let login = login(ftp.ts, ftp.uid, ftp.id, "ftp", "password", Some(ftp.user.clone()));
    Some(Login { success: Some(success), status, ..login })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ntlm(uid: &str, success: Option<bool>) -> AnyRecord {
        let uid = Uid::parse(uid).unwrap();
        let mut ntlm = Ntlm { uid, username: Some("ito".into()), success, ..Ntlm::default() };
        ntlm.domainname = Some("OFFICE".into());
        ntlm.id.resp_p = 445;
        ntlm.into()
    }

    fn conn(uid: &str, bytes: u64) -> AnyRecord {
        let uid = Uid::parse(uid).unwrap();
        Conn { uid, orig_bytes: Some(bytes), resp_bytes: Some(bytes), ..Conn::default() }.into()
    }

    #[test]
    fn an_ntlm_login_is_told_when_its_outcome_is_known() {
        let mut logins = Logins::default();
        let said = logins.observe(&ntlm("C1", Some(true))).unwrap();
        assert_eq!((said.success, said.user.as_deref()), (Some(true), Some("OFFICE\\ito")));
        for (uid, bytes, outcome) in [("C2", 900, Some(false)), ("C3", 900_000, None)] {
            assert_eq!(logins.observe(&ntlm(uid, None)), None);
            assert_eq!(logins.observe(&conn(uid, bytes)).and_then(|login| login.success), outcome);
        }
        assert_eq!(logins.observe(&ntlm("C4", None)), None);
        let mapping =
            records::SmbMapping { uid: Uid::parse("C4").unwrap(), ..records::SmbMapping::default() };
        assert_eq!(logins.observe(&mapping.into()).unwrap().success, Some(true));
        assert_eq!(logins.observe(&conn("C4", 900)), None);
    }

    #[test]
    fn a_server_that_asks_for_more_refused_nobody() {
        let answer = |error: Option<&str>, success| {
            let mut kerberos = Kerberos { success: Some(success), ..Kerberos::default() };
            kerberos.request_type = Some("AS".into());
            kerberos.client = Some("ito/OFFICE".into());
            kerberos.error_msg = error.map(str::to_owned);
            of_kerberos(&kerberos).map(|login| (login.success, login.user.unwrap_or_default()))
        };
        assert_eq!(answer(Some("KDC_ERR_PREAUTH_REQUIRED"), false), None);
        let user = "ito@OFFICE".to_owned();
        assert_eq!(answer(Some("KDC_ERR_PREAUTH_FAILED"), false), Some((Some(false), user.clone())));
        assert_eq!(answer(None, true), Some((Some(true), user)));
    }
}
