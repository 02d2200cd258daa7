//! One shard: a connection table and the analyzers of its connections. Shards share nothing but the count of the bytes that are
//! written out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use conntrack::Table;
use files::{Dropped, KeptBytes};
use packets::HeaderWeird;
use protocols::{FRAME_PROTOCOLS, Frame, ReadsFrames, Shared};
use records::{Stats, Timestamp, Uid, Weird};

use crate::emission::Emission;
use crate::file_sink::SensorFiles;
use crate::follower::Follower;
use crate::round::{Beside, Round};

/// All connections of the host pairs that fall to it.
pub(crate) struct Shard {
    table: Table<Follower>,
    follower: Follower,
    /// What reads the frames of each of [`FRAME_PROTOCOLS`].
    readers: Vec<Box<dyn ReadsFrames>>,
    clock: i64,
}

impl Shard {
    pub(crate) fn new(config: &crate::Config, kept: &Arc<KeptBytes>) -> std::io::Result<Self> {
        let mut shared = Shared::default();
        shared.key_log = config.key_log.clone();
        shared.local_networks = config.table.local_networks.clone();
        let follower = Follower::new(SensorFiles::new(config, kept)?, shared);
        let readers = FRAME_PROTOCOLS.iter().map(|protocol| (protocol.reader)()).collect();
        Ok(Self { table: Table::new(config.table_of_shard()), follower, readers, clock: i64::MIN })
    }

    /// Files that were to be written out and were not.
    pub(crate) fn dropped_files(&self) -> Dropped {
        self.follower.dropped_files()
    }

    /// What was counted.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = self.follower.stats();
        stats.add(self.table.stats());
        stats
    }

    /// Works through a round and gives out what came of it, not yet in order.
    pub(crate) fn round(&mut self, round: &Round) -> Vec<Emission> {
        if let Some(key_log) = &round.key_log {
            self.follower.know_secrets(key_log.clone());
        }
        let mut around = round.around.iter().peekable();
        for (place, routed) in round.packets.iter().enumerate() {
            self.advance(routed.position.clock);
            let tunnels = around.next_if(|(of, _)| *of == place);
            self.follower.within(tunnels.map_or(&[], |(_, tunnels)| tunnels), routed.carries);
            self.follower.emissions.at_packet(routed.position.clock, routed.position.number);
            self.table.packet(&routed.packet, round.payload(routed.payload), &mut self.follower);
        }
        for beside in &round.beside {
            self.beside(beside, round.payload(beside.payload));
        }
        for (position, weird) in &round.weirds {
            self.follower.emissions.at_packet(position.clock, position.number);
            self.follower.emissions.push(position.clock, Uid::default(), header_weird(weird).into());
        }
        for (position, tunnel) in &round.over_ip {
            self.follower.emissions.at_packet(position.clock, position.number);
            self.follower.tunnel_over_ip(Timestamp(position.clock), tunnel);
        }
        self.advance(round.clock);
        self.follower.expire_tunnels(Timestamp(round.clock));
        if round.last {
            self.follower.emissions.at_timeouts();
            self.table.finish(Timestamp(self.clock), &mut self.follower);
        }
        self.follower.emissions.take()
    }

    fn beside(&mut self, beside: &Beside, payload: &[u8]) {
        let Some(reader) = self.readers.get_mut(beside.protocol) else { return };
        let Beside { frame, position, .. } = beside;
        let frame = Frame { ts: Timestamp(frame.ts), hardware: frame.hardware, payload };
        let mut records = Vec::new();
        // A panic is a defect of one reader; it must not end the capture.
        let calm = catch_unwind(AssertUnwindSafe(|| reader.frame(&frame, &mut records))).is_ok();
        if !calm {
            let name = "analyzer_panic".into();
            records.push(Weird { ts: frame.ts, name, ..Weird::default() }.into());
        }
        self.follower.emissions.at_packet(position.clock, position.number);
        for record in records {
            self.follower.emissions.push(position.clock, Uid::default(), record);
        }
    }

    /// Fires the time-outs up to `clock`. Of a packet from before the clock they fire at once, as in Zeek.
    fn advance(&mut self, clock: i64) {
        self.follower.emissions.at_timeouts();
        self.follower.within(&[], None);
        self.table.advance(Timestamp(clock), &mut self.follower);
        self.clock = clock;
    }
}

fn header_weird(weird: &HeaderWeird) -> Weird {
    Weird {
        ts: Timestamp(weird.ts),
        orig_h: weird.addresses.map(|(source, _)| source),
        resp_h: weird.addresses.map(|(_, destination)| destination),
        name: weird.name.into(),
        ..Weird::default()
    }
}
