//! Whatever a log holds, there is no panic, the same records come out each time, and each of them reads back from what
//! it is written as.
//!
//! The first byte says how the file is called.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use records::read_json;

const NAMES: [&str; 8] =
    ["conn.log", "dns.log", "files.log", "x509.log", "smb_files.log", "eve.json", "dhcp.log", "-stdin"];

fn read(path: &std::path::Path) -> Vec<String> {
    let listing = logs::list(&[path.to_owned()]).expect("the file is there");
    let (_, logs) = logs::split(listing.captures);
    let folder = std::env::temp_dir();
    let config = logs::Config { local_networks: records::LocalNetworks::default(), temporary_folder: folder };
    let (mut merge, report) = logs::read(logs, &config, &Arc::default(), || {}).expect("memory is enough");
    assert!(report.bad_lines.iter().all(|bad| bad.number > 0));
    let mut lines = Vec::new();
    loop {
        let records = merge.rest().expect("memory is enough");
        if records.is_empty() {
            return lines;
        }
        for record in records {
            let mut line = String::new();
            record.write_json(&mut line);
            let again = read_json(record.record_type().name, &line).expect("what was written can be read");
            let mut line_again = String::new();
            again.write_json(&mut line_again);
            assert_eq!(line, line_again);
            lines.push(line);
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let [name, content @ ..] = input else { return };
    let name = NAMES[usize::from(*name) % NAMES.len()];
    let folder = std::env::temp_dir().join(format!("otus-fuzz-logs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a temporary file");
    assert_eq!(read(&path), read(&path));
});
