//! From frames to records: capture → conntrack → protocols → files → records, one shard per core.
//!
//! One thread reads frames and decodes them to packets; each shard follows the connections of some host pairs;
//! the caller's thread merges what the shards give into one order. The order depends on the traffic alone, not
//! on the number of shards: every record stands at the time and packet that gave rise to it.

mod dispatch;
mod emission;
mod file_sink;
mod follower;
mod layer;
mod merge;
mod recognition;
mod round;
mod sampling;
mod services;
mod shard;
mod software;
mod tunnels;
mod undecided;
mod weirds;

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::bounded;
use records::AnyRecord;

pub use capture::{
    FileReport, Head, Identity, Listed, Listing, OpenError, Progress, Source, content_head, identify,
    list_captures,
};
pub use dispatch::{Traffic, UnknownLink};
pub use files::{Dropped, FileLimits};
pub use packets::Counters;
pub use protocols::{KeyLog, KeyLogReport};

use crate::dispatch::Dispatcher;
use crate::merge::Merger;
use crate::shard::Shard;

/// So many rounds may wait for a shard, and so many results for the merger.
const ROUNDS_WAITING: usize = 4;

/// However many shards there are, each may follow so many connections: a scan lies in one shard.
const CONNECTIONS_OF_SHARD_MIN: usize = 500_000;

/// So much may wait behind the holes of files in each shard at least.
const FILE_BYTES_OF_SHARD_MIN: usize = 32 << 20;

/// How the sensor works.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Shards to run, each a thread; 0 means one.
    pub shards: usize,
    /// Limits of the connection tables. The connections are those of all shards, of which each has its part but at
    /// least 500,000; the early bytes are those of each shard.
    pub table: conntrack::Config,
    /// How much the files that are open may keep, over all shards. Each has its part, but at least 32 MiB.
    pub files: FileLimits,
    /// Where files are written out by their SHA-256; off by default.
    pub extract_files: Option<PathBuf>,
    /// Secrets of TLS connections, with which these are read; none by default.
    pub key_log: KeyLog,
}

impl Config {
    fn shards(&self) -> usize {
        self.shards.max(1)
    }

    fn files_of_shard(&self) -> FileLimits {
        let all = self.files.pending_bytes_max;
        FileLimits { pending_bytes_max: (all / self.shards()).max(FILE_BYTES_OF_SHARD_MIN.min(all)) }
    }

    /// Early bytes are not divided: where a capture holds one direction alone, a few connections take many, and what
    /// came of them would depend on the number of shards.
    fn table_of_shard(&self) -> conntrack::Config {
        let all = self.table.connections_max;
        let connections_max = (all / self.shards()).max(CONNECTIONS_OF_SHARD_MIN.min(all));
        conntrack::Config { connections_max, ..self.table.clone() }
    }
}

/// Reads a source to its end and gives all records to `take`, in one order that the traffic alone decides.
///
/// A failure of `take` ends the reading and is handed back, as does the folder for extracted files when it
/// cannot be made.
pub fn run<E: From<std::io::Error>>(
    source: Source,
    config: &Config,
    mut take: impl FnMut(Vec<AnyRecord>) -> Result<(), E>,
) -> Result<Traffic, E> {
    let kept = Arc::default();
    let shards = (0..config.shards()).map(|_| Shard::new(config, &kept)).collect::<Result<Vec<_>, _>>()?;
    std::thread::scope(|scope| {
        let (to_shards, from_reader): (Vec<_>, Vec<_>) =
            shards.iter().map(|_| bounded(ROUNDS_WAITING)).unzip();
        let (to_merger, from_shards): (Vec<_>, Vec<_>) =
            shards.iter().map(|_| bounded(ROUNDS_WAITING)).unzip();
        let dispatcher = Dispatcher::new(source, to_shards, config.key_log.clone());
        let reader = scope.spawn(move || dispatcher.run());
        let shards = shards.into_iter().zip(from_reader).zip(to_merger);
        let shards: Vec<_> = shards
            .map(|((mut shard, rounds), results)| {
                scope.spawn(move || {
                    for round in rounds {
                        if results.send(shard.round(&round)).is_err() {
                            break;
                        }
                    }
                    (shard.dropped_files(), shard.stats())
                })
            })
            .collect();
        let mut merger = Merger::new(from_shards, config.table.local_networks.clone());
        while let Some(records) = merger.round() {
            take(records)?;
        }
        // Closed channels end the other threads after a failure above; here they are at their end already.
        // A panic of the reader or of a shard is a defect and goes on as one.
        let mut traffic = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        for shard in shards {
            let (dropped, stats) = shard.join().unwrap_or_else(|panic| resume_unwind(panic));
            traffic.dropped_files.add(&dropped);
            traffic.stats.add(&stats);
        }
        Ok(traffic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_the_connections_of_the_program() {
        let of_shard = |shards, connections_max| {
            let table = conntrack::Config { connections_max, ..conntrack::Config::default() };
            Config { shards, table, ..Config::default() }.table_of_shard().connections_max
        };
        let cases = [(0, 2_000_000), (1, 2_000_000), (2, 1_000_000), (4, 500_000), (64, 500_000)];
        for (shards, expected) in cases {
            assert_eq!(of_shard(shards, 2_000_000), expected, "{shards}");
        }
        assert_eq!(of_shard(4, 1000), 1000);
    }
}
