use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// Topics of MQTT that a client subscribes to, or does not want any more.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("mqtt_subscribe")]
pub struct MqttSubscribe {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// `MQTT::SUBSCRIBE` or `MQTT::UNSUBSCRIBE`.
    pub action: Cow<'static, str>,
    /// Topics, or patterns of topics.
    pub topics: Vec<String>,
    /// Quality of service that the client asks for, one for each topic.
    pub qos_levels: Option<Vec<u64>>,
    /// Quality of service that the broker grants for the first topic.
    pub granted_qos_level: Option<u8>,
    /// Whether the broker acknowledged the request.
    pub ack: bool,
}
