//! Suricata's EVE: an event per line. Events become the records that our own sensor would have written, as far as they
//! go; queries and answers that are events of their own are joined.
//!
//! Documentation of the format: <https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>

mod dhcp;
mod dns;
mod event;
mod file;
mod flow;
mod ftp;
mod http;
mod infrastructure;
mod kerberos;
mod mail;
mod mqtt;
mod plant;
mod remote;
mod smb;
mod tls;
mod weird;

use records::{AnyRecord, Json, LocalNetworks, Timestamp};

use crate::LineError;
use crate::eve::event::Event;
use crate::read::Taker;
use crate::sort::{Placed, written_at};

/// Reads the events of one run, which may lie in many files.
#[derive(Debug)]
pub(crate) struct Eve {
    local_networks: LocalNetworks,
    dns: dns::Transactions,
    dhcp: dhcp::Exchanges,
    certificates: tls::CertificatesSeen,
    users: ftp::Users,
}

impl Eve {
    pub(crate) fn new(local_networks: LocalNetworks) -> Self {
        Self {
            local_networks,
            dns: dns::Transactions::default(),
            dhcp: dhcp::Exchanges::default(),
            certificates: tls::CertificatesSeen::default(),
            users: ftp::Users::default(),
        }
    }

    pub(crate) fn line(&mut self, line: &str, taker: &mut Taker<'_>) -> Result<(), LineError> {
        let json = Json::parse(line)?;
        if !matches!(json, Json::Object(_)) {
            return Err(LineError::NoObject);
        }
        let kind = json.get("event_type").and_then(Json::text).ok_or(LineError::Missing("event_type"))?;
        let ts = json.get("timestamp").and_then(Json::text).and_then(Timestamp::parse);
        let ts = ts.ok_or(LineError::Missing("timestamp"))?;
        if let Some(sensor) = json.get("host").and_then(Json::text) {
            taker.written_by(sensor);
        }
        self.dns.advance(ts, &mut |record| taker.take(placed(record)));
        self.dhcp.advance(ts, &mut |record| taker.take(placed(record)));
        if kind == "anomaly" {
            taker.take(placed(weird::record(ts, &json).into()));
            return Ok(());
        }
        if !KINDS.contains(&kind) {
            taker.not_kept(kind);
            return Ok(());
        }
        let event = Event::new(kind, ts, &json)?;
        let mut records = Vec::new();
        self.event(&event, &mut records);
        if records.is_empty() && !matches!(kind, "dns" | "dhcp") {
            // What belongs to a request that is told with its answer, or says nothing that a record could hold.
            taker.not_kept(&event.name());
        }
        records.into_iter().for_each(|record| taker.take(placed(record)));
        Ok(())
    }

    fn event(&mut self, event: &Event<'_>, records: &mut Vec<AnyRecord>) {
        match event.kind {
            "flow" => records.push(flow::record(event, &self.local_networks).into()),
            "dns" => self.dns.event(event, records),
            "dhcp" => self.dhcp.event(event),
            "http" => records.push(http::record(event).into()),
            "tls" => tls::records(event, &mut self.certificates, records),
            "fileinfo" => file::records(event, &self.local_networks, records),
            "smb" => smb::records(event, records),
            "krb5" => kerberos::records(event, records),
            "ftp" => self.users.event(event, records),
            "ssh" => records.push(remote::ssh(event).into()),
            "rdp" => records.extend(remote::rdp(event).map(AnyRecord::from)),
            "rfb" => records.push(remote::rfb(event).into()),
            "smtp" => records.push(mail::record(event).into()),
            "mqtt" => mqtt::records(event, records),
            "snmp" => records.push(infrastructure::snmp(event).into()),
            "sip" => records.push(infrastructure::sip(event).into()),
            "tftp" => records.push(infrastructure::tftp(event).into()),
            "ike" => records.push(infrastructure::ike(event).into()),
            "quic" => records.push(infrastructure::quic(event).into()),
            "modbus" => plant::modbus(event, records),
            _ => {}
        }
    }

    /// Tells what still waited for an answer.
    pub(crate) fn finish(&mut self, taker: &mut Taker<'_>) {
        self.dns.finish(&mut |record| taker.take(placed(record)));
        self.dhcp.finish(&mut |record| taker.take(placed(record)));
    }
}

/// Kinds of events that become records. `alert` does not: what a signature says is no record of traffic.
const KINDS: [&str; 21] = [
    "flow", "dns", "dhcp", "http", "tls", "fileinfo", "smb", "krb5", "ftp", "ssh", "rdp", "rfb", "smtp",
    "mqtt", "snmp", "sip", "tftp", "ike", "quic", "modbus", "anomaly",
];

fn placed(record: AnyRecord) -> Placed {
    Placed { key: written_at(&record), record, tells_logins: false }
}
