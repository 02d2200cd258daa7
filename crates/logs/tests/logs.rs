//! Logs of others become records: the formats, what is wrong in them, and their order.
#![cfg(test)]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use logs::{Config, Report};
use records::{AnyRecord, LocalNetworks};
use tempfile::TempDir;

/// Reads files of these names and contents.
fn read(files: &[(&str, &[u8])]) -> (Vec<AnyRecord>, Report) {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let listing = logs::list(&[folder.path().to_owned()]).unwrap();
    let (captures, logs) = logs::split(listing.captures);
    assert!(captures.is_empty(), "{captures:?}");
    let config =
        Config { local_networks: LocalNetworks::default(), temporary_folder: PathBuf::from("/nowhere") };
    let (mut merge, report) = logs::read(logs, &config, &Arc::default(), || {}).unwrap();
    let mut records = Vec::new();
    loop {
        let more = merge.rest().unwrap();
        if more.is_empty() {
            return (records, report);
        }
        records.extend(more);
    }
}

fn lines(records: &[AnyRecord]) -> Vec<String> {
    let json = |record: &AnyRecord| {
        let mut line = format!("{} ", record.record_type().name);
        record.write_json(&mut line);
        line
    };
    records.iter().map(json).collect()
}

fn names(records: &[AnyRecord]) -> Vec<&'static str> {
    records.iter().map(|record| record.record_type().name).collect()
}

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const CONN: &str = r#"{"ts":1794786000.5,"uid":"CaAN33ESKqQr5L8J4","id.orig_h":"10.0.0.5","id.orig_p":40000,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp","service":"ssl","duration":30.25,"orig_bytes":900,"resp_bytes":5000,"conn_state":"SF","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadFf","orig_pkts":12,"orig_ip_bytes":1500,"resp_pkts":10,"resp_ip_bytes":5500,"tunnel_parents":["CHx1"],"ip_proto":6}"#;
const DNS: &str = r#"{"ts":1794786000.25,"uid":"CDns1","id.orig_h":"10.0.0.5","id.orig_p":40001,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","trans_id":7,"rtt":0.001,"query":"www.example.com","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["a,b","198.51.100.7"],"TTLs":[60.0,5.5],"rejected":false}"#;

const CONN_TSV: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-11-15-23-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\tip_proto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\tcount\n1794786000.500000\tCaAN33ESKqQr5L8J4\t10.0.0.5\t40000\t198.51.100.7\t443\ttcp\tssl\t30.250000\t900\t5000\tSF\tT\tF\t0\tShADadFf\t12\t1500\t10\t5500\tCHx1\t6\n#close\t2026-11-16-00-00-00\n";
const DNS_TSV: &str = "#separator |\n#set_separator|,\n#path|dns\n#fields|ts|uid|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto|trans_id|rtt|query|qclass|qclass_name|qtype|qtype_name|rcode|rcode_name|AA|TC|RD|RA|Z|answers|TTLs|rejected\n1794786000.250000|CDns1|10.0.0.5|40001|10.0.0.1|53|udp|7|0.001000|www.example.com|1|C_INTERNET|1|A|0|NOERROR|F|F|T|T|0|a\\x2cb,198.51.100.7|60.000000,5.500000|F\n";

#[test]
fn tab_separated_values_and_json_give_the_same_records_packed_or_not() {
    let json = read(&[("conn.log", CONN.as_bytes()), ("dns.log", DNS.as_bytes())]);
    assert_eq!((names(&json.0), json.1.lines, json.1.bad_lines.len()), (vec!["dns", "conn"], 2, 0));
    assert!(lines(&json.0)[1].contains(r#""tunnel_parents":["CHx1"]"#), "{:?}", lines(&json.0));
    for files in [
        [("conn.log", CONN_TSV.as_bytes().to_vec()), ("dns.log", DNS_TSV.as_bytes().to_vec())],
        [
            ("2026-11-15/conn.23:00:00-00:00:00.log.gz", gzip(CONN_TSV)),
            ("2026-11-15/dns.23:00:00-00:00:00.log.zst", zstd::encode_all(DNS.as_bytes(), 1).unwrap()),
        ],
        [("any name", CONN_TSV.as_bytes().to_vec()), ("other", gzip(DNS_TSV))],
        [("a", CONN.as_bytes().to_vec()), ("b", format!("\r\n{DNS}\r\n").into_bytes())],
    ] {
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, content)| (*name, content.as_slice())).collect();
        let (records, report) = read(&files);
        assert_eq!(lines(&records), lines(&json.0), "{:?}", report.bad_lines);
    }
}

#[test]
fn a_stream_of_many_logs_that_are_not_named_is_told_line_by_line() {
    let tunnel = r#"{"ts":1794786000.1,"uid":"CTun1","id.orig_h":"10.0.0.5","id.orig_p":0,"id.resp_h":"10.0.0.1","id.resp_p":0,"tunnel_type":"Tunnel::GRE","action":"Tunnel::DISCOVER"}"#;
    let stream = format!("{CONN}\n{DNS}\n{tunnel}\n{CONN}\n{DNS}\n");
    let (records, report) = read(&[("all", stream.as_bytes())]);
    assert_eq!(names(&records), ["tunnel", "dns", "dns", "conn", "conn"], "{:?}", report.bad_lines);
    let apart = read(&[("conn.log", CONN.as_bytes()), ("dns.log", DNS.as_bytes())]).0;
    assert_eq!(lines(&records)[2..4], lines(&apart));
}

#[test]
fn one_stream_may_hold_lines_of_many_logs() {
    let stream = format!(
        "{}\n{}\n{}\n",
        CONN.replacen('{', r#"{"_path":"conn","_write_ts":1.0,"#, 1),
        DNS.replacen('{', r#"{"_path":"dns","#, 1),
        r#"{"_path":"notice","ts":1794786000.0,"note":"Scan"}"#,
    );
    let (records, report) = read(&[("current", stream.as_bytes())]);
    assert_eq!(names(&records), ["dns", "conn"]);
    assert_eq!(report.not_kept.into_iter().collect::<Vec<_>>(), [("notice".to_owned(), 1)]);
    assert!(report.unknown_fields.is_empty(), "{:?}", report.unknown_fields);
}

#[test]
fn a_connection_stands_where_it_ended() {
    let late = DNS.replace("1794786000.25", "1794786030.0").replace("CDns1", "CDns2");
    let after = DNS.replace("1794786000.25", "1794786031.0").replace("CDns1", "CDns3");
    let dns = format!("{after}\n{late}\n{DNS}\n");
    let (records, _) = read(&[("conn.log", CONN.as_bytes()), ("dns.log", dns.as_bytes())]);
    assert_eq!(names(&records), ["dns", "dns", "conn", "dns"]);
}

#[test]
fn what_is_wrong_with_a_line_is_told_and_the_rest_is_kept() {
    let cut = &CONN[..100];
    let content = [
        CONN.as_bytes(),
        b"\n\xff\xfe\n",
        cut.as_bytes(),
        b"\n[1]\n",
        CONN.replace("1794786000.5", "1e300").as_bytes(),
        b"\n",
        CONN.replace(r#""ts":1794786000.5,"#, "").as_bytes(),
        b"\n",
        CONN.replace("40000", "65536").as_bytes(),
        b"\n",
        "[".repeat(1000).as_bytes(),
        b"\n",
        CONN.replace("10.0.0.5", "10.0.0.6").replace("}", r#","new_field":1,"empty":[]}"#).as_bytes(),
    ]
    .concat();
    let (records, report) = read(&[("conn.log", &content)]);
    assert_eq!((records.len(), report.lines, report.records), (2, 2, 2));
    let told: Vec<(u64, String)> =
        report.bad_lines.iter().map(|bad| (bad.number, bad.error.to_string())).collect();
    assert_eq!(
        told,
        [
            (2, "it is no UTF-8".to_owned()),
            (3, "the JSON is cut".to_owned()),
            (4, "it is no JSON object".to_owned()),
            (5, "`ts`: a value is out of range".to_owned()),
            (6, "`ts` is missing or out of range".to_owned()),
        ]
    );
    assert_eq!(report.more_bad_lines[0].lines, 2);
    assert_eq!(report.unknown_fields.into_iter().collect::<Vec<_>>(), [("conn.new_field".to_owned(), 1)]);
}

#[test]
fn a_table_that_does_not_fit_its_header_is_told() {
    let broken = CONN_TSV.replace("\tSF\t", "\tSF\tmore\t")
        + "#fields\tts\n1.5\n#fields\tts\tid.orig_h\tid.resp_h\n1.5\t10.0.0.1\t10.0.0.2\n";
    let (records, report) = read(&[("conn.log", broken.as_bytes())]);
    assert_eq!(names(&records), ["conn"]);
    assert_eq!(report.bad_lines[0].error.to_string(), "it has 23 values for 22 fields");
    assert_eq!(report.bad_lines[1].error.to_string(), "`id.orig_h` is missing or out of range");
    let (_, report) = read(&[("x", b"#separator \\x09\nvalue\n#fields\tts\n1.5\n")]);
    let told: Vec<String> = report.bad_lines.iter().map(|bad| bad.error.to_string()).collect();
    assert_eq!(told[0], "no `#fields` line comes before it");
    assert!(told[1].starts_with("which of Zeek's logs"), "{told:?}");
}

#[test]
fn logins_are_told_from_the_logs_of_others_and_not_from_our_own() {
    let ssh = r#"{"ts":1794786000.5,"uid":"CSsh1","id.orig_h":"10.0.0.5","id.orig_p":40000,"id.resp_h":"10.0.0.7","id.resp_p":22,"version":2,"auth_success":false,"auth_attempts":4}"#;
    let (records, _) = read(&[("zeek/ssh.log", ssh.as_bytes())]);
    assert_eq!(names(&records), ["ssh", "login"]);
    let login = r#"{"ts":1794786000.5,"uid":"CSsh1","id.orig_h":"10.0.0.5","id.orig_p":40000,"id.resp_h":"10.0.0.7","id.resp_p":22,"service":"ssh","success":false}"#;
    let (records, _) = read(&[("otus/ssh.log", ssh.as_bytes()), ("otus/login.log", login.as_bytes())]);
    assert_eq!(records.len(), 2);
}

fn event(kind: &str, source: &str, destination: &str, body: &str) -> String {
    event_at("23:55:06.010000", kind, source, destination, body)
}

/// An event of a flow between two ends that are written as `10.0.0.5:40000`.
fn event_at(time: &str, kind: &str, source: &str, destination: &str, body: &str) -> String {
    let end =
        |end: &str| end.rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).unwrap();
    let ((src, src_port), (dest, dest_port)) = (end(source), end(destination));
    format!(
        r#"{{"timestamp":"2026-11-15T{time}+0000","flow_id":77,"event_type":"{kind}","src_ip":"{src}","src_port":{src_port},"dest_ip":"{dest}","dest_port":{dest_port},"proto":"{}",{body}}}"#,
        if kind == "dns" || kind == "dhcp" { "UDP" } else { "TCP" },
    )
}

const CLIENT: &str = "10.0.0.5:40000";

fn eve(events: &[String]) -> (Vec<AnyRecord>, Report) {
    read(&[("eve.json", events.join("\n").as_bytes())])
}

#[test]
fn a_flow_becomes_a_connection_and_all_of_it_has_one_name() {
    let flow = event_at(
        "23:59:00.000000",
        "flow",
        CLIENT,
        "198.51.100.7:80",
        r#""app_proto":"http","flow":{"pkts_toserver":5,"pkts_toclient":4,"bytes_toserver":439,"bytes_toclient":1372,"start":"2026-11-15T23:55:06.000000+0000","end":"2026-11-15T23:55:07.500000+0000","state":"closed","reason":"timeout"},"community_id":"1:abc=","tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b"}"#,
    );
    let http = event(
        "http",
        CLIENT,
        "198.51.100.7:80",
        r#""tx_id":0,"http":{"hostname":"www.example.com","url":"/a.exe","http_user_agent":"curl/8","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":1000}"#,
    );
    let file = event(
        "fileinfo",
        "198.51.100.7:80",
        CLIENT,
        r#""app_proto":"http","http":{"url":"/a.exe"},"fileinfo":{"filename":"/a.exe","magic":"PE32 executable (GUI)","gaps":false,"state":"CLOSED","sha256":"ab","size":1000,"tx_id":0}"#,
    );
    let (records, report) = eve(&[file, http, flow]);
    assert!(report.bad_lines.is_empty() && report.not_kept.is_empty(), "{report:?}");
    assert_eq!(names(&records), ["files", "http", "conn"]);
    let (AnyRecord::File(file), AnyRecord::Http(http), AnyRecord::Conn(conn)) =
        (&records[0], &records[1], &records[2])
    else {
        panic!("{records:?}");
    };
    assert_eq!((file.uid, http.uid, file.id, http.id), (conn.uid, conn.uid, conn.id, conn.id));
    assert_eq!((&*conn.conn_state, &*conn.history), ("SF", "ShADadFf"));
    assert_eq!((conn.orig_ip_bytes, conn.orig_bytes, conn.local_orig), (369, Some(101), true));
    assert_eq!((file.mime_type.as_deref(), file.is_orig), (Some("application/x-dosexec"), Some(false)));
    assert_eq!((file.filename.as_deref(), http.version.as_deref()), (None, Some("1.1")));
}

#[test]
fn queries_and_answers_of_all_versions_are_joined() {
    let (client, server) = ("10.0.0.5:40000", "10.0.0.1:53");
    let query = |body: &str| event("dns", client, server, body);
    let answer = |body: &str| event_at("23:55:06.020000", "dns", server, client, body);
    let first = [
        query(r#""dns":{"type":"query","id":9,"rrname":"www.Example.com","rrtype":"A","tx_id":0}"#),
        answer(
            r#""dns":{"type":"answer","id":9,"flags":"8180","qr":true,"rd":true,"ra":true,"rcode":"NOERROR","rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"198.51.100.7"}"#,
        ),
        answer(
            r#""dns":{"type":"answer","id":9,"flags":"8180","qr":true,"rd":true,"ra":true,"rcode":"NOERROR","rrname":"alias.example.com","rrtype":"A","ttl":30,"rdata":"198.51.100.8"}"#,
        ),
    ];
    let second = [
        query(
            r#""dns":{"version":2,"type":"query","id":9,"rrname":"www.example.com","rrtype":"A","tx_id":0}"#,
        ),
        answer(
            r#""dns":{"version":2,"type":"answer","id":9,"flags":"8180","qr":true,"rd":true,"ra":true,"rcode":"NOERROR","rrname":"www.example.com","rrtype":"A","answers":[{"rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"198.51.100.7"},{"rrname":"www.example.com","rrtype":"A","ttl":30,"rdata":"198.51.100.8"}],"grouped":{"A":["198.51.100.7"]}}"#,
        ),
    ];
    let third = [
        query(
            r#""dns":{"version":3,"type":"request","tx_id":0,"id":9,"rd":true,"rcode":"NOERROR","queries":[{"rrname":"www.example.com","rrtype":"A"}]}"#,
        ),
        answer(
            r#""dns":{"version":3,"type":"response","tx_id":1,"id":9,"rd":true,"ra":true,"rcode":"NOERROR","queries":[{"rrname":"www.example.com","rrtype":"A"}],"answers":[{"rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"198.51.100.7"},{"rrname":"www.example.com","rrtype":"A","ttl":30,"rdata":"198.51.100.8"}]}"#,
        ),
    ];
    let expected = r#""proto":"udp","trans_id":9,"rtt":0.010000,"query":"www.example.com","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["198.51.100.7","198.51.100.8"],"TTLs":[60.000000,30.000000],"rejected":false}"#;
    for events in [first.as_slice(), &second, &third] {
        let (records, _) = eve(events);
        assert_eq!(records.len(), 1, "{records:?}");
        assert!(lines(&records)[0].ends_with(expected), "{:?}", lines(&records));
        assert!(lines(&records)[0].contains(r#""id.orig_h":"10.0.0.5""#), "{:?}", lines(&records));
    }
    let (records, _) = eve(&second[..1]);
    assert!(lines(&records)[0].contains(r#""query":"www.example.com""#));
    assert!(!lines(&records)[0].contains("rcode"), "{:?}", lines(&records));
}

#[test]
fn a_query_and_its_answer_may_lie_in_two_files() {
    let query = event(
        "dns",
        CLIENT,
        "10.0.0.1:53",
        r#""dns":{"type":"query","id":9,"rrname":"a.example","rrtype":"A"}"#,
    );
    let answer = event_at(
        "23:55:07.010000",
        "dns",
        "10.0.0.1:53",
        CLIENT,
        r#""dns":{"version":2,"type":"answer","id":9,"rcode":"NXDOMAIN","rrname":"a.example","rrtype":"A"}"#,
    );
    // The later file has the earlier name.
    let (records, _) = read(&[("eve-1.json", answer.as_bytes()), ("eve-2.json", query.as_bytes())]);
    assert_eq!(records.len(), 1);
    assert!(lines(&records)[0].contains(r#""rtt":1.000000"#), "{:?}", lines(&records));
}

#[test]
fn every_kind_of_event_that_has_a_record_becomes_one() {
    let cases = include_str!("events.txt").lines().filter(|line| !line.starts_with('#'));
    let mut kinds = BTreeSet::new();
    for case in cases {
        let [kind, source, destination, expected, body] = case.splitn(5, '\t').collect::<Vec<_>>()[..] else {
            panic!("{case}");
        };
        let (records, report) = eve(&[event(kind, source, destination, body)]);
        assert!(report.bad_lines.is_empty(), "{case}: {report:?}");
        let found = if records.is_empty() { "-".to_owned() } else { names(&records).join(" ") };
        assert_eq!(found, expected, "{case}");
        assert_eq!(report.not_kept.len(), usize::from(records.is_empty()), "{case}: {report:?}");
        for line in lines(&records) {
            assert!(!line.contains(r#""id.orig_p":88"#) && !line.contains("<none>"), "{line}");
        }
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 16, "{kinds:?}");
    let (_, report) = eve(&[event("alert", CLIENT, "10.0.0.7:80", r#""alert":{"signature":"x"}"#)]);
    assert_eq!(report.not_kept.into_iter().collect::<Vec<_>>(), [("alert".to_owned(), 1)]);
}

#[test]
fn the_sensor_is_named_where_the_line_names_it() {
    let ssh = |sensor: &str| event("ssh", CLIENT, "10.0.0.7:22", &format!(r#""host":"{sensor}","ssh":{{}}"#));
    let (_, report) = eve(&[ssh("ids-2"), ssh("ids-1")]);
    assert_eq!(report.files[0].sensor.as_deref(), Some("ids-1, ids-2"));
    assert_eq!(report.files[0].format, "suricata-eve");
}

#[test]
fn a_certificate_is_told_once_a_day() {
    let body = r#""tls":{"subject":"CN=a","fingerprint":"AB:CD","version":"TLS 1.2"}"#;
    let tls = event("tls", CLIENT, "198.51.100.7:443", body);
    let (records, _) = eve(&[tls.clone(), tls]);
    assert_eq!(names(&records), ["x509", "ssl", "ssl"]);
}
