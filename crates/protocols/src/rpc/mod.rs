//! ONC RPC (RFC 5531) of the port mapper and of NFS: recognised only, by the program that is called.

use records::Sender;

use crate::analyzer::Verdict;
use crate::recognised::recognised;
use crate::take;

recognised!(
    PORTMAPPER_OVER_TCP,
    "Port mapper over TCP.",
    "portmapper",
    Tcp,
    &[111],
    Either,
    portmapper_stream
);
recognised!(PORTMAPPER_OVER_UDP, "Port mapper over UDP.", "portmapper", Udp, &[111], Either, portmapper);
recognised!(MOUNT_OVER_TCP, "The mount protocol of NFS over TCP.", "mount", Tcp, &[], Either, mount_stream);
recognised!(MOUNT_OVER_UDP, "The mount protocol of NFS over UDP.", "mount", Udp, &[], Either, mount);
recognised!(NFS_OVER_TCP, "NFS over TCP.", "nfs", Tcp, &[2049], Either, nfs_stream);
recognised!(NFS_OVER_UDP, "NFS over UDP.", "nfs", Udp, &[2049], Either, nfs);

/// A program of RPC: its number and the last of its versions and procedures.
struct Program {
    number: u32,
    version_max: u32,
    procedure_max: u32,
}

const PORTMAPPER: Program = Program { number: 100_000, version_max: 4, procedure_max: 12 };
const NFS: Program = Program { number: 100_003, version_max: 4, procedure_max: 21 };
const MOUNT: Program = Program { number: 100_005, version_max: 3, procedure_max: 7 };

/// Bytes of a call up to the procedure.
const CALL_BYTES: usize = 24;

impl Program {
    /// A call names the program; an answer alone tells nothing.
    fn called(&self, from: Sender, message: &[u8]) -> Verdict {
        let mut rest = message;
        let mut next = || take::u32(&mut rest);
        let Some((_number, direction)) = next().zip(next()) else { return Verdict::Maybe };
        if from == Sender::Responder {
            return if direction == 1 { Verdict::Maybe } else { Verdict::No };
        }
        let words = (next(), next(), next(), next());
        if direction != 0 {
            return Verdict::No;
        }
        match words {
            (Some(2), Some(program), Some(version), Some(procedure)) => {
                let fits = program == self.number
                    && (1..=self.version_max).contains(&version)
                    && procedure <= self.procedure_max;
                if fits { Verdict::Match } else { Verdict::No }
            }
            _ if message.len() < CALL_BYTES => Verdict::Maybe,
            _ => Verdict::No,
        }
    }

    /// In a stream each message stands behind its length, whose first bit says that it is whole.
    fn called_in_stream(&self, from: Sender, stream: &[u8]) -> Verdict {
        match stream.first_chunk::<4>().map(|mark| u32::from_be_bytes(*mark)) {
            None => Verdict::Maybe,
            Some(mark) if mark >> 31 == 1 && (24..1 << 24).contains(&(mark & 0x7fff_ffff)) => {
                self.called(from, stream.get(4..).unwrap_or_default())
            }
            Some(_) => Verdict::No,
        }
    }
}

/// In a datagram a call must be whole.
fn in_datagram(program: &Program, from: Sender, datagram: &[u8]) -> Verdict {
    match program.called(from, datagram) {
        Verdict::Maybe if from == Sender::Originator || datagram.len() < CALL_BYTES => Verdict::No,
        verdict => verdict,
    }
}

fn portmapper(from: Sender, datagram: &[u8]) -> Verdict {
    in_datagram(&PORTMAPPER, from, datagram)
}

fn portmapper_stream(from: Sender, stream: &[u8]) -> Verdict {
    PORTMAPPER.called_in_stream(from, stream)
}

fn mount(from: Sender, datagram: &[u8]) -> Verdict {
    in_datagram(&MOUNT, from, datagram)
}

fn mount_stream(from: Sender, stream: &[u8]) -> Verdict {
    MOUNT.called_in_stream(from, stream)
}

fn nfs(from: Sender, datagram: &[u8]) -> Verdict {
    in_datagram(&NFS, from, datagram)
}

fn nfs_stream(from: Sender, stream: &[u8]) -> Verdict {
    NFS.called_in_stream(from, stream)
}
