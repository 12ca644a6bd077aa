//! Names shared memory where a kernel accesses it.
//!
//! A kernel gets the address of its shared memory from inline assembly, `mov.u64 %rd1, tile`, as a number of 64 bits. That
//! is an address within shared memory, but the compiler takes it for one in the generic space, and writes `ld.b32` for a
//! read through it. Such an access would go astray; and even with an address converted to the generic space it would
//! cost more than `ld.shared.b32`. So each access whose address is computed from that register has its space written in.

use std::collections::{HashMap, HashSet};

use crate::statement::{Statement, declared, functions, registers, statements};

/// What an address in a register was computed from: a set of bits.
type Origin = u8;
const SHARED: Origin = 1;
const GLOBAL: Origin = 2;

/// The PTX, with `.shared` in every access through an address that was computed from that of a variable in shared memory.
///
/// An access that might as well be one of global memory is left alone: [`check_ptx`](crate::check_ptx) will complain of it.
///
/// ```
/// let ptx = "
/// .entry k() {
///     .shared .align 16 .b8 tile[512];
///     mov.u64 %rd1, tile;
///     add.s64 %rd2, %rd1, 16;
///     ld.v4.b32 {%r1, %r2, %r3, %r4}, [%rd2+16];
/// }";
/// assert!(keops_build::name_shared_memory(ptx).contains("ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%rd2+16];"));
/// ```
pub fn name_shared_memory(ptx: &str) -> String {
    let lines: Vec<&str> = ptx.lines().collect();
    let variables: HashSet<&str> = lines
        .iter()
        .flat_map(|line| statements(line))
        .filter_map(|statement| declared(&statement, ".shared"))
        .collect();
    let mut written: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
    for function in functions(&lines) {
        let body: Vec<(usize, Statement<'_>)> =
            function.flat_map(|number| statements(lines[number]).map(move |statement| (number, statement))).collect();
        let origins = origins(&body, &variables);
        // From the end, as what is inserted moves the rest of the line.
        for (number, statement) in body.iter().rev() {
            if statement.is_generic_access() && origin_of_address(statement, &origins) == SHARED {
                written[*number].insert_str(statement.at + space_position(statement.opcode), ".shared");
            }
        }
    }
    let mut text = written.join("\n");
    if ptx.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// What each register of a function is computed from. Registers may be assigned several times, and loops carry them
/// around, hence the repetition until nothing is new.
fn origins<'a>(body: &[(usize, Statement<'a>)], variables: &HashSet<&str>) -> HashMap<&'a str, Origin> {
    let flows: Vec<Flow<'a>> = body.iter().filter_map(|(_, statement)| flow(statement, variables)).collect();
    let mut origins: HashMap<&str, Origin> = HashMap::new();
    loop {
        let mut changed = false;
        for flow in &flows {
            let of = |register: &&str| origins.get(register).copied().unwrap_or(0);
            let gained = flow.from.iter().map(of).fold(flow.constant, |all, origin| all | origin);
            let lost = flow.less.iter().map(of).fold(0, |all, origin| all | origin);
            for &register in &flow.to {
                let origin = origins.entry(register).or_insert(0);
                let more = *origin | (gained & !lost);
                changed |= more != *origin;
                *origin = more;
            }
        }
        if !changed {
            return origins;
        }
    }
}

/// How a statement passes addresses on.
struct Flow<'a> {
    to: Vec<&'a str>,
    from: Vec<&'a str>,
    /// What is subtracted: the difference of two addresses is none.
    less: Vec<&'a str>,
    constant: Origin,
}

fn flow<'a>(statement: &Statement<'a>, variables: &HashSet<&str>) -> Option<Flow<'a>> {
    let places = statement.places();
    let (&to, inputs) = places.split_first()?;
    let (from, less): (&[&str], &[&str]) = match statement.operation() {
        "mov" | "cvt" | "add" | "addc" | "and" | "or" | "xor" | "min" | "max" => (inputs, &[]),
        "selp" => (inputs.get(..2)?, &[]),
        "sub" | "subc" => (inputs.get(..1)?, inputs.get(1..)?),
        "mad" | "madc" => (inputs.get(2..)?, &[]),
        "cvta" if statement.opcode.contains("global") => (&[], &[]),
        _ => return None,
    };
    let constant = match statement.operation() {
        "cvta" => GLOBAL,
        _ if from.iter().any(|input| variables.contains(symbol(input))) => SHARED,
        _ => 0,
    };
    let all = |places: &[&'a str]| places.iter().flat_map(|place| registers(place)).collect();
    Some(Flow { to: registers(to).collect(), from: all(from), less: all(less), constant })
}

/// The name in `tile` and in `tile+16`.
fn symbol(operand: &str) -> &str {
    operand.split(['+', '-']).next().unwrap_or_default().trim()
}

fn origin_of_address(statement: &Statement<'_>, origins: &HashMap<&str, Origin>) -> Origin {
    let address = statement.places().into_iter().find(|place| place.starts_with('['));
    let register = address.and_then(|place| registers(place).next());
    register.and_then(|register| origins.get(register)).copied().unwrap_or(0)
}

/// Where in an opcode the space belongs: behind the operation, and what says how and among whom it is ordered.
fn space_position(opcode: &str) -> usize {
    const BEFORE: [&str; 12] =
        ["weak", "volatile", "relaxed", "acquire", "release", "acq_rel", "mmio", "cta", "cluster", "gpu", "sys", "sc"];
    let parts: Vec<&str> = opcode.split('.').collect();
    let before = parts[1..].iter().take_while(|part| BEFORE.contains(part));
    parts[0].len() + before.map(|part| part.len() + 1).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of a kernel whose shared memory begins at `%rd1`, after the rewriting.
    fn body(statements: &str) -> String {
        let kernel = format!(
            ".shared .align 16 .b8 tile[64];\n.entry k(.param .u64 p)\n{{\n\t// begin inline asm\n\tmov.u64 %rd1, tile;\n\
             \t// end inline asm\n{statements}\n}}\n"
        );
        let text = name_shared_memory(&kernel);
        assert!(text.ends_with("}\n"));
        let lines: Vec<&str> = text.lines().collect();
        lines[6..lines.len() - 1].join("\n")
    }

    #[test]
    fn addresses_are_followed_through_arithmetic() {
        for arithmetic in [
            "mov.b64 %rd2, %rd1;",
            "add.s64 %rd2, %rd1, 8;",
            "add.s64 %rd2, %rd9, %rd1;",
            "sub.s64 %rd2, %rd1, %rd9;",
            "mad.lo.s64 %rd2, %rd9, 12, %rd1;",
            "mad.wide.u32 %rd2, %r9, 12, %rd1;",
            "selp.b64 %rd2, %rd9, %rd1, %p1;",
            "or.b64 %rd2, %rd1, 4;",
            "cvt.u32.u64 %r1, %rd1; cvt.u64.u32 %rd2, %r1;",
            "mov.b64 {%r1, %r2}, %rd1; mov.b64 %rd2, {%r1, %r2};",
        ] {
            let found =
                body(&format!("{arithmetic}\n\tld.b32 \t%r5, [%rd2+4];\n\tst.v2.b64 \t[%rd2], {{%rd3, %rd4}};"));
            let expected = "\tld.shared.b32 \t%r5, [%rd2+4];\n\tst.shared.v2.b64 \t[%rd2], {%rd3, %rd4};";
            assert!(found.ends_with(expected), "{arithmetic}: {found}");
        }
    }

    #[test]
    fn what_is_no_address_of_shared_memory_is_left_alone() {
        for arithmetic in [
            "ld.param.b64 %rd2, [p];",
            "ld.b64 %rd2, [%rd1];",
            "sub.s64 %rd3, %rd1, %rd1; add.s64 %rd2, %rd3, %rd9;",
            "sub.s64 %rd2, %rd9, %rd1;",
            "mad.lo.s64 %rd2, %rd1, 12, %rd9;",
            "selp.b64 %rd2, %rd8, %rd9, %rd1;",
            "cvta.to.global.u64 %rd3, %rd9; selp.b64 %rd2, %rd3, %rd1, %p1;",
        ] {
            let found = body(&format!("{arithmetic}\n\tst.b32 \t[%rd2], %r1;"));
            assert!(found.ends_with("\tst.b32 \t[%rd2], %r1;"), "{arithmetic}: {found}");
        }
    }

    #[test]
    fn loops_carry_addresses() {
        // %rd4 is an address only from the second iteration on.
        let found =
            body("mov.b64 %rd4, 0;\n$L1:\nld.b32 %r1, [%rd4];\nmov.b64 %rd4, %rd3;\nadd.s64 %rd3, %rd1, 16;\nbra $L1;");
        assert!(found.contains("ld.shared.b32 %r1, [%rd4];"), "{found}");
    }

    #[test]
    fn the_space_stands_where_it_belongs() {
        let found =
            body("st.volatile.b32 [%rd1], %r1; @%p1 ld.relaxed.cta.b32 %r1, [%rd1];\natom.add.u32 %r1, [%rd1], 1;");
        assert_eq!(
            found,
            "st.volatile.shared.b32 [%rd1], %r1; @%p1 ld.relaxed.cta.shared.b32 %r1, [%rd1];\natom.shared.add.u32 %r1, [%rd1], 1;"
        );
    }

    #[test]
    fn registers_are_those_of_one_function() {
        let kernels = ".shared .b8 t[4];\n.entry a()\n{\nmov.u64 %rd1, t;\nld.b32 %r1, [%rd1];\n}\n.entry b()\n{\nld.b32 %r1, [%rd1];\n}";
        assert_eq!(name_shared_memory(kernels), kernels.replacen("ld.b32", "ld.shared.b32", 1));
    }
}
