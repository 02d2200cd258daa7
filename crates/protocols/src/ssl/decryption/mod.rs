//! Opens the records of a connection whose secrets are in the user's key log: TLS 1.2 and 1.3.
//!
//! Not opened: older versions, suites other than AES in GCM or CBC mode and ChaCha20-Poly1305, early data (0-RTT).

mod direction;
mod record_keys;
mod search;
mod suite;

use self::direction::Direction;
pub(crate) use self::direction::Opened;
use self::record_keys::{Layout, RecordKeys};
pub(crate) use self::search::{Found, Search};
use self::suite::Suite;
use super::cipher_names::cipher;
use super::record_layer::Header;
use super::wire::{self, ClientHello, ServerHello, extension, message};
use crate::key_log::{KeyLog, Label, Random};

const APPLICATION_DATA: u8 = 23;

const TLS_1_2: u16 = 0x0303;

/// No sealed record is longer (RFC 5246, section 6.2.3).
const SEALED_BYTES_MAX: usize = (1 << 14) + 2048;

/// The connection cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The key log does not have it.
    NoSecret,
    /// Its version or cipher suite is not opened here.
    Unsupported,
}

/// The opening of one connection.
#[derive(Default)]
pub(crate) struct Decryption {
    client_random: Random,
    server_random: Random,
    offers_early_data: bool,
    /// TLS 1.2: what comes into use when the cipher changes.
    agreed: Option<(Suite, Layout)>,
    client: Option<Direction>,
    server: Option<Direction>,
}

impl Decryption {
    fn direction(&mut self, is_client: bool) -> &mut Option<Direction> {
        if is_client { &mut self.client } else { &mut self.server }
    }

    /// Notes what a handshake message says of the keys.
    pub(crate) fn handshake(&mut self, kind: u8, body: &[u8], key_log: &KeyLog) -> Result<(), Closed> {
        match kind {
            message::CLIENT_HELLO => {
                if let Some(hello) = ClientHello::read(body) {
                    self.client_random = Random::try_from(hello.random).unwrap_or_default();
                    self.offers_early_data = hello.extensions.get(extension::EARLY_DATA).is_some();
                }
                Ok(())
            }
            message::SERVER_HELLO => match ServerHello::read(body) {
                Some(hello) if !hello.is_retry_request() => self.server_hello(&hello, key_log),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn server_hello(&mut self, hello: &ServerHello<'_>, key_log: &KeyLog) -> Result<(), Closed> {
        if !key_log.knows(&self.client_random) {
            return Err(Closed::NoSecret);
        }
        self.server_random = Random::try_from(hello.random).unwrap_or_default();
        let suite = Suite::from_name(&cipher(u32::from(hello.cipher))).ok_or(Closed::Unsupported)?;
        let version =
            wire::number(hello.extensions.get(extension::SUPPORTED_VERSIONS)).unwrap_or(hello.version);
        match version {
            super::names::TLS_1_3 => {
                let secret = |label| key_log.get(&self.client_random, label);
                let of_end =
                    |handshake, traffic| Direction::with_secrets(suite, secret(handshake), secret(traffic));
                let mut client = of_end(Label::ClientHandshake, Label::ClientTraffic);
                client.passes_over |= self.offers_early_data;
                let server = of_end(Label::ServerHandshake, Label::ServerTraffic);
                (self.client, self.server) = (Some(client), Some(server));
                Ok(())
            }
            TLS_1_2 => {
                let encrypt_then_mac = hello.extensions.get(extension::ENCRYPT_THEN_MAC).is_some();
                self.agreed = Some((suite, Layout::Tls12 { encrypt_then_mac }));
                Ok(())
            }
            _ => Err(Closed::Unsupported),
        }
    }

    /// TLS 1.2: what this end sends from now on is sealed, with new keys.
    pub(crate) fn change_cipher_spec(&mut self, is_client: bool, key_log: &KeyLog) -> Result<(), Closed> {
        let Some((suite, layout)) = self.agreed else { return Ok(()) };
        let secret = key_log.get(&self.client_random, Label::Master).ok_or(Closed::NoSecret)?;
        let (mac, key, nonce) = (suite.mac_bytes(), suite.key_bytes(), suite.fixed_nonce_bytes());
        let seed: [&[u8]; 2] = [&self.server_random, &self.client_random];
        let block = suite.hash.expand_1_2(secret, "key expansion", &seed, 2 * (mac + key + nonce));
        let mut rest = block.as_slice();
        let mut of_both = |length| {
            let client = crate::take::bytes(&mut rest, length).unwrap_or_default();
            let server = crate::take::bytes(&mut rest, length).unwrap_or_default();
            if is_client { client } else { server }
        };
        let (mac_key, key, nonce) = (of_both(mac), of_both(key), of_both(nonce));
        let keys = RecordKeys::new(suite, layout, key, mac_key, nonce).ok_or(Closed::Unsupported)?;
        *self.direction(is_client) = Some(Direction::with_keys(suite, keys));
        Ok(())
    }

    /// Whether a record with this header is one that can be opened.
    pub(crate) fn is_for(&self, is_client: bool, header: &Header) -> bool {
        let direction = if is_client { &self.client } else { &self.server };
        let is_1_3 = self.agreed.is_none();
        direction.is_some()
            && header.length <= SEALED_BYTES_MAX
            && (!is_1_3 || header.content_type == APPLICATION_DATA)
    }

    /// Opens a record.
    pub(crate) fn open(&mut self, is_client: bool, header: &Header, body: &[u8]) -> Opened {
        match self.direction(is_client) {
            Some(direction) => direction.open(header, body),
            None => Opened::PassedOver,
        }
    }

    /// A message of the handshake was found in a sealed record.
    pub(crate) fn sealed_handshake(
        &mut self,
        is_client: bool,
        (kind, body): (u8, &[u8]),
        key_log: &KeyLog,
    ) -> Result<(), Closed> {
        if self.agreed.is_some() {
            // Another handshake within the connection.
            return self.handshake(kind, body, key_log);
        }
        let Some(direction) = self.direction(is_client) else { return Ok(()) };
        let has_new_key = match kind {
            message::FINISHED => !direction.is_beyond_handshake(),
            message::KEY_UPDATE => direction.is_beyond_handshake(),
            _ => false,
        };
        if has_new_key && !direction.next_key() {
            *self.direction(is_client) = None;
        }
        Ok(())
    }

    /// Whether both ends have come beyond the handshake, as far as they can be read.
    pub(crate) fn is_handshake_over(&self) -> bool {
        let is_over = |end: &Option<Direction>| end.as_ref().is_none_or(Direction::is_beyond_handshake);
        is_over(&self.client) && is_over(&self.server)
    }

    /// So many bytes of the stream are missing or could not be read. `None` where nothing can be found behind them.
    pub(crate) fn lose(&mut self, is_client: bool, bytes: u64) -> Option<Search> {
        let direction = self.direction(is_client).as_mut()?;
        direction.lose(bytes);
        Some(Search::default())
    }

    /// Looks for the next record that can be opened.
    pub(crate) fn search(&mut self, is_client: bool, search: &mut Search) -> Found {
        match self.direction(is_client) {
            Some(direction) => search.next(direction),
            None => Found::Nothing,
        }
    }
}
