//! How long the macro takes for a formula. Prints; fails only when something is utterly wrong.

use std::str::FromStr;
use std::time::{Duration, Instant};

use keops_tests::case::cases;
use proc_macro2::TokenStream;

#[test]
fn of_the_conformance_formulas() {
    let mut times: Vec<(Duration, String)> = cases()
        .iter()
        .filter(|case| case.skipped().is_none())
        .map(|case| {
            let tokens = TokenStream::from_str(&case.call()).expect("a call should be tokens");
            let start = Instant::now();
            let code = keops_core::expand(tokens);
            let time = start.elapsed();
            assert!(!code.to_string().contains("compile_error"), "{}", case.call());
            (time, case.call())
        })
        .collect();
    times.sort();
    let total: Duration = times.iter().map(|(time, _)| *time).sum();
    let (longest, formula) = times.last().expect("there are cases");
    let count = u32::try_from(times.len()).expect("there are not that many cases");
    println!("{count} formulas: mean {:?}, median {:?}", total / count, times[times.len() / 2].0);
    println!("longest {longest:?}: {formula}");
    assert!(*longest < Duration::from_secs(2), "{longest:?} for {formula}");
}
