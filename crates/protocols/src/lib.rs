//! Application protocols: the bytes of a connection become records.
//!
//! One folder per protocol: `mod.rs` (what it is, how it is recognised), `wire.rs` (bytes to messages; pure),
//! `analyzer.rs` (one connection: state, bounds, records), `golden/` (captures and the expected records).

mod analyzer;
mod by_datagram;
mod by_line;
mod by_message;
mod cursor;
mod der;
mod frames;
mod key_derivation;
mod key_log;
mod lines;
mod login;
mod messages;
mod mime;
mod percent;
mod recognised;
mod resynchronisation;
mod shared;
mod take;
mod tpkt;

// Sorted, one protocol per line.
mod amqp;
mod arp;
mod bacnet;
mod bittorrent;
mod dce_rpc;
pub mod dhcp;
mod dhcpv6;
mod dnp3;
mod dns;
mod enip;
mod ftp;
mod ftp_data;
mod gssapi;
mod hart_ip;
mod http;
mod http2;
mod iec104;
mod ike;
mod imap;
mod irc;
mod kafka;
mod kerberos;
mod ldap;
mod modbus;
mod mongodb;
mod mqtt;
mod mysql;
mod nbdgm;
mod ntlm;
mod ntp;
mod opcua;
mod openvpn;
mod pop3;
mod postgresql;
mod profinet_dcp;
mod quic;
mod radius;
mod rdp;
mod rdpeudp;
mod redis;
mod rfb;
mod rpc;
mod rtp;
mod s7comm;
mod sip;
mod smb;
mod smtp;
mod snmp;
mod socks;
mod ssdp;
mod ssh;
mod ssl;
mod stratum;
mod stun;
mod syslog;
mod tds;
mod telnet;
mod tftp;
mod tunnels;
mod websocket;
mod wireguard;
mod xmpp;

pub use analyzer::{
    About, Analyzer, Chunk, Effects, FileHandle, FileSink, FileStart, FileSummary, HandOver, Output,
    PROBE_BYTES, Probe, Protocol, Transport, Verdict, Within,
};
pub use frames::{Frame, FrameProtocol, ReadsFrames};
pub use key_log::{KeyLog, KeyLogReport};
pub use shared::{CertificatesSeen, Expected, Shared, Transfer};

/// All protocols, sorted, one per line.
pub const PROTOCOLS: &[Protocol] = &[
    // One per line.
    amqp::PROTOCOL,
    bacnet::PROTOCOL,
    bittorrent::HASH_TABLE,
    bittorrent::OVER_TCP,
    bittorrent::OVER_UDP,
    dce_rpc::OVER_UDP,
    dce_rpc::PROTOCOL,
    dhcp::PROTOCOL,
    dhcpv6::PROTOCOL,
    dnp3::OVER_TCP,
    dnp3::OVER_UDP,
    dns::OVER_TCP,
    dns::OVER_UDP,
    enip::OVER_TCP,
    enip::OVER_UDP,
    ftp::PROTOCOL,
    ftp_data::PROTOCOL,
    hart_ip::OVER_TCP,
    hart_ip::OVER_UDP,
    http2::PROTOCOL,
    http::PROTOCOL,
    iec104::PROTOCOL,
    ike::PROTOCOL,
    imap::PROTOCOL,
    irc::PROTOCOL,
    irc::TRANSFER,
    kafka::PROTOCOL,
    kerberos::PROTOCOL,
    kerberos::PROTOCOL_TCP,
    ldap::OVER_TCP,
    ldap::OVER_UDP,
    modbus::PROTOCOL,
    mongodb::PROTOCOL,
    mqtt::PROTOCOL,
    mysql::PROTOCOL,
    nbdgm::PROTOCOL,
    ntp::PROTOCOL,
    opcua::PROTOCOL,
    openvpn::OVER_TCP,
    openvpn::OVER_UDP,
    pop3::PROTOCOL,
    postgresql::PROTOCOL,
    quic::PROTOCOL,
    radius::PROTOCOL,
    rdp::PROTOCOL,
    rdpeudp::PROTOCOL,
    redis::PROTOCOL,
    rfb::PROTOCOL,
    rpc::MOUNT_OVER_TCP,
    rpc::MOUNT_OVER_UDP,
    rpc::NFS_OVER_TCP,
    rpc::NFS_OVER_UDP,
    rpc::PORTMAPPER_OVER_TCP,
    rpc::PORTMAPPER_OVER_UDP,
    rtp::PROTOCOL,
    s7comm::PROTOCOL,
    sip::PROTOCOL,
    smb::PROTOCOL,
    smtp::PROTOCOL,
    snmp::PROTOCOL,
    socks::PROTOCOL,
    ssdp::PROTOCOL,
    ssh::PROTOCOL,
    ssl::OVER_UDP,
    ssl::PROTOCOL,
    stratum::PROTOCOL,
    stun::PROTOCOL,
    syslog::OVER_TCP,
    syslog::OVER_UDP,
    tds::PROTOCOL,
    telnet::PROTOCOL,
    tftp::DATA,
    tftp::PROTOCOL,
    tunnels::AYIYA,
    tunnels::GENEVE,
    tunnels::GTP,
    tunnels::TEREDO,
    tunnels::VXLAN,
    websocket::PROTOCOL,
    wireguard::PROTOCOL,
    xmpp::PROTOCOL,
];

/// All protocols that lie beside IP, sorted, one per line.
pub const FRAME_PROTOCOLS: &[FrameProtocol] = &[
    // One per line.
    arp::PROTOCOL,
    profinet_dcp::PROTOCOL,
];
