//! A query as it is written.

use std::ops::Range;

/// How a field and a value are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `:` or `=`
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A piece of the query's text, quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// In quotes, in which `*` is an ordinary character.
    pub(super) is_quoted: bool,
    /// Bytes of the query, quotes included.
    pub(super) place: Range<usize>,
}

/// A condition on a field, or a free word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Word(Piece),
    Field { name: Piece, operator: Operator, value: Piece },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Term(Term),
}

/// Terms and how they are combined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    All(Vec<Syntax>),
    Any(Vec<Syntax>),
    Not(Box<Syntax>),
    Term(Term),
}
