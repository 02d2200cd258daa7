//! Measures how many records per second one core takes: `observe_speed ROUNDS FOLDER...`, with folders of records as
//! JSON lines. Each round is the same traffic a day later, from other devices' addresses.

#![expect(clippy::print_stdout, reason = "a program for people")]
#![expect(clippy::disallowed_methods, reason = "it measures time, which is what the clock is for")]

use std::net::IpAddr;
use std::path::Path;

use brain::{Brain, Config};
use records::{AnyRecord, Interval, RECORD_TYPES, read_json};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rounds: u8 = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
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
    let all: Vec<AnyRecord> =
        (0..rounds).flat_map(|round| day.iter().map(move |record| shifted(record.clone(), round))).collect();
    let mut brain = Brain::new(Config::default());
    let started = std::time::Instant::now();
    for record in &all {
        brain.observe(record);
    }
    brain.finish();
    let seconds = started.elapsed().as_secs_f64();
    let saved = brain.save().unwrap_or_default().len();
    println!(
        "{} records in {seconds:.2} s: {:.0} a second; {} findings, {} devices, checkpoint of {saved} bytes",
        all.len(),
        all.len() as f64 / seconds,
        brain.findings().len(),
        brain.devices().count()
    );
}

fn shifted(mut record: AnyRecord, round: u8) -> AnyRecord {
    let later = Interval::from_secs(i64::from(round) * 86_400);
    let moved = |address: &mut IpAddr| {
        if let IpAddr::V4(old) = address
            && old.octets()[0] == 10
        {
            let [a, b, c, d] = old.octets();
            *address = IpAddr::from([a, b.wrapping_add(round % 16), c, d]);
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
