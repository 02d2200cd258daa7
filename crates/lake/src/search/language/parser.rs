//! From tokens to syntax. `not` binds tightest, then `and` (also unwritten), then `or`.

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use super::error::Failure;
use super::syntax::{Syntax, Token};

/// Parentheses and `not` may be nested that deep.
const DEPTH_MAX: usize = 64;

/// A query has at most that many terms: each is an expression for each record type.
const TERMS_MAX: usize = 256;

pub(super) fn parse(tokens: Vec<(Token, Range<usize>)>, end: usize) -> Result<Syntax, Failure> {
    let terms = tokens.iter().filter(|(token, _)| matches!(token, Token::Term(_)));
    if let Some((_, place)) = terms.clone().nth(TERMS_MAX) {
        return Err(Failure::new(place, format!("a query has at most {TERMS_MAX} terms")));
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), end: end..end, depth: 0 };
    if parser.tokens.peek().is_none() {
        return Ok(Syntax::All(Vec::new()));
    }
    let syntax = parser.any()?;
    match parser.tokens.next() {
        None => Ok(syntax),
        Some((_, place)) => Err(Failure::new(&place, "this parenthesis was not opened")),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<(Token, Range<usize>)>>,
    /// The place behind the last token.
    end: Range<usize>,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Syntax, Failure> {
        let mut parts = vec![self.all()?];
        while self.tokens.next_if(|(token, _)| *token == Token::Or).is_some() {
            parts.push(self.all()?);
        }
        Ok(single_or(parts, Syntax::Any))
    }

    fn all(&mut self) -> Result<Syntax, Failure> {
        let mut parts = vec![self.one()?];
        loop {
            let is_written = self.tokens.next_if(|(token, _)| *token == Token::And).is_some();
            let ends = self.tokens.peek().is_none_or(|(token, _)| matches!(token, Token::Or | Token::Close));
            if ends && !is_written {
                return Ok(single_or(parts, Syntax::All));
            }
            parts.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Syntax, Failure> {
        let Some((token, place)) = self.tokens.next() else {
            return Err(Failure::new(&self.end, "a term is missing at the end"));
        };
        match token {
            Token::Term(term) => Ok(Syntax::Term(term)),
            Token::Not => {
                self.deeper(&place)?;
                let negated = self.one()?;
                self.depth -= 1;
                Ok(Syntax::Not(Box::new(negated)))
            }
            Token::Open => {
                self.deeper(&place)?;
                let inner = self.any()?;
                self.depth -= 1;
                match self.tokens.next() {
                    Some((Token::Close, _)) => Ok(inner),
                    _ => Err(Failure::new(&place, "this parenthesis is not closed")),
                }
            }
            Token::Close | Token::And | Token::Or => {
                Err(Failure::new(&place, "a term is missing before this"))
            }
        }
    }

    fn deeper(&mut self, place: &Range<usize>) -> Result<(), Failure> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Failure::new(place, format!("a query is nested at most {DEPTH_MAX} deep")));
        }
        Ok(())
    }
}

fn single_or(mut parts: Vec<Syntax>, combine: impl FnOnce(Vec<Syntax>) -> Syntax) -> Syntax {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            combine(parts)
        }
    }
}
