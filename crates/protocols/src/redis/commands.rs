//! What the arguments of a command mean.

/// Commands whose first argument is a key.
const KEYED: &[&str] = &[
    "APPEND",
    "DECR",
    "DECRBY",
    "DEL",
    "EXISTS",
    "EXPIRE",
    "EXPIREAT",
    "EXPIRETIME",
    "GET",
    "GETDEL",
    "GETEX",
    "GETRANGE",
    "GETSET",
    "HDEL",
    "HGET",
    "HGETALL",
    "HINCRBY",
    "HKEYS",
    "HSET",
    "HVALS",
    "INCR",
    "INCRBY",
    "LPOP",
    "LPUSH",
    "LRANGE",
    "MGET",
    "MOVE",
    "PERSIST",
    "PUBLISH",
    "RENAME",
    "RPOP",
    "RPUSH",
    "SADD",
    "SET",
    "SETEX",
    "SETNX",
    "SMEMBERS",
    "STRLEN",
    "TTL",
    "TYPE",
    "UNLINK",
    "ZADD",
];
/// Of those, the ones whose second argument is a value.
const VALUED: &[&str] = &[
    "APPEND", "DECRBY", "GETSET", "HDEL", "HGET", "HINCRBY", "HSET", "INCRBY", "LPUSH", "PUBLISH", "RENAME",
    "RPUSH", "SADD", "SET", "SETNX",
];
/// Commands that change the server, so that all their arguments matter.
const POWERFUL: &[&str] = &[
    "CONFIG",
    "DEBUG",
    "EVAL",
    "EVALSHA",
    "FUNCTION",
    "MIGRATE",
    "MODULE",
    "REPLICAOF",
    "SCRIPT",
    "SLAVEOF",
];
/// Settings that hold passwords.
const SECRET_SETTINGS: &[&str] = &["requirepass", "masterauth", "tls-key-file-pass"];
/// Commands whose answers come unasked.
const SUBSCRIBING: &[&str] =
    &["PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUBSCRIBE", "SUNSUBSCRIBE", "UNSUBSCRIBE"];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

/// The key and the value of a command.
pub(super) fn key_and_value(name: &str, arguments: &[String]) -> (Option<String>, Option<String>) {
    if is_one_of(name, POWERFUL) {
        let is_secret = arguments.iter().any(|argument| is_one_of(argument, SECRET_SETTINGS));
        let told = if is_secret { arguments.get(..2).unwrap_or_default() } else { arguments };
        return (None, (!told.is_empty()).then(|| told.join(" ")));
    }
    let key = arguments.first().filter(|_| is_one_of(name, KEYED));
    let value = arguments.get(1).filter(|_| is_one_of(name, VALUED));
    (key.cloned(), value.cloned())
}

/// Whether answers to it come unasked, and to what follows too.
pub(super) fn subscribes(name: &str) -> bool {
    is_one_of(name, SUBSCRIBING)
}

/// Which answers a client wants (`CLIENT REPLY`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replies {
    /// All from here on.
    On,
    /// None from here on.
    Off,
    /// None to this command and the next one.
    Skip,
}

/// What a command says of the answers that the client wants.
pub(super) fn replies(name: &str, arguments: &[String]) -> Option<Replies> {
    let [about, mode] = arguments else { return None };
    if !name.eq_ignore_ascii_case("CLIENT") || !about.eq_ignore_ascii_case("REPLY") {
        return None;
    }
    match mode.to_ascii_uppercase().as_str() {
        "ON" => Some(Replies::On),
        "OFF" => Some(Replies::Off),
        "SKIP" => Some(Replies::Skip),
        _ => None,
    }
}

/// The user who logs in with a command.
pub(super) fn user(name: &str, arguments: &[String]) -> Option<String> {
    const DEFAULT: &str = "default";
    if name.eq_ignore_ascii_case("AUTH") {
        return match arguments {
            [_password] => Some(DEFAULT.to_owned()),
            [user, _password] => Some(user.clone()),
            _ => None,
        };
    }
    if !name.eq_ignore_ascii_case("HELLO") {
        return None;
    }
    let place = arguments.iter().position(|argument| argument.eq_ignore_ascii_case("AUTH"))?;
    arguments.get(place + 1).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, arguments: &[&str]) -> (Option<String>, Option<String>) {
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        key_and_value(name, &arguments)
    }

    #[test]
    fn passwords_are_not_told() {
        assert_eq!(of("config", &["SET", "requirepass", "x"]).1.as_deref(), Some("SET requirepass"));
        assert_eq!(of("CONFIG", &["SET", "dir", "/tmp"]).1.as_deref(), Some("SET dir /tmp"));
        assert_eq!(of("AUTH", &["x"]), (None, None));
        assert_eq!(of("set", &["k", "v"]), (Some("k".to_owned()), Some("v".to_owned())));
    }
}
