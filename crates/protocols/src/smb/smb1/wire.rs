//! Messages of SMB 1 ([MS-CIFS] 2.2, [MS-SMB] 2.2). Offsets in a message count from its header; so does the
//! alignment of texts.

use records::text_from_bytes;

use crate::cursor::Cursor;
use crate::smb::filetime::FileTimes;
use crate::smb::text::utf16_name;

/// What a message begins with.
pub(in crate::smb) const MARK: &[u8; 4] = b"\xffSMB";
/// Length of the header.
pub(in crate::smb) const HEADER_BYTES: usize = 32;

const UNICODE: u16 = 0x8000;
/// Capability of a server that speaks SPNEGO.
const EXTENDED_SECURITY: u32 = 0x8000_0000;

/// Numbers of commands.
pub(in crate::smb) mod command {
    pub(in crate::smb) const CLOSE: u8 = 0x04;
    pub(in crate::smb) const DELETE: u8 = 0x06;
    pub(in crate::smb) const RENAME: u8 = 0x07;
    pub(in crate::smb) const TRANSACTION: u8 = 0x25;
    pub(in crate::smb) const READ_ANDX: u8 = 0x2e;
    pub(in crate::smb) const WRITE_ANDX: u8 = 0x2f;
    pub(in crate::smb) const TRANSACTION2: u8 = 0x32;
    pub(in crate::smb) const TRANSACTION2_SECONDARY: u8 = 0x33;
    pub(in crate::smb) const NEGOTIATE: u8 = 0x72;
    pub(in crate::smb) const SESSION_SETUP_ANDX: u8 = 0x73;
    pub(in crate::smb) const TREE_CONNECT_ANDX: u8 = 0x75;
    pub(in crate::smb) const NT_TRANSACT: u8 = 0xa0;
    pub(in crate::smb) const NT_TRANSACT_SECONDARY: u8 = 0xa1;
    pub(in crate::smb) const NT_CREATE_ANDX: u8 = 0xa2;
    /// No further command follows.
    pub(in crate::smb) const NONE: u8 = 0xff;

    /// Whether it begins or continues a transaction.
    pub(in crate::smb) const fn is_transaction(command: u8) -> bool {
        matches!(command, TRANSACTION | TRANSACTION2..=TRANSACTION2_SECONDARY | NT_TRANSACT..=NT_TRANSACT_SECONDARY)
    }

    /// Whether another command may follow one of this kind.
    pub(in crate::smb) const fn is_andx(command: u8) -> bool {
        matches!(command, 0x24 | 0x2d..=0x2f | 0x73..=0x75 | 0xa2)
    }
}

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::smb) struct Header {
    /// Command.
    pub(in crate::smb) command: u8,
    /// Status of a response.
    pub(in crate::smb) status: u32,
    /// Texts are in UTF-16.
    pub(in crate::smb) unicode: bool,
    /// Share.
    pub(in crate::smb) tree_id: u16,
    /// Number that joins request and response.
    pub(in crate::smb) message_id: u16,
}

/// Reads the header.
pub(in crate::smb) fn header(message: &[u8]) -> Option<Header> {
    let mut cursor = Cursor::little(message);
    if cursor.take(4)? != MARK {
        return None;
    }
    let command = cursor.u8()?;
    let status = cursor.u32()?;
    cursor.skip(1)?;
    let unicode = cursor.u16()? & UNICODE != 0;
    cursor.skip(12)?;
    let tree_id = cursor.u16()?;
    cursor.skip(4)?;
    Some(Header { command, status, unicode, tree_id, message_id: cursor.u16()? })
}

/// One command of a message, whose parameters begin here.
#[derive(Clone, Copy, Debug)]
pub(in crate::smb) struct Block<'a> {
    /// The whole message.
    pub(in crate::smb) message: &'a [u8],
    /// Where the parameters begin.
    pub(in crate::smb) at: usize,
    /// Texts are in UTF-16.
    pub(in crate::smb) unicode: bool,
}

impl<'a> Block<'a> {
    /// The number of words of the parameters, and a cursor behind it.
    fn words(&self) -> Option<(u8, Cursor<'a>)> {
        let mut cursor = Cursor::little(self.message);
        cursor.seek(self.at)?;
        Some((cursor.u8()?, cursor))
    }

    /// The same, behind the note of the next command.
    fn andx_words(&self) -> Option<(u8, Cursor<'a>)> {
        let (words, mut cursor) = self.words()?;
        cursor.skip(4)?;
        Some((words, cursor))
    }

    /// The next command, and where its parameters begin.
    pub(in crate::smb) fn next(&self) -> Option<(u8, Self)> {
        let (words, mut cursor) = self.words()?;
        (words >= 2).then_some(())?;
        let command = cursor.u8()?;
        cursor.skip(1)?;
        let at = usize::from(cursor.u16()?);
        (command != command::NONE && at > self.at).then_some((command, Self { at, ..*self }))
    }

    fn text(&self, cursor: &mut Cursor<'a>) -> Option<String> {
        if !self.unicode {
            return ascii(cursor);
        }
        if !cursor.position().is_multiple_of(2) {
            cursor.skip(1)?;
        }
        let rest = cursor.rest();
        let units = rest.chunks_exact(2).take_while(|unit| *unit != [0, 0]).count();
        let text = utf16_name(cursor.take(units * 2)?);
        // The last text of a message may lack its end.
        let _ = cursor.skip(2);
        Some(text)
    }
}

fn ascii(cursor: &mut Cursor<'_>) -> Option<String> {
    let rest = cursor.rest();
    let length = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let text = text_from_bytes(cursor.take(length)?);
    let _ = cursor.skip(1);
    Some(text)
}

/// The security blob with which the server begins.
pub(in crate::smb) fn negotiate_response<'a>(block: &Block<'a>) -> Option<&'a [u8]> {
    let (words, mut cursor) = block.words()?;
    (words == 17).then_some(())?;
    cursor.skip(19)?;
    let capabilities = cursor.u32()?;
    cursor.skip(11)?;
    let length = usize::from(cursor.u16()?);
    (capabilities & EXTENDED_SECURITY != 0).then_some(())?;
    cursor.skip(16)?;
    cursor.take(length.checked_sub(16)?)
}

/// How a client asks for a session.
pub(in crate::smb) enum SessionSetup<'a> {
    /// With a security blob.
    Blob(&'a [u8]),
    /// With user and domain in clear and an answer to the server's challenge.
    Plain {
        /// User.
        user: String,
        /// Domain.
        domain: String,
    },
}

/// A session is asked for.
pub(in crate::smb) fn session_setup_request<'a>(block: &Block<'a>) -> Option<SessionSetup<'a>> {
    let (words, mut cursor) = block.andx_words()?;
    cursor.skip(10)?;
    let first = usize::from(cursor.u16()?);
    match words {
        10 => {
            cursor.skip(6)?;
            cursor.skip(first)?;
        }
        12 => {
            cursor.skip(10)?;
            return cursor.take(first).map(SessionSetup::Blob);
        }
        13 => {
            let second = usize::from(cursor.u16()?);
            cursor.skip(10)?;
            cursor.skip(first + second)?;
        }
        _ => return None,
    }
    let user = block.text(&mut cursor)?;
    Some(SessionSetup::Plain { user, domain: block.text(&mut cursor)? })
}

/// The server's security blob.
pub(in crate::smb) fn session_setup_response<'a>(block: &Block<'a>) -> Option<&'a [u8]> {
    let (words, mut cursor) = block.andx_words()?;
    (words == 4).then_some(())?;
    cursor.skip(2)?;
    let length = usize::from(cursor.u16()?);
    cursor.skip(2)?;
    cursor.take(length)
}

/// Path and kind of the share that is asked for.
pub(in crate::smb) fn tree_connect_request(block: &Block<'_>) -> Option<(String, String)> {
    let (_, mut cursor) = block.andx_words()?;
    cursor.skip(2)?;
    let password = usize::from(cursor.u16()?);
    cursor.skip(2 + password)?;
    let path = block.text(&mut cursor)?;
    Some((path, ascii(&mut cursor)?))
}

/// Kind and file system of the share.
pub(in crate::smb) fn tree_connect_response(block: &Block<'_>) -> Option<(String, String)> {
    let (words, mut cursor) = block.words()?;
    cursor.skip(usize::from(words.max(2)) * 2)?;
    let length = usize::from(cursor.u16()?);
    let service = ascii(&mut cursor)?;
    let file_system =
        if length > service.len() + 1 { block.text(&mut cursor).unwrap_or_default() } else { String::new() };
    Some((service, file_system))
}

/// The name of the file to open.
pub(in crate::smb) fn create_request(block: &Block<'_>) -> Option<String> {
    let (_, mut cursor) = block.andx_words()?;
    cursor.skip(44)?;
    cursor.skip(2)?;
    block.text(&mut cursor)
}

/// What was opened: id, size and times.
pub(in crate::smb) fn create_response(block: &Block<'_>) -> Option<(u16, u64, FileTimes)> {
    let (words, mut cursor) = block.andx_words()?;
    (words >= 34).then_some(())?;
    cursor.skip(1)?;
    let file_id = cursor.u16()?;
    cursor.skip(4)?;
    let (created, accessed) = (cursor.u64()?, cursor.u64()?);
    let (modified, changed) = (cursor.u64()?, cursor.u64()?);
    cursor.skip(12)?;
    Some((file_id, cursor.u64()?, FileTimes { modified, accessed, created, changed }))
}

/// A read, or a write: which file, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::smb) struct Access {
    /// File.
    pub(in crate::smb) file_id: u16,
    /// Place in the file.
    pub(in crate::smb) offset: u64,
}

/// A read that is asked for.
pub(in crate::smb) fn read_request(block: &Block<'_>) -> Option<Access> {
    let (words, mut cursor) = block.andx_words()?;
    let file_id = cursor.u16()?;
    let low = u64::from(cursor.u32()?);
    cursor.skip(10)?;
    let high = if words == 12 { u64::from(cursor.u32()?) } else { 0 };
    Some(Access { file_id, offset: high << 32 | low })
}

/// Where the content of a read lies in the message: start and length.
pub(in crate::smb) fn read_response(block: &Block<'_>) -> Option<(usize, usize)> {
    let (words, mut cursor) = block.andx_words()?;
    (words >= 12).then_some(())?;
    cursor.skip(6)?;
    let low = usize::from(cursor.u16()?);
    let start = usize::from(cursor.u16()?);
    let high = usize::from(cursor.u16()?);
    Some((start, high << 16 | low))
}

/// A write, and where its content lies in the message: start and length.
pub(in crate::smb) fn write_request(block: &Block<'_>) -> Option<(Access, usize, usize)> {
    let (words, mut cursor) = block.andx_words()?;
    let file_id = cursor.u16()?;
    let low = u64::from(cursor.u32()?);
    cursor.skip(8)?;
    let length_high = usize::from(cursor.u16()?);
    let length_low = usize::from(cursor.u16()?);
    let start = usize::from(cursor.u16()?);
    let high = if words == 14 { u64::from(cursor.u32()?) } else { 0 };
    Some((Access { file_id, offset: high << 32 | low }, start, length_high << 16 | length_low))
}

/// The file to close.
pub(in crate::smb) fn close_request(block: &Block<'_>) -> Option<u16> {
    let (_, mut cursor) = block.words()?;
    cursor.u16()
}

/// The names of a command that has `count` of them: delete has one, rename two.
pub(in crate::smb) fn names(block: &Block<'_>, count: usize) -> Option<Vec<String>> {
    let (words, mut cursor) = block.words()?;
    cursor.skip(usize::from(words) * 2 + 2)?;
    let mut names = Vec::new();
    for _ in 0..count {
        // Each name has a byte before it that says what it is.
        cursor.skip(1)?;
        names.push(block.text(&mut cursor)?);
    }
    Some(names)
}

/// The first two words of the setup of a transaction (SMB_COM_TRANSACTION or its second kind): the function, and the
/// file that it is about, zero where there is none.
pub(in crate::smb) fn transaction_setup(block: &Block<'_>) -> Option<(u16, u16)> {
    let (_, mut cursor) = block.words()?;
    cursor.skip(26)?;
    let words = usize::from(cursor.u8()?);
    cursor.skip(1)?;
    let mut setup = Cursor::little(cursor.take(words * 2)?);
    Some((setup.u16()?, setup.u16().unwrap_or_default()))
}

/// A transaction on a named pipe: its file, where it is a call, and what is sent.
pub(in crate::smb) fn pipe_request<'a>(block: &Block<'a>) -> Option<(Option<u16>, &'a [u8])> {
    let (_, mut cursor) = block.words()?;
    cursor.skip(22)?;
    let (length, offset) = (usize::from(cursor.u16()?), usize::from(cursor.u16()?));
    let setup_count = usize::from(cursor.u8()?);
    cursor.skip(1)?;
    let mut setup = Cursor::little(cursor.take(setup_count * 2)?);
    let file_id = setup.skip(2).and_then(|()| setup.u16());
    cursor.skip(2)?;
    let name = block.text(&mut cursor)?;
    let is_pipe = name.starts_with("\\PIPE\\") && !name.starts_with("\\PIPE\\LANMAN");
    let data = block.message.get(offset..)?.get(..length)?;
    is_pipe.then_some((file_id, data))
}

/// What a transaction answers.
pub(in crate::smb) fn transaction_response<'a>(block: &Block<'a>) -> Option<&'a [u8]> {
    let (words, mut cursor) = block.words()?;
    (words >= 10).then_some(())?;
    cursor.skip(12)?;
    let (length, offset) = (usize::from(cursor.u16()?), usize::from(cursor.u16()?));
    block.message.get(offset..)?.get(..length)
}
