//! Ctrl-C: the first ends the reading, so that what was read is kept and told; the second ends the program at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::output::INTERRUPTED;

/// Raises the flag when the user, or the system at its end, asks the program to stop.
pub(crate) fn watch(is_stopped: &Arc<AtomicBool>) -> Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // In this order: what is registered first acts first, and the flag is up only from the second time on.
        flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(is_stopped))
            .and_then(|_| flag::register(signal, Arc::clone(is_stopped)))
            .context("watching for Ctrl-C")?;
    }
    Ok(())
}
