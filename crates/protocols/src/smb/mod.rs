//! SMB: files, printers and named pipes of Windows, versions 1 ([MS-CIFS], [MS-SMB]), 2 and 3 ([MS-SMB2]) in clear,
//! over TCP directly or in sessions of NetBIOS. Encrypted and compressed messages are passed over. Writes
//! `smb_mapping`, `smb_files`, `smb_transfer`, `ntlm`, `kerberos`, `login` and the files themselves.

mod analyzer;
mod arena;
mod content;
mod conversation;
mod filetime;
mod framing;
mod opened_file;
mod share;
mod smb1;
mod smb2;
mod status;
mod text;

use crate::{Probe, Protocol, Transport, Verdict};

/// Names of pipes that tell a share of pipes whose connection was not seen (Zeek's `SMB::pipe_filenames`).
const PIPE_NAMES: [&str; 8] =
    ["spoolss", "winreg", "samr", "srvsvc", "netdfs", "lsarpc", "wkssvc", "MsFteWds"];

/// SMB.
pub(crate) const PROTOCOL: Protocol = Protocol {
    name: "smb",
    transport: Transport::Tcp,
    ports: &[139, 445],
    probe,
    analyzer: |_| Box::new(analyzer::SmbAnalyzer::default()),
};

fn probe(probe: &Probe<'_>) -> Verdict {
    if is_message(probe.originator) || is_message(probe.responder) {
        return Verdict::Match;
    }
    let is_short = probe.originator.len() < 8 && probe.responder.len() < 8;
    // A session of NetBIOS is asked for first, or the capture begins in the middle.
    if is_short || PROTOCOL.ports.contains(&probe.about.id.resp_p) { Verdict::Maybe } else { Verdict::No }
}

fn is_message(bytes: &[u8]) -> bool {
    matches!(bytes, [0, _, _, _, 0xfc..=0xff, b'S', b'M', b'B', ..])
}
