//! The detections: what Otus watches for, one folder each. They see records and the world, and report findings;
//! they know no lake, no clock and no configuration.

mod attacked;
mod attempt;
mod bounded;
mod collected;
mod days;
mod detection;
mod evidence;
mod finding;
mod findings;
mod generated;
mod json;
mod letters;
mod quieting;
mod rarity;
mod resolvers;
mod score;
mod tell;
mod tools;
mod trace;
mod trail;
mod watches;

// Sorted, one detection per line.
mod arp_sweep;
mod as_rep_roasting;
mod authentication_coercion;
mod automated_replication;
mod brute_force_ftp;
mod brute_force_http;
mod brute_force_imap;
mod brute_force_kerberos;
mod brute_force_ldap;
mod brute_force_mysql;
mod brute_force_pop3;
mod brute_force_postgresql;
mod brute_force_rdp;
mod brute_force_redis;
mod brute_force_rfb;
mod brute_force_smb;
mod brute_force_smtp;
mod brute_force_ssh;
mod brute_force_tds;
mod brute_force_telnet;
mod cryptocurrency_mining;
mod data_gathering;
mod data_sent_to_rare_domain;
mod data_smuggler;
mod device_name_sent_out;
mod download_and_upload;
mod exe_from_rare_external_location;
mod executable_copied_to_share;
mod external_beacon;
mod external_remote_access;
mod file_share_enumeration;
mod hidden_dns_tunnel;
mod hidden_icmp_tunnel;
mod inbound_dos;
mod insider_unusual_file_access;
mod internal_darknet_scan;
mod kerberoasting_cipher_downgrade;
mod kerberoasting_spn_sweep;
mod kerberos_account_scan;
mod kerberos_client_activity;
mod ldap_recon;
mod long_connection;
mod low_and_slow_exfiltration;
mod mail_attachment_on_private_device;
mod masqueraded_file_transfer;
mod non_tls_on_443;
mod ntlm_relay;
mod ot_new_function_code;
mod ot_value_out_of_range;
mod ot_write_from_new_master;
mod outbound_dos;
mod outbound_port_sweep;
mod outbound_spam;
mod password_spray;
mod peer_to_peer;
mod ping_sweep;
mod port_scan;
mod port_sweep;
mod protocol_on_unusual_port;
mod ransomware_file_activity;
mod rdp_recon;
mod remote_desktop_from_outside;
mod reverse_dns_sweep;
mod rogue_dhcp;
mod rogue_llmnr;
mod rpc_recon;
mod script_or_tool_download_from_rare_location;
mod smash_and_grab;
mod smb_account_scan;
mod smb_exploitation;
mod sql_injection_activity;
mod stage_loader;
mod suspect_domain_activity;
mod suspicious_ad_operations;
mod suspicious_admin;
mod suspicious_http;
mod suspicious_remote_desktop;
mod suspicious_remote_execution;
mod suspicious_tls;
mod tor_activity;
mod unanswered_check_in;
mod unusual_account_on_host;
mod unusual_host;
mod unusual_service;
mod unusual_trio;

// What several detections share.
mod brute_force;
mod download;
mod flood;
mod odd_session;
mod outflow;
mod plant;
mod privilege;
mod sweep;
mod tally;

#[cfg(test)]
mod cases;

pub use attacked::ATTACKED;
pub use detection::{Detection, Stage, Watch};
pub use evidence::{Exhibits, Shown};
pub use finding::{Fact, FactValue, Facts, Finding, FoundDevice, State};
pub use findings::{FINDINGS_MAX, Findings, PEERS_KEPT, Report, Supersedes};
pub use quieting::FINDINGS_OF_A_DAY;
pub use score::{ALERT, Part, Score};
pub use trace::Update;
pub use watches::{WatchState, Watches};

/// All detections, sorted by id.
pub const DETECTIONS: &[Detection] = &[
    arp_sweep::DETECTION,
    as_rep_roasting::DETECTION,
    authentication_coercion::DETECTION,
    automated_replication::DETECTION,
    brute_force_ftp::DETECTION,
    brute_force_http::DETECTION,
    brute_force_imap::DETECTION,
    brute_force_kerberos::DETECTION,
    brute_force_ldap::DETECTION,
    brute_force_mysql::DETECTION,
    brute_force_pop3::DETECTION,
    brute_force_postgresql::DETECTION,
    brute_force_rdp::DETECTION,
    brute_force_redis::DETECTION,
    brute_force_rfb::DETECTION,
    brute_force_smb::DETECTION,
    brute_force_smtp::DETECTION,
    brute_force_ssh::DETECTION,
    brute_force_tds::DETECTION,
    brute_force_telnet::DETECTION,
    cryptocurrency_mining::DETECTION,
    data_gathering::DETECTION,
    data_sent_to_rare_domain::DETECTION,
    data_smuggler::DETECTION,
    device_name_sent_out::DETECTION,
    download_and_upload::DETECTION,
    exe_from_rare_external_location::DETECTION,
    executable_copied_to_share::DETECTION,
    external_beacon::DETECTION,
    external_remote_access::DETECTION,
    file_share_enumeration::DETECTION,
    hidden_dns_tunnel::DETECTION,
    hidden_icmp_tunnel::DETECTION,
    inbound_dos::DETECTION,
    insider_unusual_file_access::DETECTION,
    internal_darknet_scan::DETECTION,
    kerberoasting_cipher_downgrade::DETECTION,
    kerberoasting_spn_sweep::DETECTION,
    kerberos_account_scan::DETECTION,
    kerberos_client_activity::DETECTION,
    ldap_recon::DETECTION,
    long_connection::DETECTION,
    low_and_slow_exfiltration::DETECTION,
    mail_attachment_on_private_device::DETECTION,
    masqueraded_file_transfer::DETECTION,
    non_tls_on_443::DETECTION,
    ntlm_relay::DETECTION,
    ot_new_function_code::DETECTION,
    ot_value_out_of_range::DETECTION,
    ot_write_from_new_master::DETECTION,
    outbound_dos::DETECTION,
    outbound_port_sweep::DETECTION,
    outbound_spam::DETECTION,
    password_spray::DETECTION,
    peer_to_peer::DETECTION,
    ping_sweep::DETECTION,
    port_scan::DETECTION,
    port_sweep::DETECTION,
    protocol_on_unusual_port::DETECTION,
    ransomware_file_activity::DETECTION,
    rdp_recon::DETECTION,
    remote_desktop_from_outside::DETECTION,
    reverse_dns_sweep::DETECTION,
    rogue_dhcp::DETECTION,
    rogue_llmnr::DETECTION,
    rpc_recon::DETECTION,
    script_or_tool_download_from_rare_location::DETECTION,
    smash_and_grab::DETECTION,
    smb_account_scan::DETECTION,
    smb_exploitation::DETECTION,
    sql_injection_activity::DETECTION,
    stage_loader::DETECTION,
    suspect_domain_activity::DETECTION,
    suspicious_ad_operations::DETECTION,
    suspicious_admin::DETECTION,
    suspicious_http::DETECTION,
    suspicious_remote_desktop::DETECTION,
    suspicious_remote_execution::DETECTION,
    suspicious_tls::DETECTION,
    tor_activity::DETECTION,
    unanswered_check_in::DETECTION,
    unusual_account_on_host::DETECTION,
    unusual_host::DETECTION,
    unusual_service::DETECTION,
    unusual_trio::DETECTION,
];
