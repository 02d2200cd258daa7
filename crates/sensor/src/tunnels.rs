//! Tunnels: which are seen, and which connections lie in them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use packets::{Encapsulation, TunnelKind};
use records::{AnyRecord, Endpoints, Interval, Timestamp, Tunnel, Uid};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

/// A tunnel without a connection of its own is over when it was not used for this span (Zeek's
/// `Tunnel::expiration_interval`).
const UNUSED_FOR: Interval = Interval::from_secs(60 * 60);

/// So many of them are remembered; beyond, the half that was not used for longest is over.
const TUNNELS_MAX: usize = 65_536;

/// Zeek's name of a tunnel.
pub(crate) const fn name(kind: TunnelKind) -> &'static str {
    match kind {
        TunnelKind::Ip => "Tunnel::IP",
        TunnelKind::Gre => "Tunnel::GRE",
        TunnelKind::Vxlan => "Tunnel::VXLAN",
        TunnelKind::Geneve => "Tunnel::GENEVE",
        TunnelKind::Gtp => "Tunnel::GTPv1",
        TunnelKind::Teredo => "Tunnel::TEREDO",
        TunnelKind::Ayiya => "Tunnel::AYIYA",
    }
}

/// What happens to a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Discover,
    Close,
    Expire,
}

/// The record of a tunnel.
pub(crate) fn record(
    ts: Timestamp,
    uid: Option<Uid>,
    id: Endpoints,
    tunnel_type: &'static str,
    action: Action,
) -> Tunnel {
    let action = match action {
        Action::Discover => "Tunnel::DISCOVER",
        Action::Close => "Tunnel::CLOSE",
        Action::Expire => "Tunnel::EXPIRE",
    };
    Tunnel { ts, uid, id, tunnel_type: tunnel_type.into(), action: action.into() }
}

/// Tunnels that are no connection: those directly on IP, and proxies.
#[derive(Debug)]
pub(crate) struct Tunnels {
    active: BTreeMap<(&'static str, Endpoints), Active>,
    /// Nothing expires before.
    next_expiry: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Active {
    first: Endpoints,
    uid: Option<Uid>,
    used: Timestamp,
}

impl Default for Tunnels {
    fn default() -> Self {
        Self { active: BTreeMap::new(), next_expiry: Timestamp(i64::MAX) }
    }
}

impl Tunnels {
    /// A packet in a tunnel directly on IP, whichever way it goes.
    pub(crate) fn over_ip(&mut self, now: Timestamp, tunnel: &Encapsulation) -> Vec<Tunnel> {
        let ends = |orig_h: IpAddr, resp_h: IpAddr| Endpoints { orig_h, orig_p: 0, resp_h, resp_p: 0 };
        let key = ends(tunnel.src.min(tunnel.dst), tunnel.src.max(tunnel.dst));
        let kind = name(tunnel.kind);
        let text = format!("{kind} {} {} {}", key.orig_h, key.resp_h, now.0);
        let uid = || Some(Uid::connection(xxh3_128(text.as_bytes())));
        self.used(now, (kind, key), ends(tunnel.src, tunnel.dst), uid)
    }

    /// A connection through a proxy.
    pub(crate) fn through_proxy(&mut self, now: Timestamp, kind: &'static str, id: Endpoints) -> Vec<Tunnel> {
        let id = Endpoints { orig_p: 0, ..id };
        self.used(now, (kind, id), id, || None)
    }

    /// What is to be written of a tunnel that is used.
    fn used(
        &mut self,
        now: Timestamp,
        key: (&'static str, Endpoints),
        id: Endpoints,
        uid: impl FnOnce() -> Option<Uid>,
    ) -> Vec<Tunnel> {
        let mut records = Vec::new();
        if let Some(active) = self.active.get_mut(&key) {
            if active.used + UNUSED_FOR > now {
                active.used = active.used.max(now);
                return records;
            }
            records.push(expired(key.0, *active));
        } else if self.active.len() >= TUNNELS_MAX {
            self.expire_half(&mut records);
        }
        let uid = uid();
        self.active.insert(key, Active { first: id, uid, used: now });
        self.next_expiry = self.next_expiry.min(now + UNUSED_FOR);
        records.push(record(now, uid, id, key.0, Action::Discover));
        records
    }

    fn expire_half(&mut self, records: &mut Vec<Tunnel>) {
        let mut times: Vec<Timestamp> = self.active.values().map(|active| active.used).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let (median, mut left) = (*median, middle + 1);
        self.active.retain(|(kind, _), active| {
            let is_over = active.used <= median && left > 0;
            if is_over {
                left -= 1;
                records.push(Tunnel { ts: active.used, ..expired(kind, *active) });
            }
            !is_over
        });
    }

    /// Those that have not been used for long.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<Tunnel> {
        if now < self.next_expiry {
            return Vec::new();
        }
        let mut over = Vec::new();
        let mut next = Timestamp(i64::MAX);
        self.active.retain(|(kind, _), active| {
            let expiry = active.used + UNUSED_FOR;
            if expiry <= now {
                over.push(expired(kind, *active));
                return false;
            }
            next = next.min(expiry);
            true
        });
        self.next_expiry = next;
        over
    }
}

/// Tells tunnels apart that end at one moment: those through proxies have no name, and many shards may follow them.
pub(crate) fn place_in_order(record: &Tunnel) -> Uid {
    record.uid.unwrap_or_else(|| {
        let Endpoints { orig_h, resp_h, resp_p, .. } = record.id;
        let text = format!("{} {orig_h} {resp_h} {resp_p}", record.tunnel_type);
        Uid::connection(xxh3_128(text.as_bytes()))
    })
}

fn expired(kind: &'static str, active: Active) -> Tunnel {
    record(active.used + UNUSED_FOR, active.uid, active.first, kind, Action::Expire)
}

/// A connection begins within tunnels.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    pub(crate) uid: Uid,
    /// Outer first.
    pub(crate) around: Vec<Encapsulation>,
}

/// Both ends of a tunnel, the smaller first, and what it is.
type Place = (&'static str, [(IpAddr, u16); 2]);

/// Tells connections the names of the tunnels around them. Tunnels and what they carry may be followed by different
/// shards, so this is done where their records meet.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    open: FxHashMap<Place, Uid>,
    parents: FxHashMap<Uid, Vec<String>>,
}

impl Parents {
    /// A connection begins.
    pub(crate) fn begin(&mut self, inside: &Inside) {
        let named = inside.around.iter().filter_map(|tunnel| {
            let (source, destination) = tunnel.ports.unwrap_or_default();
            self.open.get(&place(name(tunnel.kind), (tunnel.src, source), (tunnel.dst, destination)))
        });
        let mut parents: Vec<String> = named.map(Uid::to_string).collect();
        parents.dedup();
        if !parents.is_empty() {
            self.parents.insert(inside.uid, parents);
        }
    }

    /// Sees every record on its way.
    pub(crate) fn record(&mut self, record: &mut AnyRecord) {
        match record {
            AnyRecord::Conn(conn) if !self.parents.is_empty() => {
                conn.tunnel_parents = self.parents.remove(&conn.uid);
            }
            AnyRecord::Tunnel(tunnel) => self.tunnel(tunnel),
            _ => {}
        }
    }

    fn tunnel(&mut self, tunnel: &Tunnel) {
        let (Some(uid), std::borrow::Cow::Borrowed(kind)) = (tunnel.uid, &tunnel.tunnel_type) else { return };
        let id = tunnel.id;
        let place = place(kind, (id.orig_h, id.orig_p), (id.resp_h, id.resp_p));
        if tunnel.action == "Tunnel::DISCOVER" {
            self.open.insert(place, uid);
        } else {
            self.open.remove(&place);
        }
    }
}

fn place(kind: &'static str, one: (IpAddr, u16), other: (IpAddr, u16)) -> Place {
    (kind, [one.min(other), one.max(other)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_expires_when_it_is_not_used() {
        let mut tunnels = Tunnels::default();
        let [one, other] = [1, 2].map(|last| IpAddr::from([10, 0, 0, last]));
        let there = Encapsulation { kind: TunnelKind::Gre, src: one, dst: other, ports: None };
        let back = Encapsulation { src: other, dst: one, ..there };
        let minutes = |count: i64| Timestamp(count * 60_000_000_000);
        assert_eq!(tunnels.over_ip(minutes(0), &there).len(), 1);
        assert!(tunnels.over_ip(minutes(50), &back).is_empty());
        assert!(tunnels.expire(minutes(109)).is_empty());
        let over = tunnels.expire(minutes(111));
        assert_eq!(over.iter().map(|it| it.ts).collect::<Vec<_>>(), [minutes(110)]);
        assert_eq!(tunnels.over_ip(minutes(112), &there).len(), 1);
        assert_eq!(tunnels.over_ip(minutes(300), &there).len(), 2);
    }

    #[test]
    fn tunnels_are_bounded_and_those_that_go_are_told() {
        let (mut tunnels, mut told) = (Tunnels::default(), [0, 0]);
        for number in 0..200_000_u32 {
            let src = IpAddr::from(number.to_be_bytes());
            let it = Encapsulation { kind: TunnelKind::Gre, src, dst: [10, 0, 0, 1].into(), ports: None };
            for record in tunnels.over_ip(Timestamp(i64::from(number)), &it) {
                told[usize::from(record.action == "Tunnel::EXPIRE")] += 1;
            }
        }
        assert!(tunnels.active.len() <= TUNNELS_MAX);
        assert_eq!(told[0] - told[1], tunnels.active.len());
    }

    #[test]
    fn a_connection_knows_the_tunnel_around_it() {
        let [one, other] = [1, 2].map(|last| IpAddr::from([10, 0, 0, last]));
        let id = Endpoints { orig_h: one, orig_p: 50_000, resp_h: other, resp_p: 4789 };
        let [tunnel, inner] = [1, 2].map(Uid::connection);
        let discovered = record(Timestamp(0), Some(tunnel), id, "Tunnel::VXLAN", Action::Discover);
        let mut parents = Parents::default();
        parents.record(&mut discovered.into());
        let back =
            Encapsulation { kind: TunnelKind::Vxlan, src: other, dst: one, ports: Some((4789, 50_000)) };
        parents.begin(&Inside { uid: inner, around: vec![back] });
        let mut conn = AnyRecord::from(records::Conn { uid: inner, ..records::Conn::default() });
        parents.record(&mut conn);
        let AnyRecord::Conn(conn) = conn else { panic!() };
        assert_eq!(conn.tunnel_parents, Some(vec![tunnel.to_string()]));
    }
}
