#![doc = include_str!("README.md")]

use std::net::IpAddr;

use records::{AnyRecord, Conn, Dhcp, Interval, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "rogue-dhcp",
    title: "Rogue DHCP Server",
    stage: Stage::Lateral,
    techniques: &["T1557.003"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<RogueDhcp>::default()),
};

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;
const WINDOW: Interval = Interval::from_secs(86_400);
/// Answers of two servers to one client this close together contest for it.
const CONTEST: Interval = Interval::from_secs(10);
/// For so long another server must have been the only one before a new one is called new.
const KNOWN: Interval = Interval::from_secs(86_400);
const SERVERS_MAX: usize = 64;
const CLIENTS_MAX: usize = 65_536;
const CLIENTS_KEPT: usize = 256;

/// A server and since when it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Server {
    address: IpAddr,
    first: Timestamp,
}

/// Remembers who answers, and who asks.
#[derive(Default, Serialize, Deserialize)]
struct RogueDhcp {
    servers: Vec<Server>,
    /// Addresses that were leased.
    leased: FxHashSet<IpAddr>,
    /// Who answered a client last, by the client's hardware address, and when.
    answered: FxHashMap<u64, (IpAddr, Timestamp)>,
}

/// An answer of a DHCP server to a client, not to a relay: the server and the client's hardware address.
fn answer(conn: &Conn) -> Option<(IpAddr, Option<u64>)> {
    if conn.proto != "udp" {
        return None;
    }
    match (conn.id.orig_p, conn.id.resp_p) {
        (CLIENT_PORT, SERVER_PORT) if conn.resp_pkts > 0 => {
            Some((conn.id.resp_h, conn.orig_l2_addr.map(|mac| mac.to_number())))
        }
        (SERVER_PORT, CLIENT_PORT) if conn.orig_pkts > 0 => Some((conn.id.orig_h, None)),
        _ => None,
    }
}

impl RogueDhcp {
    fn learn(&mut self, dhcp: &Dhcp) {
        let is_given = dhcp.msg_types.as_ref().is_some_and(|types| types.iter().any(|name| name == "ACK"));
        if let Some(address) = dhcp.assigned_addr.filter(|_| is_given && self.leased.len() < CLIENTS_MAX) {
            self.leased.insert(address);
        }
    }

    fn note_server(&mut self, address: IpAddr, at: Timestamp) {
        if let Some(server) = self.servers.iter_mut().find(|server| server.address == address) {
            server.first = server.first.min(at);
        } else if self.servers.len() < SERVERS_MAX {
            self.servers.push(Server { address, first: at });
        }
    }

    /// Whether another server answered the same client a moment ago.
    fn is_contested(&mut self, server: IpAddr, client: Option<u64>, at: Timestamp) -> bool {
        let Some(client) = client else { return false };
        if self.answered.len() >= CLIENTS_MAX {
            self.answered.clear();
        }
        let before = self.answered.insert(client, (server, at));
        before.is_some_and(|(other, then)| other != server && at.since(then).0.abs() < CONTEST.0)
    }

    /// The server that answered first of all besides this one.
    fn other(&self, address: IpAddr) -> Option<&Server> {
        self.servers.iter().filter(|server| server.address != address).min_by_key(|server| server.first)
    }
}

/// What a server did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Served {
    server: Option<IpAddr>,
    contested: u32,
}

impl Behaviour for RogueDhcp {
    /// Clients, as the address that they were given.
    type Item = IpAddr;
    type Extra = Served;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        match seen.record {
            AnyRecord::Dhcp(dhcp) => {
                self.learn(dhcp);
                None
            }
            AnyRecord::Conn(conn) => {
                let (server, _) = answer(conn)?;
                self.note_server(server, conn.ts);
                Some(Interest::Begin(world.devices().at(server)?))
            }
            _ => None,
        }
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<IpAddr, Served>) -> Change {
        let AnyRecord::Conn(conn) = seen.record else { return Change::None };
        let Some((server, client)) = answer(conn) else { return Change::None };
        let client_address = if conn.id.orig_h == server { conn.id.resp_h } else { conn.id.orig_h };
        tally.note(seen, server, client_address, client_address, CLIENTS_KEPT);
        tally.extra.server = Some(server);
        let is_contested = self.is_contested(server, client, seen.ts);
        tally.extra.contested = tally.extra.contested.saturating_add(u32::from(is_contested));
        Change::Turn
    }

    fn tell(
        &self,
        tally: &Tally<IpAddr, Served>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let server = tally.extra.server?;
        let other = self.other(server)?;
        let is_client = self.leased.contains(&server);
        let own_first = self.servers.iter().find(|known| known.address == server)?.first;
        let is_new = own_first.since(other.first) >= KNOWN;
        // Of two servers that began together neither is the false one, unless it lives on an address of the other's.
        if !is_client && !is_new {
            return None;
        }
        let mut score = Score::default();
        score.certainty("second", 25.0, format!("{} answers clients, too", other.address));
        if is_client {
            score.certainty("client", 30.0, "it lives on a leased address, as clients do and servers do not");
        }
        if is_new {
            let days = own_first.since(other.first).as_secs_f64() / 86_400.0;
            let reason = format!("{} was there for {days:.1} days before it", other.address);
            score.certainty("new", 25.0, reason);
        }
        if tally.extra.contested > 0 {
            let reason = format!("it answered {} times beside another server", tally.extra.contested);
            score.certainty("contested", 15.0, reason);
        }
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 60.0, "it can lead all traffic of its clients through itself");
        let clients = tally.items.len();
        score.threat(
            "clients",
            (clients as f64 * 3.0).min(20.0),
            format!("{clients} addresses were offered"),
        );
        Some(Told {
            score,
            summary: format!(
                "{name} answered DHCP clients with {clients} {} within {}, beside the server {}.",
                if clients == 1 { "address" } else { "addresses" },
                tell::span(tally.seconds()),
                other.address,
            ),
            facts: Facts::default()
                .with("server", server)
                .with(
                    "addresses_offered",
                    tally.items.iter().take(20).map(IpAddr::to_string).collect::<Vec<_>>(),
                )
                .with("contested", tally.extra.contested)
                .with("is_a_client_itself", is_client)
                .with("seconds", tally.seconds()),
            baseline: Facts::default()
                .with("usual_server", other.address)
                .with("usual_server_since", other.first),
        })
    }
}
