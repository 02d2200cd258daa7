//! What a detection is, and how it watches.

use records::Timestamp;
use serde::{Deserialize, Serialize};
use world::{Seen, World};

use crate::Findings;

/// Where in an attack a behaviour stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Looking around.
    Recon,
    /// Malware on its way in.
    Delivery,
    /// Command and control.
    C2,
    /// Earning money with the device.
    Botnet,
    /// From host to host.
    Lateral,
    /// Data on its way out.
    Exfil,
}

impl Stage {
    /// Its short name, e.g. `c2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recon => "recon",
            Self::Delivery => "delivery",
            Self::C2 => "c2",
            Self::Botnet => "botnet",
            Self::Lateral => "lateral",
            Self::Exfil => "exfil",
        }
    }
}

/// One thing that Otus watches for.
pub struct Detection {
    /// Kebab-case, as in a finding.
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// Where in an attack it stands.
    pub stage: Stage,
    /// MITRE ATT&CK techniques.
    pub techniques: &'static [&'static str],
    /// Hours of traffic that must have been learned before it may raise an alert; zero where behaviour alone is proof.
    pub learns_hours: u32,
    /// Its page for the analyst.
    pub readme: &'static str,
    /// Begins to watch.
    pub watch: fn() -> Box<dyn Watch>,
}

/// Watches a stream of records in traffic time.
pub trait Watch: Send {
    /// Names of the record types that it looks at; it is not given others. An empty list means: all.
    fn reads(&self) -> &'static [&'static str] {
        &[]
    }

    /// Takes a record. Identities are in `world` already, the habits and rarities in it are those before the record.
    fn observe(&mut self, seen: &Seen<'_>, world: &World, findings: &mut Findings);

    /// Traffic time has come to `now`: about once a minute. The place to forget.
    fn tick(&mut self, _now: Timestamp, _world: &World, _findings: &mut Findings) {}

    /// No more records come for now: the last chance to tell what is pending. `now` is a quiet minute later.
    fn finish(&mut self, now: Timestamp, world: &World, findings: &mut Findings) {
        self.tick(now, world, findings);
    }

    /// Its state, for a checkpoint.
    fn save(&self) -> Vec<u8>;

    /// Takes back what [`Watch::save`] gave.
    fn restore(&mut self, state: &[u8]) -> Result<(), postcard::Error>;
}

/// Writes both directions of a watch's checkpoint for a state that serde knows.
macro_rules! checkpoint {
    () => {
        fn save(&self) -> Vec<u8> {
            // Writing to memory fails only for types that postcard cannot hold, which a test would show.
            postcard::to_allocvec(self).unwrap_or_default()
        }

        fn restore(&mut self, state: &[u8]) -> Result<(), postcard::Error> {
            *self = postcard::from_bytes(state)?;
            Ok(())
        }
    };
}
pub(crate) use checkpoint;
