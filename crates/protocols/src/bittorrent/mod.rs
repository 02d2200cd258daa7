//! BitTorrent (BEP 3) over TCP and uTP (BEP 29), and its distributed hash table (BEP 5): recognised only.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;

recognised!(OVER_TCP, "BitTorrent between peers.", "bittorrent", Tcp, &[], Either, stream);
recognised!(OVER_UDP, "BitTorrent between peers over uTP.", "bittorrent", Udp, &[], Either, packet);
recognised!(HASH_TABLE, "The hash table of BitTorrent.", "bittorrent-dht", Udp, &[], Either, hash_table);

const GREETING: &[u8] = b"\x13BitTorrent protocol";

fn stream(_: Sender, bytes: &[u8]) -> Verdict {
    if bytes.starts_with(GREETING) {
        Verdict::Match
    } else if GREETING.starts_with(bytes) {
        Verdict::Maybe
    } else {
        Verdict::No
    }
}

/// Kind and version 1, extension, connection (2 bytes), two times, a window (4 bytes each), two numbers (2 bytes each).
fn packet(_: Sender, datagram: &[u8]) -> Verdict {
    const HEADER_BYTES: usize = 20;
    let is_data = matches!(datagram, [0x01, 0..=2, ..]);
    let greets = datagram.get(HEADER_BYTES..).is_some_and(|content| content.starts_with(GREETING));
    if is_data && greets { Verdict::Match } else { Verdict::No }
}

/// A dictionary that holds an id of 20 bytes, and says whether it asks, answers or complains.
fn hash_table(_: Sender, datagram: &[u8]) -> Verdict {
    let holds = |word: &[u8]| memchr::memmem::find(datagram, word).is_some();
    let is_dictionary = matches!(datagram, [b'd', b'1' | b'2', b':', .., b'e']);
    let is_message = holds(b"1:y1:q") || holds(b"1:y1:r") || holds(b"1:y1:e");
    if is_dictionary && is_message && (holds(b"2:id20:") || holds(b"1:eli")) {
        Verdict::Match
    } else {
        Verdict::No
    }
}
