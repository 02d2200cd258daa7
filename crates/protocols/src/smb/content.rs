//! The content of files on shares: hands it on to the sink of files, counts what was transferred, and writes
//! `smb_transfer` when a file is closed.
//!
//! As in Zeek, a file is what has the same share, name and time of change; it ends when it is closed, even where
//! it is open a second time.

use records::{Sender, Timestamp};
use rustc_hash::FxHashMap;

use super::conversation::{Conversation, FileNumber, hash};
use super::opened_file::OpenedFile;
use crate::{FileHandle, FileStart, Output};

/// More files than this are not followed at a time.
const FILES_MAX: usize = 4096;

/// The content that a read or write carries, while it comes.
#[derive(Clone, Copy)]
pub(super) struct Transfer {
    file: FileNumber,
    handle: Option<FileHandle>,
    offset: u64,
}

/// The files of a connection whose content is followed.
#[derive(Default)]
pub(super) struct Contents {
    open: FxHashMap<u64, Followed>,
}

/// A file whose content is followed.
#[derive(Clone, Copy)]
struct Followed {
    handle: FileHandle,
    /// The file ends when so many bytes were seen.
    total_bytes: Option<u64>,
}

impl Contents {
    /// The file at hand is read or written at this offset: its content follows.
    pub(super) fn begin(
        &mut self,
        ts: Timestamp,
        from: Sender,
        offset: u64,
        conversation: &mut Conversation,
        output: &mut Output<'_>,
    ) -> Option<Transfer> {
        let number = conversation.file_number()?;
        let file = conversation.file()?;
        file.transferred.count_one(from);
        let handle = self.handle(ts, from, file, output);
        Some(Transfer { file: number, handle, offset })
    }

    /// The file at hand is read or written, but the content is not followed.
    pub(super) fn count(&mut self, from: Sender, length: u64, conversation: &mut Conversation) {
        let Some(file) = conversation.file() else { return };
        file.transferred.count_one(from);
        file.transferred.count_bytes(from, length);
    }

    fn handle(
        &mut self,
        ts: Timestamp,
        from: Sender,
        file: &mut OpenedFile,
        output: &mut Output<'_>,
    ) -> Option<FileHandle> {
        let key = key(file)?;
        if let Some(followed) = self.open.get(&key).copied() {
            let seen = output.files.summary(followed.handle).map(|summary| summary.seen_bytes);
            if seen.zip(followed.total_bytes).is_none_or(|(seen, total)| seen < total) {
                return Some(followed.handle);
            }
            // It was complete and is over; what comes now is another file.
            self.open.remove(&key);
            file.content = output.files.end(ts, followed.handle);
        }
        if self.open.len() >= FILES_MAX {
            return None;
        }
        let total_bytes = (file.size > 0).then_some(file.size);
        let start = FileStart {
            source: "SMB",
            depth: 0,
            filename: file.name.clone(),
            total_bytes,
            is_orig: from == Sender::Originator,
            key: Some(key),
        };
        let handle = output.files.begin(ts, output.about, start);
        self.open.insert(key, Followed { handle, total_bytes });
        Some(handle)
    }

    /// The file at hand is closed.
    pub(super) fn close(&mut self, ts: Timestamp, conversation: &mut Conversation, output: &mut Output<'_>) {
        let Some(file) = conversation.file() else { return };
        if let Some(followed) = key(file).and_then(|key| self.open.remove(&key)) {
            file.content = output.files.end(ts, followed.handle).or(file.content.take());
        }
        write_transfer(ts, file, output);
    }

    /// The connection is over.
    pub(super) fn end(&mut self, ts: Timestamp, conversation: &mut Conversation, output: &mut Output<'_>) {
        for number in conversation.open_files() {
            let Some(file) = conversation.file_at(number) else { continue };
            if let Some(followed) = key(file).and_then(|key| self.open.get(&key)) {
                file.content = output.files.summary(followed.handle).or(file.content.take());
            }
            write_transfer(ts, file, output);
        }
        let mut left: Vec<_> = self.open.drain().map(|(_, followed)| followed.handle).collect();
        left.sort_unstable();
        for handle in left {
            output.files.end(ts, handle);
        }
    }
}

impl Transfer {
    /// The next bytes of the content.
    pub(super) fn content(
        &mut self,
        ts: Timestamp,
        from: Sender,
        bytes: &[u8],
        conversation: &mut Conversation,
        output: &mut Output<'_>,
    ) {
        if let Some(handle) = self.handle {
            output.files.data_at(ts, handle, self.offset, bytes);
            if let Some(file) = conversation.file_at(self.file).filter(|file| file.fuid.is_none()) {
                file.fuid = output.files.summary(handle).map(|summary| summary.fuid);
            }
        }
        self.count(from, bytes.len() as u64, conversation);
    }

    /// So many bytes of the content are missing in the capture. They were transferred all the same.
    pub(super) fn gap(&mut self, from: Sender, length: u64, conversation: &mut Conversation) {
        self.count(from, length, conversation);
    }

    fn count(&mut self, from: Sender, length: u64, conversation: &mut Conversation) {
        self.offset = self.offset.wrapping_add(length);
        let Some(file) = conversation.file_at(self.file) else { return };
        file.transferred.count_bytes(from, length);
    }
}

fn key(file: &OpenedFile) -> Option<u64> {
    if file.name.is_none() && file.path.is_none() {
        return None;
    }
    Some(hash(&(&file.path, &file.name, file.times.map(|times| times.modified))))
}

fn write_transfer(ts: Timestamp, file: &mut OpenedFile, output: &mut Output<'_>) {
    if let Some(record) = file.take_transfer(ts, output) {
        output.write(record);
    }
}
