use std::borrow::Cow;
use std::net::IpAddr;

use crate::{Record, Timestamp};

/// Software of a host of ours, as it named itself. Told once per host and day.
#[derive(Clone, Debug, PartialEq, Record)]
#[record("software")]
pub struct Software {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// The host that it runs on.
    pub host: IpAddr,
    /// Its port, where it serves others.
    pub host_p: Option<u16>,
    /// What it is: `HTTP::BROWSER`, `SSH::CLIENT`, `SSH::SERVER`, `SMTP::MAIL_CLIENT`.
    pub software_type: Cow<'static, str>,
    /// Its name, e.g. `OpenSSH`.
    pub name: String,
    /// First number of the version.
    #[record(name = "version.major")]
    pub version_major: Option<u64>,
    /// Second number.
    #[record(name = "version.minor")]
    pub version_minor: Option<u64>,
    /// Third number.
    #[record(name = "version.minor2")]
    pub version_minor2: Option<u64>,
    /// Fourth number.
    #[record(name = "version.minor3")]
    pub version_minor3: Option<u64>,
    /// What follows the numbers, e.g. `p1 Debian-10`.
    #[record(name = "version.addl")]
    pub version_addl: Option<String>,
    /// The text from which all this was read.
    pub unparsed_version: String,
}
