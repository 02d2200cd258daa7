//! Made records: ordinary days of a few devices.

use brain::{Brain, Config};
use records::{AnyRecord, Conn, Http, Interval, Timestamp, Uid};

const MONDAY: i64 = 1_794_787_200;

/// An ordinary day of a few devices, and on the last one a beacon.
pub(crate) fn days(count: i64) -> Vec<AnyRecord> {
    let mut records = Vec::new();
    for day in 0..count {
        for step in 0..288_i64 {
            let at = Timestamp(0) + Interval::from_secs(MONDAY + day * 86_400 + step * 300);
            let host = u8::try_from(step % 5).unwrap_or(0) + 10;
            records.push(conn(at, [10, 0, 0, host], [198, 51, 100, 1], step).into());
            if day == count - 1 && (100..130).contains(&step) {
                records.push(request(at).into());
                records.push(conn(at, [10, 0, 0, 12], [203, 0, 113, 66], step).into());
            }
        }
    }
    records
}

fn conn(ts: Timestamp, orig: [u8; 4], resp: [u8; 4], step: i64) -> Conn {
    let mut conn = Conn {
        ts,
        uid: Uid::connection((ts.0 + i64::from(resp[3])) as u128),
        proto: "tcp".into(),
        conn_state: "SF".into(),
        orig_bytes: Some(500 + (step % 7).unsigned_abs() * 10),
        resp_bytes: Some(900),
        resp_pkts: 5,
        orig_pkts: 5,
        ..Conn::default()
    };
    (conn.id.orig_h, conn.id.resp_h, conn.id.resp_p) = (orig.into(), resp.into(), 80);
    conn
}

fn request(ts: Timestamp) -> Http {
    let mut http = Http {
        ts,
        host: Some("203.0.113.66".to_owned()),
        uri: Some("/cmd.txt".to_owned()),
        user_agent: Some("curl/8.1".to_owned()),
        ..Http::default()
    };
    (http.id.orig_h, http.id.resp_h, http.id.resp_p) = ([10, 0, 0, 12].into(), [203, 0, 113, 66].into(), 80);
    http
}

/// What a brain knows after the records.
pub(crate) fn in_one_run(records: &[AnyRecord]) -> Brain {
    let mut brain = Brain::new(Config::default());
    records.iter().for_each(|record| brain.observe(record));
    brain.finish();
    brain
}
