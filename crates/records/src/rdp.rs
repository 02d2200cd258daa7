use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// The beginning of a Remote Desktop session.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("rdp")]
pub struct Rdp {
    /// Time of the client's request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Cookie of the client: most often the name of the user, cut after nine characters.
    pub cookie: Option<String>,
    /// How it went: `encrypted`, `Success`, or why the server refused.
    pub result: Option<Cow<'static, str>>,
    /// Security that the server chose, e.g. `HYBRID`.
    pub security_protocol: Option<Cow<'static, str>>,
    /// Virtual channels that the client asked for, e.g. `cliprdr` for the clipboard.
    pub client_channels: Option<Vec<String>>,
    /// Keyboard layout (language) of the client.
    pub keyboard_layout: Option<Cow<'static, str>>,
    /// Version of the client.
    pub client_build: Option<Cow<'static, str>>,
    /// Name of the client's machine.
    pub client_name: Option<String>,
    /// Product number of the client's machine.
    pub client_dig_product_id: Option<String>,
    /// Width of the screen in pixels.
    pub desktop_width: Option<u16>,
    /// Height of the screen in pixels.
    pub desktop_height: Option<u16>,
    /// Colour depth that the client asked for.
    pub requested_color_depth: Option<Cow<'static, str>>,
    /// Kind of the server's certificate under RDP's own encryption: `RSA` or `X.509`.
    pub cert_type: Option<Cow<'static, str>>,
    /// Certificates that were seen.
    pub cert_count: u32,
    /// Whether the certificate is permanent.
    pub cert_permanent: Option<bool>,
    /// Level of RDP's own encryption.
    pub encryption_level: Option<Cow<'static, str>>,
    /// Cipher of RDP's own encryption.
    pub encryption_method: Option<Cow<'static, str>>,
}
