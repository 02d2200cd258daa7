//! `records --out DIR [--shards N] [--tls-keys FILE] CAPTURE...`: the records of each capture by itself, as Zeek's JSON logs, in
//! `DIR/<name of the capture>/<type>.log`. For development: `otus export` does the same through the lake.

#![expect(clippy::print_stderr, reason = "a development tool speaks to its user")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use records::AnyRecord;
use sensor::{Config, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut out, mut captures) = (PathBuf::from("records"), Vec::new());
    let mut config = Config { shards: 1, ..Config::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next().ok_or("--out needs a folder")?.into(),
            "--shards" => config.shards = arguments.next().ok_or("--shards needs a number")?.parse()?,
            "--tls-keys" => {
                let path = arguments.next().ok_or("--tls-keys needs a file")?;
                config.key_log.read(BufReader::new(File::open(path)?))?;
            }
            _ => captures.push(PathBuf::from(argument)),
        }
    }
    for capture in captures {
        let name = capture.file_name().and_then(|name| name.to_str()).unwrap_or("capture");
        write(&capture, &out.join(name.trim_end_matches(".zst")), &config)?;
    }
    Ok(())
}

fn write(capture: &Path, folder: &Path, config: &Config) -> Result<(), Box<dyn Error>> {
    let source = Source::open(&[capture.to_path_buf()])?;
    let mut logs: BTreeMap<&str, String> = BTreeMap::new();
    let traffic = sensor::run(source, config, |records: Vec<AnyRecord>| -> Result<(), std::io::Error> {
        for record in records {
            let log = logs.entry(record.record_type().name).or_default();
            record.write_json(log);
            log.push('\n');
        }
        Ok(())
    })?;
    std::fs::create_dir_all(folder)?;
    for (name, log) in logs {
        std::fs::write(folder.join(format!("{name}.log")), log)?;
    }
    for damage in traffic.files.iter().filter_map(|file| file.damage.as_ref()) {
        eprintln!("{damage}");
    }
    Ok(())
}
