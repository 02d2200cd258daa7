//! The vocabulary of Otus: one struct per record type.
//!
//! A record type is declared once, as a documented struct with `#[derive(Record)]`; its columns, JSON, binary
//! form and reference page all come from that declaration. Names of types and fields, and their meaning, are
//! those of Zeek's logs.

mod endpoints;
mod json;
mod json_value;
mod named;
mod networks;
mod read_json;
mod sender;
mod text;
mod time;
mod uid;
mod value;

// Sorted, one record type per line.
mod archive;
mod arp;
mod bacnet;
mod cip;
mod cip_identity;
mod conn;
mod dce_rpc;
mod dhcp;
mod dnp3;
mod dnp3_control;
mod dns;
mod elf;
mod enip;
mod file;
mod ftp;
mod hardware_address;
mod hart_ip;
mod http;
mod iec104;
mod imap;
mod ipsec;
mod irc;
mod kerberos;
mod ldap;
mod ldap_search;
mod lnk;
mod login;
mod mach_o;
mod modbus;
mod modbus_detailed;
mod mqtt_connect;
mod mqtt_publish;
mod mqtt_subscribe;
mod mysql;
mod ntlm;
mod ntp;
mod ocsp;
mod ole;
mod ooxml;
mod opcua;
mod pdf;
mod pe;
mod pop3;
mod postgresql;
mod profinet_dcp;
mod quic;
mod radius;
mod rdp;
mod redis;
mod rfb;
mod s7comm;
mod s7comm_plus;
mod script;
mod sip;
mod smb_files;
mod smb_mapping;
mod smb_transfer;
mod smtp;
mod snmp;
mod socks;
mod software;
mod ssh;
mod ssl;
mod stats;
mod stun_nat;
mod syslog;
mod tds;
mod tftp;
mod tunnel;
mod websocket;
mod weird;
mod wireguard;
mod x509;

pub use archive::Archive;
pub use arp::Arp;
pub use bacnet::Bacnet;
pub use cip::Cip;
pub use cip_identity::CipIdentity;
pub use conn::Conn;
pub use dce_rpc::DceRpc;
pub use dhcp::Dhcp;
pub use dnp3::Dnp3;
pub use dnp3_control::Dnp3Control;
pub use dns::Dns;
pub use elf::Elf;
pub use endpoints::Endpoints;
pub use enip::Enip;
pub use file::File;
pub use ftp::Ftp;
pub use hardware_address::HardwareAddress;
pub use hart_ip::HartIp;
pub use http::Http;
pub use iec104::Iec104;
pub use imap::Imap;
pub use ipsec::Ipsec;
pub use irc::Irc;
pub use json::{JsonWriter, write_json, write_json_text};
pub use json_value::{Json, JsonError};
pub use kerberos::Kerberos;
pub use ldap::Ldap;
pub use ldap_search::LdapSearch;
pub use lnk::Lnk;
pub use login::Login;
pub use mach_o::MachO;
pub use modbus::Modbus;
pub use modbus_detailed::ModbusDetailed;
pub use mqtt_connect::MqttConnect;
pub use mqtt_publish::MqttPublish;
pub use mqtt_subscribe::MqttSubscribe;
pub use mysql::Mysql;
pub use named::{NamedError, NamedValues, read_named};
pub use networks::{LocalNetworks, Network};
pub use ntlm::Ntlm;
pub use ntp::Ntp;
pub use ocsp::Ocsp;
pub use ole::Ole;
pub use ooxml::Ooxml;
pub use opcua::Opcua;
pub use pdf::Pdf;
pub use pe::Pe;
pub use pop3::Pop3;
pub use postgresql::Postgresql;
pub use profinet_dcp::ProfinetDcp;
pub use quic::Quic;
pub use radius::Radius;
pub use rdp::Rdp;
pub use read_json::read_json;
pub use records_derive::Record;
pub use redis::Redis;
pub use rfb::Rfb;
pub use s7comm::S7comm;
pub use s7comm_plus::S7commPlus;
pub use script::Script;
pub use sender::Sender;
pub use sip::Sip;
pub use smb_files::SmbFiles;
pub use smb_mapping::SmbMapping;
pub use smb_transfer::SmbTransfer;
pub use smtp::Smtp;
pub use snmp::Snmp;
pub use socks::Socks;
pub use software::Software;
pub use ssh::Ssh;
pub use ssl::Ssl;
pub use stats::{Group, Stats};
pub use stun_nat::StunNat;
pub use syslog::Syslog;
pub use tds::Tds;
pub use text::{hexadecimal, is_deceptive, push_address, text_from_bytes, text_from_utf16le};
pub use tftp::Tftp;
pub use time::{Interval, Timestamp};
pub use tunnel::Tunnel;
pub use uid::Uid;
pub use value::{ColumnReader, ColumnWriter, Kind, Value};
pub use websocket::Websocket;
pub use weird::Weird;
pub use wireguard::Wireguard;
pub use x509::X509;

/// A column of a record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Zeek's name, e.g. `id.orig_h`.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether a record may have no value here.
    pub optional: bool,
    /// What it means, for people.
    pub doc: &'static str,
}

/// The shape of a record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordType {
    /// Zeek's name of the log, e.g. `dns`.
    pub name: &'static str,
    /// What a record of this type is, for people.
    pub doc: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

impl RecordType {
    /// The place of the column with this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A record: a row that says what was seen. Implemented by `#[derive(Record)]`.
pub trait Record: Sized {
    /// The shape.
    const TYPE: RecordType;
    /// The record's own time (the column `ts`).
    fn ts(&self) -> Timestamp;
    /// Writes all values in the order of the columns.
    fn write(&self, writer: &mut impl ColumnWriter);
    /// Reads what [`Record::write`] wrote.
    fn read(reader: &mut impl ColumnReader) -> Result<Self, ReadError>;
}

/// Why a stored record could not be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A column that must hold a value is empty.
    #[error("a required value is absent")]
    Absent,
    /// A value does not fit its field.
    #[error("a value is out of range")]
    Range,
    /// The bytes end too early.
    #[error("the record is cut short")]
    Short,
    /// A value has another kind than the column.
    #[error("a value is of another kind than its column")]
    Kind,
}

macro_rules! any_record {
    ($($name:ident),* $(,)?) => {
        /// A record of any type, on its way from the sensor to the lake and the brain.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyRecord {
            $(#[doc = concat!("A record of type [`", stringify!($name), "`].")] $name(Box<$name>),)*
        }

        /// All record types, sorted by the name of their struct.
        pub const RECORD_TYPES: &[RecordType] = &[$($name::TYPE),*];

        impl AnyRecord {
            /// The place of its type in [`RECORD_TYPES`].
            pub const fn type_index(&self) -> usize {
                enum Place { $($name),* }
                match self { $(Self::$name(_) => Place::$name as usize),* }
            }

            /// The record's own time.
            pub fn ts(&self) -> Timestamp {
                match self { $(Self::$name(record) => record.ts()),* }
            }

            /// Writes all values in the order of the columns.
            pub fn write(&self, writer: &mut impl ColumnWriter) {
                match self { $(Self::$name(record) => record.write(writer)),* }
            }

            /// Reads a record of the type at `type_index` in [`RECORD_TYPES`].
            pub fn read(type_index: usize, reader: &mut impl ColumnReader) -> Result<Self, ReadError> {
                $(if type_index == const { Self::place_of(<$name as Record>::TYPE.name) } {
                    return Ok(Self::$name(Box::new($name::read(reader)?)));
                })*
                Err(ReadError::Range)
            }
        }

        $(impl From<$name> for AnyRecord {
            fn from(record: $name) -> Self {
                Self::$name(Box::new(record))
            }
        })*
    };
}

// Sorted, one record type per line.
any_record! {
    Archive,
    Arp,
    Bacnet,
    Cip,
    CipIdentity,
    Conn,
    DceRpc,
    Dhcp,
    Dnp3,
    Dnp3Control,
    Dns,
    Elf,
    Enip,
    File,
    Ftp,
    HartIp,
    Http,
    Iec104,
    Imap,
    Ipsec,
    Irc,
    Kerberos,
    Ldap,
    LdapSearch,
    Lnk,
    Login,
    MachO,
    Modbus,
    ModbusDetailed,
    MqttConnect,
    MqttPublish,
    MqttSubscribe,
    Mysql,
    Ntlm,
    Ntp,
    Ocsp,
    Ole,
    Ooxml,
    Opcua,
    Pdf,
    Pe,
    Pop3,
    Postgresql,
    ProfinetDcp,
    Quic,
    Radius,
    Rdp,
    Redis,
    Rfb,
    S7comm,
    S7commPlus,
    Script,
    Sip,
    SmbFiles,
    SmbMapping,
    SmbTransfer,
    Smtp,
    Snmp,
    Socks,
    Software,
    Ssh,
    Ssl,
    Stats,
    StunNat,
    Syslog,
    Tds,
    Tftp,
    Tunnel,
    Websocket,
    Weird,
    Wireguard,
    X509,
}

impl AnyRecord {
    /// The shape of its type.
    pub fn record_type(&self) -> &'static RecordType {
        // `type_index` is a place in this very list.
        RECORD_TYPES.get(self.type_index()).unwrap_or(&RECORD_TYPES[0])
    }

    /// Appends the record to `out` as one JSON object without a newline.
    pub fn write_json(&self, out: &mut String) {
        let mut writer = JsonWriter::new(self.record_type(), out);
        self.write(&mut writer);
        writer.finish();
    }

    const fn place_of(name: &str) -> usize {
        let mut place = 0;
        while place < RECORD_TYPES.len() {
            if same(RECORD_TYPES[place].name.as_bytes(), name.as_bytes()) {
                return place;
            }
            place += 1;
        }
        usize::MAX
    }
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
