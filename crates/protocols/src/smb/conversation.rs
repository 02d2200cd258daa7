//! What a connection has said of shares and files, by Zeek's rules: which file and share a message speaks of,
//! and what of it is worth a record.
//!
//! A request and its response speak of the same file and share; so do all messages with the same file or share
//! id. Files and shares are therefore kept once and referred to by number.

use records::{Interval, Sender, Timestamp};
use rustc_hash::FxHashMap;

use super::arena::Arena;
use super::opened_file::{Action, OpenedFile};
use super::share::{Share, ShareKind};
use crate::Output;

/// More requests without a response than this: the capture misses much, and all is forgotten (Zeek's
/// `SMB::max_pending_messages`).
const PENDING_MAX: usize = 1000;
/// More open files or shares than this are not kept.
const OPEN_MAX: usize = 16_384;
/// So many recent entries of `smb_files` are remembered, to not repeat them.
const RECENT_MAX: usize = 4096;
/// An entry that was not repeated for so long is forgotten.
const RECENT_FOR: Interval = Interval::from_secs(180);
/// Forgotten entries are swept out at most so often, that a full memory costs little.
const RECENT_SWEEP_EVERY: Interval = Interval::from_secs(10);

/// The file id with which a message of SMB 2 means the file of the message before it in the same frame; both
/// halves have all bits set, and ids are known by their sum.
pub(super) const RELATED: u64 = u64::MAX.wrapping_add(u64::MAX);

/// Number of a file in the arena.
pub(super) type FileNumber = u32;
type ShareNumber = u32;

#[derive(Clone, Copy, Debug)]
struct Command {
    id: u64,
    file: FileNumber,
    share: Option<ShareNumber>,
}

/// What a connection has said of shares and files.
#[derive(Default)]
pub(super) struct Conversation {
    files: Arena<OpenedFile>,
    shares: Arena<Share>,
    pending: FxHashMap<u64, Command>,
    file_ids: FxHashMap<u64, FileNumber>,
    share_ids: FxHashMap<u32, ShareNumber>,
    command: Option<Command>,
    file: Option<FileNumber>,
    share: Option<ShareNumber>,
    recent: FxHashMap<u64, Timestamp>,
    recent_swept: Timestamp,
}

impl Conversation {
    /// A message of SMB 2 begins.
    pub(super) fn begin_smb2(
        &mut self,
        ts: Timestamp,
        from: Sender,
        message_id: u64,
        tree_id: u32,
        interim: bool,
    ) {
        self.collect();
        let mut command = self.command_for(ts, message_id, None);
        let share = if tree_id == 0 {
            self.new_share(ts)
        } else if let Some(share) = command.share {
            self.bind_share(tree_id, share);
            share
        } else {
            self.share_with(ts, tree_id)
        };
        command.share = Some(share);
        self.file = Some(command.file);
        self.share = Some(share);
        self.settle(command, from, interim);
    }

    /// A message of SMB 1 begins.
    pub(super) fn begin_smb1(&mut self, ts: Timestamp, from: Sender, message_id: u16, tree_id: u16) {
        self.collect();
        let share = self.share_with(ts, tree_id.into());
        self.share = Some(share);
        let command = self.command_for(ts, message_id.into(), Some(share));
        self.settle(command, from, false);
    }

    fn command_for(&mut self, ts: Timestamp, id: u64, share: Option<ShareNumber>) -> Command {
        if let Some(command) = self.pending.get(&id) {
            return *command;
        }
        if self.pending.len() >= PENDING_MAX {
            self.forget();
        }
        let file = self.files.insert(OpenedFile { ts, ..OpenedFile::default() });
        Command { id, file, share }
    }

    /// Keeps the command until its final response.
    fn settle(&mut self, command: Command, from: Sender, interim: bool) {
        self.command = Some(command);
        if from == Sender::Originator || interim {
            self.pending.insert(command.id, command);
        } else {
            self.pending.remove(&command.id);
        }
    }

    fn change_command(&mut self, change: impl FnOnce(&mut Command)) {
        let Some(command) = self.command.as_mut() else { return };
        change(command);
        if let Some(pending) = self.pending.get_mut(&command.id) {
            *pending = *command;
        }
    }

    fn new_share(&mut self, ts: Timestamp) -> ShareNumber {
        self.shares.insert(Share { ts, ..Share::default() })
    }

    fn share_with(&mut self, ts: Timestamp, tree_id: u32) -> ShareNumber {
        if let Some(share) = self.share_ids.get(&tree_id) {
            return *share;
        }
        let share = self.new_share(ts);
        self.bind_share(tree_id, share);
        share
    }

    fn bind_share(&mut self, tree_id: u32, share: ShareNumber) {
        if self.share_ids.len() < OPEN_MAX || self.share_ids.contains_key(&tree_id) {
            self.share_ids.insert(tree_id, share);
        }
    }

    /// Everything is forgotten: too much of the connection was not seen.
    fn forget(&mut self) {
        *self = Self::default();
    }

    /// Frees what nothing refers to.
    fn collect(&mut self) {
        if self.files.is_crowded() {
            let pending = self.pending.values().map(|command| command.file);
            let held = self.file_ids.values().copied().chain(pending).chain(self.file);
            self.files.keep(held.chain(self.command.map(|command| command.file)));
        }
        if self.shares.is_crowded() {
            let pending = self.pending.values().filter_map(|command| command.share);
            let held = self.share_ids.values().copied().chain(pending).chain(self.share);
            self.shares.keep(held.chain(self.command.and_then(|command| command.share)));
        }
    }

    /// The share that the message at hand speaks of.
    pub(super) fn share(&mut self) -> Option<&mut Share> {
        self.shares.get_mut(self.share?)
    }

    /// The kind of that share.
    pub(super) fn share_kind(&self) -> ShareKind {
        self.share.and_then(|share| self.shares.get(share)).map(|share| share.kind).unwrap_or_default()
    }

    /// The client leaves the share.
    pub(super) fn leave_share(&mut self, tree_id: u32) {
        if self.share_ids.remove(&tree_id).is_some() {
            self.share = None;
            self.change_command(|command| command.share = None);
        }
    }

    /// The request asks for a share of its own, which its response names.
    pub(super) fn ask_for_share(&mut self, share: Share) {
        let number = self.shares.insert(share);
        self.change_command(|command| command.share = Some(number));
    }

    /// The share that the command at hand asked for gets this id.
    pub(super) fn enter_share(&mut self, tree_id: u32) -> Option<&mut Share> {
        let share = self.command?.share?;
        self.share = Some(share);
        self.bind_share(tree_id, share);
        self.shares.get_mut(share)
    }

    /// The request asks for a file of its own.
    pub(super) fn ask_for_file(&mut self, ts: Timestamp) {
        let number = self.files.insert(OpenedFile { ts, ..OpenedFile::default() });
        self.change_command(|command| command.file = number);
        self.file = Some(number);
    }

    /// The file that the message at hand speaks of.
    pub(super) fn file(&mut self) -> Option<&mut OpenedFile> {
        self.files.get_mut(self.file?)
    }

    /// Its number, to come back to it.
    pub(super) const fn file_number(&self) -> Option<FileNumber> {
        self.file
    }

    /// The file with this number, if it is still kept.
    pub(super) fn file_at(&mut self, number: FileNumber) -> Option<&mut OpenedFile> {
        self.files.get_mut(number)
    }

    /// The message at hand speaks of the file with this id, or gives its own file this id.
    pub(super) fn use_file(&mut self, file_id: u64) {
        let Some(command) = self.command else { return };
        if file_id == RELATED {
            self.file = Some(command.file);
            return;
        }
        let number = match self.file_ids.get(&file_id) {
            Some(number) => *number,
            None => {
                self.bind_file(file_id);
                command.file
            }
        };
        self.change_command(|command| command.file = number);
        self.file = Some(number);
    }

    /// The file of the command at hand gets this id, whatever had it.
    pub(super) fn bind_file(&mut self, file_id: u64) {
        let Some(command) = self.command else { return };
        self.file = Some(command.file);
        if self.file_ids.len() < OPEN_MAX || self.file_ids.contains_key(&file_id) {
            self.file_ids.insert(file_id, command.file);
        }
        if let Some(file) = self.file() {
            file.id = Some(file_id);
        }
    }

    /// The id of the file at hand no longer means it.
    pub(super) fn release_file(&mut self) {
        if let Some(file_id) = self.file().and_then(|file| file.id) {
            self.file_ids.remove(&file_id);
        }
    }

    /// The message at hand speaks of the file of the message before it.
    pub(super) fn follow_file(&mut self, number: FileNumber) {
        self.change_command(|command| command.file = number);
        self.file = Some(number);
    }

    /// Files that are open, with the time of their opening and their id.
    pub(super) fn open_files(&self) -> Vec<FileNumber> {
        let mut open: Vec<_> = self.file_ids.iter().map(|(id, number)| (*id, *number)).collect();
        open.sort_by_key(|(id, number)| (self.files.get(*number).map(|file| file.ts), *id));
        open.dedup_by_key(|(_, number)| *number);
        open.into_iter().map(|(_, number)| number).collect()
    }

    /// The message at hand does this with its file.
    pub(super) fn act(&mut self, action: Action) {
        let kind = self.share_kind();
        if let Some(file) = self.file() {
            file.action = Some((action, kind));
        }
    }

    /// The same, but told as of a disk whatever the share is (Zeek does so for SMB 1).
    pub(super) fn act_on_disk(&mut self, action: Action) {
        if let Some(file) = self.file() {
            file.action = Some((action, ShareKind::Disk));
        }
    }

    /// Writes what was done with the file at hand, where it is worth a record and not only repeated.
    pub(super) fn write_file(&mut self, now: Timestamp, output: &mut Output<'_>) {
        let Some(file) = self.file.and_then(|file| self.files.get(file)) else { return };
        let Some(action) = file.logged_action() else { return };
        if file.name.is_none() {
            return;
        }
        if let Some(times) = file.times {
            let identity = (file.action, file.fuid, &file.name, &file.path, file.size);
            let times = (times.modified, times.created, times.changed);
            let identity = hash(&(identity, times));
            if self.recent.get(&identity).is_some_and(|last| now.since(*last) <= RECENT_FOR) {
                self.recent.insert(identity, now);
                return;
            }
            if self.recent.len() >= RECENT_MAX && now.since(self.recent_swept) >= RECENT_SWEEP_EVERY {
                self.recent_swept = now;
                self.recent.retain(|_, last| now.since(*last) <= RECENT_FOR);
            }
            if self.recent.len() < RECENT_MAX {
                self.recent.insert(identity, now);
            }
        }
        output.write(file.record(action, output));
    }

    /// Writes the share at hand.
    pub(super) fn write_share(&mut self, output: &mut Output<'_>) {
        let Some(share) = self.share.and_then(|share| self.shares.get(share)) else { return };
        output.write(share.record(output));
    }
}

/// The same on every machine and in every run.
pub(super) fn hash(value: &impl std::hash::Hash) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault};
    BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(value)
}
