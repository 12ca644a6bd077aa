//! What the text of PTX says about itself.

/// The head of the text, and what it holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code<'a> {
    /// The version of the language: older drivers know older ones.
    pub(crate) version: &'a str,
    /// The oldest architecture that it runs on.
    pub(crate) target: &'a str,
    /// The number of functions that can be launched.
    pub(crate) entries: usize,
}

impl<'a> Code<'a> {
    /// Reads the directives `.version`, `.target` and `.entry`. Where one is missing, its text is empty.
    pub(crate) fn read(ptx: &'a str) -> Self {
        let words = || ptx.lines().map(|line| line.split("//").next().unwrap_or("").split_whitespace());
        let after = |directive: &str| {
            let mut found =
                words().filter_map(|mut words| words.next().filter(|word| *word == directive).and(words.next()));
            found.next().unwrap_or("").trim_end_matches(',')
        };
        let entries = words().map(|mut words| words.any(|word| word == ".entry")).filter(|entry| *entry).count();
        Self { version: after(".version"), target: after(".target"), entries }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::formulas::rows;
    use std::io::Write;

    #[test]
    fn the_head_is_read() {
        let ptx = "//\n// .version 1.0, .entry\n\n.version 7.0\n.target sm_80, debug // .target sm_20\n.address_size 64\n\
                   \t// .globl\tk0\n.visible .entry k0(\n)\n{\n\tret;\n}\n.entry k1()\n{ ret; }\n";
        assert_eq!(Code::read(ptx), Code { version: "7.0", target: "sm_80", entries: 2 });
        assert_eq!(Code::read(""), Code { version: "", target: "", entries: 0 });
    }

    #[test]
    fn formulas_carry_what_can_be_launched() {
        for row in rows() {
            let Some(ptx) = row.gpu_code else {
                // Not to be captured by the test.
                let _ = writeln!(std::io::stderr(), "SKIPPED: no code for GPUs of `{}`", row.formula);
                continue;
            };
            let code = Code::read(ptx);
            assert!(code.version.contains('.') && code.target.starts_with("sm_"), "`{}`: {code:?}", row.formula);
            // At least the value, in two types of numbers, with the second pass of each.
            assert!(code.entries >= 4, "`{}`: {code:?}", row.formula);
        }
    }
}
