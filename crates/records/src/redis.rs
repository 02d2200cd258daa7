use crate::{Endpoints, Record, Timestamp, Uid};

/// A command to a Redis server, and its answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("redis")]
pub struct Redis {
    /// Time of the command.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Command as it was sent.
    #[record(name = "cmd.name")]
    pub cmd_name: String,
    /// Key that it is about.
    #[record(name = "cmd.key")]
    pub cmd_key: Option<String>,
    /// Value that it sets; of commands that change the server itself (`CONFIG`, `REPLICAOF`, `MODULE`, `EVAL` …) all
    /// that follows the command.
    #[record(name = "cmd.value")]
    pub cmd_value: Option<String>,
    /// Whether it succeeded, where the server answered.
    pub success: Option<bool>,
    /// What the server answered.
    #[record(name = "reply.value")]
    pub reply_value: Option<String>,
}
