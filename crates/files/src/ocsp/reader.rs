//! The answers of a response, in DER.

use records::{Ocsp, Timestamp, Uid};

use crate::content::Content;
use crate::der::{CONTEXT_0, Der, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};

/// Of one response so many answers are told.
const ANSWERS_MAX: usize = 64;

const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const GENERALIZED_TIME: u8 = 0x18;

/// What the response says; nothing of one that is not whole.
pub(crate) fn read(content: Content<'_>, ts: Timestamp, fuid: Uid) -> Vec<Ocsp> {
    if content.is_cut() {
        return Vec::new();
    }
    answers(content.head(), ts, fuid).unwrap_or_default()
}

fn answers(response: &[u8], ts: Timestamp, fuid: Uid) -> Option<Vec<Ocsp>> {
    const BASIC: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
    const VERSION: u8 = CONTEXT_0;
    let mut response = Der(response).inside(SEQUENCE)?;
    response.tagged(ENUMERATED)?;
    let mut of_kind = response.inside(CONTEXT_0)?.inside(SEQUENCE)?;
    of_kind.tagged(OBJECT_IDENTIFIER).filter(|kind| kind.content == BASIC)?;
    let mut data = of_kind.inside(OCTET_STRING)?.inside(SEQUENCE)?.inside(SEQUENCE)?;
    data.tagged(VERSION);
    let _responder = data.next()?;
    data.tagged(GENERALIZED_TIME)?;
    let mut answers = data.inside(SEQUENCE)?;
    let mut records = Vec::new();
    while let Some(answer) = answers.inside(SEQUENCE).filter(|_| records.len() < ANSWERS_MAX) {
        records.extend(read_answer(answer).map(|record| Ocsp { ts, id: fuid, ..record }));
    }
    Some(records)
}

fn read_answer(mut answer: Der<'_>) -> Option<Ocsp> {
    const GOOD: u8 = 0x80;
    const REVOKED: u8 = 0xa1;
    let mut certificate = answer.inside(SEQUENCE)?;
    let algorithm = certificate.inside(SEQUENCE)?.tagged(OBJECT_IDENTIFIER)?;
    let mut hash = || certificate.tagged(OCTET_STRING).map(|value| hexadecimal(value.content));
    let (issuer_name_hash, issuer_key_hash) = (hash()?, hash()?);
    let serial = certificate.tagged(INTEGER)?.content;
    let status = answer.next()?;
    let mut record = Ocsp {
        hash_algorithm: algorithm_name(algorithm.content).into(),
        issuer_name_hash,
        issuer_key_hash,
        serial_number: hexadecimal(unsigned(serial)),
        cert_status: "unknown".into(),
        this_update: time(answer.tagged(GENERALIZED_TIME)?.content)?,
        next_update: answer
            .inside(CONTEXT_0)
            .and_then(|mut next| time(next.tagged(GENERALIZED_TIME)?.content)),
        ..Ocsp::default()
    };
    match status.tag {
        GOOD => record.cert_status = "good".into(),
        REVOKED => {
            let mut revoked = Der(status.content);
            record.cert_status = "revoked".into();
            record.revoketime = revoked.tagged(GENERALIZED_TIME).and_then(|value| time(value.content));
            let reason = revoked.inside(CONTEXT_0).and_then(|mut reason| reason.tagged(ENUMERATED));
            record.revokereason = Some(reason_name(reason.map(|reason| reason.content)).into());
        }
        _ => {}
    }
    Some(record)
}

/// OpenSSL's names of hash algorithms.
fn algorithm_name(identifier: &[u8]) -> &'static str {
    match identifier {
        b"\x2b\x0e\x03\x02\x1a" => "sha1",
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x01" => "sha256",
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x02" => "sha384",
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x03" => "sha512",
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x04" => "sha224",
        b"\x2a\x86\x48\x86\xf7\x0d\x02\x05" => "md5",
        _ => "UNDEF",
    }
}

/// OpenSSL's names of reasons; where none is given, what Zeek writes for it.
fn reason_name(reason: Option<&[u8]>) -> &'static str {
    match reason {
        Some([0]) => "unspecified",
        Some([1]) => "keyCompromise",
        Some([2]) => "cACompromise",
        Some([3]) => "affiliationChanged",
        Some([4]) => "superseded",
        Some([5]) => "cessationOfOperation",
        Some([6]) => "certificateHold",
        Some([8]) => "removeFromCRL",
        Some([9]) => "privilegeWithdrawn",
        Some([10]) => "aACompromise",
        _ => "(UNKNOWN)",
    }
}

/// The number's bytes without the one that only carries the sign.
fn unsigned(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => number,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    records::hexadecimal(bytes.iter().copied(), "").to_ascii_uppercase()
}

/// A time such as `20150707170514Z`.
fn time(text: &[u8]) -> Option<Timestamp> {
    let (digits, [b'Z']) = text.split_first_chunk::<14>()? else { return None };
    let mut numbers = [0_i64; 7];
    let (pairs, _) = digits.as_chunks::<2>();
    for (number, [tens, ones]) in numbers.iter_mut().zip(pairs) {
        let digit = |byte: u8| char::from(byte).to_digit(10).map(i64::from);
        *number = digit(*tens)? * 10 + digit(*ones)?;
    }
    let [century, year, month, day, hour, minute, second] = numbers;
    Timestamp::from_date(century * 100 + year, month, day, hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = content.len() as u16;
        let mut bytes = vec![tag];
        match u8::try_from(length) {
            Ok(short @ ..0x80) => bytes.push(short),
            _ => bytes.extend([&[0x82][..], &length.to_be_bytes()].concat()),
        }
        bytes.extend(content);
        bytes
    }

    fn answer(serial: &[u8], status: &[u8]) -> Vec<u8> {
        let algorithm = element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[b"\x2b\x0e\x03\x02\x1a"])]);
        let hashes = [element(OCTET_STRING, &[&[0xab; 20]]), element(OCTET_STRING, &[&[0x0c; 20]])];
        let certificate =
            element(SEQUENCE, &[&algorithm, &hashes[0], &hashes[1], &element(INTEGER, &[serial])]);
        let next = element(CONTEXT_0, &[&element(GENERALIZED_TIME, &[b"20150928125242Z"])]);
        element(SEQUENCE, &[&certificate, status, &element(GENERALIZED_TIME, &[b"20150707162834Z"]), &next])
    }

    fn response() -> Vec<u8> {
        let revoked = element(
            0xa1,
            &[
                &element(GENERALIZED_TIME, &[b"20150514145849Z"]),
                &element(CONTEXT_0, &[&element(ENUMERATED, &[&[4]])]),
            ],
        );
        let answers =
            element(SEQUENCE, &[&answer(b"\0\x81\x0b", &revoked), &answer(b"\x07", &element(0x80, &[]))]);
        let produced = element(GENERALIZED_TIME, &[b"20150707162834Z"]);
        let responder = element(0xa2, &[&element(OCTET_STRING, &[&[1; 20]])]);
        let data = element(SEQUENCE, &[&responder, &produced, &answers]);
        let basic = element(OCTET_STRING, &[&element(SEQUENCE, &[&data])]);
        let kind = element(OBJECT_IDENTIFIER, &[b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01"]);
        let of_kind = element(CONTEXT_0, &[&element(SEQUENCE, &[&kind, &basic])]);
        element(SEQUENCE, &[&element(ENUMERATED, &[&[0]]), &of_kind])
    }

    fn records_of(response: &[u8]) -> Vec<Ocsp> {
        read(Content::of(response), Timestamp(5), Uid::default())
    }

    #[test]
    fn each_answer_has_its_record() {
        let records = records_of(&response());
        let [revoked, good] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((revoked.cert_status.as_ref(), revoked.serial_number.as_str()), ("revoked", "810B"));
        assert_eq!(revoked.revokereason.as_deref(), Some("superseded"));
        assert_eq!(revoked.revoketime, Some(Timestamp(1_431_615_529_000_000_000)));
        assert_eq!((revoked.hash_algorithm.as_ref(), revoked.ts), ("sha1", Timestamp(5)));
        assert!(revoked.issuer_name_hash.starts_with("ABAB") && revoked.issuer_key_hash.starts_with("0C0C"));
        assert_eq!((good.cert_status.as_ref(), good.revoketime), ("good", None));
        assert_eq!(good.this_update, Timestamp(1_436_286_514_000_000_000));
        assert_eq!(good.next_update, Some(Timestamp(1_443_444_762_000_000_000)));
    }

    #[test]
    fn a_cut_response_is_not_told() {
        let response = response();
        let (kept, _) = response.split_at(response.len() - 40);
        assert_eq!(records_of(kept), []);
        let cut = Content::new(&response, &[], response.len() as u64 + 1, true);
        assert_eq!(read(cut, Timestamp(5), Uid::default()), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(at in 0..400_usize, byte in any::<u8>()) {
            let mut response = response();
            if let Some(place) = response.get_mut(at) {
                *place = byte;
            }
            records_of(&response);
        }
    }
}
