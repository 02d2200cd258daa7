//! What every protocol is made of: how it is recognised, and how one connection is followed.

use records::{AnyRecord, Endpoints, Sender, Timestamp, Uid};

use crate::shared::Shared;

/// The transport that carries a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A pair of byte streams.
    Tcp,
    /// Datagrams.
    Udp,
}

/// What is known of a connection from its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Name of the connection.
    pub uid: Uid,
    /// Its ends.
    pub id: Endpoints,
    /// Its transport.
    pub transport: Transport,
    /// Time of its first packet.
    pub start: Timestamp,
}

/// The first bytes of a connection, for recognition.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a> {
    /// The connection.
    pub about: &'a About,
    /// TCP: the first bytes from the originator so far (at most [`PROBE_BYTES`]). UDP: its datagram, if it sent this one.
    pub originator: &'a [u8],
    /// The same from the responder.
    pub responder: &'a [u8],
}

impl<'a> Probe<'a> {
    /// UDP: the datagram, whoever sent it.
    pub(crate) const fn datagram(&self) -> &'a [u8] {
        if self.originator.is_empty() { self.responder } else { self.originator }
    }
}

/// So many bytes of each direction are kept for recognition.
pub const PROBE_BYTES: usize = 2048;

/// What a protocol says of the first bytes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this protocol.
    Match,
    /// It may be, if the port says so too (a weak sign), or when more bytes have come.
    Maybe,
    /// It is not.
    No,
}

impl Verdict {
    /// What is said of both ends together: neither may be something else, and one that is sure is enough.
    pub(crate) const fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Match, _) | (_, Self::Match) => Self::Match,
            (Self::Maybe, Self::Maybe) => Self::Maybe,
        }
    }
}

/// An application protocol.
#[derive(Clone, Copy)]
pub struct Protocol {
    /// Its name, as Zeek's `service` has it, e.g. `ssl`.
    pub name: &'static str,
    /// What carries it.
    pub transport: Transport,
    /// Ports of the responder on which [`Verdict::Maybe`] is enough.
    pub ports: &'static [u16],
    /// Recognises it. Pure and cheap: called for the first bytes of every connection.
    pub probe: fn(&Probe<'_>) -> Verdict,
    /// Begins to follow a connection.
    pub analyzer: fn(&About) -> Box<dyn Analyzer>,
}

/// A piece of what one end sent.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Time of the packet that completed it.
    pub ts: Timestamp,
    /// Who sent it.
    pub from: Sender,
    /// TCP: the next bytes of the stream, however they were cut. UDP: one datagram.
    pub bytes: &'a [u8],
}

/// Follows one connection.
///
/// Analyzers never fail: what they cannot read they skip, and they say so through [`Output::weird`]. Whatever
/// the cuts between chunks, the records are the same.
pub trait Analyzer: Send {
    /// The next bytes.
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>);

    /// So many bytes are missing here.
    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>);

    /// This end sends no more.
    fn half_closed(&mut self, _ts: Timestamp, _from: Sender, _output: &mut Output<'_>) {}

    /// The connection is over: write what is still pending.
    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>);
}

/// What an analyzer can do besides reading.
pub struct Output<'a> {
    /// The connection.
    pub about: &'a About,
    /// What connections of one pair of hosts share.
    pub shared: &'a mut Shared,
    /// Takes the files that are seen.
    pub files: &'a mut dyn FileSink,
    pub(crate) effects: &'a mut Effects,
}

/// What an analyzer asked for while it read a chunk. The sensor carries it out afterwards, in order.
#[derive(Default)]
pub struct Effects {
    /// Records to write.
    pub records: Vec<AnyRecord>,
    /// Services to add to the connection's `service`, in order (duplicates are dropped by the sensor).
    pub services: Vec<&'static str>,
    /// Messages of DHCP, to be joined over all connections by [`dhcp::Joiner`](crate::dhcp::Joiner).
    pub dhcp: Vec<crate::dhcp::Message>,
    /// Services to take away from the connection's `service`, after those above were added.
    pub withdrawn: Vec<&'static str>,
    /// Proxies that the connection goes through, by Zeek's name of the tunnel.
    pub tunnels: Vec<&'static str>,
    /// The bytes are not this protocol: stop following.
    pub rejected: bool,
    /// All that matters has been read and written: stop following.
    pub finished: bool,
    /// What follows on this connection is for this protocol's analyzer instead (STARTTLS, CONNECT, upgrade).
    pub handed_to: Option<HandOver>,
    /// So many bytes at the end of the chunk already belong to that protocol; it gets them first.
    pub unread: usize,
    /// What was found within this protocol, for another one to read beside it.
    pub within: Vec<Within>,
    /// The protocol that this is, where it was agreed; else it is recognised.
    pub within_protocol: Option<&'static str>,
}

impl Effects {
    /// Nothing was asked for, as mostly. Of bytes that were not read others speak.
    #[inline]
    pub fn are_none(&self) -> bool {
        let Self {
            records, services, dhcp, withdrawn, tunnels, rejected, finished, handed_to, within, ..
        } = self;
        records.is_empty()
            && services.is_empty()
            && dhcp.is_empty()
            && withdrawn.is_empty()
            && tunnels.is_empty()
            && !(*rejected || *finished)
            && handed_to.is_none()
            && within.is_empty()
    }
}

/// A piece of a stream that is carried within another protocol: what the user's keys have opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// The next bytes that this end sent.
    Data(Sender, Vec<u8>),
    /// So many bytes are missing here.
    Gap(Sender, u64),
}

/// A protocol change in the middle of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// To the protocol of this name.
    To(&'static str),
    /// To whatever the next bytes are recognised as.
    Recognise,
}

impl<'a> Output<'a> {
    /// Joins the parts; called by the sensor and by tests.
    pub fn new(
        about: &'a About,
        shared: &'a mut Shared,
        files: &'a mut dyn FileSink,
        effects: &'a mut Effects,
    ) -> Self {
        Self { about, shared, files, effects }
    }

    /// Writes a record.
    pub fn write(&mut self, record: impl Into<AnyRecord>) {
        self.effects.records.push(record.into());
    }

    /// Gives out a message of DHCP.
    pub fn dhcp(&mut self, message: crate::dhcp::Message) {
        self.effects.dhcp.push(message);
    }

    /// The connection goes through a proxy; `kind` is Zeek's name of the tunnel, e.g. `Tunnel::SOCKS`.
    pub fn through_proxy(&mut self, kind: &'static str) {
        self.effects.tunnels.push(kind);
    }

    /// The connection surely speaks this protocol (Zeek's confirmation). A protocol inside (`gssapi`, `ntlm`,
    /// `krb`, `dce_rpc` in `smb`) is confirmed beside the one around it.
    pub fn confirm(&mut self, service: &'static str) {
        self.effects.services.push(service);
    }

    /// The connection broke the rules of this protocol, so that it does not count as its service any more (Zeek
    /// does so for violations near the start of a connection).
    pub fn withdraw(&mut self, service: &'static str) {
        self.effects.withdrawn.push(service);
    }

    /// The bytes are not this protocol after all: nothing more is delivered.
    pub fn reject(&mut self) {
        self.effects.rejected = true;
    }

    /// All that matters is written, and what follows is not worth its time (encrypted content): nothing more is
    /// delivered, not even the end.
    pub fn finish(&mut self) {
        self.effects.finished = true;
    }

    /// Whether the analyzer has asked that nothing more is delivered to it.
    pub(crate) fn is_left(&self) -> bool {
        self.effects.rejected || self.effects.finished || self.effects.handed_to.is_some()
    }

    /// All bytes after this chunk belong to another protocol, and those of it that
    /// [`Output::leave_unread`] counts.
    pub fn hand_over(&mut self, to: HandOver) {
        self.effects.handed_to = Some(to);
    }

    /// With [`Output::hand_over`]: so many bytes at the end of this chunk belong to the other protocol too.
    pub fn leave_unread(&mut self, bytes: usize) {
        self.effects.unread = bytes;
    }

    /// A piece of what is carried within this protocol.
    pub(crate) fn within(&mut self, piece: Within) {
        self.effects.within.push(piece);
    }

    /// What is carried within is of this protocol.
    pub(crate) fn within_is(&mut self, protocol: &'static str) {
        self.effects.within_protocol = Some(protocol);
    }

    /// Reports a violation by its stable name (Zeek's where it has one).
    pub fn weird(&mut self, ts: Timestamp, name: &'static str, addl: Option<String>) {
        let id = self.about.id;
        self.write(records::Weird {
            ts,
            uid: Some(self.about.uid),
            orig_h: Some(id.orig_h),
            orig_p: Some(id.orig_p),
            resp_h: Some(id.resp_h),
            resp_p: Some(id.resp_p),
            name: name.into(),
            addl,
            source: None,
        });
    }
}

/// What a protocol's probe says of the first bytes of a TCP connection.
#[cfg(test)]
pub(crate) fn verdict_on(probe: fn(&Probe<'_>) -> Verdict, originator: &[u8], responder: &[u8]) -> Verdict {
    let about = About {
        uid: Uid::connection(1),
        id: Endpoints::default(),
        transport: Transport::Tcp,
        start: Timestamp(0),
    };
    probe(&Probe { about: &about, originator, responder })
}

/// A file on a connection, while its bytes come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileHandle(pub u64);

/// What a protocol knows of a file when it begins.
#[derive(Clone, Debug, Default)]
pub struct FileStart {
    /// Zeek's source: `HTTP`, `FTP_DATA`, `SMB`, `SMTP` ….
    pub source: &'static str,
    /// Place on the connection (HTTP: `trans_depth`).
    pub depth: u32,
    /// Name, where the protocol gives one.
    pub filename: Option<String>,
    /// Bytes that it should have, where known.
    pub total_bytes: Option<u64>,
    /// Whether the originator sends it.
    pub is_orig: bool,
    /// Several readers of parts of the same file on one connection share one file where this is the same
    /// (SMB: file id; HTTP ranges: URL). `None`: a file of its own.
    pub key: Option<u64>,
}

/// What is known of a file so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// Name of the file.
    pub fuid: Uid,
    /// Type by content, once enough bytes were seen or the file ended.
    pub mime_type: Option<&'static str>,
    /// Bytes seen.
    pub seen_bytes: u64,
}

/// Takes the files that protocols see: implemented by the sensor with the room `files`, and by tests.
pub trait FileSink {
    /// A file begins. The same key on the same connection gives the same file while it is open.
    fn begin(&mut self, ts: Timestamp, about: &About, start: FileStart) -> FileHandle;
    /// Its next bytes.
    fn data(&mut self, ts: Timestamp, file: FileHandle, bytes: &[u8]);
    /// Bytes at this offset (SMB reads and writes, HTTP ranges); what comes twice is not counted twice.
    fn data_at(&mut self, ts: Timestamp, file: FileHandle, offset: u64, bytes: &[u8]);
    /// So many bytes are missing here.
    fn gap(&mut self, ts: Timestamp, file: FileHandle, length: u64);
    /// What is known so far.
    fn summary(&mut self, file: FileHandle) -> Option<FileSummary>;
    /// Its size, name or other facts became known later.
    fn describe(&mut self, file: FileHandle, filename: Option<String>, total_bytes: Option<u64>);
    /// The file is complete: its records are written, and its summary is given a last time.
    fn end(&mut self, ts: Timestamp, file: FileHandle) -> Option<FileSummary>;
}
