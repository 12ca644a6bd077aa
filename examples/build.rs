//! Compiles formulas for NVIDIA GPUs, where a compiler for them is at hand.

fn main() {
    // Those that have enough to do for a GPU. `registration`, `knn_digits` and `diffusion` reduce over a few million pairs at
    // a time at most, which `Device::Auto` keeps on the processor: their code would only make the first build longer.
    // `kmeans` leaves the dimension to a macro, so that keops-build does not see its formulas. `kriging` has no option for
    // the device, and says that it runs on the processor.
    keops_build::Builder::new().source_folders(["kde", "attention", "gpu_info"]).compile();
}
