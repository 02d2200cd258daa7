//! Messages of SMB 2 and 3 ([MS-SMB2] 2.2). Offsets in a message count from its header.

use crate::cursor::Cursor;
use crate::smb::filetime::FileTimes;
use crate::smb::text::utf16_name;

/// What a message in clear begins with.
pub(in crate::smb) const MARK: &[u8; 4] = b"\xfeSMB";
/// Length of the header.
pub(in crate::smb) const HEADER_BYTES: usize = 64;

/// SMB2_FLAGS_RELATED_OPERATIONS.
const RELATED: u32 = 4;
const SET_FILE: u8 = 1;
const RENAME: u8 = 10;
const DISPOSITION: u8 = 13;
/// FSCTL_PIPE_TRANSCEIVE: a call and its answer on a named pipe.
const PIPE_TRANSCEIVE: u32 = 0x0011_c017;

/// FILE_DELETE_ON_CLOSE among the options of opening.
const DELETE_ON_CLOSE: u32 = 0x1000;

/// Numbers of commands.
pub(in crate::smb) mod command {
    pub(in crate::smb) const NEGOTIATE: u16 = 0;
    pub(in crate::smb) const SESSION_SETUP: u16 = 1;
    pub(in crate::smb) const TREE_CONNECT: u16 = 3;
    pub(in crate::smb) const TREE_DISCONNECT: u16 = 4;
    pub(in crate::smb) const CREATE: u16 = 5;
    pub(in crate::smb) const CLOSE: u16 = 6;
    pub(in crate::smb) const READ: u16 = 8;
    pub(in crate::smb) const WRITE: u16 = 9;
    pub(in crate::smb) const IOCTL: u16 = 11;
    pub(in crate::smb) const SET_INFO: u16 = 17;
}

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::smb) struct Header {
    /// Status of a response.
    pub(in crate::smb) status: u32,
    /// Command.
    pub(in crate::smb) command: u16,
    /// Where the next message of the same frame begins; zero where there is none.
    pub(in crate::smb) next: usize,
    /// Number that joins request and response.
    pub(in crate::smb) message_id: u64,
    /// It speaks of the same share and file as the message before it.
    pub(in crate::smb) is_related: bool,
    /// Share. Of an asynchronous response this is part of another number.
    pub(in crate::smb) tree_id: u32,
}

/// Reads the header.
pub(in crate::smb) fn header(message: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::little(message);
    if cursor.take(4)? != MARK {
        return None;
    }
    cursor.skip(4)?;
    let status = cursor.u32()?;
    let command = cursor.u16()?;
    cursor.skip(2)?;
    let is_related = cursor.u32()? & RELATED != 0;
    let next = usize::try_from(cursor.u32()?).ok()?;
    let message_id = cursor.u64()?;
    cursor.skip(4)?;
    let tree_id = cursor.u32()?;
    (message.len() >= HEADER_BYTES).then_some(Header {
        status,
        command,
        next,
        message_id,
        is_related,
        tree_id,
    })
}

fn body(message: &[u8]) -> Option<Cursor<'_>> {
    let mut cursor = Cursor::little(message);
    cursor.seek(HEADER_BYTES)?;
    Some(cursor)
}

fn part(message: &[u8], offset: u32, length: u32) -> Option<&[u8]> {
    message.get(usize::try_from(offset).ok()?..)?.get(..usize::try_from(length).ok()?)
}

/// As Zeek does, a file is known by the sum of both halves of its id.
fn file_id(cursor: &mut Cursor<'_>) -> Option<u64> {
    Some(cursor.u64()?.wrapping_add(cursor.u64()?))
}

/// A session set up: the security blob. Requests and responses differ only in where its place is told.
pub(in crate::smb) fn session_setup_request(message: &[u8]) -> Option<&[u8]> {
    blob(message, 12)
}

/// See [`session_setup_request`].
pub(in crate::smb) fn session_setup_response(message: &[u8]) -> Option<&[u8]> {
    blob(message, 4)
}

/// The security blob with which the server begins.
pub(in crate::smb) fn negotiate_response(message: &[u8]) -> Option<&[u8]> {
    blob(message, 56)
}

fn blob(message: &[u8], place: usize) -> Option<&[u8]> {
    let mut cursor = body(message)?;
    cursor.skip(place)?;
    let (offset, length) = (cursor.u16()?, cursor.u16()?);
    part(message, offset.into(), length.into())
}

/// The path of the share that is asked for.
pub(in crate::smb) fn tree_connect_request(message: &[u8]) -> Option<String> {
    blob(message, 4).map(utf16_name)
}

/// The kind of the share: 1 disk, 2 pipe, 3 printer.
pub(in crate::smb) fn tree_connect_response(message: &[u8]) -> Option<u8> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    cursor.u8()
}

/// The name of the file to open, and whether it goes away when it is closed.
pub(in crate::smb) fn create_request(message: &[u8]) -> Option<(String, bool)> {
    let mut cursor = body(message)?;
    cursor.skip(40)?;
    let delete_on_close = cursor.u32()? & DELETE_ON_CLOSE != 0;
    let (offset, length) = (cursor.u16()?, cursor.u16()?);
    let name = match length {
        0 => String::new(),
        _ => part(message, offset.into(), length.into()).map(utf16_name)?,
    };
    Some((name, delete_on_close))
}

/// An opened file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::smb) struct Created {
    /// Id.
    pub(in crate::smb) file_id: u64,
    /// Size in bytes.
    pub(in crate::smb) size: u64,
    /// Times.
    pub(in crate::smb) times: FileTimes,
}

/// What was opened.
pub(in crate::smb) fn create_response(message: &[u8]) -> Option<Created> {
    let mut cursor = body(message)?;
    cursor.skip(8)?;
    let (created, accessed) = (cursor.u64()?, cursor.u64()?);
    let (modified, changed) = (cursor.u64()?, cursor.u64()?);
    cursor.skip(8)?;
    let size = cursor.u64()?;
    cursor.skip(8)?;
    let file_id = file_id(&mut cursor)?;
    Some(Created { file_id, size, times: FileTimes { modified, accessed, created, changed } })
}

/// The file to close.
pub(in crate::smb) fn close_request(message: &[u8]) -> Option<u64> {
    let mut cursor = body(message)?;
    cursor.skip(8)?;
    file_id(&mut cursor)
}

/// A read, or a write: which file, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::smb) struct Access {
    /// File.
    pub(in crate::smb) file_id: u64,
    /// Place in the file.
    pub(in crate::smb) offset: u64,
}

/// A read that is asked for.
pub(in crate::smb) fn read_request(message: &[u8]) -> Option<Access> {
    let mut cursor = body(message)?;
    cursor.skip(8)?;
    let offset = cursor.u64()?;
    Some(Access { file_id: file_id(&mut cursor)?, offset })
}

/// Where the content of a read lies in the message: start and length.
pub(in crate::smb) fn read_response(message: &[u8]) -> Option<(usize, usize)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    // The high byte of the offset is reserved.
    let start = usize::from(cursor.u16()? & 0xff);
    Some((start, usize::try_from(cursor.u32()?).ok()?))
}

/// A write, and where its content lies in the message: start and length.
pub(in crate::smb) fn write_request(message: &[u8]) -> Option<(Access, usize, usize)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let start = usize::from(cursor.u16()?);
    let length = usize::try_from(cursor.u32()?).ok()?;
    let offset = cursor.u64()?;
    Some((Access { file_id: file_id(&mut cursor)?, offset }, start, length))
}

/// The call on a pipe, where the request is one: file and input.
pub(in crate::smb) fn transceive_request(message: &[u8]) -> Option<(u64, &[u8])> {
    let (file_id, code, mut cursor) = ioctl(message)?;
    let (offset, length) = (cursor.u32()?, cursor.u32()?);
    (code == PIPE_TRANSCEIVE).then_some(())?;
    Some((file_id, part(message, offset, length)?))
}

/// The answer of a pipe, where the response is one.
pub(in crate::smb) fn transceive_response(message: &[u8]) -> Option<&[u8]> {
    let (_, code, mut cursor) = ioctl(message)?;
    cursor.skip(8)?;
    let (offset, length) = (cursor.u32()?, cursor.u32()?);
    (code == PIPE_TRANSCEIVE).then_some(())?;
    part(message, offset, length)
}

fn ioctl(message: &[u8]) -> Option<(u64, u32, Cursor<'_>)> {
    let mut cursor = body(message)?;
    cursor.skip(4)?;
    let code = cursor.u32()?;
    Some((file_id(&mut cursor)?, code, cursor))
}

/// What is changed of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::smb) enum Change {
    /// Its name.
    Rename(String),
    /// It goes away when it is closed (or no longer does).
    Delete(bool),
    /// Its times and attributes.
    Attributes,
}

/// A change that is asked for, where it is one that is followed.
pub(in crate::smb) fn set_info_request(message: &[u8]) -> Option<(u64, Change)> {
    let mut cursor = body(message)?;
    cursor.skip(2)?;
    let (class, level) = (cursor.u8()?, cursor.u8()?);
    let length = cursor.u32()?;
    let offset = u32::from(cursor.u16()?);
    cursor.skip(6)?;
    let file_id = file_id(&mut cursor)?;
    let buffer = part(message, offset, length)?;
    let change = match (class, level) {
        (SET_FILE, RENAME) => {
            let mut cursor = Cursor::little(buffer);
            cursor.skip(16)?;
            let length = usize::try_from(cursor.u32()?).ok()?;
            Change::Rename(utf16_name(cursor.take(length)?))
        }
        (SET_FILE, DISPOSITION) => Change::Delete(*buffer.first()? != 0),
        (SET_FILE, 4) => Change::Attributes,
        _ => return None,
    };
    Some((file_id, change))
}
