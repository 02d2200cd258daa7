use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A session of a remote screen (VNC), up to the point where the screen is shown.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("rfb")]
pub struct Rfb {
    /// Time of the server's version.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Version of the client before the dot, as it was sent, e.g. `003`.
    pub client_major_version: Option<String>,
    /// Version of the client after the dot.
    pub client_minor_version: Option<String>,
    /// Version of the server before the dot.
    pub server_major_version: Option<String>,
    /// Version of the server after the dot.
    pub server_minor_version: Option<String>,
    /// How the client proves who it is, e.g. `VNC` or `None`.
    pub authentication_method: Option<Cow<'static, str>>,
    /// Whether the server accepted the proof.
    pub auth: Option<bool>,
    /// Whether others may use the screen at the same time.
    pub share_flag: Option<bool>,
    /// Name of the screen.
    pub desktop_name: Option<String>,
    /// Width of the screen in pixels.
    pub width: Option<u16>,
    /// Height of the screen in pixels.
    pub height: Option<u16>,
}
