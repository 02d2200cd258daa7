//! Paths on a server, followed through its directories.

use std::borrow::Cow;
use std::net::IpAddr;

/// A file seen from a directory, without detours.
pub(super) fn resolve(directory: &str, file: &str) -> String {
    let path = if is_absolute(file) || directory.is_empty() {
        Cow::Borrowed(file)
    } else {
        let separator = if directory.ends_with('/') { "" } else { "/" };
        Cow::Owned(format!("{directory}{separator}{file}"))
    };
    without_detours(&path)
}

/// A file on a server as a URL.
pub(super) fn url(server: IpAddr, directory: &str, file: &str) -> String {
    let path = resolve(directory, file);
    let separator = if path.starts_with('/') { "" } else { "/" };
    match server {
        IpAddr::V4(server) => format!("ftp://{server}{separator}{path}"),
        IpAddr::V6(server) => format!("ftp://[{server}]{separator}{path}"),
    }
}

/// The directory that the reply to `PWD` names; empty where it names none.
pub(super) fn directory_in(reply: &str) -> &str {
    let quoted = reply.match_indices('"').find_map(|(place, _)| {
        let rest = reply.get(place + 1..)?;
        let end = rest.find('"')?;
        rest.get(..end).filter(|path| is_absolute(path))
    });
    quoted
        .or_else(|| {
            let begin = reply.char_indices().map(|(place, _)| place);
            let rest = begin.filter_map(|place| reply.get(place..)).find(|rest| is_absolute(rest))?;
            let end = rest.find(['"', ' ']).unwrap_or(rest.len());
            rest.get(..end)
        })
        .unwrap_or_default()
}

fn is_absolute(path: &str) -> bool {
    matches!(path.as_bytes(), [b'/', ..] | [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\' | b'/', ..])
}

/// Takes empty steps, `.` and `..` out. A leading `.` stays: it stands for the directory of the login.
fn without_detours(path: &str) -> String {
    if !path.contains("/.") && !path.contains("//") {
        let trimmed = if path.len() > 1 { path.strip_suffix('/') } else { None };
        return trimmed.unwrap_or(path).to_owned();
    }
    let mut steps: Vec<&str> = Vec::new();
    for (place, step) in path.split('/').enumerate() {
        match step {
            "" => {}
            "." if place > 0 => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_seen_from_their_directory() {
        let cases = [
            (".", "a.txt", "./a.txt"),
            ("/pub", "a.txt", "/pub/a.txt"),
            ("/pub/", "../b", "/b"),
            ("/pub", "/etc/x", "/etc/x"),
            ("/", "C:\\x", "C:\\x"),
            ("/a//b/", "./c/", "/a/b/c"),
            ("", "x", "x"),
        ];
        for (directory, file, expected) in cases {
            assert_eq!(resolve(directory, file), expected, "{directory} {file}");
        }
        assert_eq!(url("::1".parse().unwrap(), ".", "f"), "ftp://[::1]/./f");
    }

    #[test]
    fn the_reply_to_pwd_names_a_directory() {
        assert_eq!(directory_in("\"/home/x y\" is current"), "/home/x y");
        assert_eq!(directory_in("257 /pub is current"), "/pub");
        assert_eq!(directory_in("none"), "");
    }
}
