//! Measures what it costs to put records into a lake: `throughput DIR [RECORDS]` writes records as a capture of
//! an office has them and prints records per second of CPU.

#![expect(clippy::print_stdout, reason = "a development tool prints")]

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use lake::{Access, Lake};
use records::{AnyRecord, Conn, Dns, Endpoints, File, HardwareAddress, Http, Interval, Ssl, Timestamp, Uid};

const BATCH: usize = 1024;

fn mix(state: u64) -> u64 {
    let mixed =
        (state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 31)
}

#[expect(clippy::too_many_lines, reason = "a list of values")]
fn office(index: u64) -> AnyRecord {
    let number = mix(index);
    let ts =
        Timestamp(1_794_830_400_000_000_000 + index as i64 * 90_000_000 - (number % 60_000_000_000) as i64);
    let uid = Uid::connection(u128::from(number) << 64 | u128::from(mix(number)));
    let id = Endpoints {
        orig_h: IpAddr::V4(Ipv4Addr::from(0x0a14_0a00 | (number as u32 % 200))),
        orig_p: number as u16 | 0x8000,
        resp_h: IpAddr::V4(Ipv4Addr::from(0x5000_0000 | mix(number % 3000) as u32 >> 8)),
        resp_p: 443,
    };
    let tcp = || Cow::Borrowed("tcp");
    let name = format!("www{}.example{}.com", number % 7, number % 900);
    match index % 10 {
        0..5 => Conn {
            ts,
            uid,
            id,
            proto: tcp(),
            service: Some("ssl".to_owned()),
            duration: Some(Interval((number % 100_000_000_000) as i64)),
            orig_bytes: Some(number % 5000),
            resp_bytes: Some(number % 90_000),
            conn_state: "SF".into(),
            local_orig: true,
            history: "ShADadFf".to_owned(),
            orig_pkts: number % 40,
            orig_ip_bytes: number % 7000,
            resp_pkts: number % 70,
            resp_ip_bytes: number % 99_000,
            ip_proto: 6,
            orig_l2_addr: Some(HardwareAddress::from_number(0x0011_2233_4400 + number % 200)),
            resp_l2_addr: Some(HardwareAddress::from_number(0x0011_2233_44ff)),
            community_id: Some(format!("1:{:027x}=", number)),
            ..Conn::default()
        }
        .into(),
        5..8 => Dns {
            ts,
            uid,
            id,
            proto: "udp".into(),
            trans_id: number as u16,
            rtt: Some(Interval((number % 100_000_000) as i64)),
            query: Some(name),
            qclass: Some(1),
            qclass_name: Some("C_INTERNET".into()),
            qtype: Some(1),
            qtype_name: Some("A".into()),
            rcode: Some(0),
            rcode_name: Some("NOERROR".into()),
            rd: true,
            ra: true,
            answers: Some(vec!["93.184.216.34".to_owned(), "93.184.216.35".to_owned()]),
            ttls: Some(vec![Interval::from_secs(300), Interval::from_secs(300)]),
            ..Dns::default()
        }
        .into(),
        8 if index % 20 == 8 => Http {
            ts,
            uid,
            id,
            trans_depth: 1,
            method: Some("GET".into()),
            host: Some(name),
            uri: Some(format!("/path/{}/index.html?x={}", number % 5000, number)),
            user_agent: Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36".into()),
            version: Some("1.1".into()),
            response_body_len: number % 100_000,
            status_code: Some(200),
            status_msg: Some("OK".into()),
            resp_fuids: Some(vec![uid.to_string()]),
            resp_mime_types: Some(vec!["text/html".into()]),
            ..Http::default()
        }
        .into(),
        8 => Ssl {
            ts,
            uid,
            id,
            version: Some("TLSv13".into()),
            cipher: Some("TLS_AES_256_GCM_SHA384".into()),
            curve: Some("x25519".into()),
            server_name: Some(name),
            established: true,
            ssl_history: Some("CsiI".into()),
            ja3: Some(format!("{:032x}", number % 40)),
            ja3s: Some(format!("{:032x}", number % 30)),
            ja4: Some(format!("t13d1516h2_{:012x}", number % 50)),
            ..Ssl::default()
        }
        .into(),
        _ => File {
            ts,
            uid,
            id,
            fuid: Uid::file(u128::from(number)),
            source: "HTTP".into(),
            depth: 1,
            mime_type: Some("text/html".into()),
            duration: Interval(1000),
            seen_bytes: number % 100_000,
            total_bytes: Some(number % 100_000),
            md5: Some(format!("{number:032x}")),
            sha1: Some(format!("{number:040x}")),
            sha256: Some(format!("{number:064x}")),
            ..File::default()
        }
        .into(),
    }
}

/// User and system CPU seconds of this process so far (Linux: in ticks of 10 ms).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("usage: throughput DIR [RECORDS]")?;
    let count: usize = arguments.next().map_or(Ok(300_000), |count| count.parse())?;
    let records: Vec<AnyRecord> = (0..count as u64).map(office).collect();
    let measure = |what: &str, since: Option<f64>| {
        let used = cpu_seconds().zip(since).map_or(0.0, |(now, since)| now - since);
        println!("{what}: {used:.2} s CPU, {:.0} records/s", count as f64 / used);
    };
    let start = cpu_seconds();
    let mut ingest = Lake::open(Path::new(&dir), Access::Write)?.begin("throughput")?;
    for batch in records.chunks(BATCH) {
        ingest.append(batch)?;
    }
    ingest.sync()?;
    measure("log and columns", start);
    let lake = ingest.commit(vec![])?;
    measure("all", start);
    let bytes: u64 = lake.segments().iter().map(|segment| segment.bytes).sum();
    println!("{} segments, {:.1} bytes per record", lake.segments().len(), bytes as f64 / count as f64);
    Ok(())
}
