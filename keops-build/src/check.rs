//! What must hold of the PTX of a kernel.

use crate::statement::{declared, statements};

/// What [`check_ptx`] found besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The names of the kernels.
    pub entries: Vec<String>,
    /// The kernels that keep something in local memory (which is as slow as global memory), and how many bytes per thread.
    pub local: Vec<(String, usize)>,
    /// The number of places where a kernel stops with an error: what is left of a panic, and so of a check that the compiler
    /// could not do without.
    pub traps: usize,
}

/// Checks that the PTX needs nothing from elsewhere, calls nothing, and names the memory of each access.
///
/// # Errors
/// Everything that is wrong with it.
///
/// ```
/// let kernel = |access| format!(".visible .entry k()\n{{\n    {access}\n}}");
/// let facts = keops_build::check_ptx(&kernel("st.global.b32 [%rd1], %r1;")).unwrap();
/// assert_eq!(facts.entries, ["k"]);
/// let problems = keops_build::check_ptx(&kernel("st.b32 [%rd1], %r1;")).unwrap_err();
/// assert_eq!(problems, ["line 3, in k: the access `st.b32 [%rd1], %r1` does not say to which memory"]);
/// ```
pub fn check_ptx(ptx: &str) -> Result<Facts, Vec<String>> {
    let mut facts = Facts::default();
    let mut problems = Vec::new();
    let mut function = "";
    for (number, line) in ptx.lines().enumerate() {
        let place = number + 1;
        if let Some(name) = function_name(line, ".entry") {
            facts.entries.push(name.to_owned());
            function = name;
        } else if let Some(name) = function_name(line, ".func") {
            function = name;
            if line.trim_start().starts_with(".extern") {
                problems.push(format!("line {place}: `{name}` is defined elsewhere"));
            }
        }
        for statement in statements(line) {
            let text = format!("{} {}", statement.opcode, statement.operands);
            if statement.operation() == "call" {
                problems.push(format!("line {place}, in {function}: the call `{text}`"));
            } else if statement.is_generic_access() {
                problems.push(format!("line {place}, in {function}: the access `{text}` does not say to which memory"));
            } else if statement.operation() == "trap" {
                facts.traps += 1;
            } else if declared(&statement, ".local").is_some() {
                facts.local.push((function.to_owned(), length(statement.operands)));
            }
        }
    }
    if problems.is_empty() { Ok(facts) } else { Err(problems) }
}

/// The name of the function whose head stands in this line.
fn function_name<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    let mut words = line.split_whitespace();
    let head = line.trim_start().starts_with('.') && words.any(|word| word == kind);
    // A function may have its results in brackets before the name: `.func (.param .b32 r) f(`.
    let rest = words.collect::<Vec<_>>();
    let name = if rest.first()?.starts_with('(') {
        rest.iter().skip_while(|word| !word.ends_with(')')).nth(1)?
    } else {
        rest.first()?
    };
    let name = name.split('(').next()?;
    let start = line.find(name).filter(|_| head && !name.is_empty())?;
    Some(&line[start..start + name.len()])
}

/// The number of bytes in a declaration: `.align 8 .b8 __local_depot0[512]`.
fn length(declaration: &str) -> usize {
    let digits = declaration.split_once('[').map_or("", |(_, rest)| rest);
    digits.split(']').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_kernel() {
        let ptx = ".version 7.0\n.extern .shared .align 16 .b8 more[];\n.visible .entry one(\n\t.param .u64 one_param_0\n)\n{\n\t\
                   .local .align 8 .b8 \t__local_depot0[512];\n\tld.param.b64 %rd1, [one_param_0];\n\tst.global.b32 [%rd1], %r1;\n\ttrap;\n\tret;\n}\n\
                   .visible .entry two()\n{\n}\n";
        let facts = check_ptx(ptx).expect("no problems");
        assert_eq!(
            facts,
            Facts { entries: vec!["one".into(), "two".into()], local: vec![("one".into(), 512)], traps: 1 }
        );
    }

    #[test]
    fn everything_wrong_is_reported() {
        let ptx = ".extern .func (.param .b64 r) sinf(\n\t.param .b64 x\n)\n;\n.visible .entry k()\n{\n\t{ // callseq 0, 0\n\t\
                   call.uni (retval0), \n\tsinf, \n\t(param0);\n\t}\n\t@%p1 ld.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];\n}\n";
        let problems = check_ptx(ptx).expect_err("problems");
        assert_eq!(
            problems,
            [
                "line 1: `sinf` is defined elsewhere",
                "line 8, in k: the call `call.uni (retval0),`",
                "line 12, in k: the access `ld.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1]` does not say to which memory",
            ]
        );
    }
}
