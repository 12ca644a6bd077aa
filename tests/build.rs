//! Writes one `formula!` call for each conformance case and for each of about a hundred and fifty random formulas.

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
#[allow(dead_code, reason = "shared with the tests of derivatives")]
#[path = "build/random.rs"]
mod random;
#[path = "build/write.rs"]
mod write;

/// Number of random formulas.
const RANDOM_FORMULAS: usize = 110;

/// Number of derivatives of further random formulas.
const RANDOM_DERIVATIVES: usize = 40;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/case.rs");
    println!("cargo::rerun-if-changed=src/kinks.rs");
    println!("cargo::rerun-if-changed=data/conformance/cases.json");
    let cases = case::cases();
    let kernels = cases.iter().filter(|case| case.skipped().is_none()).map(|case| (case.name.clone(), case.call()));
    write::kernels("conformance.rs", &kernels.collect::<Vec<_>>(), 4);
    let kinks = kinks::kinks().into_iter().map(|kink| (kink.formula.clone(), kink.call()));
    write::kernels("kinks.rs", &kinks.collect::<Vec<_>>(), 4);
    write::source_file("methods.rs", &methods::methods());
    write::kernels("random.rs", &kernels::calls(RANDOM_FORMULAS, RANDOM_DERIVATIVES), 1);
}
