//! A module: the kernels of a text.

use crate::decode;
use crate::error::Error;
use crate::memory::Constants;
use crate::parse;
use crate::program::Program;

/// The kernels of a PTX text, ready to be launched on a [`Device`](crate::Device).
#[derive(Debug)]
pub struct Module {
    programs: Vec<Program>,
    constants: Constants,
    lines: Vec<String>,
}

impl Module {
    /// Reads a text.
    ///
    /// # Errors
    /// If the text is wrong or uses what the emulator does not know; the error names the line.
    pub fn parse(ptx: &str) -> Result<Module, Error> {
        let located = |complaint: crate::error::Complaint| Error::Parse {
            line: complaint.line,
            text: ptx.lines().nth(complaint.line as usize - 1).unwrap_or_default().trim().to_owned(),
            problem: complaint.problem,
        };
        let source = parse::parse(ptx).map_err(located)?;
        let constants = Constants::new(&source.variables);
        let programs = source.entries.iter().map(|entry| decode::program(entry, &source.variables, &constants));
        let programs = programs.collect::<Result<_, _>>().map_err(located)?;
        Ok(Module { programs, constants, lines: ptx.lines().map(|line| line.trim().to_owned()).collect() })
    }

    /// The names of the kernels.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().map(|program| program.name.as_str())
    }

    /// How many bits each parameter of a kernel has.
    pub fn parameter_bits(&self, entry: &str) -> Option<Vec<u32>> {
        self.program(entry).map(|program| program.parameters.iter().map(|parameter| parameter.bits()).collect())
    }

    pub(crate) fn program(&self, entry: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == entry)
    }

    pub(crate) fn constants(&self) -> &Constants {
        &self.constants
    }

    /// The text of a line.
    pub(crate) fn line(&self, line: u32) -> String {
        self.lines.get(line as usize - 1).cloned().unwrap_or_default()
    }
}
