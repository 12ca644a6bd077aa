//! Turns calls of panics into traps.
//!
//! A `core` that is installed, rather than built for the purpose, has been compiled to panic in earnest. Then what is left of a
//! panic in a kernel is a call of a function in `core` that never returns, which nobody would link with the kernel. A
//! trap, which stops the kernel with an error, is all that it could come to anyway.

use std::collections::HashSet;

use crate::statement::statements;

/// The PTX, with a trap in place of each call of a function from elsewhere that never returns.
pub(crate) fn trap_panics(ptx: &str) -> String {
    let lines: Vec<&str> = ptx.lines().collect();
    let mut panics = HashSet::new();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut rest = lines.as_slice();
    while let Some((line, behind)) = rest.split_first() {
        let length = if line.trim_start().starts_with(".extern .func") {
            rest.iter().position(|line| line.trim_end().ends_with(';')).map_or(1, |end| end + 1)
        } else {
            0
        };
        let (declaration, behind_it) = rest.split_at(length);
        match name(line).filter(|_| declaration.iter().any(|line| line.contains(".noreturn"))) {
            Some(name) => {
                panics.insert(name);
                rest = behind_it;
            }
            None => {
                kept.push(line);
                rest = behind;
            }
        }
    }
    if panics.is_empty() {
        return ptx.to_owned();
    }
    let mut lines = without_calls(&kept, &panics);
    while let Some(at) = lines.iter().position(|line| is_unused(line, &lines)) {
        lines.remove(at);
    }
    lines.join("\n") + "\n"
}

/// The name of a function without results, behind the word `.func`.
fn name(line: &str) -> Option<&str> {
    let name = line.split_once(".func")?.1.split('(').next()?.trim();
    (!name.is_empty()).then_some(name)
}

/// A call is a block of its own, from `{ // callseq` to `} // callseq`, in which its arguments are set.
fn without_calls<'a>(lines: &[&'a str], panics: &HashSet<&str>) -> Vec<&'a str> {
    let is_panic = |line: &&str| {
        let mut calls = statements(line).filter(|statement| statement.operation() == "call");
        calls.any(|call| panics.contains(call.operands.split(',').next().unwrap_or_default().trim()))
    };
    let mut kept = Vec::with_capacity(lines.len());
    let mut rest = lines;
    while let Some((line, behind)) = rest.split_first() {
        let starts = line.trim_start().starts_with("{ // callseq");
        let end = rest.iter().position(|line| line.trim_start().starts_with("} // callseq")).filter(|_| starts);
        match end.filter(|&end| rest[..end].iter().any(is_panic)) {
            Some(end) => {
                kept.push("\ttrap;");
                rest = &rest[end + 1..];
            }
            None => {
                kept.push(line);
                rest = behind;
            }
        }
    }
    kept
}

/// Whether this is the text of a message, of which nothing speaks any more.
fn is_unused(line: &str, lines: &[&str]) -> bool {
    if !line.starts_with(".global") {
        return false;
    }
    let declaration = line.split('=').next().unwrap_or_default().trim_end();
    let name = declaration.split_whitespace().last().and_then(|word| word.split('[').next()).unwrap_or_default();
    !name.is_empty() && lines.iter().filter(|line| line.contains(name)).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_never_returns_is_a_trap() {
        let ptx = ".version 7.0\n.extern .func panic\n(\n\t.param .b64 panic_param_0\n)\n.noreturn;\n.extern .func other\n(\n)\n;\n\
                   .global .align 1 .b8 text[2] = {112, 46};\n.global .align 8 .u64 message[3] = {generic(text), 4, 4};\n\
                   .global .align 8 .b8 table[8];\n.entry k()\n{\n\tld.global.b64 %rd2, [table];\n\t@%p1 bra \t$L1;\n\t\
                   { // callseq 0, 0\n\t.param .b64 \tparam0;\n\tmov.b64 \t%rd5, message;\n\tst.param.b64 \t[param0], %rd5;\n\t\
                   call.uni panic, (param0);\n\t} // callseq 0\n\ttrap;\n$L1:\n\t{ // callseq 1, 0\n\tcall.uni other, ();\n\t\
                   } // callseq 1\n\tret;\n}\n";
        let expected = ".version 7.0\n.extern .func other\n(\n)\n;\n.global .align 8 .b8 table[8];\n.entry k()\n{\n\tld.global.b64 %rd2, \
                        [table];\n\t@%p1 bra \t$L1;\n\ttrap;\n\ttrap;\n$L1:\n\t{ // callseq 1, 0\n\tcall.uni other, ();\n\t\
                        } // callseq 1\n\tret;\n}\n";
        assert_eq!(trap_panics(ptx), expected);
        assert_eq!(trap_panics(expected), expected);
    }
}
