//! Text for people: colours where there is a terminal, numbers with units, and how the program ends.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::adapter::StripBytes;
use anstyle::{AnsiColor, Style};

/// A heading.
pub(crate) const HEADING: Style = Style::new().bold();
/// What is not in the foreground.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Something bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something to look at.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// A name: a host, an address.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All went well.
    Done,
    /// It failed.
    Failed,
    /// The question could not be understood.
    BadQuery,
    /// A capture was damaged; what came before the damage was kept.
    Damaged,
    /// The user stopped it; what was done by then was kept.
    Stopped,
}

/// Exit status of a program that was stopped with Ctrl-C, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0_u8,
            Outcome::Failed => 1,
            Outcome::BadQuery => 2,
            Outcome::Damaged => 3,
            Outcome::Stopped => INTERRUPTED,
        })
    }
}

/// Bytes of output that are collected before they are written.
const OUTPUT_BYTES: usize = 1 << 16;

/// Standard output with colours where they can be shown, buffered.
pub(crate) fn standard_output() -> Box<dyn Write> {
    let stdout = std::io::stdout();
    if anstream::AutoStream::choice(&stdout) == anstream::ColorChoice::Never {
        // Each line and each piece between colours would be written by itself.
        let raw = BufWriter::with_capacity(OUTPUT_BYTES, stdout);
        return Box::new(Colourless { raw, state: StripBytes::new() });
    }
    Box::new(BufWriter::with_capacity(OUTPUT_BYTES, anstream::stdout()))
}

/// Takes the colours out of what is written.
struct Colourless<W> {
    raw: W,
    state: StripBytes,
}

impl<W: Write> Write for Colourless<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for text in self.state.strip_next(bytes) {
            self.raw.write_all(text)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.raw.flush()
    }
}

/// Whether the cause of a failure is that nobody reads our output any more.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}

/// A word on standard error; names and what others wrote go through [`plain`] or [`tell_of`].
pub(crate) fn tell(text: &str) {
    anstream::eprintln!("otus: {text}");
}

/// A word on standard error about something, as a file, whose name may hold anything.
pub(crate) fn tell_of(subject: &str, text: &str) {
    tell(&format!("{WARN}{}{WARN:#} {}", plain(subject), plain(text)));
}

/// A capture's name for people.
pub(crate) fn capture_name(path: &Path) -> String {
    if path.as_os_str() == "-" { "the standard input".to_owned() } else { path.display().to_string() }
}

/// Text that cannot drive the terminal: what controls it or turns the direction of writing is written as a number.
pub(crate) fn plain(text: &str) -> String {
    escaped(text, |character| character.is_control())
}

fn escaped(text: &str, is_control: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_control(character) || records::is_deceptive(character) {
            plain.extend(character.escape_unicode());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// An error with its causes. Many errors tell their cause themselves: no cause is told twice.
pub(crate) fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    // Errors in statements point at a place with a line of its own.
    escaped(&words, |character| character.is_control() && character != '\n')
}

/// A share of 100 in the colour of its weight.
pub(crate) fn weight(value: u64) -> Style {
    match value {
        75.. => BAD,
        50.. => WARN,
        _ => FAINT,
    }
}

/// `1234567.0` as `1.2 M`.
pub(crate) fn scaled(value: f64) -> String {
    for (size, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if value >= size {
            return format!("{:.1} {letter}", value / size);
        }
    }
    format!("{value:.0} ")
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 record`, `2,000 records`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n\u{202e}ü"), "a\\u{1b}[2Jb\\u{a}\\u{202e}ü");
    }

    #[test]
    fn no_cause_is_told_twice() {
        let denied = anyhow::anyhow!("denied").context("cannot open `x`: denied").context("beginning");
        assert_eq!(in_words(&denied), "beginning: cannot open `x`: denied");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(scaled(36_200_000.0), "36.2 M");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        assert_eq!(
            (counted(1, "record"), counted(2000, "record")),
            ("1 record".into(), "2,000 records".into())
        );
    }
}
