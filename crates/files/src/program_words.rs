//! Words of programs in text: what scripts and macros call to start programs, fetch, decode or hide things.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::listed::Listed;

/// Longer words are none that is looked for.
const WORD_BYTES_MAX: usize = 32;

/// Sorted. Words that scripts without intentions seldom have.
const TELLING: &[&str] = &[
    "activexobject",
    "add-mppreference",
    "adodb",
    "amsiinitfailed",
    "amsiutils",
    "atob",
    "b64decode",
    "bitsadmin",
    "busybox",
    "bypass",
    "callbyname",
    "certutil",
    "chmod",
    "chr",
    "chrw",
    "cmd",
    "createobject",
    "createprocess",
    "createprocessa",
    "createprocessw",
    "createremotethread",
    "createthread",
    "crontab",
    "cscript",
    "curl",
    "deflatestream",
    "disablerealtimemonitoring",
    "downloaddata",
    "downloadfile",
    "downloadstring",
    "encodedcommand",
    "enumsystemlocalesa",
    "environ",
    "eval",
    "exec",
    "execute",
    "executeglobal",
    "executionpolicy",
    "frombase64string",
    "fromcharcode",
    "getobject",
    "getprocaddress",
    "gzipstream",
    "hidden",
    "iex",
    "invoke-command",
    "invoke-expression",
    "invoke-mimikatz",
    "invoke-restmethod",
    "invoke-webrequest",
    "iwr",
    "loadlibrary",
    "loadlibrarya",
    "marshal",
    "msbuild",
    "mshta",
    "msxml2",
    "ncat",
    "netsh",
    "new-object",
    "nohup",
    "openasstream",
    "opentextfile",
    "passthru",
    "popen",
    "powershell",
    "pwsh",
    "register-scheduledtask",
    "regsvr32",
    "regwrite",
    "responsebody",
    "rtlmovememory",
    "rundll32",
    "savetofile",
    "schtasks",
    "sendkeys",
    "set-executionpolicy",
    "set-mppreference",
    "setrequestheader",
    "shell",
    "shell_exec",
    "shellexecute",
    "shellexecutea",
    "shellexecutew",
    "start-bitstransfer",
    "start-process",
    "strreverse",
    "subprocess",
    "system",
    "tftp",
    "unescape",
    "urldownloadtofile",
    "urldownloadtofilea",
    "urldownloadtofilew",
    "virtualalloc",
    "virtualallocex",
    "virtualprotect",
    "vssadmin",
    "wbadmin",
    "webclient",
    "wget",
    "windowstyle",
    "winexec",
    "winhttp",
    "winhttprequest",
    "winmgmts",
    "wmic",
    "writeprocessmemory",
    "wscript",
    "xmlhttp",
];

static TELLING_WORDS: LazyLock<FxHashSet<&'static [u8]>> =
    LazyLock::new(|| TELLING.iter().map(|word| word.as_bytes()).collect());

/// For each byte what it is in lower case, where it can be of a word; zero for others.
const IN_WORDS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// The words of a text in lower case: letters, digits, `_`, and `-` between them. Much too long ones are left out.
pub(crate) fn each_word(text: &[u8], mut take: impl FnMut(&[u8])) {
    let mut buffer = [0; WORD_BYTES_MAX];
    let mut length = 0;
    for byte in text.iter().chain(b" ") {
        match IN_WORDS.get(usize::from(*byte)).copied().unwrap_or(0) {
            0 => {
                if let Some(word) = buffer.get(..length).filter(|word| !word.is_empty()) {
                    take(word);
                }
                length = 0;
            }
            b'-' if length == 0 => {}
            lower => {
                if let Some(place) = buffer.get_mut(length) {
                    *place = lower;
                }
                length += 1;
            }
        }
    }
}

/// Lists the telling words of a text, each once, in the order in which they occur first.
pub(crate) fn list_telling(text: &[u8], calls: &mut Listed) {
    each_word(text, |word| {
        if TELLING_WORDS.contains(word) {
            calls.push_new(std::str::from_utf8(word).unwrap_or_default());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_words_are_found_once_in_any_case() {
        assert!(TELLING.is_sorted());
        let mut calls = Listed::default();
        list_telling(
            b"IEX (New-Object Net.WebClient).DownloadString('x'); iex powershell_x -Enc",
            &mut calls,
        );
        assert_eq!(calls.names().unwrap(), ["iex", "new-object", "webclient", "downloadstring"]);
        let mut words = Vec::new();
        let long = "x".repeat(WORD_BYTES_MAX + 1);
        each_word(format!("--A-b  c_d-- {long} e").as_bytes(), |word| words.push(word.to_owned()));
        assert_eq!(words, [b"a-b".as_slice(), b"c_d--", b"e"]);
    }
}
