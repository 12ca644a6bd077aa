//! Runs of a test on every instruction set. A process decides once which one it uses, by the variable `KEOPS_ISA`;
//! so a test starts its own binary again for each of them.

use std::process::Command;

/// The instruction sets that kernels can run on here: the values that `KEOPS_ISA` accepts.
fn instruction_sets(module: &str) -> Vec<String> {
    // The library tells when it is asked for a set that does not exist; so ask for one in a child.
    let text = child(&format!("{module}instruction_sets_of_this_processor"), "?");
    let list = text.split("offers:").nth(1).and_then(|rest| rest.lines().next());
    let list = list.unwrap_or_else(|| panic!("no list of instruction sets in: {text}"));
    list.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Runs the test `on_one_instruction_set::name` of a module of this binary once per instruction set.
///
/// # Panics
/// When a run fails.
pub fn on_each(module_path: &str, name: &str) {
    // The names of tests do not start with that of their crate.
    let module = module_path.split_once("::").map_or_else(String::new, |(_, inside)| format!("{inside}::"));
    for set in instruction_sets(&module) {
        println!("KEOPS_ISA={set}");
        println!("{}", child(&format!("{module}on_one_instruction_set::{name}"), &set));
    }
}

fn child(test: &str, set: &str) -> String {
    let binary = std::env::current_exe().expect("a test knows its own binary");
    let mut command = Command::new(binary);
    command.args(["--exact", test, "--include-ignored", "--nocapture"]).env("KEOPS_ISA", set);
    // Kernels that are not optimised keep every intermediate value on the stack.
    command.env("RUST_MIN_STACK", (64 << 20).to_string());
    let output = command.output().expect("the test binary should start");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{test} with KEOPS_ISA={set}:\n{text}\n{errors}");
    assert!(text.contains("1 passed"), "there is no test {test}:\n{text}");
    text
}

/// Declares tests that run once per instruction set: `every_instruction_set! { fn name() { ... } }`, once per module.
#[macro_export]
macro_rules! every_instruction_set {
    ($(fn $name:ident() $body:block)*) => {
        #[test]
        #[ignore = "tells the other tests what there is"]
        fn instruction_sets_of_this_processor() {
            println!("{}", keops::cpu_description());
        }

        $(#[test]
        fn $name() {
            $crate::isa::on_each(module_path!(), stringify!($name));
        })*

        mod on_one_instruction_set {
            use super::*;
            $(#[test]
            #[ignore = "started once per instruction set by the test of the same name outside of the module"]
            fn $name() $body)*
        }
    };
}
