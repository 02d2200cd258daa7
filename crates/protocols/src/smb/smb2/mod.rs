//! SMB 2 and 3: what the messages mean for shares, files and pipes.

mod wire;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use records::Sender;
use rustc_hash::{FxHashSet, FxHasher};

use self::wire::{Access, Change, Header, command};
use super::analyzer::Reception;
use super::conversation::{FileNumber, RELATED};
use super::framing::{CONTENT_BYTES_GATHERED, MESSAGE_BYTES_MAX, Plan};
use super::opened_file::Action;
use super::share::ShareKind;
use super::{PIPE_NAMES, status};

pub(super) use self::wire::MARK;

/// More requests without a response than this are forgotten, as Zeek does.
const PENDING_MAX: usize = 1000;
/// More shares of pipes than this are not remembered.
const PIPE_TREES_MAX: usize = 4096;

/// Messages in one frame; more are passed over.
const COMPOUND_MAX: usize = 64;

type Pending<T> = HashMap<u64, T, BuildHasherDefault<FxHasher>>;

/// What must be remembered between messages, besides the conversation.
#[derive(Default)]
pub(super) struct Memory {
    /// Shares that are named pipes.
    pipe_trees: FxHashSet<u32>,
    /// Share of each request, since not every response tells it.
    request_trees: Pending<u32>,
    /// What each read asked for.
    reads: Pending<Access>,
    /// What is to be done with the file that the same frame opens, once it is open.
    put_off: Pending<PutOff>,
    /// The pipe of each call.
    calls: Pending<u64>,
}

/// A request that speaks of a file which the same frame opens.
enum PutOff {
    /// It is closed.
    Close,
    /// It is changed.
    Change(Change),
}

fn remember<T>(pending: &mut Pending<T>, message_id: u64, value: T) {
    if pending.len() >= PENDING_MAX {
        pending.clear();
    }
    pending.insert(message_id, value);
}

/// Looks at the head of a message: decides what to do with it, and deals with those that need no more.
pub(super) fn head(reception: &mut Reception<'_, '_>, head: &[u8], length: usize) -> Plan {
    let Some(header) = wire::header(head) else { return Plan::Skip };
    let is_request = reception.from == Sender::Originator;
    if length <= CONTENT_BYTES_GATHERED && matches!(header.command, command::READ | command::WRITE)
        || header.next != 0 && length <= MESSAGE_BYTES_MAX
    {
        return Plan::Gather;
    }
    match header.command {
        command::READ if !is_request && carries_content(header.status) => {
            if is_pipe(reception, &header) {
                return Plan::Gather;
            }
            read_content(reception, &header, head)
        }
        command::WRITE if is_request => {
            if is_pipe(reception, &header) {
                return Plan::Gather;
            }
            write_content(reception, &header, head)
        }
        command::NEGOTIATE | command::SESSION_SETUP | command::TREE_CONNECT | command::TREE_DISCONNECT => {
            Plan::Gather
        }
        command::CREATE | command::CLOSE | command::READ | command::IOCTL | command::SET_INFO => Plan::Gather,
        _ => {
            begin(reception, &header);
            Plan::Skip
        }
    }
}

/// Whether a response with this status carries what was asked for.
const fn carries_content(status: u32) -> bool {
    matches!(status, status::SUCCESS | status::BUFFER_OVERFLOW | status::MORE_PROCESSING_REQUIRED)
}

fn is_pipe(reception: &Reception<'_, '_>, header: &Header) -> bool {
    let memory = &reception.connection.smb2;
    let tree = match reception.from {
        Sender::Originator => header.tree_id,
        Sender::Responder => memory.request_trees.get(&header.message_id).copied().unwrap_or_default(),
    };
    memory.pipe_trees.contains(&tree)
}

/// The message begins: which request, share and file it speaks of.
fn begin(reception: &mut Reception<'_, '_>, header: &Header) {
    let interim = header.status == status::PENDING && reception.from == Sender::Responder;
    let memory = &mut reception.connection.smb2;
    if reception.from == Sender::Originator {
        remember(&mut memory.request_trees, header.message_id, header.tree_id);
    } else if !interim {
        memory.request_trees.remove(&header.message_id);
    }
    let conversation = &mut reception.connection.conversation;
    conversation.begin_smb2(reception.ts, reception.from, header.message_id, header.tree_id, interim);
}

fn read_content(reception: &mut Reception<'_, '_>, header: &Header, head: &[u8]) -> Plan {
    begin(reception, header);
    let asked = reception.connection.smb2.reads.remove(&header.message_id);
    let Some((start, length)) = wire::read_response(head).filter(|(_, length)| *length > 0) else {
        return Plan::Skip;
    };
    reception.begin_transfer(asked.map_or(0, |asked| asked.offset));
    Plan::Stream { start, length }
}

fn write_content(reception: &mut Reception<'_, '_>, header: &Header, head: &[u8]) -> Plan {
    begin(reception, header);
    let Some((access, start, length)) = wire::write_request(head) else { return Plan::Skip };
    use_file(reception, access.file_id, Action::Write);
    if length == 0 {
        return Plan::Skip;
    }
    reception.begin_transfer(access.offset);
    Plan::Stream { start, length }
}

fn use_file(reception: &mut Reception<'_, '_>, file_id: u64, action: Action) {
    reception.connection.conversation.use_file(file_id);
    if file_id == RELATED {
        // It is still to be opened.
        return;
    }
    reception.connection.conversation.act(action);
    reception.write_file();
}

/// Bytes are missing in a message that should be gathered: a read or write is counted.
pub(super) fn broken(reception: &mut Reception<'_, '_>, start: &[u8]) {
    let Some(header) = wire::header(start) else { return };
    let length = match (reception.from, header.command) {
        (Sender::Responder, command::READ) if carries_content(header.status) => {
            wire::read_response(start).map(|(_, length)| length)
        }
        (Sender::Originator, command::WRITE) => wire::write_request(start).map(|(_, _, length)| length),
        _ => None,
    };
    let Some(length) = length.filter(|length| *length > 0 && !is_pipe(reception, &header)) else { return };
    begin(reception, &header);
    if let (Sender::Originator, Some((access, ..))) = (reception.from, wire::write_request(start)) {
        use_file(reception, access.file_id, Action::Write);
    }
    reception.connection.smb2.reads.remove(&header.message_id);
    reception.count_transfer(length);
}

/// A frame that was gathered: one message, or several of which each may speak of the file of the one before.
pub(super) fn message(reception: &mut Reception<'_, '_>, frame: &[u8]) {
    let (mut rest, mut tree_id, mut file) = (frame, 0, None);
    for _ in 0..COMPOUND_MAX {
        let Some(mut header) = wire::header(rest) else { return };
        if header.is_related && reception.from == Sender::Originator && file.is_some() {
            header.tree_id = tree_id;
        } else {
            file = None;
        }
        let (message, after) = match header.next {
            0 => (rest, &[][..]),
            next => rest.split_at_checked(next).unwrap_or((rest, &[])),
        };
        single(reception, &header, message, file);
        (rest, tree_id) = (after, header.tree_id);
        file = reception.connection.conversation.file_number();
    }
}

/// Deals with one message, which may speak of the file of another one.
fn single(reception: &mut Reception<'_, '_>, header: &Header, message: &[u8], file: Option<FileNumber>) {
    let is_pipe = is_pipe(reception, header);
    begin(reception, header);
    if let Some(file) = file {
        reception.connection.conversation.follow_file(file);
    }
    match reception.from {
        Sender::Originator => request(reception, header, message, is_pipe),
        Sender::Responder => response(reception, header, message, is_pipe),
    };
}

/// Deals with a request; `None` where it is cut short.
fn request(reception: &mut Reception<'_, '_>, header: &Header, message: &[u8], is_pipe: bool) -> Option<()> {
    match header.command {
        command::SESSION_SETUP => reception.security_blob(wire::session_setup_request(message)?),
        command::TREE_CONNECT => {
            let path = wire::tree_connect_request(message)?;
            reception.connection.conversation.share()?.path = Some(path);
        }
        command::TREE_DISCONNECT => {
            reception.connection.smb2.pipe_trees.remove(&header.tree_id);
            reception.connection.conversation.leave_share(header.tree_id);
        }
        command::CREATE => {
            let (name, delete_on_close) = wire::create_request(message)?;
            create_request(reception, header, name, is_pipe);
            reception.connection.conversation.file()?.delete_on_close = delete_on_close;
        }
        command::CLOSE => match wire::close_request(message)? {
            RELATED => remember(&mut reception.connection.smb2.put_off, header.message_id, PutOff::Close),
            file_id => {
                reception.connection.conversation.use_file(file_id);
                close_file(reception);
                reception.close_pipe(file_id);
            }
        },
        command::READ => {
            let access = wire::read_request(message)?;
            use_file(reception, access.file_id, Action::Read);
            remember(&mut reception.connection.smb2.reads, header.message_id, access);
        }
        command::WRITE => {
            let (access, start, length) = wire::write_request(message)?;
            use_file(reception, access.file_id, Action::Write);
            let bytes = message.get(start..)?.get(..length)?;
            if is_pipe {
                reception.pipe_bytes(access.file_id, bytes);
            } else if !bytes.is_empty() {
                reception.begin_transfer(access.offset);
                reception.whole_content(bytes);
            }
        }
        command::IOCTL => {
            let (file_id, input) = wire::transceive_request(message)?;
            reception.pipe_bytes(file_id, input);
            remember(&mut reception.connection.smb2.calls, header.message_id, file_id);
        }
        command::SET_INFO => {
            let (file_id, change) = wire::set_info_request(message)?;
            if file_id == RELATED {
                let put_off = PutOff::Change(change);
                remember(&mut reception.connection.smb2.put_off, header.message_id, put_off);
                return Some(());
            }
            reception.connection.conversation.use_file(file_id);
            change_file(reception, change);
        }
        _ => {}
    }
    Some(())
}

fn create_request(reception: &mut Reception<'_, '_>, header: &Header, name: String, is_pipe: bool) {
    let conversation = &mut reception.connection.conversation;
    if !is_pipe && PIPE_NAMES.contains(&name.as_str()) {
        // The connection to the share was not seen.
        if reception.connection.smb2.pipe_trees.len() < PIPE_TREES_MAX {
            reception.connection.smb2.pipe_trees.insert(header.tree_id);
        }
        if let Some(share) = conversation.share() {
            share.path = Some("<unknown>".to_owned());
            share.kind = ShareKind::Pipe;
        }
    }
    if let Some(file) = conversation.file() {
        file.name = Some(if name.is_empty() { "<share_root>".to_owned() } else { name });
    }
    conversation.act(Action::Open);
}

/// The file at hand is closed.
fn close_file(reception: &mut Reception<'_, '_>) {
    let conversation = &mut reception.connection.conversation;
    conversation.act(Action::Close);
    let path = conversation.share().and_then(|share| share.path.clone());
    if let (Some(path), Some(file)) = (path, conversation.file()) {
        file.path = Some(path);
    }
    conversation.release_file();
    if conversation.file().is_some_and(|file| file.delete_on_close) {
        conversation.act(Action::Delete);
    }
    reception.write_file();
    reception.close_file();
}

fn change_file(reception: &mut Reception<'_, '_>, change: Change) {
    let conversation = &mut reception.connection.conversation;
    match change {
        Change::Rename(name) => {
            if let Some(file) = conversation.file() {
                file.previous_name = file.name.replace(name);
            }
            conversation.act(Action::Rename);
        }
        Change::Delete(true) => conversation.act(Action::Delete),
        Change::Delete(false) => {}
        Change::Attributes => conversation.act(Action::SetAttribute),
    }
    reception.write_file();
}

/// Deals with a response; `None` where it is cut short.
fn response(reception: &mut Reception<'_, '_>, header: &Header, message: &[u8], is_pipe: bool) -> Option<()> {
    if header.command == command::SESSION_SETUP {
        if carries_content(header.status)
            && let Some(blob) = wire::session_setup_response(message)
        {
            reception.security_blob(blob);
        }
        reception.session_answered(header.status);
    }
    if !carries_content(header.status) {
        return None;
    }
    match header.command {
        command::NEGOTIATE => reception.security_blob(wire::negotiate_response(message)?),
        command::TREE_CONNECT => {
            let kind = match wire::tree_connect_response(message)? {
                1 => ShareKind::Disk,
                2 => ShareKind::Pipe,
                3 => ShareKind::Print,
                number => ShareKind::Unknown(number),
            };
            let connection = &mut *reception.connection;
            if kind == ShareKind::Pipe && connection.smb2.pipe_trees.len() < PIPE_TREES_MAX {
                connection.smb2.pipe_trees.insert(header.tree_id);
            }
            connection.conversation.share()?.kind = kind;
            connection.conversation.write_share(reception.output);
        }
        command::CREATE => create_response(reception, wire::create_response(message)?),
        command::CLOSE | command::SET_INFO => {
            match reception.connection.smb2.put_off.remove(&header.message_id)? {
                PutOff::Close => close_file(reception),
                PutOff::Change(change) => change_file(reception, change),
            }
        }
        command::READ => {
            let asked = reception.connection.smb2.reads.remove(&header.message_id);
            let (start, length) = wire::read_response(message)?;
            let bytes = message.get(start..)?.get(..length)?;
            if is_pipe {
                reception.pipe_bytes(asked?.file_id, bytes);
            } else if !bytes.is_empty() {
                reception.begin_transfer(asked.map_or(0, |asked| asked.offset));
                reception.whole_content(bytes);
            }
        }
        command::IOCTL => {
            let pipe = reception.connection.smb2.calls.remove(&header.message_id).unwrap_or_default();
            reception.pipe_bytes(pipe, wire::transceive_response(message)?);
        }
        _ => {}
    }
    Some(())
}

fn create_response(reception: &mut Reception<'_, '_>, created: wire::Created) {
    let conversation = &mut reception.connection.conversation;
    conversation.use_file(created.file_id);
    let path = conversation.share().and_then(|share| share.path.clone());
    if let Some(file) = conversation.file() {
        file.size = created.size;
        if path.is_some() {
            file.path = path;
        }
        if created.times.are_set() {
            file.times = Some(created.times);
        }
    }
    conversation.bind_file(created.file_id);
    reception.write_file();
}
