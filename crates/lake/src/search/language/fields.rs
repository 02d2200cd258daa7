//! The names that fields have in queries: columns of records, and short names for several of them.

use records::{Column, RECORD_TYPES, RecordType};

/// How the columns behind a short name are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// One of them passes.
    Any,
    /// Their sum passes.
    Sum,
    /// One of them is the domain or lies under it.
    Domain,
    /// One of them is the name of the file, or a path or address that ends with it.
    File,
}

struct Alias {
    name: &'static str,
    sense: Sense,
    /// `column`, of any type that has it, or `type.column`.
    columns: &'static [&'static str],
}

const fn any(name: &'static str, columns: &'static [&'static str]) -> Alias {
    Alias { name, sense: Sense::Any, columns }
}

// Sorted by name.
const ALIASES: &[Alias] = &[
    any("agent", &["user_agent"]),
    Alias {
        name: "bytes",
        sense: Sense::Sum,
        columns: &[
            "conn.orig_bytes",
            "conn.resp_bytes",
            "files.seen_bytes",
            "ftp.file_size",
            "http.request_body_len",
            "http.response_body_len",
            "smb_transfer.bytes_read",
            "smb_transfer.bytes_written",
        ],
    },
    Alias {
        name: "domain",
        sense: Sense::Domain,
        columns: &["dns.query", "http.host", "server_name", "san.dns", "client_fqdn"],
    },
    any("dport", &["id.resp_p"]),
    any("dst", &["id.resp_h", "dhcp.server_addr"]),
    Alias {
        name: "file",
        sense: Sense::File,
        columns: &[
            "filename",
            "orig_filenames",
            "resp_filenames",
            "smb_files.name",
            "smb_files.prev_name",
            "smb_transfer.name",
            "tftp.fname",
            "ftp.arg",
            "http.uri",
        ],
    },
    any("fuid", &["fuid", "parent_fuid", "pe.id", "orig_fuids", "resp_fuids"]),
    any(
        "hash",
        &[
            "md5",
            "sha1",
            "sha256",
            "fingerprint",
            "cert_chain_fps",
            "client_cert_chain_fps",
            "ja3",
            "ja3s",
            "ja4",
            "hassh",
            "hassh_server",
        ],
    ),
    any(
        "host",
        &[
            "id.orig_h",
            "id.resp_h",
            "client_addr",
            "server_addr",
            "assigned_addr",
            "http.host",
            "host_name",
            "hostname",
            "server_name",
        ],
    ),
    any("mac", &["mac", "orig_l2_addr", "resp_l2_addr"]),
    any("mime", &["mime_type", "orig_mime_types", "resp_mime_types"]),
    any("port", &["id.resp_p"]),
    any("sport", &["id.orig_p"]),
    any("src", &["id.orig_h", "dhcp.client_addr"]),
    any("uid", &["uid", "uids", "fuid", "parent_fuid", "orig_fuids", "resp_fuids"]),
    any("user", &["user", "username", "kerberos.client"]),
];

/// Names that stand for no column: the time and the type of a record.
pub(super) const SPECIAL: [&str; 4] = ["between", "since", "type", "until"];

/// The columns of one record type that a name means.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Place of the type in `RECORD_TYPES`.
    pub(super) type_index: usize,
    pub(super) columns: Vec<&'static Column>,
    pub(super) sense: Sense,
}

/// What a name means, per record type; in the error, the nearest name that means something.
pub(super) fn fields(name: &str) -> Result<Vec<Field>, Option<String>> {
    let name = name.to_ascii_lowercase();
    let whole = all_types().filter_map(|(index, record_type)| field(index, record_type, &name));
    let mut found: Vec<Field> = whole.collect();
    if found.is_empty()
        && let Some((type_name, rest)) = name.split_once('.')
        && let Some((index, record_type)) = all_types().find(|(_, record_type)| record_type.name == type_name)
    {
        // A column goes before a short name here: `http.host` is the header.
        let own = column(record_type, rest).map(|column| Field {
            type_index: index,
            columns: vec![column],
            sense: Sense::Any,
        });
        found.extend(own.or_else(|| field(index, record_type, rest)));
        if found.is_empty() {
            let nearest = nearest(rest, names_of(record_type));
            return Err(nearest.map(|nearest| format!("{type_name}.{nearest}")));
        }
    }
    if found.is_empty() {
        let types = RECORD_TYPES.iter().flat_map(names_of);
        return Err(nearest(&name, types.chain(SPECIAL)).map(str::to_owned));
    }
    Ok(found)
}

fn all_types() -> impl Iterator<Item = (usize, &'static RecordType)> {
    RECORD_TYPES.iter().enumerate()
}

/// What the name means in one record type.
fn field(type_index: usize, record_type: &'static RecordType, name: &str) -> Option<Field> {
    let Some(alias) = ALIASES.iter().find(|alias| alias.name == name) else {
        let column = column(record_type, name)?;
        return Some(Field { type_index, columns: vec![column], sense: Sense::Any });
    };
    let own = alias.columns.iter().filter_map(|column| {
        record_type.columns.iter().find(|own| match column.strip_prefix(record_type.name) {
            Some(rest) if rest.starts_with('.') => rest.get(1..) == Some(own.name),
            _ => own.name == *column,
        })
    });
    let columns: Vec<_> = own.collect();
    (!columns.is_empty()).then_some(Field { type_index, columns, sense: alias.sense })
}

/// A column by its name, of which `id.` may be left out.
fn column(record_type: &'static RecordType, name: &str) -> Option<&'static Column> {
    record_type.columns.iter().find(|column| {
        let column_name = column.name;
        column_name.eq_ignore_ascii_case(name)
            || column_name.strip_prefix("id.").is_some_and(|end| end.eq_ignore_ascii_case(name))
    })
}

fn names_of(record_type: &'static RecordType) -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|alias| alias.name).chain(record_type.columns.iter().map(|column| column.name))
}

/// The candidate that needs the fewest changes to become the name, if they are few.
pub(super) fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let distances = candidates.map(|candidate| (distance(name, candidate), candidate));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// Longest name that is worth a comparison.
const NAME_CHARS_MAX: usize = 64;

/// How many letters must be replaced, put in, left out or swapped with their neighbour ("optimal string alignment").
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    if left.len().max(right.len()) > NAME_CHARS_MAX {
        return usize::MAX;
    }
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(NAME_CHARS_MAX);
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, char) in left.iter().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = at(&row, column) + usize::from(char != other);
            let mut least = replaced.min(at(&row, column + 1) + 1).min(at(&next, column) + 1);
            let is_swap =
                |before: usize| left.get(index - 1) == Some(other) && right.get(before) == Some(char);
            if index > 0 && column.checked_sub(1).is_some_and(is_swap) {
                least = least.min(at(&above, column - 1) + 1);
            }
            next.push(least);
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_short_name_means_columns_that_exist() {
        assert!(ALIASES.is_sorted_by_key(|alias| alias.name));
        for alias in ALIASES {
            for name in alias.columns {
                let is_there = RECORD_TYPES.iter().any(|record_type| {
                    let own = Alias { columns: std::slice::from_ref(name), ..*alias };
                    let prefix = format!("{}.", record_type.name);
                    own.columns.iter().any(|name| {
                        record_type.columns.iter().any(|column| column.name == *name)
                            || name
                                .strip_prefix(&prefix)
                                .is_some_and(|rest| record_type.column(rest).is_some())
                    })
                });
                assert!(is_there, "{} of {}", name, alias.name);
            }
        }
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_as_advice() {
        let cases = [
            ("hots", Some("host")),
            ("dns.qery", Some("dns.query")),
            ("orig_byte", Some("orig_bytes")),
            ("sinc", Some("since")),
            ("entirely_else", None),
        ];
        for (name, advice) in cases {
            assert_eq!(fields(name).unwrap_err().as_deref(), advice, "{name}");
        }
    }

    #[test]
    fn distances_count_changes() {
        let cases =
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("host", "hots", 1), ("dns", "dsn", 1)];
        for (left, right, expected) in cases {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }
}
