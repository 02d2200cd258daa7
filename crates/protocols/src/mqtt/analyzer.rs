//! Follows one MQTT connection: which acknowledgements belong to which messages.

use std::borrow::Cow;
use std::collections::BTreeMap;

use records::{Interval, MqttConnect, MqttPublish, MqttSubscribe, Sender, Timestamp, text_from_bytes};

use super::wire::{self, Connect, Message, Publish, VERSION_3_1_1};
use crate::login::Attempt;
use crate::messages::Messages;
use crate::{Analyzer, Chunk, Output};

/// So many bytes of a message are kept.
const MESSAGE_BYTES_KEPT: usize = 16 * 1024;
/// So many bytes of a payload are told, as Zeek does.
const PAYLOAD_BYTES_TOLD: usize = 100;
/// So many messages and requests wait for their acknowledgement; more are not kept.
const PENDING_MAX: usize = 512;
/// So many bytes of a topic or name are told.
const TEXT_BYTES_MAX: usize = 4096;
/// So many topics of a request are told.
const TOPICS_MAX: usize = 64;
/// A message that was not acknowledged for so long is told without.
const PATIENCE: Interval = Interval::from_secs(5);

/// A message that waits for its acknowledgements.
struct Published {
    record: Box<MqttPublish>,
    quality: u8,
    received: bool,
    released: bool,
}

/// Follows one connection.
pub(super) struct MqttAnalyzer {
    streams: [Messages; 2],
    /// Bytes of an end were lost, so that its next ones may be anything.
    is_lost: [bool; 2],
    connect: Option<Box<MqttConnect>>,
    attempt: Option<Attempt>,
    /// The messages are those of version 5.
    is_newer: bool,
    published: BTreeMap<u16, Published>,
    subscribed: BTreeMap<u16, Box<MqttSubscribe>>,
}

impl MqttAnalyzer {
    /// Begins to follow a connection.
    pub(super) fn new() -> Self {
        Self {
            streams: [Messages::that_keep(MESSAGE_BYTES_KEPT), Messages::that_keep(MESSAGE_BYTES_KEPT)],
            is_lost: [false; 2],
            connect: None,
            attempt: None,
            is_newer: false,
            published: BTreeMap::new(),
            subscribed: BTreeMap::new(),
        }
    }

    fn stream(&mut self, from: Sender) -> &mut Messages {
        let [client, broker] = &mut self.streams;
        if from == Sender::Originator { client } else { broker }
    }

    fn connection(&mut self, ts: Timestamp, output: &Output<'_>) -> &mut MqttConnect {
        let about = output.about;
        self.connect.get_or_insert_with(|| {
            Box::new(MqttConnect { ts, uid: about.uid, id: about.id, ..MqttConnect::default() })
        })
    }

    fn message(&mut self, ts: Timestamp, from: Sender, message: Message<'_>, output: &mut Output<'_>) {
        match message {
            Message::Connect(connect) => return self.connects(ts, &connect, output),
            Message::ConnectAck(code) => return self.accepted(ts, code, output),
            _ if self.is_newer => return,
            _ => {}
        }
        self.connection(ts, output);
        match message {
            Message::Publish(publish) => self.publishes(ts, from, &publish, output),
            Message::PublishAck(number) => self.acknowledged(number, 1, output),
            Message::PublishComplete(number) => self.acknowledged(number, 2, output),
            Message::PublishReceived(number) => {
                self.published.entry(number).and_modify(|published| published.received = true);
            }
            Message::PublishRelease(number) => {
                self.published.entry(number).and_modify(|published| published.released = true);
            }
            Message::Subscribe(number, topics) => {
                let topics = topics.get(..topics.len().min(TOPICS_MAX)).unwrap_or_default();
                let levels = topics.iter().map(|(_, quality)| u64::from(*quality)).collect();
                let names = topics.iter().map(|(topic, _)| text_of(topic)).collect();
                self.subscribes(ts, number, ("MQTT::SUBSCRIBE", Some(levels)), names, output);
            }
            Message::Unsubscribe(number, topics) => {
                let names = topics.iter().take(TOPICS_MAX).map(|topic| text_of(topic)).collect();
                self.subscribes(ts, number, ("MQTT::UNSUBSCRIBE", None), names, output);
            }
            Message::SubscribeAck(number, granted) => self.granted(number, Some(granted), output),
            Message::UnsubscribeAck(number) => self.granted(number, None, output),
            Message::Connect(_) | Message::ConnectAck(_) | Message::Other => {}
        }
    }

    fn connects(&mut self, ts: Timestamp, connect: &Connect<'_>, output: &mut Output<'_>) {
        self.is_newer = connect.version > VERSION_3_1_1;
        self.attempt = connect.user.map(|user| Attempt::with_password(ts, user));
        if self.is_newer {
            return;
        }
        output.confirm("mqtt");
        let record = self.connection(ts, output);
        record.proto_name = Some(text_of(connect.name));
        record.proto_version = Some(match connect.version {
            3 => "3.1".into(),
            4 => "3.1.1".into(),
            other => format!("unknown-version-{other}").into(),
        });
        record.client_id = Some(text_of(connect.client_id));
        if let Some((topic, payload)) = connect.will {
            record.will_topic = Some(text_of(topic));
            record.will_payload = Some(text_of(payload));
        }
    }

    fn accepted(&mut self, ts: Timestamp, code: u8, output: &mut Output<'_>) {
        let status = status(code);
        if let Some(attempt) = self.attempt.take() {
            attempt.write("mqtt", code == 0, status.as_bytes(), output);
        }
        if self.is_newer {
            return output.confirm("mqtt");
        }
        let record = self.connection(ts, output);
        record.connect_status = Some(status);
        let record = record.clone();
        output.write(record);
    }

    fn publishes(&mut self, ts: Timestamp, from: Sender, publish: &Publish<'_>, output: &mut Output<'_>) {
        output.confirm("mqtt");
        let about = output.about;
        let payload = publish.payload.get(..publish.payload.len().min(PAYLOAD_BYTES_TOLD));
        let record = Box::new(MqttPublish {
            ts,
            uid: about.uid,
            id: about.id,
            from_client: from == Sender::Originator,
            retain: publish.retain,
            qos: quality(publish.quality),
            status: if publish.quality == 0 { "ok" } else { "incomplete_qos" }.into(),
            topic: text_of(publish.topic),
            payload: text_from_bytes(payload.unwrap_or_default()),
            payload_len: publish.payload_bytes,
        });
        if publish.quality == 0 {
            output.write(*record);
        } else if self.published.len() < PENDING_MAX || self.published.contains_key(&publish.number) {
            let quality = publish.quality;
            self.published
                .insert(publish.number, Published { record, quality, received: false, released: false });
        }
    }

    /// The last acknowledgement that a quality of service asks for.
    fn acknowledged(&mut self, number: u16, quality: u8, output: &mut Output<'_>) {
        let is_done = self.published.get(&number).is_some_and(|published| {
            published.quality == quality && (quality == 1 || published.received && published.released)
        });
        if is_done && let Some(Published { mut record, .. }) = self.published.remove(&number) {
            record.status = "ok".into();
            output.write(*record);
        }
    }

    fn subscribes(
        &mut self,
        ts: Timestamp,
        number: u16,
        (action, qos_levels): (&'static str, Option<Vec<u64>>),
        topics: Vec<String>,
        output: &Output<'_>,
    ) {
        if self.subscribed.len() >= PENDING_MAX {
            return;
        }
        let about = output.about;
        let record = MqttSubscribe {
            ts,
            uid: about.uid,
            id: about.id,
            action: action.into(),
            topics,
            qos_levels,
            ..MqttSubscribe::default()
        };
        self.subscribed.insert(number, Box::new(record));
    }

    fn granted(&mut self, number: u16, level: Option<u8>, output: &mut Output<'_>) {
        if let Some(mut record) = self.subscribed.remove(&number) {
            record.granted_qos_level = level;
            record.ack = true;
            output.write(*record);
        }
    }
}

/// The broker's answer to a request to connect.
fn status(code: u8) -> Cow<'static, str> {
    match code {
        0 => "Connection Accepted".into(),
        1 => "Refused: unacceptable protocol version".into(),
        2 => "Refused: identifier rejected".into(),
        3 => "Refused: server unavailable".into(),
        4 => "Refused: bad user name or password".into(),
        5 => "Refused: not authorized".into(),
        other => format!("unknown-return-code-{other}").into(),
    }
}

fn quality(level: u8) -> Cow<'static, str> {
    match level {
        0 => "at most once".into(),
        1 => "at least once".into(),
        2 => "exactly once".into(),
        other => format!("unknown-qos-level-{other}").into(),
    }
}

fn text_of(bytes: &[u8]) -> String {
    text_from_bytes(bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes))
}

impl Analyzer for MqttAnalyzer {
    fn data(&mut self, chunk: Chunk<'_>, output: &mut Output<'_>) {
        let Chunk { ts, from, mut bytes } = chunk;
        if let [_, ..] = bytes
            && let Some(is_lost) = self.is_lost.get_mut(usize::from(from == Sender::Responder))
            && std::mem::take(is_lost)
            && !wire::can_begin(from, bytes)
        {
            return output.reject();
        }
        while let Some(found) = self.stream(from).next(&mut bytes, wire::measure) {
            let Ok(found) = found else { return output.reject() };
            if let Some(message) = wire::message(&found.bytes, found.length) {
                self.message(ts, from, message, output);
            }
        }
    }

    fn gap(&mut self, _: Timestamp, from: Sender, length: u64, _: &mut Output<'_>) {
        if !self.stream(from).gap(length) {
            *self.stream(from) = Messages::that_keep(MESSAGE_BYTES_KEPT);
            let [client, broker] = &mut self.is_lost;
            *(if from == Sender::Originator { client } else { broker }) = true;
        }
    }

    fn end(&mut self, ts: Timestamp, output: &mut Output<'_>) {
        for (_, published) in std::mem::take(&mut self.published) {
            if ts.since(published.record.ts) > PATIENCE {
                output.write(*published.record);
            }
        }
        for (_, record) in std::mem::take(&mut self.subscribed) {
            if ts.since(record.ts) > PATIENCE {
                output.write(*record);
            }
        }
    }
}
