//! Commands and replies of SMTP (RFC 5321, RFC 3030, RFC 3207, RFC 4954).

/// A command that changes what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Auth,
    /// A line of the client in the exchange after `AUTH`.
    AuthAnswer,
    Bdat,
    Data,
    /// The line with the single dot.
    EndOfData,
    /// `EHLO` and `HELO`.
    Hello,
    Mail,
    /// The opening of the connection, which the greeting answers.
    Open,
    Rcpt,
    Rset,
    StartTls,
    Turn,
    /// Any other that SMTP knows.
    Other,
}

impl Command {
    /// The command of this word, in any case.
    pub(super) fn named(word: &[u8]) -> Option<Self> {
        const OTHERS: &[&[u8]] =
            &[b"QUIT", b"VRFY", b"EXPN", b"HELP", b"NOOP", b"SEND", b"SOML", b"SAML", b"ETRN"];
        let is = |other: &[u8]| word.eq_ignore_ascii_case(other);
        Some(match word.len() {
            4 if is(b"AUTH") => Self::Auth,
            4 if is(b"BDAT") => Self::Bdat,
            4 if is(b"DATA") => Self::Data,
            4 if is(b"EHLO") || is(b"HELO") => Self::Hello,
            4 if is(b"MAIL") => Self::Mail,
            4 if is(b"RCPT") => Self::Rcpt,
            4 if is(b"RSET") => Self::Rset,
            4 if is(b"TURN") => Self::Turn,
            8 if is(b"STARTTLS") => Self::StartTls,
            14 if is(b"X-ANONYMOUSTLS") => Self::StartTls,
            _ if OTHERS.iter().any(|other| is(other)) => Self::Other,
            _ => return None,
        })
    }
}

/// A line as its first word and what follows.
pub(super) fn words(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.trim_ascii_start();
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
    (word, rest.trim_ascii_start())
}

/// A line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reply<'a> {
    /// Its code.
    pub(super) code: u16,
    /// More lines follow.
    pub(super) goes_on: bool,
    /// Its text.
    pub(super) text: &'a [u8],
}

/// Reads a line of a reply.
pub(super) fn reply(line: &[u8]) -> Option<Reply<'_>> {
    match line {
        [a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            let code = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
            let after_mark = rest.strip_prefix(b"-");
            let text = after_mark.unwrap_or(rest).trim_ascii_start();
            Some(Reply { code, goes_on: after_mark.is_some(), text })
        }
        _ => None,
    }
}

/// The argument of `BDAT`: the size of the chunk, and whether it is the last.
pub(super) fn chunk(argument: &[u8]) -> Option<(u64, bool)> {
    let text = std::str::from_utf8(argument).ok()?;
    let (size, last) = match text.split_once(' ') {
        Some((size, last)) if last.eq_ignore_ascii_case("LAST") => (size, true),
        Some(_) => return None,
        None => (text, false),
    };
    if !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((size.parse().ok()?, last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands_and_replies_are_read() {
        assert_eq!(Command::named(b"data"), Some(Command::Data));
        assert_eq!(Command::named(b"EHLO"), Some(Command::Hello));
        assert_eq!(Command::named(b"GET"), None);
        assert_eq!(words(b"MAIL FROM:<a>"), (&b"MAIL"[..], &b"FROM:<a>"[..]));
        assert_eq!(reply(b"250-SIZE"), Some(Reply { code: 250, goes_on: true, text: b"SIZE" }));
        assert_eq!(reply(b"354 go"), Some(Reply { code: 354, goes_on: false, text: b"go" }));
        assert_eq!(reply(b"650 x"), None);
        assert_eq!(chunk(b"86 last"), Some((86, true)));
        assert_eq!(chunk(b"86"), Some((86, false)));
        assert_eq!(chunk(b"86LAST"), None);
        assert_eq!(chunk(b"+6"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(line in proptest::collection::vec(any::<u8>(), 0..40)) {
            let (word, rest) = words(&line);
            let _ = (Command::named(word), reply(&line), chunk(rest));
        }
    }
}
