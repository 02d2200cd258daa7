use crate::{Endpoints, Record, Timestamp, Uid};

/// A message of IKE that is not encrypted: two ends agree on IPsec.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("ipsec")]
pub struct Ipsec {
    /// Time of the message.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Whether the originator of the connection sent it.
    pub is_orig: bool,
    /// Number that the initiator gave the agreement, in hexadecimal.
    pub initiator_spi: String,
    /// Number that the responder gave it.
    pub responder_spi: String,
    /// Version of IKE: 1 or 2.
    pub maj_ver: u8,
    /// Its second part.
    pub min_ver: u8,
    /// Kind of exchange, e.g. 2 main mode, 4 aggressive mode, 34 beginning of version 2.
    pub exchange_type: u8,
    /// Number of the message.
    pub message_id: u32,
    /// What the sender says of its make, in hexadecimal.
    pub vendor_ids: Option<Vec<String>>,
    /// Numbers of the notifications in it.
    pub notify_messages: Option<Vec<u64>>,
    /// Algorithms that are proposed or chosen. Version 2: type and number, `1-12`; version 1: attribute and value.
    pub transforms: Option<Vec<String>>,
    /// Group of the key exchange (version 2).
    pub ke_dh_groups: Option<Vec<u64>>,
    /// Length of the message in bytes.
    pub length: u32,
}
