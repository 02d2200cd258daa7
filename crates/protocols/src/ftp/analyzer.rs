//! Follows one control connection: commands, replies, logins, and the data connections that it announces.

use std::collections::VecDeque;
use std::net::IpAddr;

use records::{Ftp, Login, Sender, Timestamp, text_from_bytes};

use super::commands::{Command, Pending};
use super::path;
use super::wire;
use crate::by_line::ReadsLines;
use crate::{Expected, Output};

/// Longer user names and passwords are cut.
const NAME_BYTES_MAX: usize = 128;
/// Longer arguments and replies are cut.
const TEXT_BYTES_MAX: usize = 4096;
/// So many announced data connections are watched for a file.
const ANNOUNCED_MAX: usize = 32;

/// Users that stand for nobody, so that their password (by custom a mail address) is shown.
const GUESTS: &[&str] = &["anonymous", "ftp", "ftpuser", "guest"];
/// Commands that are written.
const WRITTEN: &[&str] = &["APPE", "DELE", "RETR", "STOR", "STOU", "ACCT", "PORT", "PASV", "EPRT", "EPSV"];
/// Commands whose argument is a path.
const WITH_PATH: &[&str] =
    &["APPE", "CWD", "DELE", "MKD", "RETR", "RMD", "RNFR", "RNTO", "STOR", "STOU", "REST", "SIZE", "MDTM"];

/// Follows one connection.
#[derive(Default)]
pub(super) struct FtpReader {
    session: Option<Session>,
    /// Code of the reply that goes on over several lines.
    continued: Option<u16>,
    security: Vec<u8>,
    left: bool,
}

/// What is known since the first line.
struct Session {
    pending: Pending,
    /// Place of the command that was answered last.
    answered: Option<u64>,
    directory: String,
    record: Ftp,
    announced: VecDeque<(IpAddr, u16)>,
}

impl FtpReader {
    fn session(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut Session {
        self.session.get_or_insert_with(|| Session::new(ts, output))
    }

    fn request(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        let Some((word, argument)) = wire::command(line) else { return };
        output.confirm("ftp");
        if word == "AUTH" {
            self.security = argument.get(..argument.len().min(NAME_BYTES_MAX)).unwrap_or_default().to_vec();
        }
        self.session(ts, output).request(ts, word, text_from_bytes(argument), output);
    }

    fn reply(&mut self, ts: Timestamp, line: &[u8], output: &mut Output<'_>) {
        let code = wire::reply_code(line);
        let mark = line.get(3).copied();
        let (code, text, goes_on) = match self.continued {
            Some(continued) if code == Some(continued) && mark == Some(b' ') => {
                self.continued = None;
                (continued, line.get(3..).unwrap_or_default(), false)
            }
            Some(_) => (0, line, true),
            None => {
                let Some(code @ 100..) = code else { return };
                match mark {
                    Some(b'-') => {
                        self.continued = Some(code);
                        (code, line.get(4..).unwrap_or_default(), true)
                    }
                    Some(b' ') | None => (code, line.get(3..).unwrap_or_default(), false),
                    Some(_) => return,
                }
            }
        };
        let text = if code == 0 { text } else { text.trim_ascii_start() };
        self.left |= code == 234 && self.security == b"TLS";
        let text = text_from_bytes(text);
        self.session(ts, output).reply(code, text, goes_on, output);
    }
}

impl Session {
    fn new(ts: Timestamp, output: &Output<'_>) -> Self {
        let about = output.about;
        let record = Ftp { ts, uid: about.uid, id: about.id, user: "<unknown>".into(), ..Ftp::default() };
        let mut pending = Pending::default();
        // The greeting answers this.
        pending.push(ts, "<init>".into(), String::new());
        Self { pending, answered: None, directory: ".".into(), record, announced: VecDeque::new() }
    }

    fn request(&mut self, ts: Timestamp, word: String, mut argument: String, output: &mut Output<'_>) {
        if self.record.reply_code.is_some()
            && let Some(command) = self.answered.and_then(|place| self.pending.remove(place))
        {
            self.write(command, output);
        }
        cut(&mut argument, TEXT_BYTES_MAX);
        if !self.pending.push(ts, word.clone(), argument.clone()) {
            output.weird(ts, "FTP_too_many_pending_commands", None);
        }
        match word.as_str() {
            "USER" => {
                cut(&mut argument, NAME_BYTES_MAX);
                self.record.user = argument;
            }
            "PASS" => {
                cut(&mut argument, NAME_BYTES_MAX);
                self.record.password = Some(argument);
            }
            "PORT" => self.announce(ts, false, wire::port(&argument), output),
            "EPRT" => self.announce(ts, false, wire::extended(&argument), output),
            _ => {}
        }
    }

    fn reply(&mut self, code: u16, mut text: String, goes_on: bool, output: &mut Output<'_>) {
        // A line within a reply tells nothing, unless it looks like a reply of its own: some servers never end
        // the one before.
        if goes_on && code == 0 && self.record.reply_code.is_some() && !looks_like_a_reply(&text) {
            return;
        }
        cut(&mut text, TEXT_BYTES_MAX);
        self.answered = self.pending.answered_by(code, &text);
        self.record.reply_code = Some(code);
        self.record.reply_msg = Some(text.clone());
        if goes_on {
            return;
        }
        let command = self.answered.and_then(|place| self.pending.get_mut(place)).cloned();
        if let Some(command) = command {
            self.act(&command, code, &text, output);
        }
        if self.pending.len() > 1
            && let Some(command) = self.answered.and_then(|place| self.pending.remove(place))
        {
            self.write(command, output);
        }
    }

    /// What a reply means for the session.
    fn act(&mut self, command: &Command, code: u16, text: &str, output: &mut Output<'_>) {
        match (command.word.as_str(), code) {
            ("RETR", 150) | ("SIZE", 213) => self.record.file_size = Some(wire::last_number(text)),
            ("PASV" | "EPSV", 227) => self.announce(command.ts, true, wire::passive(text), output),
            ("PASV" | "EPSV", 229) => self.announce(command.ts, true, wire::extended_passive(text), output),
            ("USER" | "PASS", 230 | 232) => self.login(command, Some(true), code, text, output),
            ("USER" | "PASS", 400..) => self.login(command, Some(false), code, text, output),
            _ => {}
        }
        let moves = matches!(
            (command.word.as_str(), code),
            ("CWD", 250) | ("CDUP", 200 | 250) | ("PWD" | "XPWD", 257)
        );
        if !moves || command.moved {
            return;
        }
        if let Some(command) = self.answered.and_then(|place| self.pending.get_mut(place)) {
            command.moved = true;
        }
        self.directory = match command.word.as_str() {
            "CWD" => path::resolve(&self.directory, &command.argument),
            "CDUP" => path::resolve(&self.directory, "/.."),
            _ => path::directory_in(text).to_owned(),
        };
        cut(&mut self.directory, TEXT_BYTES_MAX);
    }

    fn login(
        &self,
        command: &Command,
        success: Option<bool>,
        code: u16,
        text: &str,
        output: &mut Output<'_>,
    ) {
        let record = &self.record;
        output.write(Login {
            ts: command.ts,
            uid: record.uid,
            id: record.id,
            service: "ftp".into(),
            method: Some(if command.word == "PASS" { "password" } else { "none" }.into()),
            user: Some(record.user.clone()),
            success,
            status: Some(format!("{code} {text}").trim_end().to_owned()),
        });
    }

    /// A data connection will come.
    fn announce(
        &mut self,
        ts: Timestamp,
        passive: bool,
        responder: Option<(IpAddr, u16)>,
        output: &mut Output<'_>,
    ) {
        let Some((mut address, port)) = responder else { return };
        let id = output.about.id;
        if address.is_unspecified() {
            address = id.resp_h;
        }
        self.record.data_channel_passive = Some(passive);
        self.record.data_channel_orig_h = Some(if passive { id.orig_h } else { id.resp_h });
        self.record.data_channel_resp_h = Some(address);
        self.record.data_channel_resp_p = Some(port);
        let announced_by = output.about.uid;
        let expected = Expected { protocol: "ftp-data", announced_by, ts, filename: None, transfer: None };
        output.shared.expect(id, (address, port), expected);
        if self.announced.len() >= ANNOUNCED_MAX {
            self.announced.pop_front();
        }
        self.announced.push_back((address, port));
    }

    /// Writes a command with the reply at hand, if it is one of those that are written.
    fn write(&mut self, command: Command, output: &mut Output<'_>) {
        for responder in &self.announced {
            if let Some(expected) = output.shared.expected(output.about.id, *responder)
                && expected.announced_by == output.about.uid
                && let Some(transfer) = expected.transfer.take()
            {
                self.record.fuid = Some(transfer.fuid);
                self.record.mime_type = transfer.mime_type.map(str::to_owned);
            }
        }
        let hides = !GUESTS.contains(&self.record.user.to_lowercase().as_str());
        let record = &mut self.record;
        record.ts = command.ts;
        let mut argument = if WITH_PATH.contains(&command.word.as_str()) {
            path::url(record.id.resp_h, &self.directory, &command.argument)
        } else {
            command.argument
        };
        cut(&mut argument, TEXT_BYTES_MAX);
        record.arg = (!argument.is_empty()).then_some(argument);
        if hides && let Some(password) = &mut record.password {
            "<hidden>".clone_into(password);
        }
        let written = WRITTEN.contains(&command.word.as_str());
        record.command = Some(command.word);
        if written {
            output.write(record.clone());
        }
        // These belong to this command alone.
        record.mime_type = None;
        record.file_size = None;
        record.fuid = None;
        record.data_channel_passive = None;
        record.data_channel_orig_h = None;
        record.data_channel_resp_h = None;
        record.data_channel_resp_p = None;
    }
}

/// Three digits, a blank and some text.
fn looks_like_a_reply(text: &str) -> bool {
    let bytes = text.as_bytes();
    let printable = bytes.get(4..14).is_some_and(|text| text.iter().all(|byte| matches!(byte, b' '..=b'~')));
    wire::reply_code(bytes).is_some_and(|code| code >= 100) && bytes.get(3) == Some(&b' ') && printable
}

fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}

impl ReadsLines for FtpReader {
    fn line(&mut self, ts: Timestamp, from: Sender, line: &[u8], output: &mut Output<'_>) {
        let line = wire::without_telnet(line);
        if line.is_empty() {
            return;
        }
        match from {
            Sender::Originator => self.request(ts, &line, output),
            Sender::Responder => self.reply(ts, &line, output),
        }
    }

    fn is_encrypted(&self) -> bool {
        self.left
    }

    fn end(&mut self, _: Timestamp, output: &mut Output<'_>) {
        let Some(mut session) = self.session.take() else { return };
        while let Some(command) = session.pending.pop() {
            session.write(command, output);
        }
    }
}
