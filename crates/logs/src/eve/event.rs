//! What all events have: when, between whom, and their own part.

use std::net::IpAddr;

use records::{Endpoints, Json, Timestamp, Uid, text_from_bytes};
use xxhash_rust::xxh3::Xxh3;

use crate::LineError;

static NOTHING: Json<'static> = Json::Null;

/// Ports at which servers of a kind listen: an event from there is told from the server's side.
const SERVER_PORTS: [(&str, &[u16]); 8] = [
    ("dns", &[53, 5353, 5355, 137]),
    ("krb5", &[88]),
    ("snmp", &[161, 162]),
    ("smb", &[445, 139]),
    ("ftp", &[21]),
    ("modbus", &[502]),
    ("sip", &[5060]),
    ("ike", &[500, 4500]),
];

/// Ports from here on are taken by clients that do not choose one.
const EPHEMERAL: u16 = 32_768;

/// One event.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) kind: &'a str,
    pub(crate) ts: Timestamp,
    json: &'a Json<'a>,
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
}

impl<'a> Event<'a> {
    pub(crate) fn new(kind: &'a str, ts: Timestamp, json: &'a Json<'a>) -> Result<Self, LineError> {
        let end = |address: &'static str, port: &'static str| {
            let host = json.get(address).and_then(Json::text).and_then(|text| text.parse().ok());
            let number = match json.get(port) {
                // ICMP has none.
                None => 0,
                Some(port_number) => port_number
                    .count()
                    .and_then(|port| u16::try_from(port).ok())
                    .ok_or(LineError::Missing(port))?,
            };
            Ok::<(IpAddr, u16), LineError>((host.ok_or(LineError::Missing(address))?, number))
        };
        let source = end("src_ip", "src_port")?;
        let destination = end("dest_ip", "dest_port")?;
        Ok(Self { kind, ts, json, source, destination })
    }

    /// The part that the kind of event names.
    pub(crate) fn body(&self) -> &'a Json<'a> {
        self.json.get(self.kind).unwrap_or(&NOTHING)
    }

    /// The whole.
    pub(crate) const fn json(&self) -> &'a Json<'a> {
        self.json
    }

    /// What it is called where it is not kept.
    pub(crate) fn name(&self) -> String {
        let body = self.body();
        let what = ["command", "msg_type", "type", "event_type"].iter().find_map(|name| text(body, name));
        match what {
            Some(what) => format!("{} {what}", self.kind),
            None => self.kind.to_owned(),
        }
    }

    /// The transport protocol as Zeek names it.
    pub(crate) fn proto(&self) -> &'static str {
        match self.json.get("proto").and_then(Json::text).unwrap_or_default() {
            "TCP" | "tcp" => "tcp",
            "UDP" | "udp" => "udp",
            "ICMP" | "icmp" | "IPv6-ICMP" | "ICMPv6" | "ipv6-icmp" => "icmp",
            _ => "unknown_transport",
        }
    }

    /// The address from which what the event tells of came.
    pub(crate) const fn source(&self) -> IpAddr {
        self.source.0
    }

    /// Whether the source is the client.
    pub(crate) fn is_from_client(&self) -> bool {
        if self.kind == "flow" {
            return true;
        }
        match self.json.get("direction").and_then(Json::text) {
            Some("to_server") => return true,
            Some("to_client") => return false,
            _ => {}
        }
        let ports =
            SERVER_PORTS.iter().find(|(kind, _)| *kind == self.kind).map_or(&[][..], |(_, ports)| ports);
        match (ports.contains(&self.source.1), ports.contains(&self.destination.1)) {
            (true, false) => false,
            (false, true) => true,
            _ => self.source.1 >= EPHEMERAL || self.destination.1 < EPHEMERAL,
        }
    }

    /// Client and server.
    pub(crate) fn id(&self) -> Endpoints {
        let (client, server) = match self.is_from_client() {
            true => (self.source, self.destination),
            false => (self.destination, self.source),
        };
        Endpoints { orig_h: client.0, orig_p: client.1, resp_h: server.0, resp_p: server.1 }
    }

    /// The name of the connection: the same for all events of a flow.
    pub(crate) fn uid(&self) -> Uid {
        Uid::connection(self.flow_hash().digest128())
    }

    /// The name of a file in it.
    pub(crate) fn fuid(&self, of: &[&str]) -> Uid {
        let mut hash = self.flow_hash();
        for part in of {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        Uid::file(hash.digest128())
    }

    fn flow_hash(&self) -> Xxh3 {
        let mut ends = [self.source, self.destination];
        ends.sort_unstable();
        let mut hash = Xxh3::new();
        // Flows without a number are told apart by their ends alone.
        let flow = self.json.get("flow_id").and_then(Json::count).unwrap_or_default();
        hash.update(&flow.to_le_bytes());
        hash.update(self.proto().as_bytes());
        for (address, port) in ends {
            hash.update(address.to_string().as_bytes());
            hash.update(&port.to_le_bytes());
        }
        hash
    }
}

/// A member that is text and not empty.
pub(crate) fn text(json: &Json<'_>, name: &str) -> Option<String> {
    let text = json.get(name)?.text()?;
    (!text.is_empty()).then(|| text_from_bytes(text.as_bytes()))
}

/// A member that is a number that fits.
pub(crate) fn number<T: TryFrom<u64>>(json: &Json<'_>, name: &str) -> Option<T> {
    T::try_from(json.get(name)?.count()?).ok()
}

/// A number, also where it stands as text.
pub(crate) fn number_or_text<T: std::str::FromStr>(json: &Json<'_>, name: &str) -> Option<T> {
    match json.get(name)? {
        Json::Number(digits) => digits.parse().ok(),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// A member that is true or false.
pub(crate) fn flag(json: &Json<'_>, name: &str) -> Option<bool> {
    match json.get(name)? {
        Json::Bool(value) => Some(*value),
        _ => None,
    }
}

/// A member that is a list of texts, or one text.
pub(crate) fn texts(json: &Json<'_>, name: &str) -> Option<Vec<String>> {
    let of = |value: &Json<'_>| value.text().map(|text| text_from_bytes(text.as_bytes()));
    let texts: Vec<String> = match json.get(name)? {
        Json::List(values) => values.iter().filter_map(of).collect(),
        value => of(value).into_iter().collect(),
    };
    (!texts.is_empty()).then_some(texts)
}

/// A member that is a point in time.
pub(crate) fn time(json: &Json<'_>, name: &str) -> Option<Timestamp> {
    let text = json.get(name)?.text()?;
    // Validity of certificates has no zone.
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}Z")))
}

/// Seconds since the epoch.
pub(crate) fn seconds(json: &Json<'_>, name: &str) -> Option<Timestamp> {
    match json.get(name)? {
        Json::Number(digits) => records::Interval::parse_seconds(digits).map(|span| Timestamp(span.0)),
        _ => None,
    }
}
