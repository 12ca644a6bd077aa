//! Operands to slots.

use super::{Decoder, Name};
use crate::memory::address;
use crate::parse::{Home, Literal, Operand};
use crate::program::{Slot, Special};
use crate::types::{Type, low, sign_extended};

impl Decoder<'_> {
    /// An operand that is read, in a register of the very width of its type.
    pub(super) fn source(&mut self, operand: &Operand<'_>, scalar: Type) -> Result<Slot, String> {
        let (slot, bits) = self.wide_source(operand, scalar)?;
        if bits != scalar.bits() {
            return Err(format!("an operand of {bits} bits where {} are needed", scalar.bits()));
        }
        Ok(slot)
    }

    /// An operand that is read, in a register that may be wider than its type, and the width of the register.
    pub(super) fn wide_source(&mut self, operand: &Operand<'_>, scalar: Type) -> Result<(Slot, u32), String> {
        match operand {
            Operand::Literal(literal) => {
                let value = literal_value(*literal, scalar)?;
                Ok((self.constant(value), scalar.bits()))
            }
            Operand::Name(name) => {
                if let Some((slot, bits)) = self.register(name) {
                    if (bits == 1) != (scalar == Type::Predicate) || bits < scalar.bits() {
                        return Err(format!("`{name}` has {bits} bits, but {} are needed", scalar.bits()));
                    }
                    return Ok((slot, bits));
                }
                if let Some(special) = Special::of(name) {
                    return Ok((self.special(special), 32));
                }
                if *name == "WARP_SZ" {
                    return Ok((self.constant(32), scalar.bits()));
                }
                let address = self.address_of(name)?;
                if low(address, scalar.bits()) != address || scalar.is_float() {
                    return Err(format!("the address of `{name}` does not fit the type"));
                }
                Ok((self.constant(address), scalar.bits()))
            }
            _ => Err("an operand of a kind that is not known here".to_owned()),
        }
    }

    /// An operand that is written, in a register of the given width; `_` is written and never read.
    pub(super) fn destination(&mut self, operand: &Operand<'_>, bits: u32) -> Result<Slot, String> {
        match self.wide_destination(operand)? {
            (slot, Some(found)) if found != bits => {
                Err(format!("a result of {bits} bits for a register of {found} bits (register {slot})"))
            }
            (slot, _) => Ok(slot),
        }
    }

    /// An operand that is written, and its width; none for `_`.
    pub(super) fn wide_destination(&mut self, operand: &Operand<'_>) -> Result<(Slot, Option<u32>), String> {
        match operand {
            Operand::Name("_") => Ok((self.scratch(), None)),
            Operand::Name(name) => self
                .register(name)
                .map(|(slot, bits)| (slot, Some(bits)))
                .ok_or_else(|| format!("`{name}` is not a register that can be written")),
            _ => Err("a result must be a register".to_owned()),
        }
    }

    /// A predicate as it is named: without the negation of `!p`, which is the second result.
    pub(super) fn predicate(&mut self, operand: &Operand<'_>) -> Result<(Slot, bool), String> {
        match operand {
            Operand::Not(name) => Ok((self.source(&Operand::Name(name), Type::Predicate)?, true)),
            _ => Ok((self.source(operand, Type::Predicate)?, false)),
        }
    }

    /// The operands, if there are as many as expected.
    pub(super) fn operands<'b, 's, const N: usize>(
        &self,
        operands: &'b [Operand<'s>],
    ) -> Result<&'b [Operand<'s>; N], String> {
        operands.try_into().map_err(|_| format!("expected {N} operands, found {}", operands.len()))
    }

    fn register(&self, name: &str) -> Option<(Slot, u32)> {
        match self.find(name) {
            Some(Name::Register(slot, bits)) => Some((slot, bits)),
            _ => None,
        }
    }

    /// The address of a variable in its own space.
    fn address_of(&mut self, name: &str) -> Result<u64, String> {
        match self.find(name) {
            Some(Name::Address(address)) => return Ok(address),
            Some(Name::Parameter(_)) => return Err(format!("the address of the parameter `{name}`")),
            _ => {}
        }
        let Some(variable) = self.variables.iter().find(|variable| variable.name == name) else {
            return Err(format!("unknown name `{name}`"));
        };
        match (variable.home, variable.bytes) {
            (Home::Module, _) => {
                self.module.address(name).ok_or_else(|| format!("the variable `{name}` is declared elsewhere"))
            }
            (_, bytes) => {
                let address = self.place_shared(bytes, variable.align);
                self.scopes[0].insert(name.to_owned(), Name::Address(address));
                Ok(address)
            }
        }
    }

    /// The place of a variable of shared memory.
    pub(super) fn place_shared(&mut self, bytes: Option<u64>, align: u64) -> u64 {
        if let Some(bytes) = bytes {
            return self.program.shared.place(bytes, align);
        }
        self.program.dynamic = true;
        address::DYNAMIC
    }
}

fn literal_value(literal: Literal, scalar: Type) -> Result<u64, String> {
    match (literal, scalar) {
        (Literal::Integer(value), Type::Predicate) => Ok(value & 1),
        (Literal::Integer(value), _) if !scalar.is_float() => {
            let bits = scalar.bits();
            let short = low(value, bits);
            if short == value || sign_extended(short, bits) == value {
                Ok(short)
            } else {
                Err(format!("the constant {value:#x} does not fit {bits} bits"))
            }
        }
        (Literal::Single(value), _) if scalar.bits() == 32 => Ok(value.into()),
        (Literal::Double(value), _) if scalar.bits() == 64 => Ok(value),
        _ => Err("a constant of another type than the instruction".to_owned()),
    }
}
