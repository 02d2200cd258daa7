//! Measures how many records per second one core takes: `observe_speed ROUNDS FOLDER...`, with folders of records as
//! JSON lines. Each round is the same traffic a day later, from other devices' addresses. Run it while the machine does
//! nothing else; several rounds make the devices of a large site (25 devices a day and 400 rounds: 10,000).

#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::disallowed_methods, reason = "it measures time, which is what the clock is for")]

use std::net::IpAddr;
use std::path::Path;

use brain::{Brain, Config};
use records::{AnyRecord, Interval, RECORD_TYPES, read_json};

/// Parts of the rounds that are measured by themselves: the rate of the last shows whether the cost grows.
const PARTS: usize = 4;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rounds: u16 = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    let mut day = Vec::new();
    for folder in arguments {
        for shape in RECORD_TYPES {
            let Ok(text) = std::fs::read_to_string(Path::new(&folder).join(format!("{}.log", shape.name)))
            else {
                continue;
            };
            day.extend(text.lines().filter_map(|line| read_json(shape.name, line).ok()));
        }
    }
    day.sort_by_key(AnyRecord::ts);
    let mut brain = Brain::new(Config::default());
    let mut seconds = [0.0; PARTS];
    for round in 0..rounds {
        // Only the brain is measured, not the making of the records.
        let records: Vec<AnyRecord> = day.iter().map(|record| shifted(record.clone(), round)).collect();
        let started = std::time::Instant::now();
        records.iter().for_each(|record| brain.observe(record));
        if let Some(part) = seconds.get_mut(usize::from(round) * PARTS / usize::from(rounds)) {
            *part += started.elapsed().as_secs_f64();
        }
    }
    let started = std::time::Instant::now();
    brain.finish();
    let all = seconds.iter().sum::<f64>() + started.elapsed().as_secs_f64();
    let records = day.len() * usize::from(rounds);
    println!(
        "{records} records in {all:.2} s: {:.0} a second; {} findings, {} devices, {} of memory",
        records as f64 / all,
        brain.findings().len(),
        brain.devices().count(),
        memory(),
    );
    for (part, seconds) in seconds.iter().enumerate() {
        println!("part {} of {PARTS}: {:.0} a second", part + 1, records as f64 / PARTS as f64 / seconds);
    }
}

/// What the process holds, as Linux tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or_else(|| "an unknown amount".to_owned(), |line| line.trim().to_owned())
}

/// The record so many days later, of other devices: 512 rounds have devices of their own.
fn shifted(mut record: AnyRecord, round: u16) -> AnyRecord {
    let later = Interval::from_secs(i64::from(round) * 86_400);
    let moved = |address: &mut IpAddr| {
        if let IpAddr::V4(old) = address
            && old.octets()[0] == 10
        {
            let [a, b, c, d] = old.octets();
            let [high, low] = (round % 512).to_be_bytes();
            let other = [b.wrapping_add(low % 32), c.wrapping_add((low / 32 + high * 8) * 16)];
            *address = IpAddr::from([a, other[0], other[1], d]);
        }
    };
    macro_rules! shift {
        ($($name:ident),*) => {
            match &mut record {
                $(AnyRecord::$name(record) => {
                    record.ts = record.ts + later;
                    moved(&mut record.id.orig_h);
                })*
                _ => {}
            }
        };
    }
    shift!(Conn, Dns, File, Http, Ssl);
    if let AnyRecord::Conn(conn) = &mut record {
        (conn.orig_l2_addr, conn.resp_l2_addr) = (None, None);
    }
    record
}
