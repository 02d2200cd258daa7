//! What an operator may set, and the limits of memory.

use records::LocalNetworks;

/// Settings of a [`Table`](crate::Table).
#[derive(Clone, Debug)]
pub struct Config {
    /// The own networks: they make `local_orig` and `local_resp`.
    pub local_networks: LocalNetworks,
    /// So many connections are followed at once; beyond, the one that is nearest to its time-out is closed early.
    pub connections_max: usize,
    /// So many bytes of TCP segments that came too early are kept for one direction of a connection.
    pub early_bytes_max: usize,
    /// The same for all connections together.
    pub early_bytes_total_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            local_networks: LocalNetworks::default(),
            connections_max: 2_000_000,
            early_bytes_max: 4 << 20,
            early_bytes_total_max: 256 << 20,
        }
    }
}
