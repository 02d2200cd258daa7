//! The sessions of one device with one port of one host.

use std::net::IpAddr;

use records::Ssl;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, World, hash_of};

use super::certificate;
use crate::rarity::{Weight, score_rarity_and_history};
use crate::trail::Trail;
use crate::{Score, generated};

const TEXT_MAX: usize = 200;
/// Ports on which TLS stands.
const PORTS: [u16; 18] =
    [443, 465, 563, 587, 636, 853, 989, 990, 993, 995, 3269, 3389, 5061, 5223, 5228, 8443, 8883, 9443];
/// Where anybody gets a name for a changing address, without being asked who he is.
const DYNAMIC: [&str; 16] = [
    "con-ip.com",
    "ddns.net",
    "ddnsfree.com",
    "duckdns.org",
    "dynu.net",
    "dyndns.org",
    "freeddns.org",
    "gotdns.ch",
    "hopto.org",
    "myftp.org",
    "myvnc.com",
    "no-ip.biz",
    "no-ip.org",
    "serveftp.com",
    "sytes.net",
    "zapto.org",
];
/// A fingerprint less likely than this is strange for the device, once enough handshakes were seen.
const STRANGE: f64 = 0.1;
const HANDSHAKES_KNOWN: u64 = 20;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sessions {
    pub(super) trail: Trail,
    pub(super) count: u64,
    pub(super) server_name: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) told: u64,
    is_self_signed: bool,
    is_other_name: bool,
    is_strange: bool,
}

impl Sessions {
    pub(super) fn new(ssl: &Ssl) -> Self {
        Self {
            trail: Trail::new(ssl.id.orig_h),
            count: 0,
            server_name: None,
            subject: None,
            issuer: None,
            fingerprint: None,
            told: 0,
            is_self_signed: false,
            is_other_name: false,
            is_strange: false,
        }
    }

    pub(super) fn note(&mut self, ssl: &Ssl, device: DeviceIndex, world: &World) {
        self.trail.note(ssl.id.orig_h, ssl.ts, ssl.ts, ssl.uid);
        self.count += 1;
        self.is_self_signed |= is_self_signed(ssl);
        self.is_other_name |= ssl.sni_matches_cert == Some(false);
        let keep = |known: &mut Option<String>, said: &Option<String>| {
            if known.is_none() {
                *known = said.as_deref().map(|text| text.chars().take(TEXT_MAX).collect());
            }
        };
        keep(&mut self.server_name, &ssl.server_name);
        keep(&mut self.subject, &ssl.subject);
        keep(&mut self.issuer, &ssl.issuer);
        let fingerprint = ssl.ja4.as_ref().or(ssl.ja3.as_ref());
        if let (Some(fingerprint), Some(habit), None) = (fingerprint, world.habit(device), &self.fingerprint)
        {
            let known = &habit.fingerprints;
            self.is_strange =
                known.observations() >= HANDSHAKES_KNOWN && known.probability(hash_of(fingerprint)) < STRANGE;
        }
        keep(&mut self.fingerprint, &fingerprint.cloned());
    }

    /// Whether a quarter more sessions were seen than were told.
    pub(super) fn is_due(&self) -> bool {
        self.count * 4 >= self.told * 5
    }

    pub(super) fn score(&self, address: IpAddr, port: u16, world: &World) -> Score {
        let mut score = Score::default();
        self.score_certificate(&mut score);
        self.score_client(&mut score);
        self.score_place(address, port, world, &mut score);
        if self.count > 1 {
            let reason = format!("{} sessions", self.count);
            score.certainty("sessions", (4.0 * (self.count as f64).log2()).min(15.0), reason);
        }
        score.threat("stage", 65.0, "what is said cannot be read, and nobody vouches for whom it is said to");
        score
    }

    fn score_certificate(&self, score: &mut Score) {
        let subject = self.subject.as_deref().unwrap_or_default();
        if self.is_self_signed {
            score.certainty(
                "certificate",
                25.0,
                "the server vouches for itself: its certificate is self-signed",
            );
            if certificate::is_no_host(subject) {
                let common = certificate::field(subject, "CN").unwrap_or_default();
                score.certainty("common name", 10.0, format!("`{common}` is the name of no host"));
            }
            if certificate::is_bare(subject) {
                score.certainty("bare", 5.0, "the certificate names neither organisation nor place");
            }
            if certificate::is_template(subject) {
                score.certainty(
                    "template",
                    15.0,
                    "the certificate was made from a template and not filled in",
                );
            }
            if self.is_other_name {
                score.certainty("other name", 15.0, "it is for another name than the client asked for");
            }
        }
        if let [first, ..] = certificate::drawn(subject).as_slice() {
            score.certainty("drawn letters", 25.0, format!("the certificate is made up: `{first}`"));
        }
    }

    fn score_client(&self, score: &mut Score) {
        match &self.server_name {
            None => score.certainty("server name", 10.0, "the client names no server"),
            Some(name) if generated::likelihood(name) >= generated::LIKELY => {
                score.certainty(
                    "generated name",
                    25.0,
                    format!("{name} looks like the name that a generator makes"),
                );
            }
            Some(_) => {}
        }
        if self.is_strange {
            score.certainty("client", 8.0, "the device does not use this TLS client otherwise");
        }
    }

    fn score_place(&self, address: IpAddr, port: u16, world: &World, score: &mut Score) {
        if !PORTS.contains(&port) {
            score.certainty("port", 10.0, format!("TLS does not stand on port {port}"));
        }
        let domain = world.names().of(address);
        if world.names().knows_dns() && domain.is_none() {
            score.certainty("address", 10.0, "no name leads there: the address was contacted as such");
        }
        let is_dynamic = |name: &str| {
            DYNAMIC.iter().any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.')))
        };
        if let Some(name) = domain.or(self.server_name.as_deref()).filter(|name| is_dynamic(name)) {
            score.certainty(
                "dynamic name",
                10.0,
                format!("{name} is a name that anybody gets for a changing address"),
            );
        }
        let percent = world.rarity(address, self.server_name.as_deref()).percent;
        score_rarity_and_history(score, "destination", percent, Weight::Beside(12.0), world);
    }
}

/// Whether the certificate is signed by its own subject.
pub(super) fn is_self_signed(ssl: &Ssl) -> bool {
    let is_told = ssl.validation_status.as_deref().is_some_and(|status| status.starts_with("self signed"));
    is_told || ssl.subject.is_some() && ssl.subject == ssl.issuer
}
