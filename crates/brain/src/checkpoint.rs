//! The brain at rest: a magic word, a version, and the state in postcard.

use detections::{Findings, WatchState};
use serde::{Deserialize, Serialize};
use world::World;

use crate::{Brain, Config};

const MAGIC: &[u8; 8] = b"otusbrn\n";
/// Raised when the shape of the state changes; checkpoints of other versions are refused, and the lake is replayed.
const VERSION: u32 = 6;

/// Why a checkpoint could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are not a checkpoint.
    #[error("not a checkpoint of the brain")]
    NotACheckpoint,
    /// It was written by another version.
    #[error("checkpoint version {found}, this program reads version {VERSION}")]
    Version {
        /// The version that was found.
        found: u32,
    },
    /// The bytes are damaged.
    #[error("the checkpoint is damaged: {0}")]
    Damaged(#[from] postcard::Error),
}

#[derive(Serialize, Deserialize)]
struct State {
    world: World,
    watches: Vec<WatchState>,
    findings: Findings,
}

impl Brain {
    /// The whole state, to be loaded later by [`Brain::load`].
    pub fn save(&self) -> Result<Vec<u8>, CheckpointError> {
        let state = State {
            world: self.world.clone(),
            watches: self.watches.save(),
            findings: self.findings.clone(),
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        Ok(postcard::to_extend(&state, bytes)?)
    }

    /// Takes up where [`Brain::save`] left off. The next records may be of an earlier time.
    pub fn load(config: Config, bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (magic, rest) = bytes.split_at_checked(MAGIC.len()).ok_or(CheckpointError::NotACheckpoint)?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(CheckpointError::NotACheckpoint)?;
        if magic != MAGIC {
            return Err(CheckpointError::NotACheckpoint);
        }
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(CheckpointError::Version { found });
        }
        let state: State = postcard::from_bytes(rest)?;
        let mut brain = Self::new(config.clone());
        brain.world = state.world;
        brain.world.configure(world::Config { own_networks: config.own_networks });
        brain.watches.restore(&state.watches)?;
        brain.findings = state.findings;
        brain.findings.recount();
        Ok(brain)
    }
}
