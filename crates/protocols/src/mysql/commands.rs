//! The commands of MySQL, and what a server answers to each.

use std::borrow::Cow;

/// What the server's next packet is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Expect {
    /// Not known, or not told.
    #[default]
    Nothing,
    /// `OK`, `EOF` or `ERR`.
    Status,
    /// How many columns a result has, or `OK` or `ERR`.
    ColumnCount,
    /// So many descriptions of columns.
    Columns(u64),
    /// Descriptions of columns until `EOF`.
    ColumnsUntilEnd,
    /// `EOF` after the descriptions of columns, then rows.
    EndOfColumns,
    /// Rows until `EOF` or `OK`.
    Rows,
}

/// The command that ends a connection; it has no answer.
pub(super) const QUIT: u8 = 1;
/// A query in text.
pub(super) const QUERY: u8 = 3;
/// Another user logs in.
pub(super) const CHANGE_USER: u8 = 17;

/// The name of a command.
pub(super) fn name(command: u8) -> Cow<'static, str> {
    const NAMES: [&str; 32] = [
        "sleep",
        "quit",
        "init_db",
        "query",
        "field_list",
        "create_db",
        "drop_db",
        "refresh",
        "shutdown",
        "statistics",
        "process_info",
        "connect",
        "process_kill",
        "debug",
        "ping",
        "time",
        "delayed_insert",
        "change_user",
        "binlog_dump",
        "table_dump",
        "connect_out",
        "register_slave",
        "stmt_prepare",
        "stmt_execute",
        "stmt_send_long_data",
        "stmt_close",
        "stmt_reset",
        "set_option",
        "stmt_fetch",
        "daemon",
        "binlog_dump_gtid",
        "reset_connection",
    ];
    NAMES
        .get(usize::from(command))
        .map_or_else(|| format!("unknown-{command}").into(), |name| Cow::Borrowed(*name))
}

/// What the server answers to a command, as far as Zeek reads it.
pub(super) const fn answer_to(command: u8) -> Expect {
    match command {
        0..=2 | 5..=8 | 11..=16 | 29 | 31 => Expect::Status,
        QUERY | 10 => Expect::ColumnCount,
        4 => Expect::ColumnsUntilEnd,
        _ => Expect::Nothing,
    }
}
