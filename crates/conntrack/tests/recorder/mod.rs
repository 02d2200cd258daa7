//! A handler that keeps what it is told.

use conntrack::{Config, Connection, Handler, Table};
use packets::Packet;
use records::{Conn, Sender, Timestamp, Weird};

/// What was told.
#[derive(Default)]
pub(crate) struct Recorder {
    /// Closed connections with their streams (originator, responder); a gap is a run of `_`.
    pub(crate) closed: Vec<(Conn, [Vec<u8>; 2])>,
    pub(crate) weirds: Vec<String>,
}

impl Handler for Recorder {
    type State = [Vec<u8>; 2];

    fn data(&mut self, _: &Connection, state: &mut Self::State, from: Sender, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        state[from as usize].extend_from_slice(bytes);
    }

    fn gap(&mut self, _: &Connection, state: &mut Self::State, from: Sender, length: u64) {
        assert_ne!(length, 0);
        let shown = state[from as usize].len() + usize::try_from(length.min(10_000)).unwrap();
        state[from as usize].resize(shown, b'_');
    }

    fn half_closed(&mut self, _: &Connection, _: &mut Self::State, _: Sender) {}

    fn flipped(&mut self, _: &Connection, state: &mut Self::State) {
        assert!(state.iter().all(Vec::is_empty));
    }

    fn closed(&mut self, _: &Connection, state: Self::State, record: Conn) {
        self.closed.push((record, state));
    }

    fn weird(&mut self, weird: Weird) {
        self.weirds.push(weird.name.into_owned());
    }
}

/// What a table tells of these packets.
pub(crate) fn replay(packets: &[(Packet, Vec<u8>)]) -> Recorder {
    replay_with(Config::default(), packets)
}

pub(crate) fn replay_with(config: Config, packets: &[(Packet, Vec<u8>)]) -> Recorder {
    let mut table = Table::new(config);
    let mut recorder = Recorder::default();
    let mut last = Timestamp(0);
    for (packet, payload) in packets {
        last = last.max(Timestamp(packet.ts));
        table.advance(last, &mut recorder);
        table.packet(packet, payload, &mut recorder);
    }
    table.finish(last, &mut recorder);
    assert_eq!((table.connections(), table.early_bytes()), (0, 0));
    recorder
}
