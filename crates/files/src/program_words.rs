//! Words of programs in text: what scripts and macros call to start programs, fetch, decode or hide things.

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

/// The words of a text in lower case: letters, digits, `_`, and `-` between them. Much too long ones are left out.
pub(crate) fn each_word(text: &[u8], mut take: impl FnMut(&str)) {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut buffer = [0; WORD_BYTES_MAX];
    for word in text.split(|byte| !is_of_word(byte)) {
        let first = word.iter().take_while(|byte| **byte == b'-').count();
        let word = word.get(first..).unwrap_or_default();
        let Some(lower) = buffer.get_mut(..word.len()).filter(|lower| !lower.is_empty()) else { continue };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        take(std::str::from_utf8(lower).unwrap_or_default());
    }
}

/// Lists the telling words of a text, each once, in the order in which they occur first.
pub(crate) fn list_telling(text: &[u8], calls: &mut Listed) {
    each_word(text, |word| {
        if TELLING.binary_search(&word).is_ok() {
            calls.push_new(word);
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
        each_word(b"--a-b  c_d--", |word| words.push(word.to_owned()));
        assert_eq!(words, ["a-b", "c_d--"]);
    }
}
