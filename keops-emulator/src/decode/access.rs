//! Reads and writes of memory.

use super::modifiers::Modifiers;
use super::{Decoder, Name};
use crate::parse::Operand;
use crate::program::{Access, Action, Slot, Space};
use crate::statistics::Class;
use crate::types::{Type, Width};

/// Hints on caches and orders, without a meaning for the values that are read.
const HINTS: [&str; 16] = [
    "nc",
    "ca",
    "cg",
    "cs",
    "lu",
    "cv",
    "wb",
    "wt",
    "weak",
    "volatile",
    "relaxed",
    "cta",
    "gpu",
    "sys",
    "L1::no_allocate",
    "L1::evict_last",
];

/// The space that an instruction names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Parameter,
    Memory(Space),
}

impl Decoder<'_> {
    pub(super) fn access(
        &mut self,
        write: bool,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        let scalar = modifiers.scalar()?;
        if scalar == Type::Predicate {
            return Err("predicates cannot be read or written".to_owned());
        }
        for hint in HINTS {
            modifiers.take(hint);
        }
        let space = modifiers.take_first(|word| match word {
            "global" => Some(Named::Memory(Space::Global)),
            "const" if !write => Some(Named::Memory(Space::Global)),
            "shared" | "shared::cta" => Some(Named::Memory(Space::Shared)),
            "local" => Some(Named::Memory(Space::Local)),
            "param" if !write => Some(Named::Parameter),
            _ => None,
        });
        for hint in HINTS {
            modifiers.take(hint);
        }
        let count = modifiers.take_first(|word| match word {
            "v2" => Some(2),
            "v4" => Some(4),
            _ => None,
        });
        modifiers.done()?;
        let [first, second] = self.operands(operands)?;
        let (values, place) = if write { (second, first) } else { (first, second) };
        let Operand::Address { base, offset } = place else {
            return Err("an address in brackets is needed".to_owned());
        };
        if space == Some(Named::Parameter) {
            return self.parameter(scalar, count, values, *base, *offset);
        }
        let values = match (values, count) {
            (Operand::Vector(values), Some(count)) if values.len() == count => values.as_slice(),
            (value, None) if !matches!(value, Operand::Vector(_)) => std::slice::from_ref(value),
            _ => return Err("the number of registers differs from that of the instruction".to_owned()),
        };
        let space = if let Some(Named::Memory(space)) = space { space } else { Space::Generic };
        self.class = Some(class(space, write));
        let (slots, extended) = self.values(write, scalar, values)?;
        let (base, address_bits) = self.base(*base)?;
        if address_bits != 64 && matches!(space, Space::Generic | Space::Global) {
            return Err("an address of 64 bits is needed".to_owned());
        }
        let bytes = scalar.bytes() as usize;
        if bytes * values.len() > 16 {
            return Err("an access of more than 16 bytes".to_owned());
        }
        let offset = *offset as u64;
        let access = Access { space, bytes, count: values.len(), extended, values: slots, base, offset, address_bits };
        self.emit(if write { Action::Write(access) } else { Action::Read(access) });
        Ok(())
    }

    /// The registers of an access, and to which width signed numbers are extended.
    fn values(
        &mut self,
        write: bool,
        scalar: Type,
        values: &[Operand<'_>],
    ) -> Result<([Slot; 4], Option<u32>), String> {
        let mut slots = [0; 4];
        let mut extended = None;
        for (slot, value) in slots.iter_mut().zip(values) {
            if write {
                *slot = self.wide_source(value, scalar)?.0;
                continue;
            }
            let (register, bits) = self.wide_destination(value)?;
            let bits = bits.unwrap_or(64);
            if bits < scalar.bits() {
                return Err(format!("a register of {bits} bits for a value of {}", scalar.bits()));
            }
            *slot = register;
            if scalar.is_signed() && bits > scalar.bits() {
                if extended.is_some_and(|other| other != bits) {
                    return Err("registers of different widths".to_owned());
                }
                extended = Some(bits);
            }
        }
        if !write && slots[..values.len()].iter().enumerate().any(|(at, slot)| slots[..at].contains(slot)) {
            return Err("the same register twice".to_owned());
        }
        Ok((slots, extended))
    }

    fn base(&mut self, base: Option<&str>) -> Result<(Slot, u32), String> {
        let Some(base) = base else {
            return Ok((self.constant(0), 64));
        };
        if let Some(Name::Register(slot, bits)) = self.find(base) {
            if bits < 32 {
                return Err(format!("`{base}` of {bits} bits is no address"));
            }
            return Ok((slot, bits));
        }
        Ok((self.source(&Operand::Name(base), Type::Unsigned(Width::W64))?, 64))
    }

    fn parameter(
        &mut self,
        scalar: Type,
        count: Option<usize>,
        value: &Operand<'_>,
        base: Option<&str>,
        offset: i64,
    ) -> Result<(), String> {
        let Some(Name::Parameter(index)) = base.and_then(|base| self.find(base)) else {
            return Err("the name of a parameter is needed".to_owned());
        };
        if offset != 0 || count.is_some() || self.program.parameters[index].bits() != scalar.bits() {
            return Err("a part of a parameter".to_owned());
        }
        self.class = Some(Class::Parameter);
        let result = self.destination(value, scalar.bits())?;
        self.emit(Action::Parameter { index, result });
        Ok(())
    }
}

fn class(space: Space, write: bool) -> Class {
    match (space, write) {
        (Space::Global, false) => Class::GlobalRead,
        (Space::Global, true) => Class::GlobalWrite,
        (Space::Shared, false) => Class::SharedRead,
        (Space::Shared, true) => Class::SharedWrite,
        (Space::Local, false) => Class::LocalRead,
        (Space::Local, true) => Class::LocalWrite,
        (Space::Generic, _) => Class::Generic,
    }
}
