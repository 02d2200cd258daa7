//! Languages of scripts, by the words and signs of their beginning.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::program_words;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Language {
    PowerShell,
    VbScript,
    JScript,
    Batch,
    Shell,
    Python,
    Perl,
    Php,
    Hta,
}

use Language::{Batch, Hta, JScript, Perl, Php, PowerShell, Python, Shell, VbScript};

impl Language {
    pub(super) const fn name(self) -> &'static str {
        match self {
            PowerShell => "powershell",
            VbScript => "vbscript",
            JScript => "jscript",
            Batch => "batch",
            Shell => "shell",
            Python => "python",
            Perl => "perl",
            Php => "php",
            Hta => "hta",
        }
    }
}

/// As much of a text must speak for a language: one word that no other text has, or several.
const ENOUGH: u32 = 4;

/// Words, and how much each speaks for a language. A word counts once.
const WORDS: &[(Language, u32, &[&str])] = &[
    (
        PowerShell,
        4,
        &[
            "add-mppreference",
            "add-type",
            "downloadstring",
            "erroractionpreference",
            "executionpolicy",
            "foreach-object",
            "frombase64string",
            "get-childitem",
            "get-wmiobject",
            "invoke-expression",
            "invoke-restmethod",
            "invoke-webrequest",
            "new-object",
            "out-null",
            "set-mppreference",
            "set-strictmode",
            "start-process",
            "start-sleep",
            "where-object",
            "write-host",
            "write-output",
        ],
    ),
    (PowerShell, 2, &["iex", "iwr", "powershell", "bxor", "cmdletbinding", "param"]),
    (
        VbScript,
        2,
        &["createobject", "dim", "executeglobal", "msgbox", "wscript", "randomize", "chrw", "strreverse"],
    ),
    (VbScript, 1, &["sub", "resume", "wend", "elseif"]),
    (JScript, 4, &["activexobject"]),
    (JScript, 2, &["wscript", "fromcharcode", "charcodeat"]),
    (JScript, 1, &["var", "function", "eval", "unescape"]),
    (Batch, 2, &["setlocal", "endlocal", "errorlevel", "goto", "enabledelayedexpansion", "taskkill"]),
    (Batch, 1, &["echo", "rem", "exist", "reg", "schtasks"]),
    (Shell, 2, &["busybox", "chmod", "wget", "curl", "tftp", "ftpget", "nohup"]),
    (Shell, 1, &["rm", "tmp", "sh", "esac", "fi"]),
    (Python, 2, &["def", "import", "subprocess", "elif", "__name__"]),
    (Perl, 2, &["strict", "my", "perl"]),
];

/// How much a word speaks for a language.
type Weight = (Language, u32);

static BY_WORD: LazyLock<FxHashMap<&'static [u8], Vec<Weight>>> = LazyLock::new(|| {
    let mut by_word: FxHashMap<&'static [u8], Vec<Weight>> = FxHashMap::default();
    for (language, weight, words) in WORDS {
        for word in *words {
            by_word.entry(word.as_bytes()).or_default().push((*language, *weight));
        }
    }
    by_word
});

/// The language of a file of this type that begins so; none for most texts.
pub(crate) fn recognise(mime_type: Option<&str>, head: &[u8]) -> Option<Language> {
    match mime_type {
        Some("text/x-shellscript") => Some(Shell),
        Some("text/x-python") => Some(Python),
        Some("text/x-perl") => Some(Perl),
        Some("text/x-php") => Some(Php),
        Some("text/x-msdos-batch") => Some(Batch),
        Some("text/html") => is_application(head).then_some(Hta),
        Some("application/javascript") => by_words(head).filter(|language| *language == JScript),
        Some("text/plain") => by_words(head),
        // Of text in UTF-16, Zeek names no type.
        None if head.starts_with(b"\xff\xfe") => by_words(&super::plain(head)),
        _ => None,
    }
}

/// A page that runs outside of the browser, or has a script that browsers do not run any more.
fn is_application(head: &[u8]) -> bool {
    let begins = |place: usize, text: &[u8]| {
        head.get(place..place + text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text))
    };
    memchr::memchr_iter(b':', head).any(|place| place >= 3 && begins(place - 3, b"hta:application"))
        || memchr::memchr2_iter(b'v', b'V', head).any(|place| begins(place, b"vbscript"))
}

fn by_words(head: &[u8]) -> Option<Language> {
    let mut found: Vec<(&[u8], &[Weight])> = Vec::new();
    program_words::each_word(head, |word| {
        if let Some((word, languages)) = BY_WORD.get_key_value(word)
            && !found.iter().any(|(known, _)| known == word)
        {
            found.push((*word, languages.as_slice()));
        }
    });
    let mut weights = [0_u32; 9];
    for (language, weight) in found.iter().flat_map(|(_, languages)| languages.iter()) {
        if let Some(sum) = weights.get_mut(*language as usize) {
            *sum += weight;
        }
    }
    let languages = [PowerShell, VbScript, JScript, Batch, Shell, Python, Perl];
    let weight_of = |language: Language| weights.get(language as usize).copied().unwrap_or(0);
    // Of equals the first: a script of PowerShell has words of the others more often than the other way round.
    let best = languages
        .into_iter()
        .reduce(|best, next| if weight_of(next) > weight_of(best) { next } else { best })?;
    (weight_of(best) >= ENOUGH && has_signs(best, head)).then_some(best)
}

/// Signs without which words alone may be prose.
fn has_signs(language: Language, head: &[u8]) -> bool {
    let has = |signs: &[&[u8]]| signs.iter().any(|sign| memchr::memmem::find(head, sign).is_some());
    match language {
        PowerShell => has(&[b"$", b"(", b"-"]),
        VbScript => has(&[b"(", b"=", b"\""]),
        JScript => has(&[b"("]) && has(&[b";", b"="]),
        Batch => has(&[b"%", b"@", b">"]),
        Shell => has(&[b";", b"/", b"&&", b"|"]),
        Python => has(&[b"(", b":"]) && has(&[b"\n"]),
        Perl => has(&[b"$", b"@"]) && has(&[b";"]),
        Php | Hta => true,
    }
}
