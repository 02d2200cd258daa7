//! Follows the connections of a shard: recognises each, drives its analyzer, carries out what that asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use conntrack::{Connection, Handler};
use files::Dropped;
use packets::{Encapsulation, TunnelKind};
use protocols::{About, Analyzer, Chunk, Effects, Output, Protocol, Shared, Transport};
use records::{Conn, Sender, Timestamp, Weird};

use crate::emission::Emissions;
use crate::file_sink::SensorFiles;
use crate::recognition::{self, Beginning, Recognition};
use crate::services::Services;
use crate::tunnels::{self, Action, Inside, Tunnels};
use crate::weirds::Weirds;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// What is kept for each connection.
#[derive(Default)]
pub(crate) struct Follow {
    stage: Stage,
    services: Services,
    weirds: Weirds,
    /// It is a tunnel.
    tunnel: Option<TunnelKind>,
}

#[derive(Default)]
enum Stage {
    /// Nothing was sent yet.
    #[default]
    New,
    /// TCP: the first bytes did not tell yet.
    Beginning(Box<Beginning>),
    /// UDP: so many datagrams did not tell yet.
    Datagrams(u8),
    /// An analyzer follows it.
    Followed(Box<dyn Analyzer>),
    /// No protocol knows it, or its analyzer gave up.
    Left,
}

/// The handler of a shard's table.
pub(crate) struct Follower {
    pub(crate) emissions: Emissions,
    files: SensorFiles,
    shared: Shared,
    effects: Effects,
    tunnels: Tunnels,
    /// The tunnels around the packet at hand.
    around: Vec<Encapsulation>,
    /// What tunnel the packet at hand belongs to, where it has another one within it.
    carries: Option<TunnelKind>,
}

impl Follower {
    pub(crate) fn new(files: SensorFiles) -> Self {
        Self {
            emissions: Emissions::default(),
            files,
            shared: Shared::default(),
            effects: Effects::default(),
            tunnels: Tunnels::default(),
            around: Vec::new(),
            carries: None,
        }
    }

    /// Files that were to be written out and were not.
    pub(crate) fn dropped_files(&self) -> Dropped {
        self.files.dropped()
    }

    /// Which tunnels lie around the next packet, and whether it is itself part of one.
    pub(crate) fn within(&mut self, around: &[Encapsulation], carries: Option<TunnelKind>) {
        self.around.clear();
        self.around.extend_from_slice(around);
        self.carries = carries;
    }

    /// A packet lies in a tunnel directly on IP.
    pub(crate) fn tunnel_over_ip(&mut self, now: Timestamp, tunnel: &Encapsulation) {
        for record in self.tunnels.over_ip(now, tunnel) {
            self.emissions.push(now.0, record.uid.unwrap_or_default(), record.into());
        }
    }

    /// The clock has come so far.
    pub(crate) fn expire_tunnels(&mut self, now: Timestamp) {
        for record in self.tunnels.expire(now) {
            self.emissions.push(record.ts.0, record.uid.unwrap_or_default(), record.into());
        }
    }

    /// The connection carries other packets.
    fn is_tunnel(&mut self, connection: &Connection, state: &mut Follow, kind: TunnelKind) {
        if state.tunnel.replace(kind).is_none() {
            self.tell_tunnel(connection, kind, Action::Discover);
        }
    }

    fn tell_tunnel(&mut self, connection: &Connection, kind: TunnelKind, action: Action) {
        let (now, uid) = (connection.now, connection.uid);
        let record = tunnels::record(now, Some(uid), connection.id, tunnels::name(kind), action);
        self.emissions.push(now.0, uid, record.into());
    }

    /// Records of what a connection carries have the time of the clock, those of the connection its packets'.
    fn on_clock(&self, connection: &Connection) -> Connection {
        Connection { now: Timestamp(self.emissions.clock(connection.now.0)), ..*connection }
    }

    /// Lets the connection's analyzer do something, then carries out what it asked for.
    fn drive(
        &mut self,
        connection: &Connection,
        state: &mut Follow,
        act: impl FnOnce(&mut dyn Analyzer, &mut Output<'_>),
    ) {
        let Stage::Followed(analyzer) = &mut state.stage else { return };
        let about = about(connection);
        let mut output = Output::new(&about, &mut self.shared, &mut self.files, &mut self.effects);
        // A panic is a defect of one analyzer; it must not end the capture.
        let calm = catch_unwind(AssertUnwindSafe(|| act(analyzer.as_mut(), &mut output))).is_ok();
        if !calm {
            self.effects.rejected = true;
            self.weird(weird(connection, "analyzer_panic"));
        }
        self.carry_out(connection, &about, state);
    }

    fn carry_out(&mut self, connection: &Connection, about: &About, state: &mut Follow) {
        let now = connection.now.0;
        for service in self.effects.services.drain(..) {
            state.services.add(service);
        }
        for service in self.effects.withdrawn.drain(..) {
            state.services.withdraw(service);
        }
        self.files.take_records(|record| self.emissions.push(now, connection.uid, record));
        self.effects.records.retain(|record| state.weirds.allow(record));
        for kind in self.effects.tunnels.drain(..) {
            for record in self.tunnels.through_proxy(connection.now, kind, connection.id) {
                self.emissions.push(now, connection.uid, record.into());
            }
        }
        self.emissions.take_effects(now, connection.uid, &mut self.effects);
        if let Some(to) = self.effects.handed_to.take() {
            state.stage = match recognition::successor(to, about) {
                Some(analyzer) => Stage::Followed(analyzer),
                None => Stage::New,
            };
        }
        let is_finished = std::mem::take(&mut self.effects.finished);
        if std::mem::take(&mut self.effects.rejected) || is_finished {
            state.stage = Stage::Left;
        }
    }

    /// An announced connection is what was announced.
    fn expected(&mut self, about: &About) -> Option<Box<dyn Analyzer>> {
        let expected = self.shared.announced(about.id, about.start)?;
        recognition::by_name(expected.protocol, about.transport).map(|protocol| (protocol.analyzer)(about))
    }

    fn begin(&mut self, connection: &Connection, state: &mut Follow, from: Sender, bytes: &[u8]) {
        let about = about(connection);
        if let Some(analyzer) = self.expected(&about) {
            state.stage = Stage::Followed(analyzer);
            return self.deliver(connection, state, from, bytes);
        }
        state.stage = match connection.ip_proto {
            TCP => Stage::Beginning(Box::default()),
            UDP => Stage::Datagrams(0),
            _ => Stage::Left,
        };
        self.recognise(connection, state, from, bytes);
    }

    fn recognise(&mut self, connection: &Connection, state: &mut Follow, from: Sender, bytes: &[u8]) {
        let about = about(connection);
        match &mut state.stage {
            Stage::Beginning(beginning) => {
                beginning.push(connection.now, from, bytes);
                match beginning.recognise(&about) {
                    Recognition::Is(protocol) => self.follow_from_beginning(connection, state, protocol),
                    Recognition::Open => {}
                    Recognition::Unknown => state.stage = Stage::Left,
                }
            }
            Stage::Datagrams(seen) => {
                *seen += 1;
                match recognition::recognise_datagram(&about, from, bytes, *seen) {
                    Recognition::Is(protocol) => {
                        state.stage = Stage::Followed((protocol.analyzer)(&about));
                        self.deliver(connection, state, from, bytes);
                    }
                    Recognition::Open => {}
                    Recognition::Unknown => state.stage = Stage::Left,
                }
            }
            Stage::New | Stage::Followed(_) | Stage::Left => {}
        }
    }

    /// The analyzer of the protocol gets what came before it was recognised.
    fn follow_from_beginning(
        &mut self,
        connection: &Connection,
        state: &mut Follow,
        protocol: &'static Protocol,
    ) {
        let analyzer = (protocol.analyzer)(&about(connection));
        let stage = std::mem::replace(&mut state.stage, Stage::Followed(analyzer));
        let Stage::Beginning(beginning) = stage else { return };
        for (ts, from, piece) in beginning.pieces() {
            let then = Connection { now: ts, ..*connection };
            self.deliver(&then, state, from, piece);
        }
    }

    /// What was sent so far is all that recognition will get.
    fn settle(&mut self, connection: &Connection, state: &mut Follow) {
        if let Stage::Beginning(beginning) = &state.stage
            && let Some(protocol) = beginning.settle(&about(connection))
        {
            self.follow_from_beginning(connection, state, protocol);
        }
    }

    fn deliver(&mut self, connection: &Connection, state: &mut Follow, from: Sender, bytes: &[u8]) {
        match &state.stage {
            // An analyzer has handed over while the first bytes were given to it.
            Stage::New => self.begin(connection, state, from, bytes),
            Stage::Beginning(_) | Stage::Datagrams(_) => self.recognise(connection, state, from, bytes),
            Stage::Followed(_) => {
                let chunk = Chunk { ts: connection.now, from, bytes };
                self.drive(connection, state, |analyzer, output| analyzer.data(chunk, output));
                // What the protocol before did not read is for the one after it.
                let unread = std::mem::take(&mut self.effects.unread);
                let read = bytes.len().saturating_sub(unread);
                if let Some(rest @ [_, ..]) = bytes.get(read..) {
                    self.deliver(connection, state, from, rest);
                }
            }
            Stage::Left => {}
        }
    }
}

impl Handler for Follower {
    type State = Follow;

    fn opened(&mut self, connection: &Connection, _: &mut Follow) {
        if !self.around.is_empty() {
            let inside = Inside { uid: connection.uid, around: self.around.clone() };
            self.emissions.inside(connection.now.0, inside);
        }
    }

    fn data(&mut self, connection: &Connection, state: &mut Follow, from: Sender, bytes: &[u8]) {
        if let Some(kind) = self.carries {
            self.is_tunnel(&self.on_clock(connection), state, kind);
        }
        self.deliver(&self.on_clock(connection), state, from, bytes);
    }

    fn gap(&mut self, connection: &Connection, state: &mut Follow, from: Sender, length: u64) {
        let connection = &self.on_clock(connection);
        self.settle(connection, state);
        match &state.stage {
            Stage::Followed(_) => self.drive(connection, state, |analyzer, output| {
                analyzer.gap(connection.now, from, length, output)
            }),
            // Where the first bytes are lost, only the port can tell.
            Stage::New if let Some(protocol) = recognition::by_port(&about(connection)) => {
                state.stage = Stage::Followed((protocol.analyzer)(&about(connection)));
                self.drive(connection, state, |analyzer, output| {
                    analyzer.gap(connection.now, from, length, output);
                });
            }
            Stage::New | Stage::Beginning(_) => state.stage = Stage::Left,
            Stage::Datagrams(_) | Stage::Left => {}
        }
    }

    fn half_closed(&mut self, connection: &Connection, state: &mut Follow, from: Sender) {
        let connection = &self.on_clock(connection);
        self.settle(connection, state);
        self.drive(connection, state, |analyzer, output| analyzer.half_closed(connection.now, from, output));
    }

    fn flipped(&mut self, _connection: &Connection, state: &mut Follow) {
        state.stage = Stage::New;
    }

    fn closed(&mut self, connection: &Connection, mut state: Follow, mut record: Conn) {
        let connection = &self.on_clock(connection);
        self.settle(connection, &mut state);
        self.drive(connection, &mut state, |analyzer, output| analyzer.end(connection.now, output));
        // An announced connection is known even if it carried nothing.
        if let (Stage::New, Some(expected)) =
            (&state.stage, self.shared.announced(record.id, connection.start))
        {
            state.services.add(expected.protocol);
        }
        let now = connection.now;
        self.files.end_connection(connection.uid, |record| {
            self.emissions.push(now.0, connection.uid, record);
        });
        record.service = state.services.joined();
        self.emissions.push(now.0, connection.uid, record.into());
        if let Some(kind) = state.tunnel {
            self.tell_tunnel(connection, kind, Action::Close);
        }
    }

    fn weird(&mut self, weird: Weird) {
        let uid = weird.uid.unwrap_or_default();
        self.emissions.push(weird.ts.0, uid, weird.into());
    }
}

fn about(connection: &Connection) -> About {
    About {
        uid: connection.uid,
        id: connection.id,
        transport: if connection.ip_proto == TCP { Transport::Tcp } else { Transport::Udp },
        start: connection.start,
    }
}

fn weird(connection: &Connection, name: &'static str) -> Weird {
    Weird {
        ts: connection.now,
        uid: Some(connection.uid),
        orig_h: Some(connection.id.orig_h),
        orig_p: Some(connection.id.orig_p),
        resp_h: Some(connection.id.resp_h),
        resp_p: Some(connection.id.resp_p),
        name: name.into(),
        addl: None,
        source: None,
    }
}
