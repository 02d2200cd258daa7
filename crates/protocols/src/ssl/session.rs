//! What a handshake tells, message by message, until its record is written.

use records::{Ssl, Timestamp, text_from_bytes};
use sha2::{Digest as _, Sha256};

use super::certificate::Certificate;
use super::cipher_names::cipher;
use super::wire::{self, ClientHello, Extensions, ServerHello, extension, message};
use super::{fingerprints, host_name, names};
use crate::{FileStart, Output};

/// The history is not written further than this (Zeek's `max_ssl_history_length`).
const HISTORY_MAX: usize = 100;

/// At most so many certificates of a chain are looked at.
const CHAIN_MAX: usize = 64;

/// The bytes break the protocol: nothing more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Violation;

/// What carries the messages of a handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// TLS records over TCP.
    #[default]
    Tls,
    /// Records of DTLS.
    Dtls,
    /// Frames of QUIC (RFC 9001).
    Quic,
}

impl Carrier {
    /// Zeek's name of the service.
    fn service(self) -> &'static str {
        match self {
            Self::Tls | Self::Quic => "ssl",
            Self::Dtls => "dtls",
        }
    }
}

/// One handshake.
#[derive(Default)]
pub(crate) struct Session {
    carrier: Carrier,
    record: Option<Box<Ssl>>,
    history: String,
    version: Option<u16>,
    cipher: Option<u16>,
    session_id: Vec<u8>,
    ticket_without_session_id: bool,
    client_key_exchange_seen: bool,
    client_offered_key: bool,
    retry_requested: bool,
    host_names: Vec<String>,
    /// Both ends have agreed on HTTP/2.
    is_http2: bool,
    pub(crate) encrypted: Encrypted,
}

/// Whose records are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encrypted {
    pub(crate) client: bool,
    pub(crate) server: bool,
}

impl Session {
    /// A handshake that has not begun.
    pub(crate) fn new(carrier: Carrier) -> Self {
        Self { carrier, ..Self::default() }
    }

    fn record(&mut self, ts: Timestamp) -> &mut Ssl {
        self.record.get_or_insert_with(|| Box::new(Ssl { ts, ..Ssl::default() }))
    }

    fn add_to_history(&mut self, ts: Timestamp, is_client: bool, letter: char) {
        self.record(ts);
        if self.history.len() < HISTORY_MAX {
            self.history.push(if is_client { letter.to_ascii_uppercase() } else { letter });
        }
    }

    /// The client speaks from the responder's end.
    pub(crate) fn flipped(&mut self, ts: Timestamp) {
        self.add_to_history(ts, false, '^');
    }

    /// Whether all but the hellos is encrypted.
    pub(crate) fn is_tls_1_3(&self) -> bool {
        self.version.is_some_and(names::is_tls_1_3)
    }

    /// A whole handshake message.
    pub(crate) fn handshake(
        &mut self,
        ts: Timestamp,
        is_client: bool,
        (kind, body): (u8, &[u8]),
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        match kind {
            message::CLIENT_HELLO => self.client_hello(ts, is_client, body, output)?,
            message::SERVER_HELLO => self.server_hello(ts, body, output)?,
            message::CERTIFICATE => self.certificate(ts, is_client, body, output)?,
            message::SERVER_KEY_EXCHANGE => self.server_key_exchange(ts, body)?,
            message::CLIENT_KEY_EXCHANGE => self.client_key_exchange_seen |= is_client,
            message::CERTIFICATE_STATUS => staple(ts, is_client, body, output),
            0 | message::HELLO_VERIFY_REQUEST..=6 | 8 | 13..=15 | 20 | 21 | 23 | 24 | 254 => {}
            _ => return Err(Violation),
        }
        let is_retry = kind == message::SERVER_HELLO && std::mem::take(&mut self.retry_requested);
        self.add_to_history(ts, is_client, if is_retry { 'j' } else { names::history_letter(kind) });
        Ok(())
    }

    /// A client hello of SSL 2, which has no handshake message around it.
    pub(crate) fn version_2_client_hello(&mut self, ts: Timestamp) {
        self.add_to_history(ts, true, 'c');
    }

    /// A server hello of SSL 2.
    pub(crate) fn version_2_server_hello(&mut self, ts: Timestamp, first_cipher: Option<u32>) {
        const SSL_2: u16 = 2;
        self.version = Some(SSL_2);
        let record = self.record(ts);
        record.version = Some(names::version(SSL_2));
        record.cipher = first_cipher.map(cipher);
        self.add_to_history(ts, false, 's');
    }

    fn client_hello(
        &mut self,
        ts: Timestamp,
        is_client: bool,
        body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        let carrier = self.carrier;
        let hello = match carrier {
            Carrier::Tls | Carrier::Quic => ClientHello::read(body),
            Carrier::Dtls => ClientHello::read_dtls(body),
        };
        let hello = hello.filter(|hello| names::is_version(hello.version)).ok_or(Violation)?;
        output.confirm(carrier.service());
        if is_client
            && hello.extensions.get(extension::SESSION_TICKET).is_some_and(|ticket| !ticket.is_empty())
        {
            self.ticket_without_session_id = true;
        }
        self.client_offered_key |= is_client && hello.extensions.get(extension::PRE_SHARED_KEY).is_some();
        if !hello.session_id.is_empty() && hello.session_id != [0; 32] {
            self.session_id = hello.session_id.to_vec();
            self.ticket_without_session_id = false;
        }
        let record = self.record(ts);
        record.ja3 = Some(fingerprints::ja3(&hello));
        record.ja4 = Some(fingerprints::ja4(&hello, carrier));
        let name = hello.extensions.get(extension::SERVER_NAME).and_then(wire::server_name);
        if let Some(name) = name.filter(|_| is_client) {
            record.server_name = Some(text_from_bytes(name));
        }
        let has_inner = hello.extensions.get(extension::ENCRYPTED_CLIENT_HELLO).is_some();
        record.ech = has_inner.then_some(true);
        Ok(())
    }

    fn server_hello(&mut self, ts: Timestamp, body: &[u8], output: &mut Output<'_>) -> Result<(), Violation> {
        let hello =
            ServerHello::read(body).filter(|hello| names::is_version(hello.version)).ok_or(Violation)?;
        output.confirm(self.carrier.service());
        let number = |kind| wire::number(hello.extensions.get(kind));
        let version = number(extension::SUPPORTED_VERSIONS).or(self.version).unwrap_or(hello.version);
        self.version = Some(version);
        self.cipher = Some(hello.cipher);
        self.retry_requested = hello.is_retry_request();
        let same_session = !self.session_id.is_empty() && self.session_id == hello.session_id;
        let resumed = (same_session && !names::is_tls_1_3(version))
            || (self.client_offered_key && hello.extensions.get(extension::PRE_SHARED_KEY).is_some());
        let record = self.record(ts);
        record.version = Some(names::version(version));
        record.cipher = Some(cipher(u32::from(hello.cipher)));
        record.resumed |= resumed;
        record.ja3s = Some(fingerprints::ja3s(&hello));
        if let Some(group) = number(extension::KEY_SHARE).or(number(extension::DRAFT_KEY_SHARE)) {
            record.curve = Some(names::curve(group));
        }
        self.application_protocol(ts, &hello.extensions);
        Ok(())
    }

    fn application_protocol(&mut self, ts: Timestamp, extensions: &Extensions<'_>) {
        let content = extensions.get(extension::APPLICATION_PROTOCOLS).unwrap_or_default();
        if let Some(protocol) = wire::application_protocols(content).first() {
            self.is_http2 = *protocol == b"h2";
            self.record(ts).next_protocol = Some(text_from_bytes(protocol));
        }
    }

    /// Whether what is sent after the handshake will be HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.is_http2
    }

    /// A message that TLS 1.3 sends encrypted.
    pub(crate) fn sealed_handshake(
        &mut self,
        ts: Timestamp,
        is_client: bool,
        (kind, body): (u8, &[u8]),
        output: &mut Output<'_>,
    ) {
        match kind {
            message::ENCRYPTED_EXTENSIONS => {
                if let Some(extensions) = wire::encrypted_extensions(body) {
                    self.application_protocol(ts, &extensions);
                }
            }
            message::CERTIFICATE => {
                let entries = wire::certificate_entries(body).unwrap_or_default();
                let chain: Vec<&[u8]> = entries.iter().map(|(certificate, _)| *certificate).collect();
                self.chain(ts, is_client, &chain, output);
                let status = entries.iter().take(CHAIN_MAX);
                for content in status.filter_map(|(_, it)| it.get(extension::STATUS_REQUEST)) {
                    staple(ts, is_client, content, output);
                }
            }
            _ => {}
        }
        self.add_to_history(ts, is_client, names::history_letter(kind));
    }

    fn certificate(
        &mut self,
        ts: Timestamp,
        is_client: bool,
        body: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), Violation> {
        let chain = wire::certificates(body).ok_or(Violation)?;
        self.chain(ts, is_client, &chain, output);
        Ok(())
    }

    /// The certificates of an end, its own first.
    fn chain(&mut self, ts: Timestamp, is_client: bool, chain: &[&[u8]], output: &mut Output<'_>) {
        let mut fingerprints = Vec::new();
        for (index, der) in chain.iter().take(CHAIN_MAX).enumerate() {
            let fingerprint = fingerprints::hexadecimal(&Sha256::digest(der));
            let is_host = index == 0;
            let is_server = is_host && !is_client;
            let is_new = output.shared.certificates.is_new(&fingerprint, ts);
            let certificate = if is_new || is_server { Certificate::read(der) } else { None };
            fingerprints.push(fingerprint.clone());
            let Some(mut certificate) = certificate else { continue };
            if is_server {
                self.server_certificate(ts, &certificate);
            }
            if is_new {
                certificate.record.ts = ts;
                certificate.record.fingerprint = fingerprint;
                certificate.record.host_cert = is_host;
                certificate.record.client_cert = is_client;
                output.write(certificate.record);
            }
        }
        let record = self.record(ts);
        if is_client {
            record.client_cert_chain_fps = Some(fingerprints);
        } else {
            record.cert_chain_fps = Some(fingerprints);
        }
    }

    fn server_certificate(&mut self, ts: Timestamp, certificate: &Certificate) {
        self.host_names = certificate.host_names().to_vec();
        let record = self.record(ts);
        record.subject = Some(certificate.record.certificate_subject.clone());
        record.issuer = Some(certificate.record.certificate_issuer.clone());
        record.validation_status = certificate.fault(ts).map(Into::into);
    }

    fn server_key_exchange(&mut self, ts: Timestamp, body: &[u8]) -> Result<(), Violation> {
        let suite = self.cipher.map(|number| cipher(u32::from(number))).unwrap_or_default();
        if !suite.contains("_ECDH") {
            return Ok(());
        }
        if body.len() < 3 {
            return Err(Violation);
        }
        if let Some(curve) = wire::named_curve(body) {
            self.record(ts).curve = Some(names::curve(curve));
        }
        Ok(())
    }

    pub(crate) fn change_cipher_spec(&mut self, ts: Timestamp, is_client: bool) {
        self.encrypt(is_client);
        self.add_to_history(ts, is_client, 'i');
        if is_client && self.ticket_without_session_id && !self.client_key_exchange_seen {
            self.record(ts).resumed = true;
        }
    }

    pub(crate) fn encrypt(&mut self, is_client: bool) {
        let side = if is_client { &mut self.encrypted.client } else { &mut self.encrypted.server };
        *side = true;
    }

    pub(crate) fn is_encrypted(&self, is_client: bool) -> bool {
        if is_client { self.encrypted.client } else { self.encrypted.server }
    }

    pub(crate) fn alert(&mut self, ts: Timestamp, is_client: bool, description: u8) {
        self.add_to_history(ts, is_client, 'l');
        self.record(ts).last_alert = Some(names::alert(description));
    }

    pub(crate) fn heartbeat(&mut self, ts: Timestamp, is_client: bool) {
        self.add_to_history(ts, is_client, 'b');
    }

    /// An encrypted record was seen; whether that completes the handshake.
    pub(crate) fn ciphertext(&mut self, ts: Timestamp) -> bool {
        let complete = self.is_established();
        if complete {
            self.record(ts).established = true;
        }
        complete
    }

    /// Whether the handshake has been completed.
    pub(crate) fn is_established(&self) -> bool {
        self.encrypted.client && self.encrypted.server
    }

    /// Writes the record, if anything was seen. Nothing more is expected afterwards.
    pub(crate) fn write(&mut self, output: &mut Output<'_>) {
        let Some(mut record) = self.record.take() else { return };
        record.uid = output.about.uid;
        record.id = output.about.id;
        record.ssl_history = Some(std::mem::take(&mut self.history)).filter(|history| !history.is_empty());
        if let Some(name) = record.server_name.as_deref().filter(|_| record.cert_chain_fps.is_some()) {
            record.sni_matches_cert = Some(host_name::is_covered(name, &self.host_names));
        }
        output.write(*record);
    }
}

/// The stapled answer of the certificate's authority is a file.
fn staple(ts: Timestamp, is_client: bool, body: &[u8], output: &mut Output<'_>) {
    let Some(response) = wire::stapled_response(body) else { return };
    // Both ends are taken as originator and responder: a flipped direction changes only whose file it is.
    let start = FileStart { source: "SSL", is_orig: is_client, ..FileStart::default() };
    let about = output.about;
    let file = output.files.begin(ts, about, start);
    output.files.data(ts, file, response);
    output.files.end(ts, file);
}
