//! A record with what the world knows of its two ends.

use std::net::IpAddr;

use records::{AnyRecord, Endpoints, Interval, Timestamp, Uid};

use crate::{DeviceIndex, Networks, Place};

/// Which way a connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From one of ours to the outside.
    Outward,
    /// From the outside to one of ours.
    Inward,
    /// Between two of ours.
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
        _ => Direction::Elsewhere,
    }
}

fn ends(record: &AnyRecord) -> (Option<Endpoints>, Option<Uid>) {
    macro_rules! ends {
        ($($name:ident),*) => {
            match record {
                $(AnyRecord::$name(record) => (Some(record.id), Some(record.uid)),)*
                _ => (None, None),
            }
        };
    }
    ends!(
        Conn,
        DceRpc,
        Dnp3,
        Dns,
        File,
        Ftp,
        Http,
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
