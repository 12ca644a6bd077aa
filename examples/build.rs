//! Compiles formulas for NVIDIA GPUs, where a compiler for them is at hand.

fn main() {
    // Those that have enough to do for a GPU. The others reduce over a few million pairs at a time at most, which
    // `Device::Auto` keeps on the processor: their code would only make the first build longer. `kriging` says that it runs
    // there.
    keops_build::Builder::new().source_folders(["kde", "attention", "gpu_info"]).compile();
}
