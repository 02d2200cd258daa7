//! A bar on standard error while captures and logs are read: bytes, packets or lines per second, time left.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use sensor::Progress;

use crate::output::scaled;

const REDRAW: Duration = Duration::from_millis(100);

const REPLAY: &str =
    "{bar:32.cyan/blue} {human_pos}/{human_len} records  {per_sec}  {eta} left learning again";

/// Shows the progress of a source until it is dropped; nothing where standard error is no terminal.
pub(crate) struct Bar {
    bar: Option<ProgressBar>,
    progress: Arc<Progress>,
}

impl Bar {
    pub(crate) fn new(progress: Arc<Progress>, what: &'static str, quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        let total = progress.bytes_total();
        let bar = wanted.then(|| bar(Arc::clone(&progress), what, total));
        Self { bar, progress }
    }

    /// Moves the bar to where the reader is.
    pub(crate) fn update(&self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.progress.bytes_read());
        }
    }

    /// Says what is done now that all is read.
    pub(crate) fn message(&self, text: &'static str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows how far the brain has come with records of the lake, until it is dropped.
pub(crate) struct ReplayBar {
    bar: Option<ProgressBar>,
}

impl ReplayBar {
    pub(crate) fn new(records: u64, is_quiet: bool) -> Self {
        let wanted = !is_quiet && std::io::stderr().is_terminal();
        let bar = wanted.then(|| {
            let bar = ProgressBar::new(records);
            if let Ok(style) = ProgressStyle::with_template(REPLAY) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(REDRAW);
            bar
        });
        Self { bar }
    }

    pub(crate) fn show(&self, records: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(records);
        }
    }
}

impl Drop for ReplayBar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(progress: Arc<Progress>, what: &'static str, total: u64) -> ProgressBar {
    // Standard input has no size: then there is no end to count towards.
    let (bar, template) = if total > 0 {
        (ProgressBar::new(total), "{bar:32.cyan/blue} {bytes}/{total_bytes}  {rate}  {eta} left {msg}")
    } else {
        (ProgressBar::no_length(), "{spinner} {bytes}  {rate}  {elapsed} {msg}")
    };
    let rate = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let per_second = progress.frames() as f64 / state.elapsed().as_secs_f64().max(0.001);
        // Writing to the bar's own buffer does not fail.
        let _ = write!(out, "{} {what}/s", scaled(per_second));
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.with_key("rate", rate));
    }
    bar.enable_steady_tick(REDRAW);
    bar
}
