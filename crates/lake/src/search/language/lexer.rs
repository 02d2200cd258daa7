//! From characters to tokens.

use std::net::IpAddr;
use std::ops::Range;

use records::Network;

use super::error::Failure;
use super::syntax::{Operator, Piece, Term, Token};

/// A longer query is no query that somebody wrote.
const QUERY_BYTES_MAX: usize = 64 << 10;

/// Longer operators first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("!=", Operator::IsNot),
    (":", Operator::Is),
    ("=", Operator::Is),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

pub(super) fn tokens(query: &str) -> Result<Vec<(Token, Range<usize>)>, Failure> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(Failure::new(&(0..0), format!("a query has at most {QUERY_BYTES_MAX} bytes")));
    }
    let mut lexer = Lexer { query, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let Some(first) = lexer.rest().chars().next() else { return Ok(tokens) };
        let token = match first {
            '(' => lexer.single(Token::Open),
            ')' => lexer.single(Token::Close),
            _ => lexer.term()?,
        };
        tokens.push((token, start..lexer.at));
    }
}

struct Lexer<'a> {
    query: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.query.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn single(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn term(&mut self) -> Result<Token, Failure> {
        if self.rest().starts_with('"') || is_whole_word(run(self.rest())) {
            return self.piece().map(|word| Token::Term(Term::Word(word)));
        }
        let start = self.at;
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
        let name_length = self.rest().find(|char| !is_name(char)).unwrap_or(self.rest().len());
        let place = start..start + name_length;
        self.at = place.end;
        let Some(operator) = self.operator().filter(|_| name_length > 0) else {
            self.at = start;
            return self.piece().map(word_or_keyword);
        };
        let operator_end = self.at;
        self.skip_space();
        if operator == Operator::Is && self.at > operator_end || self.rest().is_empty() {
            let place = place.start..operator_end;
            let name = self.query.get(place.clone()).unwrap_or_default();
            return Err(Failure::new(&place, format!("`{name}` needs a value")));
        }
        let name = Piece {
            text: self.query.get(place.clone()).unwrap_or_default().to_owned(),
            is_quoted: false,
            place,
        };
        let value = self.piece()?;
        Ok(Token::Term(Term::Field { name, operator, value }))
    }

    /// Reads an operator, before which there may be space if it is not `:`; `bytes:>1M` is `bytes>1M`.
    fn operator(&mut self) -> Option<Operator> {
        let start = self.at;
        self.skip_space();
        let spaced = self.at > start;
        for (text, operator) in OPERATORS {
            let Some(rest) = self.rest().strip_prefix(text) else { continue };
            if spaced && text == ":" {
                break;
            }
            self.at += text.len();
            if text == ":" && rest.starts_with(['<', '>']) {
                return self.operator();
            }
            return Some(operator);
        }
        self.at = start;
        None
    }

    fn piece(&mut self) -> Result<Piece, Failure> {
        let start = self.at;
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let text = run(self.rest());
        if text.is_empty() {
            return Err(Failure::new(&(start..start), "a value is missing here"));
        }
        self.at += text.len();
        Ok(Piece { text: text.to_owned(), is_quoted: false, place: start..self.at })
    }

    fn quoted(&mut self) -> Result<Piece, Failure> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((index, char)) = chars.next() {
            match char {
                '"' => {
                    self.at = start + index + 1;
                    return Ok(Piece { text, is_quoted: true, place: start..self.at });
                }
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                char => text.push(char),
            }
        }
        Err(Failure::new(&(start..start + 1), "this quote is not closed"))
    }
}

/// The characters up to the next space, quote or parenthesis.
fn run(text: &str) -> &str {
    let end = text.find(|char: char| char.is_whitespace() || matches!(char, '(' | ')' | '"'));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// Addresses and URLs hold colons, but are no `field:value`.
fn is_whole_word(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
        || Network::parse(text).is_some()
        || is_hardware_address(text)
        || text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//"))
}

fn is_hardware_address(text: &str) -> bool {
    let is_octet = |octet: &str| octet.len() == 2 && octet.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(is_octet)
}

fn word_or_keyword(word: Piece) -> Token {
    match word.text.to_ascii_lowercase().as_str() {
        "and" | "&&" => Token::And,
        "or" | "||" => Token::Or,
        "not" | "!" => Token::Not,
        _ => Token::Term(Term::Word(word)),
    }
}
