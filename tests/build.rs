//! Writes one `formula!` call for each conformance case and for each of about a hundred random formulas.

#[allow(dead_code, unreachable_pub, reason = "shared with the library, where all of it is used")]
#[path = "src/case.rs"]
mod case;
#[path = "build/random.rs"]
mod random;
#[path = "build/write.rs"]
mod write;

/// Number of random formulas.
const RANDOM_FORMULAS: usize = 110;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/case.rs");
    println!("cargo::rerun-if-changed=data/conformance/cases.json");
    let cases = case::cases();
    let kernels = cases.iter().filter(|case| case.skipped().is_none()).map(|case| (case.name.clone(), case.call()));
    write::kernels("conformance.rs", &kernels.collect::<Vec<_>>());
    write::kernels("random.rs", &random::formulas(RANDOM_FORMULAS));
}
