//! Compiles the formulas of the rows on GPUs, where a compiler for them is at hand.

fn main() {
    // All other benchmarks are about the CPU, where they stay if there is no other code of them.
    keops_build::Builder::new().source_folders([""; 0]).file("src/gpu_rows.rs").compile();
}
