//! Decodes captures and says what is in them and how fast: `decode [--repeat N] CAPTURE...`.
#![expect(clippy::print_stdout, reason = "a tool for the terminal")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::path::PathBuf;
use std::time::Instant;

use capture::{FrameBatch, Source};
use packets::{Decoder, HeaderWeird, Packet, PacketSink};

#[derive(Default)]
struct Count {
    packets: u64,
    payload: u64,
    weirds: u64,
}

impl PacketSink for Count {
    fn packet(&mut self, _packet: &Packet, payload: &[u8]) {
        self.packets += 1;
        self.payload += payload.len() as u64;
    }

    fn weird(&mut self, _weird: HeaderWeird) {
        self.weirds += 1;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut repeat = 1;
    if let Some("--repeat") = arguments.first().and_then(|first| first.to_str()) {
        repeat = arguments.get(1).and_then(|count| count.to_str()).unwrap_or("1").parse()?;
        arguments.drain(..2);
    }
    let begin = Instant::now();
    let mut source = Source::open(&arguments)?;
    let mut batches = Vec::new();
    let mut decoding = 0.0;
    let mut decoder = Decoder::new();
    let mut count = Count::default();
    loop {
        let mut batch = FrameBatch::new();
        if !source.fill(&mut batch) {
            break;
        }
        if repeat > 1 {
            batches.push(batch);
        } else {
            decode(&batch, &mut decoder, &mut count);
        }
    }
    let reading = begin.elapsed().as_secs_f64();
    if repeat > 1 {
        let begin = Instant::now();
        for _ in 0..repeat {
            batches.iter().for_each(|batch| decode(batch, &mut decoder, &mut count));
        }
        decoding = begin.elapsed().as_secs_f64();
    }
    for report in source.reports() {
        println!(
            "{}: {} frames{}",
            report.path.display(),
            report.frames,
            report.damage.as_ref().map_or(String::new(), |damage| format!(" ({damage})"))
        );
    }
    println!("{:?}", decoder.counters());
    println!("{} packets, {} bytes of payload, {} weirds", count.packets, count.payload, count.weirds);
    let frames = decoder.counters().frames as f64;
    println!("reading {:.3} s ({:.1} ns per frame)", reading, reading * 1e9 / frames * f64::from(repeat));
    if repeat > 1 {
        println!("decoding {:.3} s ({:.1} ns per frame)", decoding, decoding * 1e9 / frames);
    }
    Ok(())
}

fn decode(batch: &FrameBatch, decoder: &mut Decoder, count: &mut Count) {
    for frame in batch.frames() {
        decoder.decode(frame.ts, frame.link, frame.bytes, frame.original_length, count);
    }
}
