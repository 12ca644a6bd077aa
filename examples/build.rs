//! Compiles the formulas of the programs for NVIDIA GPUs, where a compiler for them is at hand.

fn main() {
    // A program is a folder here, so none of them is where keops-build looks by itself.
    let programs = ["kde", "registration", "knn_digits", "kmeans", "attention", "gpu_info"];
    keops_build::Builder::new().source_folders(programs).compile();
}
