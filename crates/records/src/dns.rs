use std::borrow::Cow;

use crate::{Endpoints, Interval, Record, Timestamp, Uid};

/// A DNS transaction: a query and, if it was seen, its answer; multicast DNS, LLMNR and NetBIOS name service too.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("dns")]
pub struct Dns {
    /// Time of the query (of the answer, where no query was seen).
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Transport protocol.
    pub proto: Cow<'static, str>,
    /// Transaction id that the client chose.
    pub trans_id: u16,
    /// From query to answer.
    pub rtt: Option<Interval>,
    /// Name that was asked for, lower case, without the final dot.
    pub query: Option<String>,
    /// Class of the query.
    pub qclass: Option<u16>,
    /// Its name, e.g. `C_INTERNET`.
    pub qclass_name: Option<Cow<'static, str>>,
    /// Type of the query.
    pub qtype: Option<u16>,
    /// Its name, e.g. `AAAA`.
    pub qtype_name: Option<Cow<'static, str>>,
    /// Response code.
    pub rcode: Option<u16>,
    /// Its name, e.g. `NXDOMAIN`.
    pub rcode_name: Option<Cow<'static, str>>,
    /// The server is authoritative for the name.
    #[record(name = "AA")]
    pub aa: bool,
    /// The message was cut.
    #[record(name = "TC")]
    pub tc: bool,
    /// The client asked for recursion.
    #[record(name = "RD")]
    pub rd: bool,
    /// The server offers recursion.
    #[record(name = "RA")]
    pub ra: bool,
    /// The three reserved bits (RFC 1035); two of them are AD and CD since DNSSEC.
    #[record(name = "Z")]
    pub z: u8,
    /// The answers, as text.
    pub answers: Option<Vec<String>>,
    /// How long each answer may be kept.
    #[record(name = "TTLs")]
    pub ttls: Option<Vec<Interval>>,
    /// The server refused the query.
    pub rejected: bool,
    /// What is asked for, where it is no query: 4 is a notification that a zone has changed, 5 a dynamic update.
    pub opcode: Option<u8>,
    /// Its name, `notify` or `dynamic-update`.
    pub opcode_name: Option<Cow<'static, str>>,
}
