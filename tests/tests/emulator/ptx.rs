//! The text of all kernels of this package.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use keops_build::check_ptx;
use keops_core::check::Formula;
use keops_tests::case::cases;
use keops_tests::gpu;
use proc_macro2::TokenStream;

/// Vectors that a thread keeps in registers.
const SHORT: usize = 16;

/// The PTX of this package by the names of the files, unless this binary was built on another machine.
fn all(what: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("OUT_DIR")).join(keops_core::DEVICE_FOLDER);
    if !gpu::has_code(what) || !folder.is_dir() {
        return BTreeMap::new();
    }
    let files = fs::read_dir(&folder).expect("the folder of the build script");
    let files = files.map(|file| file.expect("a file of the build script").path());
    files
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("PTX"))
        })
        .collect()
}

#[test]
fn nothing_is_called_and_every_access_names_its_memory() {
    let all = all("the text of kernels");
    let mut entries = 0;
    for (name, ptx) in &all {
        match check_ptx(ptx) {
            Ok(facts) => entries += facts.entries.len(),
            Err(problems) => panic!("{name}.ptx: {}", problems.join("\n")),
        }
    }
    println!("{entries} entry points of {} formulas", all.len());
    assert!(all.is_empty() || entries >= 4 * all.len(), "two kernels, in two precisions");
}

/// The longest variable or result of a formula, or list of the best.
fn longest(formula: &Formula) -> usize {
    let variables = formula.variables.iter().map(|variable| variable.dim);
    variables.chain([formula.term.dim, formula.dim()]).max().unwrap_or(0)
}

#[test]
fn short_vectors_stay_in_registers() {
    let all = all("local memory");
    let mut failures = Vec::new();
    let mut short = 0;
    for case in cases().iter().filter(|case| case.skipped().is_none()) {
        let call: TokenStream = format!("{}, derivatives = false", case.call()).parse().expect("tokens");
        let formula = keops_core::check(call.clone()).expect("a formula");
        let code = keops_core::device_code(call, &keops_core::Extent::default()).expect("a formula");
        let Some(ptx) = all.get(&code.id).filter(|_| longest(&formula) <= SHORT) else { continue };
        short += 1;
        let local = check_ptx(ptx).expect("the other test checks this").local;
        if !local.is_empty() {
            failures.push(format!("{}: {}: {local:?}", case.name, case.call()));
        }
    }
    println!("{short} formulas of short vectors");
    assert!(all.is_empty() || short > 300, "{short} formulas of short vectors");
    assert!(failures.is_empty(), "{} formulas use local memory:\n{}", failures.len(), failures.join("\n"));
}
