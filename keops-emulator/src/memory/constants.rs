//! The variables of a module, which kernels read and never write.

use std::collections::HashMap;

use super::{Bytes, Flaw, Layout, address};
use crate::parse::{Home, Variable};

/// The contents of the variables of a module.
#[derive(Default, Debug)]
pub(crate) struct Constants {
    names: HashMap<String, u64>,
    layout: Layout,
    bytes: Bytes,
}

impl Constants {
    pub(crate) fn new(variables: &[Variable<'_>]) -> Constants {
        let mut constants = Constants::default();
        let mut contents = Vec::new();
        for variable in variables {
            if let (Home::Module, Some(bytes)) = (variable.home, variable.bytes) {
                let start = constants.layout.place(bytes, variable.align);
                constants.names.insert(variable.name.to_owned(), address::MODULE + start);
                // What an initial value leaves out is zero.
                let mut content = variable.contents.clone();
                content.resize(bytes as usize, 0);
                contents.push((start, content));
            }
        }
        constants.bytes = Bytes::of(&constants.layout);
        for (start, content) in contents {
            // The place was made for it, so there is no flaw.
            let _ = constants.bytes.write(start, &content);
        }
        constants
    }

    /// The address of a variable.
    pub(crate) fn address(&self, name: &str) -> Option<u64> {
        self.names.get(name).copied()
    }

    pub(crate) fn read(&self, address: u64, length: usize) -> Result<&[u8], Flaw> {
        self.bytes.read(address - address::MODULE, length)
    }

    pub(crate) fn nearest(&self, address: u64) -> String {
        self.layout.nearest(address - address::MODULE, "constant")
    }
}
