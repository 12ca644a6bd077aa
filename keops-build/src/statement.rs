//! The text of PTX, as far as it must be understood here: functions, statements, opcodes, operands.

use std::ops::Range;

/// What stands between two semicolons: `@%p1 ld.global.b32 %r3, [%rd20+4]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    /// Everything before the first blank, without the guard: `ld.global.b32`.
    pub(crate) opcode: &'a str,
    /// Everything behind it.
    pub(crate) operands: &'a str,
    /// Where the opcode stands in its line.
    pub(crate) at: usize,
}

/// The state spaces that an access to memory can name.
const SPACES: [&str; 5] = ["global", "shared", "local", "param", "const"];

impl<'a> Statement<'a> {
    /// The part of the opcode before its first dot: `ld`.
    pub(crate) fn operation(&self) -> &'a str {
        self.opcode.split('.').next().unwrap_or_default()
    }

    /// Whether it reads or writes memory through an address of which it does not say where it points to.
    pub(crate) fn is_generic_access(&self) -> bool {
        let names_a_space = |part: &str| SPACES.contains(&part.split("::").next().unwrap_or_default());
        matches!(self.operation(), "ld" | "st" | "atom" | "red") && !self.opcode.split('.').any(names_a_space)
    }

    /// The registers that the operands mention in each place, vectors in braces and addresses in brackets being one place.
    pub(crate) fn places(&self) -> Vec<&'a str> {
        let mut depth = 0;
        let outside_of_brackets = |letter: char| {
            match letter {
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                _ => {}
            }
            letter == ',' && depth == 0
        };
        self.operands.split(outside_of_brackets).map(str::trim).collect()
    }
}

/// The registers in an operand: one, or those of a vector.
pub(crate) fn registers(operand: &str) -> impl Iterator<Item = &str> {
    let of_a_name = |letter: char| letter == '%' || letter == '_' || letter == '$' || letter.is_alphanumeric();
    operand.split(move |letter| !of_a_name(letter)).filter(|name| name.starts_with('%'))
}

/// The line without what is only for readers.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The statements of a line. Inline assembly may have several in one.
pub(crate) fn statements(line: &str) -> impl Iterator<Item = Statement<'_>> {
    let mut start = 0;
    code(line).split(';').filter_map(move |text| {
        let from = start;
        start += text.len() + 1;
        let mut rest = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '{' || letter == '}');
        if rest.starts_with('@') {
            rest = rest.split_once(char::is_whitespace)?.1.trim_start();
        }
        let at = from + text.len() - rest.len();
        let (opcode, operands) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        (!opcode.is_empty()).then_some(Statement { opcode, operands: operands.trim(), at })
    })
}

/// The name that a declaration such as `.shared .align 16 .b8 tile[8192]` declares, if it is one of memory in `space`.
pub(crate) fn declared<'a>(statement: &Statement<'a>, space: &str) -> Option<&'a str> {
    if !statement.opcode.starts_with('.') {
        return None;
    }
    let mut words = std::iter::once(statement.opcode).chain(statement.operands.split_whitespace());
    words.find(|&word| word == space)?;
    let name = words.last()?;
    Some(name.split('[').next().unwrap_or(name))
}

/// The lines of each function, from its brace to the one that closes it. Registers are local to them.
pub(crate) fn functions(lines: &[&str]) -> Vec<Range<usize>> {
    let mut functions = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (number, line) in lines.iter().enumerate() {
        for letter in code(line).chars() {
            match letter {
                '{' => {
                    if depth == 0 {
                        start = number;
                    }
                    depth += 1;
                }
                '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        functions.push(start..number + 1);
                    }
                }
                _ => {}
            }
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_falls_into_statements() {
        let line = "\t@%p1 ld.b32 \t%r1, [%rd2+4]; { .reg .pred p; mov.b64 {%r1, %r2}, %rd3; } // st.b32 [%rd1], %r1;";
        let found: Vec<_> = statements(line).map(|statement| (statement.opcode, statement.operands)).collect();
        assert_eq!(found, [("ld.b32", "%r1, [%rd2+4]"), (".reg", ".pred p"), ("mov.b64", "{%r1, %r2}, %rd3")]);
        for statement in statements(line) {
            assert!(line[statement.at..].starts_with(statement.opcode));
        }
    }

    #[test]
    fn operands_fall_into_places() {
        let statement = statements("ld.v2.b32 {%r1, %r2}, [%rd31+-8];").next().expect("a statement");
        assert_eq!(statement.places(), ["{%r1, %r2}", "[%rd31+-8]"]);
        assert_eq!(registers("{%r1, %r2}").collect::<Vec<_>>(), ["%r1", "%r2"]);
        assert_eq!(registers("[%rd31+-8]").collect::<Vec<_>>(), ["%rd31"]);
    }

    #[test]
    fn spaces_of_accesses() {
        let generic = |opcode: &str| statements(opcode).next().expect("a statement").is_generic_access();
        assert!(["ld.b32 x;", "st.v4.b32 x;", "ld.volatile.f32 x;", "atom.add.u32 x;"].into_iter().all(generic));
        let named =
            ["ld.global.nc.b32 x;", "st.shared.b32 x;", "ld.param.b64 x;", "ld.shared::cta.b32 x;", "add.s32 x;"];
        assert!(!named.into_iter().any(generic));
    }

    #[test]
    fn declarations() {
        let name = |line| statements(line).next().and_then(|statement| declared(&statement, ".shared"));
        assert_eq!(name("  .shared .align 16 .b8 tile[8192];"), Some("tile"));
        assert_eq!(name(".extern .shared .align 16 .b8 more[];"), Some("more"));
        assert_eq!(name(".local .align 8 .b8 __local_depot0[64];"), None);
        assert_eq!(name("ld.shared.b32 %r1, [tile];"), None);
    }

    #[test]
    fn functions_end_where_their_brace_closes() {
        let text = ".entry a(\n.param .u64 p\n)\n{\nmov.b64 {%r1, %r2}, %rd3;\n{ // callseq\n}\n}\n.func b()\n{\n}";
        assert_eq!(functions(&text.lines().collect::<Vec<_>>()), [3..8, 9..11]);
    }
}
