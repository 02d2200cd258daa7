//! `mqtt` → `mqtt_connect`, `mqtt_publish`, `mqtt_subscribe`. An event may hold a message and its answer.

use records::{AnyRecord, Json, MqttConnect, MqttPublish, MqttSubscribe};

use super::event::{Event, flag, number, text, texts};

const QUALITIES: [&str; 3] = ["at most once", "at least once", "exactly once"];
const ANSWERS: [&str; 6] = [
    "Connection Accepted",
    "Refused: unacceptable protocol version",
    "Refused: identifier rejected",
    "Refused: server unavailable",
    "Refused: bad user name or password",
    "Refused: not authorized",
];

pub(super) fn records(event: &Event<'_>, records: &mut Vec<AnyRecord>) {
    let body = event.body();
    if let Some(connect) = body.get("connect") {
        records.push(connection(event, connect, body.get("connack")).into());
    }
    if let Some(publish) = body.get("publish") {
        records.push(message(event, publish).into());
    }
    if let Some(subscribe) = body.get("subscribe") {
        let (topics, levels) = subscribe.get("topics").map_or(&[][..], Json::list).iter().fold(
            (Vec::new(), Vec::new()),
            |(mut topics, mut levels), topic| {
                topics.extend(text(topic, "topic"));
                levels.extend(number::<u64>(topic, "qos"));
                (topics, levels)
            },
        );
        let granted =
            body.get("suback").and_then(|answer| answer.get("qos_granted")?.list().first()?.count());
        let record = MqttSubscribe {
            topics,
            qos_levels: (!levels.is_empty()).then_some(levels),
            granted_qos_level: granted.and_then(|level| u8::try_from(level).ok()),
            ack: body.get("suback").is_some(),
            ..topics_of(event, "MQTT::SUBSCRIBE")
        };
        records.push(record.into());
    }
    if let Some(unsubscribe) = body.get("unsubscribe") {
        let record = MqttSubscribe {
            topics: texts(unsubscribe, "topics").unwrap_or_default(),
            ack: body.get("unsuback").is_some(),
            ..topics_of(event, "MQTT::UNSUBSCRIBE")
        };
        records.push(record.into());
    }
}

fn topics_of(event: &Event<'_>, action: &'static str) -> MqttSubscribe {
    let (ts, uid, id) = (event.ts, event.uid(), event.id());
    MqttSubscribe { ts, uid, id, action: action.into(), ..MqttSubscribe::default() }
}

fn connection(event: &Event<'_>, connect: &Json<'_>, answer: Option<&Json<'_>>) -> MqttConnect {
    let version = number::<u8>(connect, "protocol_version").map(|version| match version {
        3 => "3.1".into(),
        4 => "3.1.1".into(),
        5 => "5.0".into(),
        other => other.to_string().into(),
    });
    let code = answer.and_then(|answer| number::<usize>(answer, "return_code"));
    let will = connect.get("will");
    MqttConnect {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        proto_name: text(connect, "protocol_string"),
        proto_version: version,
        client_id: text(connect, "client_id"),
        connect_status: code.and_then(|code| ANSWERS.get(code)).map(|answer| (*answer).into()),
        will_topic: will.and_then(|will| text(will, "topic")),
        will_payload: will.and_then(|will| text(will, "message")),
    }
}

fn message(event: &Event<'_>, publish: &Json<'_>) -> MqttPublish {
    let payload = text(publish, "message").unwrap_or_default();
    let quality: usize = number(publish, "qos").unwrap_or_default();
    MqttPublish {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        from_client: event.is_from_client(),
        retain: flag(publish, "retain").unwrap_or_default(),
        qos: (*QUALITIES.get(quality).unwrap_or(&"unknown")).into(),
        status: "ok".into(),
        topic: text(publish, "topic").unwrap_or_default(),
        payload_len: payload.len() as u64,
        payload,
    }
}
