//! Measures how many bytes per second the hashes take: `cargo run --release -p otus-files --example hashing`.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement prints what the clock says"
)]

use std::time::Instant;

const CONTENT_BYTES: usize = 64 << 20;
const SEGMENT_BYTES: usize = 1460;

fn main() {
    let content: Vec<u8> = (0..CONTENT_BYTES).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let begin = Instant::now();
    let mut digest = files::Digest::default();
    content.chunks(SEGMENT_BYTES).for_each(|segment| digest.update(segment));
    let sums = digest.sums();
    let seconds = begin.elapsed().as_secs_f64();
    println!("md5, sha1 and sha256: {:.0} MB/s ({})", CONTENT_BYTES as f64 / seconds / 1e6, sums.sha256);
}
