//! Records from JSON objects: our own and Zeek's JSON logs.

use crate::{AnyRecord, Json, RECORD_TYPES, ReadError, read_named};

/// Reads one JSON object as a record of the type with this name (`conn`, `dns` …), as [`read_named`] does; what has no
/// column is passed over.
pub fn read_json(type_name: &str, json: &str) -> Result<AnyRecord, ReadError> {
    let index = RECORD_TYPES.iter().position(|shape| shape.name == type_name).ok_or(ReadError::Range)?;
    let Ok(Json::Object(mut values)) = Json::parse(json) else { return Err(ReadError::Kind) };
    read_named(index, &mut values).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn written_back(name: &str, line: &str) -> String {
        let mut written = String::new();
        read_json(name, line).unwrap().write_json(&mut written);
        written
    }

    #[test]
    fn what_was_written_is_read_back() {
        for (name, line) in [
            (
                "dns",
                r#"{"ts":1794786048.155924,"uid":"C8Ie8E3T56VfsltVbc","id.orig_h":"10.0.0.1","id.orig_p":1024,"id.resp_h":"2001:db8::1","id.resp_p":53,"proto":"udp","trans_id":7,"query":"a.example","AA":false,"TC":false,"RD":true,"RA":false,"Z":0,"answers":["a","b"],"TTLs":[1.000000,2.500000],"rejected":false}"#,
            ),
            (
                "smb_files",
                r#"{"ts":9223372036.854775,"uid":"C2znuq75F6UeSMnKa","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.2","id.resp_p":445,"name":"\\x1b[\u00e9\n","size":18446744073709551615,"times.modified":-9223372036.854775}"#,
            ),
        ] {
            let expected = line.replace("\\u00e9", "\u{e9}");
            assert_eq!(written_back(name, line), expected);
        }
    }

    #[test]
    fn floating_point_numbers_keep_every_digit() {
        for entropy in ["7.9993412345678901", "0.1", "1e-5", "4.35", "5"] {
            let line = format!(r#"{{"ts":1.000000,"fuid":"F","uid":"C","entropy":{entropy}}}"#);
            let expected: f64 = entropy.parse().unwrap();
            assert!(
                written_back("files", &line).contains(&format!(r#""entropy":{expected}}}"#)),
                "{entropy}"
            );
        }
    }

    #[test]
    fn times_are_read_as_zeek_can_write_them() {
        let expected = Timestamp(1_794_786_048_155_000_000);
        for ts in ["1794786048.155", "1794786048155", "\"2026-11-15T23:40:48.155Z\""] {
            let record = read_json("conn", &format!(r#"{{"ts":{ts},"uid":"C"}}"#)).unwrap();
            assert_eq!(record.ts(), expected, "{ts}");
        }
        assert!(read_json("conn", r#"{"ts":17947860481550000}"#).is_err());
    }

    #[test]
    fn what_zeek_leaves_out_is_empty() {
        let AnyRecord::Conn(conn) =
            read_json("conn", r#"{"ts":1.5,"uid":"CaAN33ESKqQr5L8J4","proto":"tcp"}"#).unwrap()
        else {
            panic!("not a conn");
        };
        assert_eq!((conn.ts, conn.orig_bytes, conn.orig_pkts), (Timestamp(1_500_000_000), None, 0));
        assert_eq!(conn.uid.as_str(), "CaAN33ESKqQr5L8J4");
    }

    #[test]
    fn names_that_are_too_long_are_cut_alike_in_lists() {
        let long = "C".repeat(23);
        let line = format!(r#"{{"ts":1,"uid":"{long}","tunnel_parents":["{long}"]}}"#);
        let AnyRecord::Conn(conn) = read_json("conn", &line).unwrap() else { panic!("not a conn") };
        assert_eq!(conn.tunnel_parents.unwrap(), [conn.uid.as_str()]);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for (name, json) in [
            ("conn", "[]"),
            ("conn", r#"{"ts":"x"}"#),
            ("none", "{}"),
            ("conn", "{"),
            ("conn", r#"{"ts":1e300}"#),
            ("conn", r#"{"id.orig_p":65536}"#),
            ("conn", r#"{"orig_pkts":-1}"#),
            ("conn", r#"{"id.orig_h":"10.0.0"}"#),
        ] {
            assert!(read_json(name, json).is_err(), "{name} {json}");
        }
    }
}
