//! Credentials that mail protocols carry in base64 (SASL, RFC 4422), and the record of the attempt.

use std::borrow::Cow;

use records::{Login, Timestamp, text_from_bytes};

use crate::Output;
use crate::mime::decode_base64;

/// Longer names are cut.
const USER_BYTES_MAX: usize = 256;

/// An attempt to log in that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    ts: Timestamp,
    method: Cow<'static, str>,
    user: Option<String>,
}

impl Attempt {
    /// With a name and a password in clear.
    pub(crate) fn with_password(ts: Timestamp, user: &[u8]) -> Self {
        Self::by_user(ts, "password", user)
    }

    /// Of a user whose name is known, by this method.
    pub(crate) fn by_user(ts: Timestamp, method: &'static str, user: &[u8]) -> Self {
        Self { ts, method: method.into(), user: Some(text(user)) }
    }

    /// The server asks for this method.
    pub(crate) fn by(&mut self, method: &str) {
        self.method = method.to_ascii_lowercase().into();
    }

    /// The name of the user comes behind the rest.
    pub(crate) fn is_of(&mut self, user: &[u8]) {
        self.user = Some(text(user));
    }

    /// By a SASL mechanism; the name comes with [`Attempt::answer`].
    pub(crate) fn by_mechanism(ts: Timestamp, mechanism: &[u8]) -> Self {
        Self { ts, method: text(mechanism).to_ascii_lowercase().into(), user: None }
    }

    /// A line that the client sends in the exchange: the first one holds the name in the common mechanisms.
    pub(crate) fn answer(&mut self, line: &[u8]) {
        if self.user.is_some() {
            return;
        }
        let decoded = decode_base64(line);
        let user = match self.method.as_ref() {
            // Identity to act as, name, password.
            "plain" => decoded.split(|byte| *byte == 0).nth(1),
            "login" => Some(decoded.as_slice()),
            "cram-md5" => decoded.split(|byte| *byte == b' ').next(),
            _ => None,
        };
        self.user = user.map(text);
    }

    /// The user, where the name is known.
    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The server has answered.
    pub(crate) fn write(self, service: &'static str, success: bool, status: &[u8], output: &mut Output<'_>) {
        let about = output.about;
        output.write(Login {
            ts: self.ts,
            uid: about.uid,
            id: about.id,
            service: service.into(),
            method: Some(self.method),
            user: self.user,
            success: Some(success),
            status: Some(text(status.trim_ascii())),
        });
    }
}

fn text(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..bytes.len().min(USER_BYTES_MAX)).unwrap_or_default())
}
