//! `idle_connections [--connections N] [DIALOGUE...]`: what a connection costs in memory while it is open and nothing happens.
//!
//! Opens so many connections (a million) at once, each with the packets of a golden dialogue such as `http/keep-alive`, or
//! with the handshake of TCP alone (`handshake`), and tells how much the memory of the process grew for each. Ends with
//! 1 where that is more than [`BYTES_MAX`].

#![expect(clippy::print_stdout, reason = "a development tool speaks to its user")]

#[path = "../../protocols/tests/golden/dialogue.rs"]
#[expect(dead_code, clippy::unwrap_used, clippy::panic, reason = "it was made for tests, which use the rest")]
mod dialogue;
#[path = "../tests/streams/disorder.rs"]
#[expect(dead_code, reason = "here all is in order")]
mod disorder;
#[path = "../tests/streams/wire.rs"]
#[expect(clippy::unwrap_used, reason = "it was made for tests")]
mod wire;

use std::error::Error;
use std::io::{BufWriter, PipeWriter, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use capture::PcapWriter;
use dialogue::{Act, Dialogue, dialogues};
use disorder::Disorder;
use records::AnyRecord;
use sensor::{Config, Source};

/// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Frames with their times in nanoseconds.
type Frames = Vec<(i64, Vec<u8>)>;

/// So much an idle connection may cost.
const BYTES_MAX: u64 = 1024;
/// What is measured where nothing is named.
const DIALOGUES: [&str; 5] =
    ["handshake", "http/keep-alive", "ssl/tls13", "ssh/offers-and-key", "ntp/client-and-server"];
/// Connections begin so many nanoseconds after each other: a million of them before any is over.
const BETWEEN_NANOS: i64 = 5_000;
/// So many connections between the same two hosts.
const OF_A_PAIR: u32 = 16;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut connections, mut names) = (1_000_000, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--connections" => {
                connections = arguments.next().ok_or("--connections needs a number")?.parse()?
            }
            _ => names.push(argument),
        }
    }
    if names.is_empty() {
        names.extend(DIALOGUES.map(str::to_owned));
    }
    if let [name] = names.as_slice() {
        let bytes = measure(&named(name)?, connections)?;
        println!("{name}: {bytes} bytes for each of {connections} idle connections");
        return Ok(ExitCode::from(u8::from(bytes > BYTES_MAX)));
    }
    // What one measurement has freed would be used again by the next: each gets a process of its own.
    let mut all_succeed = true;
    for name in names {
        let mut alone = Command::new(std::env::current_exe()?);
        all_succeed &= alone.args(["--connections", &connections.to_string(), &name]).status()?.success();
    }
    Ok(ExitCode::from(u8::from(!all_succeed)))
}

/// The dialogue `folder/name`, without the close.
fn named(name: &str) -> Result<Dialogue, Box<dyn Error>> {
    let is_bare = name == "handshake";
    let mut dialogue = Dialogue::read(&path_of(if is_bare { "http/keep-alive" } else { name })?);
    dialogue.steps.retain(|step| !is_bare && !matches!(step.act, Act::Close));
    Ok(dialogue)
}

fn path_of(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let (folder, file) = name.split_once('/').ok_or("a dialogue is called `folder/name`")?;
    let end = PathBuf::from(folder).join("golden").join(format!("{file}.dialogue"));
    dialogues()
        .into_iter()
        .find(|path| path.ends_with(&end))
        .ok_or_else(|| format!("no dialogue {name}").into())
}

/// Bytes of memory for each connection.
fn measure(dialogue: &Dialogue, connections: u32) -> Result<u64, Box<dyn Error>> {
    let (reader, writer) = std::io::pipe()?;
    let source = Source::open(&[PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()))])?;
    let table = conntrack_config(connections);
    let config = Config { shards: 1, table, ..Config::default() };
    let (mut before, mut after, mut is_over) = (None, 0, false);
    std::thread::scope(|scope| {
        let sender = scope.spawn(move || send(dialogue, connections, writer));
        sensor::run(source, &config, |records: Vec<AnyRecord>| {
            is_over |= records.iter().any(|record| matches!(record, AnyRecord::Conn(_)));
            if !is_over {
                after = resident_bytes()?;
                before.get_or_insert(after);
            }
            Ok::<_, std::io::Error>(())
        })?;
        drop(reader);
        sender.join().map_err(|_| "the sender failed")??;
        Ok::<_, Box<dyn Error>>(())
    })?;
    Ok(after.saturating_sub(before.unwrap_or(after)) / u64::from(connections.max(1)))
}

/// Room for all of them.
fn conntrack_config(connections: u32) -> conntrack::Config {
    conntrack::Config { connections_max: connections as usize + 1, ..conntrack::Config::default() }
}

/// Writes the packets of all connections, one connection after the other.
fn send(dialogue: &Dialogue, connections: u32, writer: PipeWriter) -> std::io::Result<()> {
    const ETHERNET: u16 = 1;
    let mut output = PcapWriter::new(BufWriter::with_capacity(1 << 20, writer), packets::LinkType(ETHERNET))?;
    let mut dialogue = dialogue.clone();
    let mut start = dialogue.about.start.0;
    for number in 0..connections {
        let client = Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(10, 0, 0, 1)) + number / OF_A_PAIR);
        dialogue.about.id.orig_h = IpAddr::V4(client);
        dialogue.about.id.orig_p = 20_000 + (number % OF_A_PAIR) as u16;
        dialogue.about.id.resp_h = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        start += BETWEEN_NANOS;
        for (_, frame) in wire::frames(&dialogue, &mut Disorder::none()) {
            output.write(start, &frame, frame.len() as u32)?;
        }
    }
    output.finish()?.flush()
}

fn resident_bytes() -> std::io::Result<u64> {
    const PAGE_BYTES: u64 = 4096;
    let fields = std::fs::read_to_string("/proc/self/statm")?;
    let pages = fields.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    Ok(pages.unwrap_or(0) * PAGE_BYTES)
}
