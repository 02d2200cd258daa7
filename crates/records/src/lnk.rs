use std::borrow::Cow;

use crate::{Record, Timestamp, Uid};

/// A shortcut of Windows.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("lnk")]
pub struct Lnk {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// What it opens.
    pub target_path: Option<String>,
    /// The same, seen from the shortcut.
    pub relative_path: Option<String>,
    /// Arguments, up to 4096 bytes.
    pub arguments: Option<String>,
    /// Length of the arguments: long ones hide what the properties of the shortcut do not show.
    pub argument_bytes: u64,
    /// Working directory.
    pub working_dir: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// File of its icon.
    pub icon_location: Option<String>,
    /// Share of the target.
    pub network_share: Option<String>,
    /// Window of the target: `normal`, `maximized` or `minimized`.
    pub show_command: Option<Cow<'static, str>>,
    /// Size of the target.
    pub target_bytes: u64,
    /// Creation of the target.
    pub created: Option<Timestamp>,
    /// Last change of the target.
    pub modified: Option<Timestamp>,
    /// Last access to the target.
    pub accessed: Option<Timestamp>,
    /// Serial number of the drive, hexadecimal.
    pub drive_serial: Option<String>,
    /// Label of the drive.
    pub volume_label: Option<String>,
    /// Name of the machine on which it was made.
    pub machine_id: Option<String>,
    /// Hardware address of that machine.
    pub mac: Option<String>,
    /// Bytes behind its end.
    pub overlay_bytes: u64,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
