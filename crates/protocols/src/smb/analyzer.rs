//! Follows one connection of SMB, whatever its version.

use std::borrow::Cow;

use records::{Login, Sender, Timestamp};

use super::content::{Contents, Transfer};
use super::conversation::Conversation;
use super::framing::{Framer, Plan, Receiver};
use super::status;
use super::{smb1, smb2};
use crate::dce_rpc::{PipeBytes, Pipes};
use crate::gssapi::Authentication;
use crate::{Analyzer, Chunk, Output};

/// Zeek is sure of SMB at the third segment that it can read.
const SURE_AFTER_SEGMENTS: usize = 3;
/// Content of a full segment; longer messages come in several.
const SEGMENT_BYTES: usize = 1460;

/// Follows one connection.
#[derive(Default)]
pub(super) struct SmbAnalyzer {
    originator: Framer,
    responder: Framer,
    connection: Connection,
}

/// What both directions of a connection share.
#[derive(Default)]
pub(super) struct Connection {
    pub(super) conversation: Conversation,
    pub(super) contents: Contents,
    pub(super) authentication: Authentication,
    pub(super) pipes: Pipes,
    pub(super) smb1: smb1::Memory,
    pub(super) smb2: smb2::Memory,
    reading: Option<Transfer>,
    writing: Option<Transfer>,
    setup: Option<Timestamp>,
    segments: usize,
    confirmed: bool,
}

/// One direction, while bytes of it are read.
pub(super) struct Reception<'r, 'o> {
    pub(super) ts: Timestamp,
    pub(super) from: Sender,
    pub(super) connection: &'r mut Connection,
    pub(super) output: &'r mut Output<'o>,
}

impl SmbAnalyzer {
    fn receive<'r, 'o>(
        &'r mut self,
        ts: Timestamp,
        from: Sender,
        output: &'r mut Output<'o>,
    ) -> (&'r mut Framer, Reception<'r, 'o>) {
        let framer = match from {
            Sender::Originator => &mut self.originator,
            Sender::Responder => &mut self.responder,
        };
        (framer, Reception { ts, from, connection: &mut self.connection, output })
    }
}

impl Analyzer for SmbAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let (framer, mut reception) = self.receive(chunk.ts, chunk.from, output);
        framer.feed(chunk.bytes, &mut reception);
    }

    fn gap(&mut self, ts: Timestamp, from: Sender, length: u64, output: &mut Output<'_>) {
        let (framer, mut reception) = self.receive(ts, from, output);
        framer.gap(length, &mut reception);
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        for from in [Sender::Originator, Sender::Responder] {
            let (framer, mut reception) = self.receive(ts, from, output);
            framer.end(&mut reception);
        }
        let connection = &mut self.connection;
        connection.contents.end(ts, &mut connection.conversation, output);
        connection.pipes.end(output);
        connection.authentication.end(output);
    }
}

impl Receiver for Reception<'_, '_> {
    fn head(&mut self, head: &[u8], length: usize) -> Plan {
        let Some([0xfc..=0xff, b'S', b'M', b'B']) = head.first_chunk::<4>() else { return Plan::Search };
        self.count_segments(length.saturating_add(3) / SEGMENT_BYTES);
        let plan = match head.first_chunk::<4>() {
            Some(smb2::MARK) => smb2::head(self, head, length),
            Some(smb1::MARK) => smb1::head(self, head, length),
            // Encrypted and compressed messages of SMB 3.
            _ => Plan::Skip,
        };
        if plan != Plan::Gather {
            self.count_segments(1);
        }
        plan
    }

    fn message(&mut self, message: &[u8]) {
        match message.first_chunk::<4>() {
            Some(smb2::MARK) => smb2::message(self, message),
            Some(smb1::MARK) => smb1::message(self, message),
            _ => {}
        }
        self.count_segments(1);
    }

    fn broken(&mut self, start: &[u8]) {
        match start.first_chunk::<4>() {
            Some(smb2::MARK) => smb2::broken(self, start),
            Some(smb1::MARK) => smb1::broken(self, start),
            _ => {}
        }
    }

    fn content(&mut self, bytes: &[u8]) {
        let connection = &mut *self.connection;
        let transfer = match self.from {
            Sender::Originator => &mut connection.writing,
            Sender::Responder => &mut connection.reading,
        };
        if let Some(transfer) = transfer {
            transfer.content(self.ts, self.from, bytes, &mut connection.conversation, self.output);
        }
    }

    fn content_gap(&mut self, length: usize) {
        let connection = &mut *self.connection;
        let transfer = match self.from {
            Sender::Originator => &mut connection.writing,
            Sender::Responder => &mut connection.reading,
        };
        if let Some(transfer) = transfer {
            transfer.gap(self.from, length as u64, &mut connection.conversation);
        }
    }

    fn content_end(&mut self) {
        match self.from {
            Sender::Originator => self.connection.writing = None,
            Sender::Responder => self.connection.reading = None,
        }
    }
}

impl Reception<'_, '_> {
    fn count_segments(&mut self, segments: usize) {
        let connection = &mut *self.connection;
        connection.segments = connection.segments.saturating_add(segments);
        if connection.segments >= SURE_AFTER_SEGMENTS && !connection.confirmed {
            connection.confirmed = true;
            self.output.confirm("smb");
        }
    }

    /// The file at hand is read or written at this offset; [`Receiver::content`] gives what.
    pub(super) fn begin_transfer(&mut self, offset: u64) {
        let Connection { contents, conversation, reading, writing, .. } = &mut *self.connection;
        let transfer = contents.begin(self.ts, self.from, offset, conversation, self.output);
        match self.from {
            Sender::Originator => *writing = transfer,
            Sender::Responder => *reading = transfer,
        }
    }

    /// All of what a read or write carries.
    pub(super) fn whole_content(&mut self, bytes: &[u8]) {
        self.content(bytes);
        self.content_end();
    }

    /// A read or write begins of which too much is missing to follow the content: it is only counted.
    pub(super) fn count_transfer(&mut self, length: usize) {
        let Connection { contents, conversation, .. } = &mut *self.connection;
        contents.count(self.from, length as u64, conversation);
    }

    /// The file at hand is closed.
    pub(super) fn close_file(&mut self) {
        let Connection { contents, conversation, .. } = &mut *self.connection;
        contents.close(self.ts, conversation, self.output);
    }

    /// What was written to or read from a pipe.
    pub(super) fn pipe_bytes(&mut self, pipe: u64, bytes: &[u8]) {
        let Connection { pipes, authentication, .. } = &mut *self.connection;
        pipes.data(PipeBytes { pipe, ts: self.ts, from: self.from, bytes }, authentication, self.output);
    }

    /// A pipe is closed.
    pub(super) fn close_pipe(&mut self, pipe: u64) {
        self.connection.pipes.close(pipe, self.output);
    }

    /// Writes what was done with the file at hand, if it is worth a record.
    pub(super) fn write_file(&mut self) {
        self.connection.conversation.write_file(self.ts, self.output);
    }

    /// A message to set up a session, with its security blob.
    pub(super) fn security_blob(&mut self, blob: &[u8]) {
        if self.from == Sender::Originator {
            self.connection.setup = Some(self.ts);
        }
        if !blob.is_empty() {
            self.connection.authentication.blob(self.ts, blob, self.output);
        }
    }

    /// A session is asked for with the user in clear.
    pub(super) fn plain_claim(&mut self, domain: &str, user: &str) {
        self.connection.setup = Some(self.ts);
        self.connection.authentication.ntlm.claim(self.ts, Some(domain), Some(user));
    }

    /// The server has answered a message to set up a session.
    pub(super) fn session_answered(&mut self, nt_status: u32) {
        if nt_status == status::MORE_PROCESSING_REQUIRED {
            return;
        }
        let connection = &mut *self.connection;
        let Some(asked) = connection.setup.take() else { return };
        let refused = (nt_status != status::SUCCESS).then(|| status::name(nt_status));
        if let Some(status) = &refused {
            connection.authentication.ntlm.refused(status);
        }
        let claimant = connection.authentication.ntlm.take_claimant();
        let method = match (&claimant, connection.authentication.kerberos.take_shown()) {
            (_, true) => Some(Cow::Borrowed("kerberos")),
            (Some(_), false) => Some(Cow::Borrowed("ntlm")),
            (None, false) => None,
        };
        let (ts, user) = claimant.map_or((asked, None), |(ts, user)| (ts, Some(user)));
        self.output.write(Login {
            ts,
            uid: self.output.about.uid,
            id: self.output.about.id,
            service: Cow::Borrowed("smb"),
            method,
            user: user.filter(|user| !user.is_empty()),
            success: Some(refused.is_none()),
            status: refused.map(Cow::into_owned),
        });
    }
}
