use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A client that connects to an MQTT broker, and the broker's answer.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("mqtt_connect")]
pub struct MqttConnect {
    /// Time of the first message of the connection.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Name of the protocol as the client gives it: `MQTT` or `MQIsdp`.
    pub proto_name: Option<String>,
    /// Version of the protocol, e.g. `3.1.1`.
    pub proto_version: Option<Cow<'static, str>>,
    /// Name that the client gave itself.
    pub client_id: Option<String>,
    /// What the broker answered.
    pub connect_status: Option<Cow<'static, str>>,
    /// Topic of the message that the broker shall publish when the client is gone.
    pub will_topic: Option<String>,
    /// Payload of that message.
    pub will_payload: Option<String>,
}
