//! Compiles the formulas for NVIDIA GPUs, where a compiler for them is at hand.

fn main() {
    keops_build::compile();
}
