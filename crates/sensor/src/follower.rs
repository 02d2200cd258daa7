//! Follows the connections of a shard: recognises each, drives its analyzer, carries out what that asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use conntrack::{Connection, Handler};
use files::Dropped;
use packets::{Encapsulation, TunnelKind};
use protocols::{About, Analyzer, Chunk, Effects, KeyLog, Output, Protocol, Shared, Transport, Within};
use records::{Conn, Sender, Stats, Timestamp, Weird};

use crate::emission::Emissions;
use crate::file_sink::SensorFiles;
use crate::layer::{Layer, Stage};
use crate::recognition::{self, Beginning, Recognition};
use crate::services::Services;
use crate::tunnels::{self, Action, Inside, Tunnels};
use crate::undecided::Undecided;
use crate::weirds::Weirds;

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

/// What is kept for each connection.
#[derive(Default)]
pub(crate) struct Follow {
    layer: Layer,
    told: Told,
    /// It is a tunnel.
    tunnel: Option<TunnelKind>,
}

/// What is known of a connection, whichever of its layers has told it.
#[derive(Default)]
struct Told {
    services: Services,
    weirds: Weirds,
}

/// The handler of a shard's table.
pub(crate) struct Follower {
    pub(crate) emissions: Emissions,
    files: SensorFiles,
    shared: Shared,
    effects: Effects,
    tunnels: Tunnels,
    undecided: Arc<Undecided>,
    /// The tunnels around the packet at hand.
    around: Vec<Encapsulation>,
    /// What tunnel the packet at hand belongs to, where it has another one within it.
    carries: Option<TunnelKind>,
    /// Connections that ended, and what was not told of them.
    stats: Stats,
}

impl Follower {
    /// `shared` is what the operator has told.
    pub(crate) fn new(files: SensorFiles, shared: Shared) -> Self {
        Self {
            emissions: Emissions::default(),
            files,
            shared,
            effects: Effects::default(),
            tunnels: Tunnels::default(),
            undecided: Arc::default(),
            around: Vec::new(),
            carries: None,
            stats: Stats::default(),
        }
    }

    /// What was counted on connections and files.
    pub(crate) fn stats(&self) -> Stats {
        let mut stats = self.stats.clone();
        stats.add(&self.files.stats());
        stats.connections_unrecognised = self.undecided.gave_up();
        stats
    }

    /// Files that were to be written out and were not.
    pub(crate) fn dropped_files(&self) -> Dropped {
        self.files.dropped()
    }

    /// From now on these secrets are known.
    pub(crate) fn know_secrets(&mut self, key_log: KeyLog) {
        self.shared.key_log = key_log;
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
            self.emissions.push(record.ts.0, tunnels::place_in_order(&record), record.into());
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

    /// Lets the layer's analyzer do something, then carries out what it asked for.
    fn drive(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        act: impl FnOnce(&mut dyn Analyzer, &mut Output<'_>),
    ) {
        let Stage::Followed(analyzer) = &mut layer.stage else { return };
        let about = about(connection);
        let mut output = Output::new(&about, &mut self.shared, &mut self.files, &mut self.effects);
        // A panic is a defect of one analyzer; it must not end the capture.
        let calm = catch_unwind(AssertUnwindSafe(|| act(analyzer.as_mut(), &mut output))).is_ok();
        if !calm {
            self.effects.rejected = true;
            self.weird(weird(connection, "analyzer_panic"));
        }
        self.carry_out(connection, &about, told, layer);
    }

    fn carry_out(&mut self, connection: &Connection, about: &About, told: &mut Told, layer: &mut Layer) {
        let now = connection.now.0;
        self.files.take_records(|record| self.emissions.push(now, connection.uid, record));
        if self.effects.are_none() {
            return;
        }
        for service in self.effects.services.drain(..) {
            told.services.add(service);
        }
        for service in self.effects.withdrawn.drain(..) {
            told.services.withdraw(service);
        }
        self.effects.records.retain(|record| {
            let is_allowed = told.weirds.allow(record);
            self.stats.weirds_suppressed += u64::from(!is_allowed);
            is_allowed
        });
        for kind in self.effects.tunnels.drain(..) {
            for record in self.tunnels.through_proxy(connection.now, kind, connection.id) {
                self.emissions.push(now, connection.uid, record.into());
            }
        }
        self.emissions.take_effects(now, connection.uid, &mut self.effects);
        if let Some(to) = self.effects.handed_to.take() {
            layer.stage = match recognition::successor(to, about) {
                Some(analyzer) => Stage::Followed(analyzer),
                None => Stage::New,
            };
        }
        let is_finished = std::mem::take(&mut self.effects.finished);
        if std::mem::take(&mut self.effects.rejected) || is_finished {
            layer.stage = Stage::Left;
        }
        if !self.effects.within.is_empty() {
            self.deliver_within(connection, about, told, layer);
        }
    }

    /// Gives what an analyzer has found within its bytes to the layer within.
    fn deliver_within(&mut self, connection: &Connection, about: &About, told: &mut Told, layer: &mut Layer) {
        let (pieces, protocol) =
            (std::mem::take(&mut self.effects.within), self.effects.within_protocol.take());
        // What the layer around has not read is none of the layer within.
        let unread = std::mem::take(&mut self.effects.unread);
        let begin = || {
            let protocol = protocol.and_then(|name| recognition::by_name(name, about.transport));
            protocol.map_or(Stage::New, |protocol| Stage::Followed((protocol.analyzer)(about)))
        };
        if let Some(within) = layer.layer_within(begin) {
            for piece in pieces {
                match piece {
                    Within::Data(from, bytes) => self.deliver(connection, told, within, from, &bytes),
                    Within::Gap(from, length) => self.pass_gap(connection, told, within, from, length),
                }
            }
        }
        self.effects.unread = unread;
    }

    /// The connection ends: first what is around, then what is within.
    fn end(&mut self, connection: &Connection, told: &mut Told, layer: &mut Layer) {
        self.settle(connection, told, layer);
        self.drive(connection, told, layer, |analyzer, output| analyzer.end(connection.now, output));
        if let Some(within) = &mut layer.within {
            self.end(connection, told, within);
        }
    }

    /// An announced connection is what was announced.
    fn expected(&mut self, about: &About) -> Option<Box<dyn Analyzer>> {
        let expected = self.shared.announced(about.id, about.start)?;
        recognition::by_name(expected.protocol, about.transport).map(|protocol| (protocol.analyzer)(about))
    }

    fn begin(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        from: Sender,
        bytes: &[u8],
    ) {
        let about = about(connection);
        if layer.is_outermost()
            && let Some(analyzer) = self.expected(&about)
        {
            layer.stage = Stage::Followed(analyzer);
            return self.deliver(connection, told, layer, from, bytes);
        }
        layer.stage = match connection.ip_proto {
            TCP => Stage::Beginning(Box::new(Beginning::new(&self.undecided))),
            UDP => Stage::Datagrams(0),
            _ => Stage::Left,
        };
        self.recognise(connection, told, layer, from, bytes);
    }

    fn recognise(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        from: Sender,
        bytes: &[u8],
    ) {
        let about = about(connection);
        match &mut layer.stage {
            Stage::Beginning(beginning) => {
                let is_room = beginning.push(connection.now, from, bytes);
                match beginning.recognise(&about) {
                    Recognition::Is(protocol) => {
                        self.follow_from_beginning(connection, told, layer, protocol)
                    }
                    Recognition::Open if is_room => {}
                    Recognition::Open | Recognition::Unknown => layer.stage = Stage::Left,
                }
            }
            Stage::Datagrams(seen) => {
                *seen += 1;
                match recognition::recognise_datagram(&about, from, bytes, *seen) {
                    Recognition::Is(protocol) => {
                        layer.stage = Stage::Followed((protocol.analyzer)(&about));
                        self.deliver(connection, told, layer, from, bytes);
                    }
                    Recognition::Open => {}
                    Recognition::Unknown => layer.stage = Stage::Left,
                }
            }
            Stage::New | Stage::Followed(_) | Stage::Left => {}
        }
    }

    /// The analyzer of the protocol gets what came before it was recognised.
    fn follow_from_beginning(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        protocol: &'static Protocol,
    ) {
        let analyzer = (protocol.analyzer)(&about(connection));
        let stage = std::mem::replace(&mut layer.stage, Stage::Followed(analyzer));
        let Stage::Beginning(beginning) = stage else { return };
        for (ts, from, piece) in beginning.pieces() {
            let then = Connection { now: ts, ..*connection };
            self.deliver(&then, told, layer, from, piece);
        }
    }

    /// What was sent so far is all that recognition will get.
    fn settle(&mut self, connection: &Connection, told: &mut Told, layer: &mut Layer) {
        if let Stage::Beginning(beginning) = &layer.stage
            && let Some(protocol) = beginning.settle(&about(connection))
        {
            self.follow_from_beginning(connection, told, layer, protocol);
        }
    }

    fn deliver(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        from: Sender,
        bytes: &[u8],
    ) {
        match &layer.stage {
            // An analyzer has handed over while the first bytes were given to it.
            Stage::New => self.begin(connection, told, layer, from, bytes),
            Stage::Beginning(_) | Stage::Datagrams(_) => self.recognise(connection, told, layer, from, bytes),
            Stage::Followed(_) => {
                let chunk = Chunk { ts: connection.now, from, bytes };
                self.drive(connection, told, layer, |analyzer, output| analyzer.data(chunk, output));
                // What the protocol before did not read is for the one after it.
                let unread = std::mem::take(&mut self.effects.unread);
                let read = bytes.len().saturating_sub(unread);
                if let Some(rest @ [_, ..]) = bytes.get(read..) {
                    self.deliver(connection, told, layer, from, rest);
                }
            }
            Stage::Left => {}
        }
    }

    fn pass_gap(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        layer: &mut Layer,
        from: Sender,
        length: u64,
    ) {
        self.settle(connection, told, layer);
        let gap = |analyzer: &mut dyn Analyzer, output: &mut Output<'_>| {
            analyzer.gap(connection.now, from, length, output);
        };
        match &layer.stage {
            Stage::Followed(_) => self.drive(connection, told, layer, gap),
            // Where the first bytes are lost, only the port can tell, and only of the connection itself.
            Stage::New
                if layer.is_outermost()
                    && let Some(protocol) = recognition::by_port(&about(connection)) =>
            {
                layer.stage = Stage::Followed((protocol.analyzer)(&about(connection)));
                self.drive(connection, told, layer, gap);
            }
            Stage::New | Stage::Beginning(_) => layer.stage = Stage::Left,
            Stage::Datagrams(_) | Stage::Left => {}
        }
    }

    fn half_close(&mut self, connection: &Connection, told: &mut Told, layer: &mut Layer, from: Sender) {
        self.settle(connection, told, layer);
        self.drive(connection, told, layer, |analyzer, output| {
            analyzer.half_closed(connection.now, from, output);
        });
        if let Some(within) = &mut layer.within {
            self.half_close(connection, told, within, from);
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
        self.deliver(&self.on_clock(connection), &mut state.told, &mut state.layer, from, bytes);
    }

    fn gap(&mut self, connection: &Connection, state: &mut Follow, from: Sender, length: u64) {
        self.pass_gap(&self.on_clock(connection), &mut state.told, &mut state.layer, from, length);
    }

    fn reads(&self, state: &Follow) -> bool {
        !matches!(state.layer.stage, Stage::Left)
    }

    fn half_closed(&mut self, connection: &Connection, state: &mut Follow, from: Sender) {
        self.half_close(&self.on_clock(connection), &mut state.told, &mut state.layer, from);
    }

    fn flipped(&mut self, _connection: &Connection, state: &mut Follow) {
        state.layer = Layer::default();
    }

    fn closed(&mut self, connection: &Connection, mut state: Follow, mut record: Conn) {
        let connection = &self.on_clock(connection);
        self.end(connection, &mut state.told, &mut state.layer);
        let services = &mut state.told.services;
        // An announced connection is known even if it carried nothing.
        if let (Stage::New, Some(expected)) =
            (&state.layer.stage, self.shared.announced(record.id, connection.start))
        {
            services.add(expected.protocol);
        }
        match connection.ip_proto {
            TCP => self.stats.tcp_conns += 1,
            UDP => self.stats.udp_conns += 1,
            ICMP | ICMP_V6 => self.stats.icmp_conns += 1,
            _ => {}
        }
        let now = connection.now;
        self.files.end_connection(connection.uid, |record| {
            self.emissions.push(now.0, connection.uid, record);
        });
        record.service = services.joined();
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
