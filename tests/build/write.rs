//! Source files for `include!`: a table of compiled formulas.

use std::fmt::Write;
use std::path::Path;

/// Writes `const KERNELS: &[Compiled]` for pairs of a name and the tokens of a `formula!` call; every `single`-th of them
/// is compiled in single precision too, as compiling them is what these tests spend their time with.
pub(crate) fn kernels(file: &str, kernels: &[(String, String)], single: usize) {
    let mut source = String::new();
    let mut table = String::new();
    for (number, (name, call)) in kernels.iter().enumerate() {
        // The number of arguments is the number of variables, which the compiler knows best.
        let tokens = call.parse().expect("a call should be tokens");
        let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{name}: {}", reports[0].text()));
        let arguments: Vec<String> = (0..formula.variables.len()).map(|k| format!("&a[{k}]")).collect();
        let arguments = arguments.join(", ");
        // Methods that nobody calls would only take time to compile.
        let formula = format!("keops::formula!({call}, derivatives = false)");
        let body = format!("Ok(Outcome::results({formula}.on(s.device).ranges(s.ranges).call({arguments})?))");
        writeln!(
            source,
            "fn kernel{number}<T: Number>(a: &[Array2<T>], s: Setting<'_>) -> Result<Vec<Reduced>, keops::Error> {{ {body} }}"
        )
        .expect("a string grows");
        let single = if number % single == 0 { format!("Some(kernel{number}::<f32>)") } else { "None".to_owned() };
        let runs = format!("double: kernel{number}::<f64>, single: {single}");
        writeln!(table, "    Compiled {{ name: {name:?}, call: {call:?}, {runs} }},").expect("a string grows");
    }
    writeln!(source, "const KERNELS: &[Compiled] = &[\n{table}];").expect("a string grows");
    source_file(file, &source);
}

/// Writes a file for `include!`, unless it is there already: what includes it would be compiled again.
pub(crate) fn source_file(file: &str, source: &str) {
    let folder = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let path = Path::new(&folder).join(file);
    if std::fs::read(&path).is_ok_and(|old| old == source.as_bytes()) {
        return;
    }
    std::fs::write(path, source).expect("OUT_DIR should be writable");
}
