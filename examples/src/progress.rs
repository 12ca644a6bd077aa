//! How far a long computation is.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// A progress bar that appears after a second.
pub struct Progress {
    start: Instant,
    steps: usize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Of a computation of so many steps, or fewer.
    pub fn new(steps: usize) -> Self {
        Self { start: Instant::now(), steps, bar: None }
    }

    /// So many steps are done.
    pub fn reached(&mut self, step: usize) {
        if self.start.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{wide_bar} {percent} %, {eta} left");
            let bar = ProgressBar::new(self.steps as u64).with_elapsed(self.start.elapsed());
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_position(step as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
