//! The commands of Telnet that stand between its text (RFC 854, RFC 855).

use crate::Verdict;

/// Every command begins with this.
const COMMAND: u8 = 0xff;
/// Begins and ends what is said about an option.
const BEGIN: u8 = 0xfa;
const END: u8 = 0xf0;

/// Whether a stream begins with the negotiation of a known option (RFC 1091, RFC 857 and others).
pub(super) fn begins_options(stream: &[u8]) -> Verdict {
    match stream {
        [COMMAND, 0xfb..=0xfe, option, ..] if *option < 50 => Verdict::Match,
        [COMMAND, 0xfb..=0xfe] | [COMMAND] | [] => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Command,
    /// The option that a command is about.
    Option,
    /// What is said about an option.
    About,
    /// A command within that.
    AboutCommand,
}

/// Takes the commands out of a stream.
#[derive(Debug, Default)]
pub(super) struct Text {
    state: State,
}

impl Text {
    /// The next byte of the text; `None` where the byte belongs to a command.
    pub(super) fn byte(&mut self, byte: u8) -> Option<u8> {
        let (state, text) = match (self.state, byte) {
            (State::Text, COMMAND) => (State::Command, None),
            (State::Text, byte) => (State::Text, Some(byte)),
            (State::Command, COMMAND) => (State::Text, Some(COMMAND)),
            (State::Command, 0xfb..=0xfe) => (State::Option, None),
            (State::Command, BEGIN) => (State::About, None),
            (State::Command | State::Option, _) => (State::Text, None),
            (State::About, COMMAND) => (State::AboutCommand, None),
            (State::About, _) => (State::About, None),
            (State::AboutCommand, END) => (State::Text, None),
            (State::AboutCommand, _) => (State::About, None),
        };
        self.state = state;
        text
    }
}

/// What a server's words mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    AsksForName,
    AsksForPassword,
    Refuses,
    /// A prompt of a shell.
    Prompts,
}

/// What the end of a server's text means.
pub(super) fn words(text: &[u8]) -> Option<Words> {
    let lower = text.to_ascii_lowercase();
    let lower = lower.trim_ascii_end();
    let says = |words: &[&[u8]]| words.iter().any(|word| memchr::memmem::find(lower, word).is_some());
    if says(&[b"incorrect", b"login failed", b"authentication failed", b"access denied", b"login invalid"]) {
        return Some(Words::Refuses);
    }
    let ends = |words: &[&[u8]]| words.iter().any(|word| lower.ends_with(word));
    if ends(&[b"login:", b"username:", b"user name:", b"user:"]) && !says(&[b"last login:"]) {
        Some(Words::AsksForName)
    } else if ends(&[b"password:"]) {
        Some(Words::AsksForPassword)
    } else if ends(&[b"$", b"#", b">", b"%"]) {
        Some(Words::Prompts)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_out() {
        let mut text = Text::default();
        let stream = b"a\xff\xfb\x01b\xff\xfa\x18\0vt100\xff\xf0c\xff\xffd";
        let read: Vec<u8> = stream.iter().filter_map(|byte| text.byte(*byte)).collect();
        assert_eq!(read, b"abc\xffd");
    }

    #[test]
    fn prompts_are_known() {
        assert_eq!(words(b"debian login: "), Some(Words::AsksForName));
        assert_eq!(words(b"Password: "), Some(Words::AsksForPassword));
        assert_eq!(words(b"Login incorrect"), Some(Words::Refuses));
        assert_eq!(words(b"root@nas:~# "), Some(Words::Prompts));
        assert_eq!(words(b"Welcome"), None);
    }
}
