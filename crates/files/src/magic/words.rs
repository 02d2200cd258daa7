//! Signatures of formats that begin with a word: scripts, mail, keys.

use super::pattern::Token::{Any, Anywhere, Blanks, Is, NoCase, OneOf};
use super::{Signature, begins, when};

#[rustfmt::skip]
pub(crate) const SIGNATURES: &[Signature] = &[
    begins("application/pgp", 260, &[Is(b"-----BEGIN PGP MESSAGE-")]),
    begins("application/pgp-keys", 330, &[Any(2), Is(b"---BEGIN PGP PUBLIC KEY BLOCK-")]),
    begins("application/pgp-signature", 280, &[Is(b"-----BEGIN PGP SIGNATURE-")]),
    begins("application/pkcs7-signature", 100, &[Is(b"MIME-Version:"), Anywhere, Is(b"protocol=\"application/pkcs7-signature\"")]),
    begins("application/postscript", 50, &[Is(b"%!")]),
    begins("application/sla", 10, &[Is(b"solid ")]),
    begins("application/vnd.apple-afpinfo", 0, &[Is(b"AFP")]),
    begins("application/vnd.ms-reg", 49, &[Is(b"REGEDIT4")]),
    begins("application/x-java-jnlp-file", 100, &[Is(b"<jnlp ")]),
    begins("application/x-pem", 0, &[Is(b"-----BEGIN CERTIFICATE-----")]),
    begins("message/rfc822", 100, &[Is(b"Pipe to")]),
    begins("message/rfc822", 110, &[Is(b"#! rnews")]),
    begins("message/rfc822", 120, &[OneOf(&[b"Received:", b"N#! rnews"])]),
    begins("message/rfc822", 130, &[Is(b"Forward to")]),
    begins("message/rfc822", 150, &[NoCase(b"return-path:")]),
    begins("message/rfc822", 160, &[NoCase(b"delivered-to:")]),
    begins("message/rfc822", 170, &[Is(b"Relay-Version:")]),
    begins("message/news", 100, &[Is(b"Article")]),
    begins("text/calendar", 180, &[Is(b"BEGIN:VCALENDAR")]),
    begins("text/rtf", 70, &[Is(b"{\\rtf")]),
    begins("text/x-m4", 40, &[Is(b"dnl ")]),
    begins("text/x-msdos-batch", 110, &[Is(b"@"), Blanks(0), NoCase(b"echo"), Blanks(1), NoCase(b"off")]),
    begins("text/x-msdos-batch", 60, &[NoCase(b"@rem")]),
    begins("text/x-msdos-batch", 70, &[NoCase(b"@set"), Blanks(1)]),
    begins("text/x-php", 40, &[Anywhere, Is(b"<?php")]),
    begins("text/x-vcard", 140, &[Is(b"BEGIN:VCARD")]),
    when("application/javascript", 60, |head| is_script(head, &[b"node"])),
    when("text/x-awk", 60, |head| is_script(head, &[b"awk", b"gawk", b"nawk"])),
    when("text/x-lua", 49, |head| is_script(head, &[b"lua"])),
    when("text/x-perl", 60, |head| is_script(head, &[b"perl"])),
    when("text/x-php", 60, |head| is_script(head, &[b"php"])),
    when("text/x-python", 60, |head| is_script(head, &[b"python"])),
    when("text/x-ruby", 60, |head| is_script(head, &[b"ruby"])),
    when("text/x-shellscript", 250, |head| is_script(head, &[b"sh", b"bash", b"tcsh", b"csh", b"zsh", b"fash", b"aesh", b"ksh"])),
    when("text/x-tcl", 60, |head| is_script(head, &[b"tcl", b"wish"])),
    when("text/x-diff", 55, is_unified_diff),
];

/// `#!…bin/` or `#!…bin/env ` and the name of an interpreter, in the first line.
fn is_script(head: &[u8], interpreters: &[&[u8]]) -> bool {
    /// `bin/` begins within so many bytes.
    const PATH_MAX: usize = 15;
    let Some(line) = head.strip_prefix(b"#!") else { return false };
    (1..=PATH_MAX).any(|length| {
        let Some((path, rest)) = line.split_at_checked(length) else { return false };
        let Some(name) = rest.strip_prefix(b"bin/") else { return false };
        let begins = |name: &[u8]| interpreters.iter().any(|interpreter| name.starts_with(interpreter));
        let behind_env = name.strip_prefix(b"env").map(<[u8]>::trim_ascii_start);
        !path.contains(&b'\n') && (begins(name) || behind_env.is_some_and(begins))
    })
}

/// `--- `, `+++ ` and `@@` in this order, each behind the end of a line but the first.
fn is_unified_diff(head: &[u8]) -> bool {
    let parts: [&[u8]; 5] = [b"--- ", b"\n", b"+++ ", b"\n", b"@@"];
    let mut rest = Some(head);
    for part in parts {
        rest = rest.and_then(|rest| {
            let place = memchr::memmem::find(rest, part)?;
            rest.get(place + part.len()..)
        });
    }
    rest.is_some()
}
