//! Branches, barriers and the ends of threads.

use super::modifiers::Modifiers;
use super::{Decoder, Target};
use crate::parse::{Literal, Operand};
use crate::program::Action;
use crate::statistics::Class;
use crate::types::{Type, Width};

impl Decoder<'_> {
    pub(super) fn control(
        &mut self,
        name: &str,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        self.class = Some(Class::Control);
        match name {
            "bra" => {
                modifiers.take("uni");
                let [Operand::Name(label)] = self.operands(operands)? else {
                    return Err("a branch needs a label".to_owned());
                };
                self.open.push((self.program.code.len(), Target::Label((*label).to_owned())));
                self.emit(Action::Branch(0));
            }
            "brx" => {
                if !modifiers.take("idx") {
                    return Err("`brx` without `.idx`".to_owned());
                }
                modifiers.take("uni");
                let [index, Operand::Name(table)] = self.operands(operands)? else {
                    return Err("a branch by index needs a table".to_owned());
                };
                let index = self.source(index, Type::Unsigned(Width::W32))?;
                self.open.push((self.program.code.len(), Target::Table((*table).to_owned())));
                self.emit(Action::BranchIndexed { index, targets: Vec::new() });
            }
            "ret" | "exit" => {
                modifiers.take("uni");
                let [] = self.operands(operands)?;
                self.emit(Action::Exit);
            }
            "trap" => {
                let [] = self.operands(operands)?;
                self.emit(Action::Trap);
            }
            "membar" | "fence" => {
                // The order of accesses by different threads never matters here: without a barrier between them they are races.
                for word in ["sc", "acq_rel", "cta", "gl", "sys", "gpu"] {
                    modifiers.take(word);
                }
                let [] = self.operands(operands)?;
                self.class = None;
            }
            _ => {
                self.class = Some(Class::Barrier);
                modifiers.take("cta");
                modifiers.take("aligned");
                if !modifiers.take("sync") {
                    return Err("only barriers with `.sync` are supported".to_owned());
                }
                let [Operand::Literal(Literal::Integer(0..16))] = self.operands(operands)? else {
                    return Err("a barrier needs a constant number below 16".to_owned());
                };
                self.emit(Action::Barrier);
            }
        }
        modifiers.done()
    }
}
