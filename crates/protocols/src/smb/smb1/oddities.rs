//! Transactions of SMB 1 as no file system asks for them. Each is told once per connection.

use rustc_hash::FxHashMap;

use super::wire::{self, Block, command};

/// Of the second kind of transaction: opens a session; reserved, and never made by anybody ([MS-CIFS] 2.2.6.15).
const SESSION_SETUP: u16 = 0x000e;
/// Of transactions on pipes: looks what can be read ([MS-CIFS] 2.2.5.5).
const PEEK_PIPE: u16 = 0x0023;
const NOT_IMPLEMENTED: u32 = 0xc000_0002;

/// What is odd about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A session is opened by a transaction.
    SessionSetup,
    /// A transaction of one kind goes on as one of another.
    Mixed,
    /// The answer to a session opened by a transaction has a number that was never asked with.
    OtherId,
    /// A pipe is looked into without one.
    NoPipe,
}

impl Oddity {
    /// Its name in `weird`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SessionSetup => "SMB1_transaction2_session_setup",
            Self::Mixed => "SMB1_transaction_continued_as_another",
            Self::OtherId => "SMB1_answer_with_another_id",
            Self::NoPipe => "SMB1_peek_at_no_pipe",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The transactions of a connection. The keys have 16 bits, which bounds it.
#[derive(Default)]
pub(super) struct Transactions {
    /// The command that began each.
    begun: FxHashMap<u16, u8>,
    told: u8,
}

impl Transactions {
    fn once(&mut self, oddity: Oddity) -> Option<Oddity> {
        let is_new = self.told & oddity.bit() == 0;
        self.told |= oddity.bit();
        is_new.then_some(oddity)
    }

    /// A request that begins or continues a transaction.
    pub(super) fn request(&mut self, command: u8, id: u16, block: &Block<'_>) -> Option<Oddity> {
        let begun = match command {
            command::TRANSACTION2_SECONDARY => command::TRANSACTION2,
            command::NT_TRANSACT_SECONDARY => command::NT_TRANSACT,
            _ => {
                self.begun.insert(id, command);
                let (function, file) = wire::transaction_setup(block)?;
                return match (command, function, file) {
                    (command::TRANSACTION2, SESSION_SETUP, _) => self.once(Oddity::SessionSetup),
                    (command::TRANSACTION, PEEK_PIPE, 0) => self.once(Oddity::NoPipe),
                    _ => None,
                };
            }
        };
        let is_mixed = self.begun.get(&id).is_some_and(|known| *known != begun);
        if is_mixed { self.once(Oddity::Mixed) } else { None }
    }

    /// An answer to a transaction of the second kind.
    pub(super) fn response(&mut self, id: u16, status: u32) -> Option<Oddity> {
        let asked = self.told & Oddity::SessionSetup.bit() != 0;
        let is_other = asked && status == NOT_IMPLEMENTED && !self.begun.contains_key(&id);
        if is_other { self.once(Oddity::OtherId) } else { None }
    }
}
