//! What was given up for want of room: memory is bounded, and nothing is dropped in silence.

/// How often each bound was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Connections that were closed early, since too many were open.
    pub connections: u64,
    /// Connections that gave up segments that came too early, since too many bytes of all connections waited.
    pub early_bytes: u64,
    /// Connections that were left alone before they were recognised, since too many bytes waited for it.
    pub unrecognised: u64,
    /// Files that were not followed, or not to their end, since too many were open.
    pub files: u64,
    /// Files of which holes were given up, since too many bytes waited behind those of all files.
    pub file_holes: u64,
    /// Violations in headers that were counted and have no record, since there were too many of a kind.
    pub header_weirds: u64,
}

impl GivenUp {
    pub(crate) fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.early_bytes += other.early_bytes;
        self.unrecognised += other.unrecognised;
        self.files += other.files;
        self.file_holes += other.file_holes;
        self.header_weirds += other.header_weirds;
    }
}
