//! A datagram to a message (RFC 2131, section 2; RFC 2132).

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use records::{Endpoints, Interval, Timestamp, Uid, text_from_bytes};

/// Tells DHCP from the older BOOTP.
const COOKIE: [u8; 4] = [0x63, 0x82, 0x53, 0x63];

/// Where the cookie stands.
const COOKIE_AT: usize = 236;

/// What one message says, as far as `dhcp` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Ends of the connection.
    pub id: Endpoints,
    /// Whether the originator of the connection sent it.
    pub is_orig: bool,
    /// Number that the client chose for the exchange.
    pub transaction: u32,
    /// Number of its type, e.g. 1 for DISCOVER (option 53); 0 where it has none.
    pub kind: u8,
    /// Address that the server gives, where it gives one.
    pub assigned: Option<Ipv4Addr>,
    /// Hardware address of the client in the header; empty where it is not one.
    pub hardware: String,
    /// Its options.
    pub options: Box<Options>,
}

/// The options that `dhcp` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Name of the client (12).
    pub host_name: Option<String>,
    /// Domain (15).
    pub domain: Option<String>,
    /// Address that the client asks for (50).
    pub requested: Option<Ipv4Addr>,
    /// For how long the address is lent (51).
    pub lease: Option<Interval>,
    /// Options that the client asks for (55), in order, comma separated.
    pub parameters: Option<String>,
    /// Text (56).
    pub text: Option<String>,
    /// Vendor class (60).
    pub vendor_class: Option<String>,
    /// Hardware address in the client's identifier (61), where that is one of Ethernet.
    pub identifier: Option<String>,
    /// Full name of the client (81).
    pub full_name: Option<String>,
}

/// What stands before the options.
pub(super) struct Fixed {
    pub(super) transaction: u32,
    pub(super) assigned: Option<Ipv4Addr>,
    pub(super) hardware: String,
}

/// Whether this is DHCP: an operation, a hardware address of possible length and the cookie.
pub(super) fn has_cookie(datagram: &[u8]) -> bool {
    matches!(datagram, [1 | 2, _, 0..=16, ..])
        && datagram.get(COOKIE_AT..).is_some_and(|rest| rest.starts_with(&COOKIE))
}

/// Reads a datagram: what stands before the options, the type, the options. `None` where it is not one, or where its
/// options have no end.
pub(super) fn read(datagram: &[u8]) -> Option<(Fixed, u8, Box<Options>)> {
    let (header, options) = datagram.split_at_checked(COOKIE_AT)?;
    let options = options.strip_prefix(&COOKIE)?;
    let transaction = u32::from_be_bytes(*header.get(4..)?.first_chunk()?);
    let assigned = read_address(header.get(16..20)?);
    let fixed = Fixed {
        transaction,
        assigned: assigned.filter(|address| !address.is_unspecified()),
        hardware: hardware_address(header.get(28..44)?),
    };
    let (kind, options) = read_options(options)?;
    Some((fixed, kind, options))
}

fn read_options(mut rest: &[u8]) -> Option<(u8, Box<Options>)> {
    let (mut kind, mut options) = (0, Box::<Options>::default());
    loop {
        match rest {
            [255, ..] => return Some((kind, options)),
            [0, after @ ..] => rest = after,
            [code, length, after @ ..] => {
                let (value, after) = after.split_at_checked(usize::from(*length))?;
                rest = after;
                if let (53, 0, [first, ..]) = (code, kind, value) {
                    kind = *first;
                }
                options.read(*code, value);
            }
            [] | [_] => return None,
        }
    }
}

impl Options {
    fn read(&mut self, code: u8, value: &[u8]) {
        match code {
            12 => self.host_name = Some(text_from_bytes(value)),
            15 => self.domain = Some(text_from_bytes(without_padding(value))),
            50 => self.requested = read_address(value).or(self.requested),
            51 => {
                if let Some(seconds) = value.first_chunk() {
                    self.lease = Some(Interval::from_secs(i64::from(u32::from_be_bytes(*seconds))));
                }
            }
            55 => self.parameters = Some(numbers(value)),
            56 => self.text = Some(text_from_bytes(value)),
            60 => self.vendor_class = Some(text_from_bytes(value)),
            61 => {
                if let [1, address @ ..] = value {
                    self.identifier = Some(hardware_address(address));
                }
            }
            81 => self.full_name = value.get(3..).map(text_from_bytes).or(self.full_name.take()),
            _ => {}
        }
    }
}

fn read_address(value: &[u8]) -> Option<Ipv4Addr> {
    value.first_chunk().map(|bytes: &[u8; 4]| Ipv4Addr::from(*bytes))
}

/// Up to the last byte that is not zero.
fn without_padding(value: &[u8]) -> &[u8] {
    let length = value.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    value.get(..length).unwrap_or_default()
}

fn numbers(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len() * 4);
    for (index, number) in value.iter().enumerate() {
        let gap = if index == 0 { "" } else { "," };
        let _ = write!(text, "{gap}{number}");
    }
    text
}

/// Six bytes, or eight where the last two of them are not zero; empty where there are fewer.
fn hardware_address(bytes: &[u8]) -> String {
    let address = match (bytes, bytes.first_chunk::<8>()) {
        ([..], Some([_, _, _, _, _, _, 0, 0])) => bytes.get(..6),
        ([..], Some(eight)) => Some(eight.as_slice()),
        ([_, _, _, _, _, _], None) => Some(bytes),
        _ => None,
    };
    let mut text = String::with_capacity(23);
    for (index, byte) in address.unwrap_or_default().iter().enumerate() {
        let gap = if index == 0 { "" } else { ":" };
        let _ = write!(text, "{gap}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hardware_addresses_have_six_bytes_or_eight() {
        assert_eq!(hardware_address(&[0, 0x0c, 0x29, 1, 2, 0xff]), "00:0c:29:01:02:ff");
        assert_eq!(hardware_address(&[1, 2, 3, 4, 5, 6, 0, 0, 9]), "01:02:03:04:05:06");
        assert_eq!(hardware_address(b"de:ad:be:ef"), "64:65:3a:61:64:3a:62:65");
        assert_eq!(hardware_address(&[1, 2, 3]), "");
    }

    #[test]
    fn options_need_an_end() {
        assert!(read_options(&[53, 1, 1]).is_none());
        let (kind, options) = read_options(&[0, 53, 1, 3, 15, 3, b'a', 0, 0, 55, 2, 1, 121, 255, 9]).unwrap();
        assert_eq!(kind, 3);
        assert_eq!((options.domain.as_deref(), options.parameters.as_deref()), (Some("a"), Some("1,121")));
    }

    proptest! {
        #[test]
        fn any_options_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut datagram = vec![0; COOKIE_AT];
            datagram.extend(COOKIE);
            datagram.extend(&bytes);
            let _ = read(&datagram);
            prop_assert!(!has_cookie(&bytes));
        }
    }
}
