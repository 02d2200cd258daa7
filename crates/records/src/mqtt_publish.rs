use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A message published over MQTT, by the client or to it.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("mqtt_publish")]
pub struct MqttPublish {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the client published it; otherwise the broker passed it on to the client.
    pub from_client: bool,
    /// Whether the broker shall keep it for clients that subscribe later.
    pub retain: bool,
    /// How surely it must arrive: `at most once`, `at least once` or `exactly once`.
    pub qos: Cow<'static, str>,
    /// `ok`, or `incomplete_qos` where the acknowledgements that the quality of service asks for were not all seen.
    pub status: Cow<'static, str>,
    /// Topic.
    pub topic: String,
    /// First bytes of the payload.
    pub payload: String,
    /// Length of the whole payload in bytes.
    pub payload_len: u64,
}
