//! A record with what the world knows of its two ends.

use std::net::IpAddr;

use records::{AnyRecord, Endpoints, Interval, Timestamp, Uid, Weird};

use crate::{DeviceIndex, Networks, Place};

/// Which way a connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From one of ours to the outside.
    Outward,
    /// From the outside to one of ours.
    Inward,
    /// Between two of ours, or within one subnet that we were not told of.
    Internal,
    /// Neither end is ours, or one is no single host.
    Elsewhere,
}

/// A record on its way through the detections.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The record.
    pub record: &'a AnyRecord,
    /// Its own time: when what it tells of began.
    pub ts: Timestamp,
    /// When what it tells of was over.
    pub end: Timestamp,
    /// The connection that it belongs to.
    pub uid: Option<Uid>,
    /// Both ends, where the record has them.
    pub id: Option<Endpoints>,
    /// Which way it goes.
    pub direction: Direction,
    /// Device of the originator, if it is ours.
    pub orig: Option<DeviceIndex>,
    /// Device of the responder, if it is ours.
    pub resp: Option<DeviceIndex>,
}

impl<'a> Seen<'a> {
    /// The record, not yet knowing its devices.
    pub fn new(record: &'a AnyRecord, networks: &Networks) -> Self {
        let (id, uid) = ends(record);
        let direction = id.map_or(Direction::Elsewhere, |id| direction(networks, id.orig_h, id.resp_h));
        let ts = record.ts();
        let end = match record {
            AnyRecord::Conn(conn) => ts + conn.duration.unwrap_or_default().max(Interval(0)),
            AnyRecord::File(file) => ts + file.duration.max(Interval(0)),
            _ => ts,
        };
        Self { record, ts, end, uid, id, direction, orig: None, resp: None }
    }
}

fn direction(networks: &Networks, orig: IpAddr, resp: IpAddr) -> Direction {
    match (networks.place(orig), networks.place(resp)) {
        (Place::Inside, Place::Outside) => Direction::Outward,
        (Place::Outside, Place::Inside) => Direction::Inward,
        (Place::Inside, Place::Inside) => Direction::Internal,
        (Place::Outside, Place::Outside) if are_neighbours(orig, resp) => Direction::Internal,
        _ => Direction::Elsewhere,
    }
}

/// Whether both addresses lie in one subnet (24 bits, or 64): what goes from one to the other is only seen within it.
fn are_neighbours(left: IpAddr, right: IpAddr) -> bool {
    match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => left.octets().get(..3) == right.octets().get(..3),
        (IpAddr::V6(left), IpAddr::V6(right)) => left.octets().get(..8) == right.octets().get(..8),
        _ => false,
    }
}

/// The ends of a connection in which something was odd.
fn ends_of_weird(weird: &Weird) -> Option<Endpoints> {
    Some(Endpoints {
        orig_h: weird.orig_h?,
        orig_p: weird.orig_p?,
        resp_h: weird.resp_h?,
        resp_p: weird.resp_p?,
    })
}

fn ends(record: &AnyRecord) -> (Option<Endpoints>, Option<Uid>) {
    if let AnyRecord::Weird(weird) = record {
        return (ends_of_weird(weird), weird.uid);
    }
    macro_rules! ends {
        ($($name:ident),*) => {
            match record {
                $(AnyRecord::$name(record) => (Some(record.id), Some(record.uid)),)*
                _ => (None, None),
            }
        };
    }
    ends!(
        Bacnet,
        Cip,
        Conn,
        DceRpc,
        Dnp3,
        Dns,
        File,
        Ftp,
        Http,
        Iec104,
        Kerberos,
        Ldap,
        LdapSearch,
        Login,
        ModbusDetailed,
        Ntlm,
        Rdp,
        S7comm,
        SmbFiles,
        SmbMapping,
        SmbTransfer,
        Smtp,
        Ssh,
        Ssl
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_ours_wherever_their_subnet_lies() {
        let networks = Networks::default();
        for (orig, resp, wanted) in [
            ("147.32.80.40", "147.32.80.37", Direction::Internal),
            ("147.32.80.40", "147.32.81.37", Direction::Elsewhere),
            ("2001:db8:1:2::3", "2001:db8:1:2::4", Direction::Internal),
            ("2001:db8:1:2::3", "2001:db8:1:3::4", Direction::Elsewhere),
            ("10.0.0.1", "147.32.80.37", Direction::Outward),
            ("224.0.0.1", "224.0.0.2", Direction::Elsewhere),
        ] {
            let way = direction(&networks, orig.parse().unwrap(), resp.parse().unwrap());
            assert_eq!(way, wanted, "{orig} {resp}");
        }
    }
}
