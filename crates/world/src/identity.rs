//! What records say of who is who: DHCP, Kerberos, NTLM, SMB, DNS and the link layer.

use std::net::IpAddr;

use records::{AnyRecord, Arp, Conn, Dhcp, Dns, Kerberos, Ntlm, SmbMapping, Timestamp};

use crate::device::NameSource;
use crate::{Devices, Direction, Names, Networks, Place, Seen};

/// Notes what `seen` says of devices and names, and fills in its devices.
pub(crate) fn identify(seen: &mut Seen<'_>, networks: &Networks, devices: &mut Devices, names: &mut Names) {
    match seen.record {
        // Between neighbours no router stands.
        AnyRecord::Conn(conn) if seen.direction != Direction::Internal => link_layer(conn, networks, devices),
        AnyRecord::Arp(arp) => on_the_segment(arp, networks, devices),
        AnyRecord::Dhcp(dhcp) => lease(dhcp, networks, devices),
        _ => {}
    }
    if let Some(id) = seen.id {
        let (orig_mac, resp_mac, answered) = match seen.record {
            AnyRecord::Conn(conn) => (conn.orig_l2_addr, conn.resp_l2_addr, conn.resp_pkts > 0),
            AnyRecord::Weird(_) => (None, None, false),
            _ => (None, None, true),
        };
        let is_ours = |address: IpAddr| seen.direction == Direction::Internal || networks.is_inside(address);
        if is_ours(id.orig_h) {
            seen.orig = devices.touch(id.orig_h, orig_mac, seen.end);
        }
        if is_ours(id.resp_h) {
            // An address that never answered may be nobody's.
            seen.resp =
                if answered { devices.touch(id.resp_h, resp_mac, seen.end) } else { devices.at(id.resp_h) };
        }
    }
    match seen.record {
        AnyRecord::Dns(dns) => answers(dns, networks, devices, names, seen.ts),
        AnyRecord::Kerberos(kerberos) => ticket(kerberos, devices, seen.ts),
        AnyRecord::Ntlm(ntlm) => logon(ntlm, devices, seen.ts),
        AnyRecord::SmbMapping(mapping) => share(mapping, devices, seen.ts),
        AnyRecord::Http(http) => {
            if let Some(host) = &http.host {
                names.note(http.id.resp_h, host_of(host), false, seen.ts);
            }
        }
        AnyRecord::Ssl(ssl) => {
            if let Some(name) = &ssl.server_name {
                names.note(ssl.id.resp_h, name, false, seen.ts);
            }
        }
        _ => {}
    }
}

/// The host of a Host header, without its port.
pub fn host_of(header: &str) -> &str {
    match header.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => header,
    }
}

fn link_layer(conn: &Conn, networks: &Networks, devices: &mut Devices) {
    let (orig, resp) = (conn.id.orig_h, conn.id.resp_h);
    for (address, other, mac) in [(orig, resp, conn.orig_l2_addr), (resp, orig, conn.resp_l2_addr)] {
        if let Some(mac) = mac
            && networks.place(address) == Place::Outside
            && networks.is_router(mac, address, other)
        {
            devices.is_router(mac);
        }
    }
}

/// Who speaks on the segment is there, whether or not a connection of it was seen. What is known of an address already
/// counts more, since anybody can answer for another.
fn on_the_segment(arp: &Arp, networks: &Networks, devices: &mut Devices) {
    if let Some(sender) = arp.sender_h.filter(|sender| networks.is_inside(*sender))
        && devices.at(sender).is_none()
    {
        devices.touch(sender, Some(arp.sender_l2_addr), arp.ts);
    }
}

fn lease(dhcp: &Dhcp, networks: &Networks, devices: &mut Devices) {
    let (Some(mac), Some(address)) = (&dhcp.mac, dhcp.assigned_addr) else { return };
    let is_given = dhcp.msg_types.as_ref().is_none_or(|types| types.iter().any(|name| name == "ACK"));
    if !is_given || !networks.is_inside(address) {
        return;
    }
    devices.lease(address, mac, dhcp.ts);
    if let Some(name) = dhcp.host_name.as_deref().or(dhcp.client_fqdn.as_deref()) {
        devices.name(address, name, NameSource::Proven, dhcp.ts);
    }
}

fn ticket(kerberos: &Kerberos, devices: &mut Devices, at: Timestamp) {
    if kerberos.success != Some(true) || kerberos.request_type.as_deref() != Some("AS") {
        return;
    }
    let Some(principal) = kerberos.client.as_deref() else { return };
    let (client, realm) = principal.rsplit_once('/').unwrap_or((principal, ""));
    devices.note_domain(realm);
    let client = client.split('/').next().unwrap_or_default();
    if client.ends_with('$') {
        devices.name(kerberos.id.orig_h, client, NameSource::Proven, at);
    } else if client != "WELLKNOWN" {
        devices.user(kerberos.id.orig_h, client);
    }
}

fn logon(ntlm: &Ntlm, devices: &mut Devices, at: Timestamp) {
    if let Some(server) = &ntlm.server_nb_computer_name {
        devices.name(ntlm.id.resp_h, server, NameSource::Itself, at);
    }
    if let Some((_, domain)) = ntlm.server_dns_computer_name.as_ref().and_then(|name| name.split_once('.')) {
        devices.note_domain(domain);
    }
    if ntlm.success != Some(true) {
        return;
    }
    if let Some(name) = &ntlm.hostname {
        devices.name(ntlm.id.orig_h, name, NameSource::Itself, at);
    }
    if let Some(user) = &ntlm.username {
        devices.user(ntlm.id.orig_h, user);
    }
}

fn share(mapping: &SmbMapping, devices: &mut Devices, at: Timestamp) {
    let server = mapping
        .path
        .as_deref()
        .and_then(|path| path.strip_prefix(r"\\"))
        .and_then(|path| path.split('\\').next());
    if let Some(server) = server
        && server.parse::<IpAddr>().is_err()
    {
        devices.answered(mapping.id.resp_h, server, at);
    }
}

fn answers(dns: &Dns, networks: &Networks, devices: &mut Devices, names: &mut Names, at: Timestamp) {
    // Multicast DNS and its kin answer for anything; only real servers are believed.
    let (Some(query), Some(answers), 53) = (&dns.query, &dns.answers, dns.id.resp_p) else { return };
    if !answers.is_empty() {
        devices.asked_directory(query);
    }
    for answer in answers {
        let Ok(address) = answer.parse::<IpAddr>() else { continue };
        match networks.place(address) {
            Place::Outside => names.note(address, query, true, at),
            Place::Inside => devices.answered(address, query, at),
            Place::Nowhere => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_header_loses_its_port() {
        for (header, host) in
            [("a.example:8080", "a.example"), ("a.example", "a.example"), ("[fd00::1]", "[fd00::1]")]
        {
            assert_eq!(host_of(header), host);
        }
    }
}
