//! Commands that wait for their reply. Clients may send several at once, and servers may answer out of order.

use std::collections::BTreeMap;

use records::Timestamp;

/// So many commands wait; more are not kept.
const PENDING_MAX: usize = 20;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// When it was sent.
    pub(super) ts: Timestamp,
    /// Its word in upper case.
    pub(super) word: String,
    /// Its argument.
    pub(super) argument: String,
    /// It has changed the directory already.
    pub(super) moved: bool,
}

/// The commands that wait, by their place.
#[derive(Debug, Default)]
pub(super) struct Pending {
    commands: BTreeMap<u64, Command>,
    last: u64,
}

impl Pending {
    /// Adds a command; false where too many wait.
    pub(super) fn push(&mut self, ts: Timestamp, word: String, argument: String) -> bool {
        let room = self.commands.len() < PENDING_MAX;
        if room {
            self.last += 1;
            self.commands.insert(self.last, Command { ts, word, argument, moved: false });
        }
        room
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    /// The command at a place.
    pub(super) fn get_mut(&mut self, place: u64) -> Option<&mut Command> {
        self.commands.get_mut(&place)
    }

    /// Takes the command at a place away.
    pub(super) fn remove(&mut self, place: u64) -> Option<Command> {
        self.commands.remove(&place)
    }

    /// Takes the first command away.
    pub(super) fn pop(&mut self) -> Option<Command> {
        self.commands.pop_first().map(|(_, command)| command)
    }

    /// The place of the command that a reply most likely answers.
    pub(super) fn answered_by(&self, code: u16, message: &str) -> Option<u64> {
        let score = |command: &Command| {
            let expected = code == 500 || codes(&command.word).contains(&code);
            let named = message.contains(&command.word);
            let argued = message.contains(&command.argument);
            u8::from(expected) * 100 + u8::from(named) * 20 + u8::from(argued) * 10
        };
        // The first of the best: `max_by_key` would give the last.
        self.commands.iter().rev().max_by_key(|(_, command)| score(command)).map(|(place, _)| *place)
    }
}

/// The codes with which a server may answer a command (RFC 959 and its extensions).
fn codes(word: &str) -> &'static [u16] {
    match word {
        "<init>" => &[0, 120, 220, 421],
        "<missing>" => &[0],
        "USER" => &[230, 331, 332, 421, 530, 500, 501],
        "PASS" => &[230, 202, 332, 421, 530, 500, 501, 503],
        "ACCT" => &[230, 202, 421, 530, 500, 501, 503],
        "CWD" | "RMD" => &[250, 421, 500, 501, 502, 530, 550],
        "CDUP" => &[200, 250, 421, 500, 501, 502, 530, 550],
        "SMNT" => &[202, 250, 421, 500, 501, 502, 530, 550],
        "REIN" => &[120, 220, 421, 500, 502],
        "QUIT" => &[0, 221, 500],
        "PORT" => &[200, 421, 500, 501, 530],
        "PASV" => &[227, 421, 500, 501, 502, 530],
        "MODE" => &[200, 421, 500, 501, 502, 504, 530],
        "TYPE" | "STRU" => &[200, 421, 500, 501, 504, 530],
        "ALLO" => &[200, 202, 421, 500, 501, 504, 530],
        "REST" => &[200, 350, 421, 500, 501, 502, 530],
        "STOR" | "STOU" => {
            &[110, 125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 452, 553, 500, 501, 530, 550]
        }
        "RETR" => &[110, 125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 530, 550],
        "LIST" | "NLST" => &[125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 502, 530, 550],
        "APPE" => {
            &[125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 550, 452, 553, 500, 501, 502, 530]
        }
        "RNFR" => &[350, 421, 450, 550, 500, 501, 502, 530],
        "RNTO" => &[250, 421, 532, 553, 500, 501, 502, 503, 530],
        "DELE" => &[250, 421, 450, 550, 500, 501, 502, 530],
        "MKD" => &[257, 421, 500, 501, 502, 530, 550],
        "PWD" => &[257, 421, 500, 501, 502, 550],
        "ABOR" => &[225, 226, 421, 500, 501, 502],
        "SYST" => &[215, 421, 500, 501, 502, 530],
        "STAT" => &[211, 212, 213, 421, 450, 500, 501, 502, 530],
        "HELP" => &[200, 211, 214, 421, 500, 501, 502],
        "SITE" => &[200, 202, 214, 500, 501, 502, 530],
        "NOOP" => &[200, 421, 500],
        "LPRT" => &[500, 501, 521],
        "FEAT" => &[211, 500, 502],
        "OPTS" => &[200, 451, 501],
        "EPSV" => &[229, 500, 501],
        "EPRT" => &[200, 500, 501, 522],
        "SIZE" | "MDTM" => &[213, 500, 501, 550],
        "MLST" | "MLSD" => &[150, 226, 250, 500, 501, 550],
        "CLNT" => &[200, 500],
        "MACB" => &[200, 500, 550],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_finds_its_command() {
        let mut pending = Pending::default();
        for (word, argument) in [("TYPE", "I"), ("PASV", ""), ("RETR", "a.txt")] {
            assert!(pending.push(Timestamp(0), word.into(), argument.into()));
        }
        assert_eq!(pending.answered_by(227, "Entering Passive Mode"), Some(2));
        assert_eq!(pending.answered_by(150, "Opening data connection for a.txt"), Some(3));
        assert_eq!(pending.answered_by(999, "xyz"), Some(2));
        assert_eq!(Pending::default().answered_by(200, ""), None);
    }

    #[test]
    fn not_too_many_commands_wait() {
        let mut pending = Pending::default();
        let kept = (0..PENDING_MAX + 5).filter(|_| pending.push(Timestamp(0), "NOOP".into(), String::new()));
        assert_eq!(kept.count(), PENDING_MAX);
    }
}
