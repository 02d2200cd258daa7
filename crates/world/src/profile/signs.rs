//! What records show of the devices that they name.

use records::{Dhcp, Software};

use super::{Aspect, Found};

/// Systems by words within user agents and banners, the most telling first: system, kind of device, maker.
const SYSTEMS: &[(&str, &str, &str, &str)] = &[
    ("Windows Phone", "Windows Phone", "phone", "Microsoft"),
    ("Xbox", "", "game console", "Microsoft"),
    ("PlayStation", "", "game console", "Sony"),
    ("Nintendo", "", "game console", "Nintendo"),
    ("Windows NT 10.0", "Windows 10 or 11", "computer", ""),
    ("Windows NT 6.3", "Windows 8.1", "computer", ""),
    ("Windows NT 6.2", "Windows 8", "computer", ""),
    ("Windows NT 6.1", "Windows 7", "computer", ""),
    ("Windows NT 6.0", "Windows Vista", "computer", ""),
    ("Windows NT 5.2", "Windows Server 2003", "computer", ""),
    ("Windows NT 5.1", "Windows XP", "computer", ""),
    ("Microsoft-CryptoAPI/10", "Windows 10 or 11", "computer", ""),
    ("Microsoft-CryptoAPI/6.3", "Windows 8.1", "computer", ""),
    ("Microsoft-CryptoAPI/6.1", "Windows 7", "computer", ""),
    ("Microsoft-CryptoAPI/5.131.2600", "Windows XP", "computer", ""),
    ("Windows-Update-Agent", "Windows", "computer", ""),
    ("Microsoft NCSI", "Windows", "computer", ""),
    ("Microsoft BITS", "Windows", "computer", ""),
    ("OpenSSH_for_Windows", "Windows", "computer", ""),
    ("iPhone", "iOS", "phone", "Apple"),
    ("iPad", "iPadOS", "tablet", "Apple"),
    ("AppleTV", "tvOS", "television", "Apple"),
    ("Macintosh", "macOS", "computer", "Apple"),
    ("Darwin/", "", "", "Apple"),
    ("SMART-TV", "", "television", ""),
    ("SmartTV", "", "television", ""),
    ("Web0S", "webOS", "television", "LG"),
    ("Tizen", "Tizen", "television", "Samsung"),
    ("Roku", "Roku OS", "television", "Roku"),
    ("CrOS", "ChromeOS", "computer", ""),
    ("Android", "Android", "", ""),
    ("Raspbian", "Raspbian", "computer", "Raspberry Pi"),
    ("Ubuntu", "Ubuntu", "computer", ""),
    ("Debian", "Debian", "computer", ""),
    ("Fedora", "Fedora", "computer", ""),
    ("CentOS", "CentOS", "computer", ""),
    ("FreeBSD", "FreeBSD", "computer", ""),
    ("OpenBSD", "OpenBSD", "computer", ""),
    ("ROSSSH", "RouterOS", "network device", "MikroTik"),
    ("Mikrotik", "RouterOS", "network device", "MikroTik"),
    ("SSH-2.0-Cisco", "Cisco IOS", "network device", "Cisco"),
    ("SSH-1.99-Cisco", "Cisco IOS", "network device", "Cisco"),
    ("SSH-2.0-HUAWEI", "", "network device", "Huawei"),
    ("FortiSSH", "FortiOS", "network device", "Fortinet"),
    ("dropbear", "Linux", "embedded device", ""),
    ("X11; Linux", "Linux", "computer", ""),
    ("Linux", "Linux", "", ""),
];

/// Systems by the class that their DHCP clients name.
const CLASSES: &[(&str, &str, &str, &str)] = &[
    ("MSFT 98", "Windows 98", "computer", ""),
    ("MSFT", "Windows", "computer", ""),
    ("android-dhcp-", "Android", "", ""),
    ("dhcpcd", "Linux", "", ""),
    ("udhcp", "Linux", "embedded device", ""),
    ("Hewlett-Packard JetDirect", "", "printer", "Hewlett-Packard"),
    ("HP Printer", "", "printer", "Hewlett-Packard"),
    ("Cisco Systems, Inc. IP Phone", "", "telephone", "Cisco"),
    ("yealink", "", "telephone", "Yealink"),
    ("Polycom", "", "telephone", "Polycom"),
    ("AAPLBSDPC", "macOS", "computer", "Apple"),
    ("ubnt", "", "network device", "Ubiquiti"),
    ("ArubaAP", "", "network device", "Aruba"),
    ("Cisco AP", "", "network device", "Cisco"),
    ("ciscopnp", "Cisco IOS", "network device", "Cisco"),
];

/// Systems by the options that their DHCP clients ask for, in the order in which they do.
const OPTIONS: &[(&str, &str)] = &[
    ("1,3,6,15,31,33,43,44,46,47,119,121,249,252", "Windows 10 or 11"),
    ("1,15,3,6,44,46,47,31,33,121,249,252,43", "Windows 10"),
    ("1,15,3,6,44,46,47,31,33,121,249,43,252", "Windows 7 or 8"),
    ("1,15,3,6,44,46,47,31,33,121,249,43", "Windows Vista or 7"),
    ("1,15,3,6,44,46,47,31,33,249,43", "Windows XP"),
    ("1,121,3,6,15,119,252,95,44,46", "macOS"),
    ("1,121,3,6,15,108,114,119,252,95,44,46", "macOS"),
    ("1,121,3,6,15,119,252", "iOS"),
    ("1,121,3,6,15,108,114,119,252", "iOS"),
    ("1,3,6,15,26,28,51,58,59,43", "Android"),
    ("1,3,6,15,26,28,51,58,59,43,114", "Android"),
    ("1,3,6,15,26,28,51,58,59,43,114,108", "Android"),
    ("1,28,2,3,15,6,119,12,44,47,26,121,42", "Linux"),
    ("1,28,2,3,15,6,12", "Linux"),
];

/// Programs by the first two parts of the JA4 of their hellos.
const HELLOS: &[(&str, &str)] = &[
    ("t13d1516h2_8daaf6152771", "Chromium"),
    ("t13d1517h2_8daaf6152771", "Chromium"),
    ("t13d1715h2_5b57614c22b0", "Firefox"),
    ("t13d2014h2_a09f3c656075", "Safari"),
];

/// Protocols that only controllers of plants and buildings serve.
const OF_PLANTS: &[&str] = &["modbus", "s7comm", "s7comm_plus", "enip", "cip", "dnp3", "iec104", "hart_ip"];
const OF_BUILDINGS: &[&str] = &["bacnet"];
/// Raw printing.
const PRINTER_PORT: u16 = 9100;

/// What software says of the host on which it runs.
pub(super) fn software(software: &Software, mut take: impl FnMut(Found<'_>)) {
    let text = software.unparsed_version.as_str();
    let (source, weight) = match software.software_type.as_ref() {
        "SSH::SERVER" => ("banner of its SSH server", 80),
        "SSH::CLIENT" => ("banner of its SSH client", 70),
        "SMTP::MAIL_CLIENT" => ("user agent in mail", 60),
        _ => ("user agent", 60),
    };
    let found = |aspect, value| Found { aspect, value, source, text, weight };
    let numbers = [software.version_major, software.version_minor];
    let version: Vec<String> = numbers.into_iter().flatten().map(|number| number.to_string()).collect();
    let program = format!("{} {}", software.name, version.join("."));
    take(found(Aspect::Software, program.trim_end()));
    let Some(&(word, system, kind, vendor)) = SYSTEMS.iter().find(|(word, ..)| text.contains(word)) else {
        return;
    };
    if word == "Android" {
        let system = with_version("Android", text);
        take(found(Aspect::OperatingSystem, &system));
        take(found(Aspect::Kind, if text.contains("Mobile") { "phone" } else { "mobile device" }));
        return;
    }
    each(&[(Aspect::OperatingSystem, system), (Aspect::Kind, kind), (Aspect::Vendor, vendor)], found, take);
}

/// `Android` with the number that follows it in the text.
fn with_version(name: &str, text: &str) -> String {
    let after = text.split_once(name).map_or("", |(_, after)| after.trim_start());
    let number: String = after.chars().take_while(|c| c.is_ascii_digit()).take(4).collect();
    if number.is_empty() { name.to_owned() } else { format!("{name} {number}") }
}

/// What a client tells DHCP of itself.
pub(super) fn dhcp(dhcp: &Dhcp, mut take: impl FnMut(Found<'_>)) {
    if let Some(text) = dhcp.vendor_class.as_deref() {
        let class = CLASSES.iter().find(|(start, ..)| text.starts_with(start));
        if let Some(&(_, system, kind, vendor)) = class {
            let found = |aspect, value| Found { aspect, value, source: "DHCP class", text, weight: 50 };
            let told = [(Aspect::OperatingSystem, system), (Aspect::Kind, kind), (Aspect::Vendor, vendor)];
            each(&told, found, &mut take);
        }
    }
    if let Some(text) = dhcp.parameter_list.as_deref()
        && let Some((_, system)) = OPTIONS.iter().find(|(options, _)| *options == text)
    {
        let (aspect, source) = (Aspect::OperatingSystem, "options asked of DHCP");
        take(Found { aspect, value: system, source, text, weight: 55 });
    }
}

/// What the shape of a TLS hello says of the program that sent it.
pub(super) fn hello(ja4: &str, mut take: impl FnMut(Found<'_>)) {
    let Some((start, _)) = ja4.rsplit_once('_') else { return };
    if let Some((_, program)) = HELLOS.iter().find(|(known, _)| *known == start) {
        take(Found { aspect: Aspect::Software, value: program, source: "JA4", text: ja4, weight: 40 });
    }
}

/// What a service says of the host that offers it.
pub(super) fn service(services: &str, port: u16, mut take: impl FnMut(Found<'_>)) {
    let serves = |known: &[&str]| services.split(',').any(|service| known.contains(&service));
    let value = if serves(OF_PLANTS) {
        "industrial controller"
    } else if serves(OF_BUILDINGS) {
        "building controller"
    } else if port == PRINTER_PORT {
        "printer"
    } else {
        return;
    };
    take(Found { aspect: Aspect::Kind, value, source: "serves", text: services, weight: 75 });
}

fn each<'a>(
    told: &[(Aspect, &'a str)],
    found: impl Fn(Aspect, &'a str) -> Found<'a>,
    mut take: impl FnMut(Found<'a>),
) {
    for (aspect, value) in told.iter().filter(|(_, value)| !value.is_empty()) {
        take(found(*aspect, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tell: impl FnOnce(&mut dyn FnMut(Found<'_>))) -> Vec<(Aspect, String)> {
        let mut all = Vec::new();
        tell(&mut |found| all.push((found.aspect, found.value.to_owned())));
        all
    }

    fn of_agent(text: &str) -> String {
        let software = Software {
            ts: records::Timestamp(0),
            host: [10, 0, 0, 1].into(),
            host_p: None,
            software_type: "HTTP::BROWSER".into(),
            name: "x".to_owned(),
            version_major: Some(1),
            version_minor: None,
            version_minor2: None,
            version_minor3: None,
            version_addl: None,
            unparsed_version: text.to_owned(),
        };
        let told = told(|take| super::software(&software, take));
        told.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn user_agents_tell_the_system_and_the_kind_of_device() {
        let cases = [
            ("Mozilla/5.0 (Windows NT 6.1; WOW64)", "x 1, Windows 7, computer"),
            ("Mozilla/5.0 (Linux; Android 13; SM-S901B) Mobile Safari/537.36", "x 1, Android 13, phone"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 15_1 like Mac OS X)", "x 1, iOS, phone, Apple"),
            ("curl/7.68.0", "x 1"),
        ];
        for (text, expected) in cases {
            assert_eq!(of_agent(text), expected);
        }
    }

    #[test]
    fn dhcp_tells_the_system_by_its_class_and_by_what_is_asked() {
        let dhcp = Dhcp {
            vendor_class: Some("MSFT 5.0".to_owned()),
            parameter_list: Some("1,3,6,15,31,33,43,44,46,47,119,121,249,252".to_owned()),
            ..Dhcp::default()
        };
        let told = told(|take| super::dhcp(&dhcp, take));
        let expected = [
            (Aspect::OperatingSystem, "Windows".to_owned()),
            (Aspect::Kind, "computer".to_owned()),
            (Aspect::OperatingSystem, "Windows 10 or 11".to_owned()),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn controllers_are_known_by_what_they_serve() {
        let kind = |services, port| told(|take| service(services, port, take));
        assert_eq!(kind("modbus", 502), [(Aspect::Kind, "industrial controller".to_owned())]);
        assert_eq!(kind("http", 9100), [(Aspect::Kind, "printer".to_owned())]);
        assert_eq!(kind("http,ssl", 443), []);
    }
}
