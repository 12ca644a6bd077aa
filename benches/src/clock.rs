//! The clock of a GPU while it works, by `nvidia-smi`.

use std::io::Read;
use std::process::{Child, Command, Stdio};

/// Milliseconds between two looks at the clock.
const PERIOD: &str = "20";

/// A running `nvidia-smi` that looks at the clock again and again.
#[derive(Debug)]
pub struct Clock(Option<Child>);

impl Clock {
    /// Starts to look at the clock of the GPU with this number.
    pub fn watch(ordinal: usize) -> Self {
        let watching = Command::new("nvidia-smi")
            .args([
                "--query-gpu=clocks.sm",
                "--format=csv,noheader,nounits",
                "-i",
                &ordinal.to_string(),
                "-lms",
                PERIOD,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self(watching.ok())
    }

    /// The median of what was seen, in Hz; nothing where there is no `nvidia-smi`.
    pub fn stop(mut self) -> Option<f64> {
        let mut process = self.0.take()?;
        // It runs until it is ended, and what it has written can be read afterwards.
        let ended = process.kill();
        let mut seen = String::new();
        let read = process.stdout.take()?.read_to_string(&mut seen);
        process.wait().ok()?;
        ended.ok()?;
        read.ok()?;
        median(&seen)
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Some(process) = &mut self.0 {
            // Nothing is left to do where that fails.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The median of numbers of MHz, one in a line, in Hz. The last line may have been cut.
fn median(lines: &str) -> Option<f64> {
    let whole = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut numbers: Vec<f64> = whole.lines().filter_map(|line| line.trim().parse().ok()).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).map(|mhz| mhz * 1e6)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_of_whole_lines() {
        assert_eq!(median("345\n1980\n 1980\n1965\n19"), Some(1.98e9));
        assert_eq!(median("[N/A]\n"), None);
        assert_eq!(median(""), None);
    }
}
