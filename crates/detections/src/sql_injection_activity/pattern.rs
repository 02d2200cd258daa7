//! Pieces of SQL in an address, as no program puts them there.

/// Longer addresses are looked at so far.
const URI_BYTES_MAX: usize = 2048;

/// Which piece of SQL stands in the address, if any.
pub(super) fn pattern(uri: &str) -> Option<&'static str> {
    // Nearly all addresses are done with here.
    if !uri.bytes().any(|byte| matches!(byte, b'\'' | b'%' | b'+' | b'(' | b';' | b'*')) {
        return None;
    }
    let text = plain(uri);
    let any = |pieces: &[&str]| pieces.iter().any(|piece| text.contains(piece));
    if any(&["union select ", "union select(", "union all select "]) {
        return Some("a union of another selection");
    }
    if any(&["sleep(", "benchmark(", "waitfor delay", "pg_sleep("])
        && any(&["'", " and ", " or ", ";", "select"])
    {
        return Some("a delay");
    }
    if any(&["information_schema.", "sysobjects", "sqlite_master", "@@version", "xp_cmdshell"]) {
        return Some("the tables of the database itself");
    }
    if any(&[
        "' or '",
        "' and '",
        "') or (",
        "' or 1=1",
        "' and 1=1",
        " or 1=1",
        " and 1=1",
        " and 1=2",
        "' or ''='",
    ]) {
        return Some("a condition that is always true or false");
    }
    if any(&["extractvalue(", "updatexml(", "convert(int,", "cast((select"]) {
        return Some("an error that tells a value");
    }
    if any(&[
        "'; drop ",
        "';drop ",
        "; exec ",
        ";exec ",
        "'; insert ",
        "'; update ",
        "' order by ",
        "' group by ",
    ]) {
        return Some("a statement behind the first");
    }
    None
}

/// Lower case, decoded, with one space between words; comments that stand for spaces are spaces.
fn plain(uri: &str) -> String {
    let decoded = decode(uri.get(..uri.floor_char_boundary(URI_BYTES_MAX)).unwrap_or_default());
    // Some are encoded twice.
    let decoded = if decoded.contains('%') { decode(&decoded) } else { decoded };
    let text = decoded.replace("/**/", " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = String::new();
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let mut ahead = bytes.clone();
                let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
                match digits {
                    (Some(high), Some(low)) => {
                        bytes = ahead;
                        high << 4 | low
                    }
                    _ => b'%',
                }
            }
            other => other,
        };
        out.push(if decoded.is_ascii() { char::from(decoded).to_ascii_lowercase() } else { '?' });
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_sql_are_found_however_they_are_written() {
        for uri in [
            "/item?id=1%27%20UNION%20ALL%20SELECT%20NULL,NULL--",
            "/item?id=1/**/union/**/select/**/1,2",
            "/item?id=1%2527%2520or%25201%253D1",
            "/item?id=1'+AND+SLEEP(5)--",
            "/item?id=1;WAITFOR%20DELAY%20'0:0:5'--",
            "/login?user=admin%27+or+%271%27=%271",
            "/?q=1+and+(select+count(*)+from+information_schema.tables)>0",
        ] {
            assert!(pattern(uri).is_some(), "{uri}");
        }
        for uri in [
            "/search?q=O%27Reilly+and+sons",
            "/search?q=student+union+selects+a+board",
            "/search?q=how+to+sleep(well)",
            "/a-b/c%20d?e=1&f=2",
            "/report?order=by+date&group=by+name",
            "/%zz%",
        ] {
            assert_eq!(pattern(uri), None, "{uri}");
        }
    }
}
