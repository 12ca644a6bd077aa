//! `cargo xtask cost`: what it costs to compile formulas for GPUs, with all of their methods and both types of numbers.

use std::fs;
use std::time::Instant;

use keops_core::Macro;

use crate::workspace;

/// What the PTX is written for, as by build scripts.
const ARCHITECTURE: &str = "sm_80";

/// How often each is compiled. The least of the times counts, as others have to do with what else the machine does.
const RUNS: usize = 3;

/// So many ticks of the times of a process are a second, on every Linux.
const TICKS: f64 = 100.0;

/// Titles and calls.
const CALLS: [(&str, Macro, &str); 7] = [
    ("x - y", Macro::Formula, r#""x - y", x = Vi(1), y = Vj(1), derivatives = false"#),
    ("gauss D=3", Macro::Formula, r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#),
    (
        "gauss D=3, value only",
        Macro::Formula,
        r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false"#,
    ),
    ("gauss D=64", Macro::Formula, r#""Exp(-SqDist(x, y)) * b", x = Vi(64), y = Vj(64), b = Vj(1)"#),
    ("LogSumExp D=3", Macro::Formula, r#""b - SqDist(x, y)", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp"#),
    ("ArgKMin(10) D=3", Macro::Formula, r#""SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = ArgKMin(10)"#),
    ("kernel!, gauss D=3", Macro::Kernel, r#""Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)"#),
];

/// Prints the table.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let only = match arguments {
        [] => "",
        ["--only", text] => text,
        _ => return Err(format!("cargo xtask cost: what is `{}`?\n{}", arguments.join(" "), crate::USAGE)),
    };
    let target_folder = workspace::target_folder()?;
    // The libraries are built once; what they take is none of the formulas' business.
    let (_, first, call) = CALLS[0];
    keops_build::ptx_anew(first, call, ARCHITECTURE, &target_folder)?;
    println!("The least of {RUNS} times to compile a formula for GPUs, in seconds of a core.\n");
    println!("{:<23} {:>7} {:>8} {:>8}", "formula", "seconds", "kernels", "KB");
    for (title, called, call) in CALLS.iter().filter(|(title, ..)| title.contains(only)) {
        let mut least = f64::INFINITY;
        let mut ptx = String::new();
        for _ in 0..RUNS {
            let before = Times::now();
            ptx = keops_build::ptx_anew(*called, call, ARCHITECTURE, &target_folder)
                .map_err(|problem| format!("{title}: {problem}"))?;
            least = least.min(before.seconds_since());
        }
        let kernels = ptx.lines().filter(|line| line.contains(".entry ")).count();
        println!("{title:<23} {least:>7.2} {kernels:>8} {:>8}", ptx.len() / 1000);
    }
    Ok(())
}

/// What this process and those that it has waited for have used so far.
struct Times {
    processor: Option<f64>,
    clock: Instant,
}

impl Times {
    fn now() -> Self {
        let processor = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| processor_seconds(&stat));
        Self { processor, clock: Instant::now() }
    }

    /// Of processors, where the system tells; else of the clock.
    fn seconds_since(&self) -> f64 {
        let now = Self::now();
        match (self.processor, now.processor) {
            (Some(before), Some(after)) => after - before,
            _ => (now.clock - self.clock).as_secs_f64(),
        }
    }
}

/// The sum of fields 14 to 17 of `/proc/<pid>/stat`: user and system time, and those of children. The second field is a name in
/// brackets that may hold anything.
fn processor_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: Option<Vec<f64>> = rest.split_whitespace().skip(11).take(4).map(|field| field.parse().ok()).collect();
    Some(ticks?.iter().sum::<f64>() / TICKS)
}

#[cfg(test)]
mod tests {
    use super::processor_seconds;

    #[test]
    fn times_of_a_process() {
        let stat = "4242 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 110 20 3000 400 20 0 1 0 999";
        assert_eq!(processor_seconds(stat), Some(35.3));
        assert_eq!(processor_seconds("nothing"), None);
    }
}
