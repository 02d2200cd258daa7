//! Which end of a connection sent something.

/// Who sent something on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// Who opened the connection.
    Originator,
    /// Who answered.
    Responder,
}

impl Sender {
    /// The other end.
    pub const fn other(self) -> Self {
        match self {
            Self::Originator => Self::Responder,
            Self::Responder => Self::Originator,
        }
    }
}
