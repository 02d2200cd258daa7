//! `anomaly` → `weird`.

use records::{Json, Timestamp, Weird};

use super::event::{Event, number, text};

/// What Suricata found strange; packets that cannot be decoded have no ends.
pub(super) fn record(ts: Timestamp, json: &Json<'_>) -> Weird {
    let nothing = Json::Null;
    let body = json.get("anomaly").unwrap_or(&nothing);
    let event = Event::new("anomaly", ts, json).ok();
    let id = event.as_ref().map(Event::id);
    let code = number::<u64>(body, "code").map(|code| format!("code {code}"));
    Weird {
        ts,
        uid: event.as_ref().filter(|_| json.get("flow_id").is_some()).map(Event::uid),
        orig_h: id.map(|id| id.orig_h),
        orig_p: id.map(|id| id.orig_p),
        resp_h: id.map(|id| id.resp_h),
        resp_p: id.map(|id| id.resp_p),
        name: text(body, "event")
            .or_else(|| text(body, "type"))
            .unwrap_or_else(|| "anomaly".to_owned())
            .into(),
        addl: text(body, "app_proto").or(code),
        source: Some("SURICATA".into()),
    }
}
