//! SMB 1: what the messages mean for shares, files and pipes.

mod oddities;
mod wire;

use records::Sender;
use rustc_hash::{FxHashMap, FxHashSet};

use self::oddities::{Oddity, Transactions};
use self::wire::{Access, Block, HEADER_BYTES, Header, SessionSetup, command};
use super::analyzer::Reception;
use super::framing::{CONTENT_BYTES_GATHERED, Plan};
use super::opened_file::Action;
use super::share::{Share, ShareKind};
use super::{PIPE_NAMES, status};

pub(super) use self::wire::MARK;

/// Commands in one message; more are passed over.
const CHAIN_MAX: usize = 8;

/// What must be remembered between messages, besides the conversation. Its keys have 16 bits, which bounds it.
#[derive(Default)]
pub(super) struct Memory {
    /// Shares that are named pipes.
    pipe_trees: FxHashSet<u16>,
    /// What each read asked for.
    reads: FxHashMap<u16, Access>,
    /// The pipe of each transaction.
    calls: FxHashMap<u16, u16>,
    transactions: Transactions,
}

/// Looks at the head of a message: decides what to do with it, and deals with those that need no more.
pub(super) fn head(reception: &mut Reception<'_, '_>, head: &[u8], length: usize) -> Plan {
    let Some(header) = wire::header(head) else { return Plan::Skip };
    let block = Block { message: head, at: HEADER_BYTES, unicode: header.unicode };
    let is_request = reception.from == Sender::Originator;
    let is_pipe = reception.connection.smb1.pipe_trees.contains(&header.tree_id);
    if length <= CONTENT_BYTES_GATHERED || is_pipe || block.next().is_some() {
        return Plan::Gather;
    }
    match header.command {
        command::READ_ANDX if !is_request => {
            let Some((start, length)) = wire::read_response(&block) else { return Plan::Gather };
            begin(reception, &header);
            if read_begins(reception, &header, length) { Plan::Stream { start, length } } else { Plan::Skip }
        }
        command::WRITE_ANDX if is_request => {
            let Some((access, start, length)) = wire::write_request(&block) else { return Plan::Gather };
            begin(reception, &header);
            write_begins(reception, access);
            if length == 0 {
                return Plan::Skip;
            }
            reception.begin_transfer(access.offset);
            Plan::Stream { start, length }
        }
        _ => Plan::Gather,
    }
}

/// Bytes are missing in a message that should be gathered: a read or write is counted.
pub(super) fn broken(reception: &mut Reception<'_, '_>, start: &[u8]) {
    let Some(header) = wire::header(start) else { return };
    if reception.connection.smb1.pipe_trees.contains(&header.tree_id) {
        return;
    }
    let block = Block { message: start, at: HEADER_BYTES, unicode: header.unicode };
    match (reception.from, header.command) {
        (Sender::Originator, command::WRITE_ANDX) => {
            let Some((access, _, length)) = wire::write_request(&block) else { return };
            begin(reception, &header);
            write_begins(reception, access);
            reception.count_transfer(length);
        }
        (Sender::Responder, command::READ_ANDX) => {
            let Some((_, length)) = wire::read_response(&block) else { return };
            let Some(asked) = reception.connection.smb1.reads.remove(&header.message_id) else { return };
            begin(reception, &header);
            reception.connection.conversation.use_file(asked.file_id.into());
            reception.count_transfer(length);
        }
        _ => {}
    }
}

fn begin(reception: &mut Reception<'_, '_>, header: &Header) {
    let conversation = &mut reception.connection.conversation;
    conversation.begin_smb1(reception.ts, reception.from, header.message_id, header.tree_id);
}

/// A response to a read begins; whether there is content of a file.
fn read_begins(reception: &mut Reception<'_, '_>, header: &Header, length: usize) -> bool {
    let Some(asked) = reception.connection.smb1.reads.remove(&header.message_id) else { return false };
    if length == 0 {
        return false;
    }
    reception.connection.conversation.use_file(asked.file_id.into());
    reception.begin_transfer(asked.offset);
    true
}

fn write_begins(reception: &mut Reception<'_, '_>, access: Access) {
    let conversation = &mut reception.connection.conversation;
    conversation.use_file(access.file_id.into());
    conversation.act(Action::Write);
    give_path(reception);
}

/// The file at hand lies on the share at hand, if that was not known.
fn give_path(reception: &mut Reception<'_, '_>) {
    let conversation = &mut reception.connection.conversation;
    let path = conversation.share().and_then(|share| share.path.clone());
    if let Some(file) = conversation.file().filter(|file| file.path.is_none()) {
        file.path = path;
    }
}

/// A message that was gathered.
pub(super) fn message(reception: &mut Reception<'_, '_>, message: &[u8]) {
    let Some(header) = wire::header(message) else { return };
    begin(reception, &header);
    let mut command = header.command;
    let mut block = Block { message, at: HEADER_BYTES, unicode: header.unicode };
    for _ in 0..CHAIN_MAX {
        match reception.from {
            Sender::Originator => request(reception, &header, command, &block),
            Sender::Responder => response(reception, &header, command, &block),
        };
        if !command::is_andx(command) {
            break;
        }
        let Some(next) = block.next() else { break };
        (command, block) = next;
    }
}

/// Tells what is odd about a message, if anything.
fn tell(reception: &mut Reception<'_, '_>, oddity: Option<Oddity>) {
    if let Some(oddity) = oddity {
        reception.output.weird(reception.ts, oddity.name(), None);
    }
}

/// Deals with a request; `None` where it is cut short.
fn request(reception: &mut Reception<'_, '_>, header: &Header, command: u8, block: &Block<'_>) -> Option<()> {
    let ts = reception.ts;
    if command::is_transaction(command) {
        let odd = reception.connection.smb1.transactions.request(command, header.message_id, block);
        tell(reception, odd);
    }
    match command {
        command::SESSION_SETUP_ANDX => match wire::session_setup_request(block)? {
            SessionSetup::Blob(blob) => reception.security_blob(blob),
            SessionSetup::Plain { user, domain } => reception.plain_claim(&domain, &user),
        },
        command::TREE_CONNECT_ANDX => {
            let (path, service) = wire::tree_connect_request(block)?;
            let share = Share { ts, path: Some(path), service: Some(service), ..Share::default() };
            reception.connection.conversation.ask_for_share(share);
        }
        command::NT_CREATE_ANDX => create_request(reception, header, wire::create_request(block)?),
        command::READ_ANDX => {
            let access = wire::read_request(block)?;
            reception.connection.smb1.reads.insert(header.message_id, access);
            reception.connection.conversation.use_file(access.file_id.into());
            reception.connection.conversation.act(Action::Read);
            give_path(reception);
            reception.write_file();
        }
        command::WRITE_ANDX => {
            let (access, start, length) = wire::write_request(block)?;
            write_begins(reception, access);
            let bytes = block.message.get(start..)?.get(..length)?;
            if reception.connection.smb1.pipe_trees.contains(&header.tree_id) {
                reception.pipe_bytes(access.file_id.into(), bytes);
            } else if !bytes.is_empty() {
                reception.begin_transfer(access.offset);
                reception.whole_content(bytes);
            }
        }
        command::CLOSE => close_request(reception, wire::close_request(block)?.into()),
        command::TRANSACTION => {
            let (file_id, bytes) = wire::pipe_request(block)?;
            let pipe = file_id.unwrap_or_default();
            reception.connection.smb1.calls.insert(header.message_id, pipe);
            reception.pipe_bytes(pipe.into(), bytes);
        }
        command::DELETE | command::RENAME => {
            let names = wire::names(block, if command == command::RENAME { 2 } else { 1 })?;
            change_by_name(reception, names);
        }
        _ => {}
    }
    Some(())
}

fn create_request(reception: &mut Reception<'_, '_>, header: &Header, name: String) {
    let connection = &mut *reception.connection;
    if !connection.smb1.pipe_trees.contains(&header.tree_id) && PIPE_NAMES.contains(&name.as_str()) {
        // The connection to the share was not seen.
        connection.smb1.pipe_trees.insert(header.tree_id);
        if let Some(share) = connection.conversation.share() {
            share.path = Some("<unknown>".to_owned());
            share.kind = ShareKind::Pipe;
        }
    }
    connection.conversation.ask_for_file(reception.ts);
    if let Some(file) = connection.conversation.file() {
        file.name = Some(name);
    }
}

fn close_request(reception: &mut Reception<'_, '_>, file_id: u64) {
    let conversation = &mut reception.connection.conversation;
    conversation.use_file(file_id);
    conversation.act(Action::Close);
    let path = conversation.share().and_then(|share| share.path.clone());
    if let (Some(path), Some(file)) = (path, conversation.file()) {
        file.path = Some(path);
    }
    conversation.release_file();
    reception.write_file();
    reception.close_file();
    reception.close_pipe(file_id);
}

/// A file is deleted or renamed by name, without being opened.
fn change_by_name(reception: &mut Reception<'_, '_>, names: Vec<String>) {
    let conversation = &mut reception.connection.conversation;
    conversation.ask_for_file(reception.ts);
    let mut names = names.into_iter();
    let (first, second) = (names.next(), names.next());
    let action = if second.is_some() { Action::Rename } else { Action::Delete };
    if let Some(file) = conversation.file() {
        file.previous_name = second.is_some().then(|| first.clone()).flatten();
        file.name = second.or(first);
    }
    conversation.act(action);
    give_path(reception);
    reception.write_file();
}

/// Deals with a response; `None` where it is cut short or carries nothing.
fn response(
    reception: &mut Reception<'_, '_>,
    header: &Header,
    command: u8,
    block: &Block<'_>,
) -> Option<()> {
    if command == command::TRANSACTION2 {
        let odd = reception.connection.smb1.transactions.response(header.message_id, header.status);
        tell(reception, odd);
    }
    match command {
        command::NEGOTIATE => reception.security_blob(wire::negotiate_response(block)?),
        command::SESSION_SETUP_ANDX => {
            if let Some(blob) = wire::session_setup_response(block) {
                reception.security_blob(blob);
            }
            reception.session_answered(header.status);
        }
        command::TREE_CONNECT_ANDX if header.status == status::SUCCESS => {
            let (service, file_system) = wire::tree_connect_response(block)?;
            let connection = &mut *reception.connection;
            if service.starts_with("IPC") {
                connection.smb1.pipe_trees.insert(header.tree_id);
            }
            let share = connection.conversation.enter_share(header.tree_id.into())?;
            if service == "IPC" {
                share.kind = ShareKind::Pipe;
            }
            share.service = Some(service);
            share.native_file_system = Some(file_system).filter(|name| !name.is_empty());
            connection.conversation.write_share(reception.output);
        }
        command::NT_CREATE_ANDX if header.status == status::SUCCESS => {
            let (file_id, size, times) = wire::create_response(block)?;
            let conversation = &mut reception.connection.conversation;
            conversation.bind_file(file_id.into());
            let file = conversation.file()?;
            file.size = size;
            if times.are_set() {
                file.times = Some(times);
            }
            conversation.act_on_disk(Action::Open);
            reception.write_file();
        }
        command::READ_ANDX => {
            let (start, length) = wire::read_response(block)?;
            let bytes = block.message.get(start..)?.get(..length)?;
            if reception.connection.smb1.pipe_trees.contains(&header.tree_id) {
                let asked = reception.connection.smb1.reads.remove(&header.message_id)?;
                reception.pipe_bytes(asked.file_id.into(), bytes);
            } else if read_begins(reception, header, length) {
                reception.whole_content(bytes);
            }
        }
        command::TRANSACTION => {
            let pipe = reception.connection.smb1.calls.remove(&header.message_id)?;
            reception.pipe_bytes(pipe.into(), wire::transaction_response(block)?);
        }
        _ => {}
    }
    Some(())
}
