//! Writes one `formula!` call for each conformance case, each reduction, and each of about a hundred and fifty random
//! formulas. Compiles those that are tested on GPUs for them.

use std::path::PathBuf;

use keops_build::{Precision, SumScheme};

#[allow(dead_code, unreachable_pub, reason = "shared with the library, where all of it is used")]
#[path = "src/case.rs"]
mod case;
#[path = "build/kernels.rs"]
mod kernels;
#[allow(dead_code, unreachable_pub, reason = "shared with the library, where all of it is used")]
#[path = "src/kinks.rs"]
mod kinks;
#[path = "build/methods.rs"]
mod methods;
#[path = "build/planted.rs"]
mod planted;
#[allow(dead_code, reason = "shared with the tests of derivatives")]
#[path = "build/random.rs"]
mod random;
#[path = "build/reductions.rs"]
mod reductions;
#[path = "build/write.rs"]
mod write;

/// Every so-many-th conformance case is tested in single precision too.
const SINGLE: usize = 4;

/// Number of random formulas.
const RANDOM_FORMULAS: usize = 110;

/// Number of derivatives of further random formulas.
const RANDOM_DERIVATIVES: usize = 40;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/case.rs");
    println!("cargo::rerun-if-changed=src/kinks.rs");
    println!("cargo::rerun-if-changed=data/conformance");
    let cases = case::cases();
    let kernels = cases.iter().filter(|case| case.skipped().is_none()).map(|case| (case.name.clone(), case.call()));
    let kernels: Vec<(String, String)> = kernels.collect();
    write::kernels("conformance.rs", &kernels, SINGLE);
    let single =
        kernels.iter().step_by(SINGLE).map(|(_, call)| format!("keops::formula!({call}, derivatives = false);\n"));
    write::source_file("conformance_single.rs", &single.collect::<String>());
    let kinks = kinks::kinks().into_iter().map(|kink| (kink.formula.clone(), kink.call()));
    write::kernels("kinks.rs", &kinks.collect::<Vec<_>>(), 4);
    write::source_file("methods.rs", &methods::methods());
    write::source_file("reductions.rs", &reductions::also_for_gpus());
    write::source_file("reductions_of_many.rs", &reductions::for_processors());
    write::kernels("random.rs", &kernels::calls(RANDOM_FORMULAS, RANDOM_DERIVATIVES), 1);
    for_gpus();
}

/// Compiles the formulas of the files whose tests run on GPUs too.
fn for_gpus() {
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    write::source_file("planted.rs", &planted::formula());
    // Most cases are tested in double precision only; those of which that is not true come after, and the last holds.
    let builder = || keops_build::Builder::new().source_folders([""; 0]);
    builder().file(folder.join("conformance.rs")).precision(Precision::F64).compile();
    let written = ["conformance_single.rs", "reductions.rs", "planted.rs"].map(|file| folder.join(file));
    let by_hand = ["arguments", "batches", "derivatives", "fast_math", "matrices", "ranges", "resident", "wide"]
        .map(|name| format!("tests/emulator/{name}.rs").into());
    by_hand.into_iter().chain(written).fold(builder(), |builder, file: PathBuf| builder.file(file)).compile();
    let schemes = [SumScheme::Direct, SumScheme::Kahan, SumScheme::F64];
    builder().file("tests/emulator/schemes.rs").sum_schemes(schemes).compile();
    builder().file("tests/emulator/precision.rs").precision(Precision::F32).compile();

    // The tests need to know whether there was a compiler.
    let code = folder.join(keops_core::DEVICE_FOLDER);
    let count = std::fs::read_dir(&code).map_or(0, Iterator::count);
    println!("cargo::rustc-env=KEOPS_FORMULAS_WITH_CODE={count}");
    write::source_file("planted_ptx.rs", &planted::ptx(&code));
}
