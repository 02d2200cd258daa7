//! Messages of NTLM ([MS-NLMP] 2.2.1): NEGOTIATE, CHALLENGE and AUTHENTICATE.

use records::text_from_utf16le;

use crate::cursor::Cursor;

/// What every message begins with.
pub(crate) const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// More pairs than a server sends; what follows is not read.
const TARGET_PAIRS_MAX: usize = 64;

const NEGOTIATE_UNICODE: u32 = 0x0000_0001;
const NEGOTIATE_TARGET_INFO: u32 = 0x0080_0000;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The client begins.
    Negotiate,
    /// The server asks.
    Challenge(Target),
    /// The client proves who it is.
    Authenticate(Identity),
    /// Another type, which is passed over.
    Other,
}

/// What the server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// NetBIOS name of the computer.
    pub(super) nb_computer_name: Option<String>,
    /// DNS name of the computer.
    pub(super) dns_computer_name: Option<String>,
    /// DNS name of the forest.
    pub(super) dns_tree_name: Option<String>,
}

/// Who the client says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Domain of the user.
    pub(super) domain: Option<String>,
    /// User.
    pub(super) user: Option<String>,
    /// Name of the client.
    pub(super) workstation: Option<String>,
}

/// Reads a message; `None` where it is none or cut short.
pub(super) fn message(bytes: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::little(bytes);
    if cursor.take(SIGNATURE.len())? != SIGNATURE {
        return None;
    }
    match cursor.u32()? {
        1 => {
            cursor.skip(20)?;
            Some(Message::Negotiate)
        }
        2 => challenge(bytes, cursor).map(Message::Challenge),
        3 => authenticate(bytes, cursor).map(Message::Authenticate),
        _ => Some(Message::Other),
    }
}

fn challenge(whole: &[u8], mut cursor: Cursor<'_>) -> Option<Target> {
    let _target_name = field(&mut cursor)?;
    let flags = cursor.u32()?;
    cursor.skip(16)?;
    let pairs = field(&mut cursor)?;
    if flags & NEGOTIATE_TARGET_INFO == 0 {
        return Some(Target::default());
    }
    // The sequence ends with its own mark, whatever the length of the field says.
    let mut pairs = Cursor::little(whole.get(pairs.offset..)?);
    let mut target = Target::default();
    for _ in 0..TARGET_PAIRS_MAX {
        let (kind, length) = (pairs.u16()?, pairs.u16()?);
        let value = pairs.take(usize::from(length))?;
        match kind {
            0 => break,
            1 => target.nb_computer_name = Some(text_from_utf16le(value)),
            3 => target.dns_computer_name = Some(text_from_utf16le(value)),
            5 => target.dns_tree_name = Some(text_from_utf16le(value)),
            _ => {}
        }
    }
    Some(target)
}

fn authenticate(whole: &[u8], mut cursor: Cursor<'_>) -> Option<Identity> {
    let _lm_response = field(&mut cursor)?;
    let _nt_response = field(&mut cursor)?;
    let domain = field(&mut cursor)?;
    let user = field(&mut cursor)?;
    let workstation = field(&mut cursor)?;
    let _session_key = field(&mut cursor)?;
    let flags = cursor.u32()?;
    let text = |field: Field| -> Option<Option<String>> {
        if field.length == 0 {
            return Some(None);
        }
        let bytes = whole.get(field.offset..)?.get(..field.length)?;
        Some(Some(if flags & NEGOTIATE_UNICODE == 0 && !looks_like_utf16(bytes) {
            records::text_from_bytes(bytes)
        } else {
            text_from_utf16le(bytes)
        }))
    };
    Some(Identity { domain: text(domain)?, user: text(user)?, workstation: text(workstation)? })
}

/// Some clients forget the flag for Unicode.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    bytes.len().is_multiple_of(2) && bytes.get(1) == Some(&0)
}

#[derive(Clone, Copy)]
struct Field {
    length: usize,
    offset: usize,
}

fn field(cursor: &mut Cursor<'_>) -> Option<Field> {
    let length = usize::from(cursor.u16()?);
    cursor.skip(2)?;
    let offset = usize::try_from(cursor.u32()?).ok()?;
    Some(Field { length, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// An AUTHENTICATE message in Unicode.
    fn authenticate_message(domain: &str, user: &str, workstation: &str) -> Vec<u8> {
        let mut message = [&SIGNATURE[..], &3u32.to_le_bytes(), &[0; 16]].concat();
        let mut payload = Vec::new();
        for text in [domain, user, workstation] {
            let bytes = utf16(text);
            let length = u16::try_from(bytes.len()).unwrap().to_le_bytes();
            let offset = u32::try_from(64 + payload.len()).unwrap().to_le_bytes();
            message.extend([&length[..], &length, &offset].concat());
            payload.extend(bytes);
        }
        message.extend([0; 8]);
        message.extend(NEGOTIATE_UNICODE.to_le_bytes());
        message.extend(payload);
        message
    }

    #[test]
    fn who_authenticates_is_read() {
        let message = message(&authenticate_message("HANAMI", "sato.k", ""));
        let identity =
            Identity { domain: Some("HANAMI".into()), user: Some("sato.k".into()), workstation: None };
        assert_eq!(message, Some(Message::Authenticate(identity)));
    }

    #[test]
    fn a_challenge_names_the_server() {
        let mut bytes = [&SIGNATURE[..], &2u32.to_le_bytes(), &[0; 8]].concat();
        bytes.extend(NEGOTIATE_TARGET_INFO.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend([0, 0, 0, 0, 48, 0, 0, 0]);
        bytes.extend([1, 0, 4, 0, b'D', 0, b'C', 0, 0, 0, 0, 0]);
        let target = Target { nb_computer_name: Some("DC".into()), ..Target::default() };
        assert_eq!(message(&bytes), Some(Message::Challenge(target)));
        assert_eq!(message(bytes.get(..55).unwrap()), None);
    }
}
