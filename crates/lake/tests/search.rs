//! Searches on a small lake find what they should, and errors point at the place.
#![cfg(test)]

use std::net::IpAddr;
use std::path::Path;

use lake::{Access, HostNames, Lake, LakeError, write_hits_csv, write_hits_json, write_hits_text};
use records::{
    AnyRecord, Conn, Dhcp, Dns, Endpoints, File, Ftp, Http, Interval, Kerberos, SmbFiles, SmbTransfer, Ssl,
    Timestamp, Uid, Weird,
};
use tempfile::tempdir;

/// 2026-11-16T12:00:00Z.
const NOON: i64 = 1_794_830_400_000_000_000;
const MINUTE: i64 = 60_000_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp(NOON + minutes * MINUTE)
}

fn ends(orig: &str, resp: &str, resp_p: u16) -> Endpoints {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    Endpoints { orig_h: address(orig), orig_p: 50_000, resp_h: address(resp), resp_p }
}

/// A record a minute, so that the minutes name them.
#[expect(clippy::too_many_lines, reason = "a table")]
fn office() -> Vec<AnyRecord> {
    let uid = |number: u128| Uid::connection(number);
    let text = |text: &str| Some(text.to_owned());
    vec![
        Conn {
            ts: at(0),
            uid: uid(1),
            id: ends("10.20.10.166", "135.94.60.130", 443),
            proto: "tcp".into(),
            service: text("ssl"),
            duration: Some(Interval::from_secs(600)),
            orig_bytes: Some(900_000),
            resp_bytes: Some(200_000),
            conn_state: "SF".into(),
            local_orig: true,
            ..Conn::default()
        }
        .into(),
        Conn {
            ts: at(1),
            uid: uid(2),
            id: ends("10.20.10.5", "10.20.10.166", 445),
            proto: "tcp".into(),
            duration: Some(Interval::from_millis(20)),
            orig_bytes: Some(100),
            conn_state: "S0".into(),
            ..Conn::default()
        }
        .into(),
        Dns {
            ts: at(2),
            uid: uid(3),
            id: ends("10.20.10.166", "10.20.10.1", 53),
            proto: "udp".into(),
            query: text("c2.example.com"),
            answers: Some(vec!["135.94.60.130".into(), "under_score".into()]),
            rcode_name: Some("NOERROR".into()),
            rtt: Some(Interval::from_millis(30)),
            ..Dns::default()
        }
        .into(),
        Dns {
            ts: at(3),
            uid: uid(4),
            id: ends("fd00::7", "fd00::1", 53),
            proto: "udp".into(),
            query: text("example.com.evil.org"),
            ..Dns::default()
        }
        .into(),
        Http {
            ts: at(4),
            uid: uid(1),
            id: ends("10.20.10.166", "135.94.60.130", 80),
            method: text("GET"),
            host: text("www.Example.com"),
            uri: text("/tools/nc.exe?x=50%25_y"),
            user_agent: text("curl/8.0 (x)"),
            status_code: Some(200),
            response_body_len: 5_000_000,
            resp_fuids: Some(vec!["Fabc".into()]),
            resp_filenames: Some(vec!["nc.exe".into()]),
            ..Http::default()
        }
        .into(),
        File {
            ts: at(5),
            uid: uid(1),
            fuid: Uid::file(9),
            id: ends("10.20.10.166", "135.94.60.130", 80),
            source: "HTTP".into(),
            mime_type: Some("application/x-dosexec".into()),
            filename: text("nc.exe"),
            md5: text("d41d8cd98f00b204e9800998ecf8427e"),
            seen_bytes: 5_000_000,
            entropy: Some(7.5),
            ..File::default()
        }
        .into(),
        Ssl {
            ts: at(6),
            uid: uid(5),
            id: ends("10.20.10.5", "192.0.2.9", 443),
            server_name: text("cdn.example.net"),
            established: true,
            ..Ssl::default()
        }
        .into(),
        Kerberos {
            ts: at(7),
            uid: uid(6),
            id: ends("10.20.10.5", "10.20.10.1", 88),
            client: text("takahashi.r/OFFICE"),
            success: Some(false),
            till: Some(at(600)),
            ..Kerberos::default()
        }
        .into(),
        SmbTransfer {
            ts: at(8),
            uid: uid(2),
            id: ends("10.20.10.5", "10.20.10.166", 445),
            name: text("Plan \"B\", final.docx"),
            path: text("\\\\FS\\share"),
            bytes_read: 2_000_000,
            ..SmbTransfer::default()
        }
        .into(),
        Dhcp {
            ts: at(9),
            client_addr: Some([10, 20, 10, 166].into()),
            mac: text("00:11:22:aa:bb:cc"),
            host_name: text("NB-PC04"),
            uids: Some(vec![uid(7).to_string()]),
            ..Dhcp::default()
        }
        .into(),
        Weird { ts: at(10), name: "bad_TCP_checksum".into(), ..Weird::default() }.into(),
    ]
}

fn filled(dir: &Path) -> Lake {
    let records = office();
    let mut ingest = Lake::open(dir, Access::Write).unwrap().begin("a").unwrap();
    ingest.append(&records[..6]).unwrap();
    let mut ingest = ingest.commit(vec![]).unwrap().begin("b").unwrap();
    // The rest is found in the log.
    ingest.append(&records[6..]).unwrap();
    ingest.sync().unwrap();
    drop(ingest);
    Lake::open(dir, Access::Read).unwrap()
}

/// The minutes of the records that a query finds.
fn minutes(lake: &Lake, query: &str) -> Vec<i64> {
    let search = lake.search(query, &HostNames::default()).unwrap_or_else(|error| panic!("{error}"));
    let hits: Vec<_> = search.hits(None).unwrap().map(|hit| (hit.unwrap().ts().0 - NOON) / MINUTE).collect();
    assert_eq!(search.count().unwrap(), hits.len() as u64, "{query}");
    hits
}

const ALL: &[i64] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn queries_find_what_they_say() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path());
    let cases: &[(&str, &[i64])] = &[
        ("", ALL),
        // Ends.
        ("host:10.20.10.166", &[0, 1, 2, 4, 5, 8, 9]),
        ("src:10.20.10.166", &[0, 2, 4, 5, 9]),
        ("dst:10.20.10.166", &[1, 8]),
        ("host:10.20.10.0/29", &[1, 2, 6, 7, 8]),
        ("host:fd00::/8", &[3]),
        ("host:fd00::7", &[3]),
        ("host:10.20.10.1*", &[0, 1, 2, 4, 5, 7, 8, 9]),
        ("host:nb-pc04", &[9]),
        ("dst:135.94.60.130 port:443", &[0]),
        ("id.resp_p:445 or resp_p=88", &[1, 7, 8]),
        // Names.
        ("dns.query:*.example.com", &[2]),
        ("query:example.com", &[]),
        ("domain:example.com", &[2, 4]),
        ("domain:example.net", &[6]),
        ("http.host:www.example.com", &[4]),
        ("user:takahashi.r*", &[7]),
        ("file:nc.exe", &[4, 5]),
        ("file:*.EXE", &[4, 5]),
        ("file:\"Plan \\\"B\\\", final.docx\"", &[8]),
        ("hash:D41D8CD98F00B204E9800998ECF8427E", &[5]),
        ("mac:00:11:22:aa:bb:cc", &[9]),
        ("uid:C70000000000000000", &[9]),
        ("uid:c70000000000000000", &[9]),
        ("answers:under_score", &[2]),
        ("answers:under*", &[2]),
        ("answers:underXscore", &[]),
        ("uri:\"*nc.exe*\"", &[]),
        ("uri:*50%25_y", &[4]),
        ("uri:*50%2_y", &[]),
        // Numbers, spans, truth, times.
        ("bytes>1M", &[0, 4, 5, 8]),
        ("bytes > 1M", &[0, 4, 5, 8]),
        ("bytes:>1.05M bytes<=1100000", &[0]),
        ("conn.bytes<1KiB", &[1]),
        ("orig_bytes>=900k", &[0]),
        ("duration>5m", &[0]),
        ("duration<1s type:conn", &[1]),
        ("rtt:30ms", &[2]),
        ("entropy>7.4", &[5]),
        ("established:true", &[6]),
        ("success:no", &[7]),
        ("till>2026-11-16T21:00", &[7]),
        ("till:2026-11-16", &[7]),
        // Presence and negation.
        ("service:*", &[0]),
        ("answers:*", &[2]),
        ("service!=ssl type:conn", &[1]),
        ("conn_state!=SF", &[1]),
        ("not host:10.20.10.0/24", &[3, 10]),
        ("type:conn,dns not service:ssl", &[1, 2, 3]),
        // Free words.
        ("curl", &[4]),
        ("CURL nc.exe", &[4]),
        ("135.94.60.130", &[0, 2, 4, 5]),
        ("10.20.10.0/29", &[1, 2, 6, 7, 8]),
        ("\"(x)\"", &[4]),
        ("*.exe", &[4, 5]),
        ("bad_TCP_checksum", &[10]),
        ("badXTCP", &[]),
        ("00:11:22:aa:bb:cc", &[9]),
        ("http://x", &[]),
        // Combination.
        ("type:dns or type:weird and good", &[2, 3]),
        ("type:dns or type:weird and bad_tcp*", &[2, 3, 10]),
        ("(type:dns or type:weird) and not evil", &[2, 10]),
        ("NOT (type:dns OR type:conn) AND host:10.20.10.5", &[6, 7, 8]),
        ("not not type:dns", &[2, 3]),
        // Time: the latest record is at minute 10.
        ("since:2m", &[8, 9, 10]),
        ("since:2026-11-16T12:09", &[9, 10]),
        ("until:2026-11-16T12:01", &[0]),
        ("until:2026-11-16", ALL),
        ("until:9m", &[0]),
        ("between:2026-11-16T12:03..2026-11-16T12:05", &[3, 4]),
        ("between:3m..1m", &[7, 8]),
        ("ts>=2026-11-16T12:09:00Z", &[9, 10]),
        ("since:2026-11-17", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(&minutes(&lake, query), expected, "{query}");
    }
}

#[test]
fn an_error_points_at_the_place() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path());
    let cases = [
        ("hots:10.0.0.1", "there is no field `hots`; did you mean `host`?", "hots"),
        ("src:1.2.3.4 dns.quer:x", "there is no field `dns.quer`; did you mean `dns.query`?", "dns.quer"),
        ("zzzzzz:1", "there is no field `zzzzzz`", "zzzzzz"),
        ("port:https", "`id.resp_p` is a number, which `https` is not", "https"),
        ("dst:somewhere", "`id.resp_h` is an address, which `somewhere` is not", "somewhere"),
        ("query>5", "`query` is no number: it has no more and less", "5"),
        ("port:99999", "`id.resp_p` is a port, 0 to 65535, which `99999` is not", "99999"),
        ("src:10.20.10.300", "`10.20.10.300` is no address", "10.20.10.300"),
        (
            "duration>\"a while\"",
            "`duration` is a span of time (10s, 5m, 2h, 3d), which `a while` is not",
            "\"a while\"",
        ),
        (
            "since:yesteryear",
            "`yesteryear` is no time; write 2h, 3d, 2026-11-16 or 2026-11-16T08:00",
            "yesteryear",
        ),
        ("between:2h", "`between` is written `between:FROM..UNTIL`", "2h"),
        ("since>2h", "`since` is written `since:…`", "since"),
        ("type:dsn", "there is no record type `dsn`; did you mean `dns`?", "dsn"),
        ("größe \"open", "this quote is not closed", "\""),
        ("(a or (b)", "this parenthesis is not closed", "("),
        ("a) b", "this parenthesis was not opened", ")"),
        ("a or or b", "a term is missing before this", "or"),
        ("a and", "a term is missing at the end", ""),
        ("host: 10.0.0.1", "`host:` needs a value", "host:"),
        ("bytes>", "`bytes>` needs a value", "bytes>"),
        ("bytes>)", "a value is missing here", ""),
    ];
    for (query, message, wrong) in cases {
        let Err(LakeError::Search(error)) = lake.search(query, &HostNames::default()) else {
            panic!("{query} is understood")
        };
        assert_eq!((error.message(), &query[error.place()]), (message, wrong), "{query}");
    }
    let error = lake.search("größe hots:1", &HostNames::default()).err().unwrap().to_string();
    assert_eq!(error, "there is no field `hots`; did you mean `host`?\n  größe hots:1\n        ^^^^");
}

#[test]
fn hostile_queries_are_bounded() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path());
    for query in ["(".repeat(10_000), "not ".repeat(10_000), "a ".repeat(10_000), "a".repeat(100_000)] {
        assert!(lake.search(&query, &HostNames::default()).is_err());
    }
    assert_eq!(minutes(&lake, &vec!["type:weird"; 200].join(" or ")), [10]);
    assert_eq!(minutes(&lake, &format!("uri:{}", "*a".repeat(2000))), [] as [i64; 0]);
}

#[test]
fn hits_print_as_json_csv_and_text() {
    let dir = tempdir().unwrap();
    let lake = filled(dir.path());
    let search = lake.search("type:dns domain:example.com", &HostNames::default()).unwrap();
    let mut out = Vec::new();
    write_hits_json(search.hits(None).unwrap(), &mut out).unwrap();
    let json = String::from_utf8(std::mem::take(&mut out)).unwrap();
    assert!(json.starts_with("{\"_path\":\"dns\",\"ts\":1794830520.000000,\"uid\":\"C3"), "{json}");
    write_hits_csv(&search.types(), search.hits(None).unwrap(), &mut out).unwrap();
    let csv = String::from_utf8(std::mem::take(&mut out)).unwrap();
    assert!(csv.starts_with("type,ts,uid,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,"), "{csv}");
    assert!(csv.contains("\ndns,2026-11-16T12:02:00Z,C30000000000000000,10.20.10.166,50000,"), "{csv}");
    assert!(csv.contains(",\"135.94.60.130,under_score\","), "{csv}");
    write_hits_text(search.hits(Some(1)).unwrap(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("2026-11-16T12:02:00Z dns 10.20.10.166:50000 → 10.20.10.1:53 uid=C3"), "{text}");
    assert_eq!(lake.search("", &HostNames::default()).unwrap().hits(Some(3)).unwrap().count(), 3);
}

#[test]
fn a_hosts_name_stands_for_the_addresses_that_it_held() {
    let dir = tempdir().unwrap();
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("office").unwrap();
    ingest.append(&office()).unwrap();
    let lake = ingest.commit(vec![]).unwrap();
    let mut names = HostNames::default();
    let count = |query: &str, names: &HostNames| lake.search(query, names).unwrap().count().unwrap();
    let of_address = count("host:10.20.10.166", &names);
    assert!(of_address > 0);
    assert_eq!(count("host:HN-PC99", &names), 0);
    names.add("hn-pc99", "10.20.10.166", "2026-11-16T12:00:00Z", "2026-11-16T12:00:00Z");
    assert_eq!(count("host:HN-PC99", &names), 1);
    names.add("hn-pc99", "10.20.10.166", "2026-11-16", "2026-11-16");
    assert_eq!(count("host:HN-PC99", &names), of_address);
    assert_eq!(count("src:hn-pc99 host!=hn-pc99", &names), 0);
}

#[test]
fn a_files_name_is_found_in_any_folder() {
    let dir = tempdir().unwrap();
    let text = |text: &str| Some(text.to_owned());
    let records: Vec<AnyRecord> = vec![
        File { ts: at(0), filename: text("report.pdf"), ..File::default() }.into(),
        SmbFiles { ts: at(1), name: text("Finance\\2026\\Report.pdf"), ..SmbFiles::default() }.into(),
        Ftp { ts: at(2), arg: text("ftp://10.0.0.1/pub/report.pdf"), ..Ftp::default() }.into(),
        Http { ts: at(3), uri: text("/dl/report.pdf?session=1"), ..Http::default() }.into(),
        Http { ts: at(4), uri: text("/dl/report.pdf"), ..Http::default() }.into(),
        Http { ts: at(5), uri: text("/my-report.pdf.exe"), ..Http::default() }.into(),
        Ftp { ts: at(6), arg: text("ftp://10.0.0.1/pub/another-report.pdf"), ..Ftp::default() }.into(),
    ];
    let mut ingest = Lake::open(dir.path(), Access::Write).unwrap().begin("a").unwrap();
    ingest.append(&records).unwrap();
    let lake = ingest.commit(vec![]).unwrap();
    for (query, expected) in [
        ("file:report.pdf", &[0, 1, 2, 3, 4][..]),
        ("file:rep*.pdf", &[0, 1, 2, 3, 4]),
        ("file:*.exe", &[5]),
        ("file:2026", &[]),
        ("file!=report.pdf", &[5, 6]),
    ] {
        assert_eq!(minutes(&lake, query), expected, "{query}");
    }
}
