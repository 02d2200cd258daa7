//! One shard: a connection table and the analyzers of its connections. Shards share nothing.

use conntrack::Table;
use records::Timestamp;

use crate::emission::Emission;
use crate::follower::Follower;
use crate::round::Round;

/// All connections of the host pairs that fall to it.
pub(crate) struct Shard {
    table: Table<Follower>,
    follower: Follower,
    clock: i64,
}

impl Shard {
    pub(crate) fn new(config: &crate::Config) -> Self {
        Self { table: Table::new(config.table.clone()), follower: Follower::new(config), clock: i64::MIN }
    }

    /// Works through a round and gives out what came of it, not yet in order.
    pub(crate) fn round(&mut self, round: &Round) -> Vec<Emission> {
        for routed in &round.packets {
            self.advance(routed.clock);
            self.follower.emissions.at_packet(routed.clock, routed.number);
            self.table.packet(&routed.packet, round.payload(routed), &mut self.follower);
        }
        self.advance(round.clock);
        if round.last {
            self.table.finish(Timestamp(self.clock), &mut self.follower);
        }
        self.follower.emissions.take()
    }

    fn advance(&mut self, clock: i64) {
        if clock > self.clock {
            self.follower.emissions.at_timeouts(self.clock);
            self.table.advance(Timestamp(clock), &mut self.follower);
            self.clock = clock;
        }
    }
}
