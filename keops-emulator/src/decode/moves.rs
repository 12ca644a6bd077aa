//! Copies, conversions, and addresses in other spaces.

use super::Decoder;
use super::modifiers::Modifiers;
use crate::conversion::{Conversion, Rounding};
use crate::lanes::{Map1, map1, map2};
use crate::memory::address;
use crate::parse::Operand;
use crate::program::Action;
use crate::statistics::Class;
use crate::types::{Type, Width, low, sign_extended};

const ADDRESS: Type = Type::Unsigned(Width::W64);

impl Decoder<'_> {
    pub(super) fn moving(
        &mut self,
        name: &str,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        match name {
            "mov" => {
                self.class = Some(Class::Move);
                let scalar = modifiers.scalar()?;
                modifiers.done()?;
                self.copy(scalar, operands)
            }
            "cvt" => {
                self.class = Some(Class::Convert);
                self.convert(modifiers, operands)
            }
            "cvta" => {
                self.class = Some(Class::Move);
                self.convert_address(modifiers, operands)
            }
            _ => {
                self.class = Some(Class::Compare);
                let map = modifiers.take_first(|space| match space {
                    "global" => Some(map1!(address::is_global)),
                    "const" => Some(map1!(address::is_constant)),
                    "shared" | "shared::cta" => Some(map1!(address::is_shared)),
                    "local" => Some(map1!(address::is_local)),
                    _ => None,
                });
                modifiers.done()?;
                let [result, value] = self.operands(operands)?;
                let value = self.source(value, ADDRESS)?;
                let result = self.destination(result, 1)?;
                self.emit(Action::Map1(map.ok_or("an unknown space")?, result, [value]));
                Ok(())
            }
        }
    }

    fn copy(&mut self, scalar: Type, operands: &[Operand<'_>]) -> Result<(), String> {
        let [result, value] = self.operands(operands)?;
        match (result, value) {
            (Operand::Vector(results), value) => {
                let (bits, part) = self.parts(scalar, results.len())?;
                let value = self.source(value, scalar)?;
                let results = results.iter().map(|one| self.destination(one, part.bits())).collect::<Result<_, _>>()?;
                self.emit(Action::Unpack { bits, results, value });
            }
            (result, Operand::Vector(parts)) => {
                let (bits, part) = self.parts(scalar, parts.len())?;
                let parts = parts.iter().map(|one| self.source(one, part)).collect::<Result<_, _>>()?;
                let result = self.destination(result, scalar.bits())?;
                self.emit(Action::Pack { bits, result, parts });
            }
            _ => {
                let value = self.source(value, scalar)?;
                let result = self.destination(result, scalar.bits())?;
                self.emit(Action::Map1(map1!(std::convert::identity::<u64>), result, [value]));
            }
        }
        Ok(())
    }

    /// The parts of a value that is taken apart.
    fn parts(&self, scalar: Type, count: usize) -> Result<(u32, Type), String> {
        match (scalar, count) {
            (Type::Bits(Width::W64), 2) => Ok((32, Type::Bits(Width::W32))),
            (Type::Bits(Width::W64), 4) => Ok((16, Type::Bits(Width::W16))),
            (Type::Bits(Width::W32), 2) => Ok((16, Type::Bits(Width::W16))),
            _ => Err(format!("{count} parts of this type")),
        }
    }

    fn convert(&mut self, mut modifiers: Modifiers<'_>, operands: &[Operand<'_>]) -> Result<(), String> {
        let from = modifiers.scalar()?;
        let to = modifiers.scalar()?;
        if from == Type::Predicate || to == Type::Predicate {
            return Err("predicates cannot be converted".to_owned());
        }
        let flush = modifiers.take("ftz");
        let saturate = modifiers.take("sat");
        let integral = modifiers.take_first(|word| rounding(word.strip_suffix('i')?));
        let to_float = modifiers.take_first(rounding);
        modifiers.done()?;
        let narrows = to.is_float() && (!from.is_float() || to.bits() < from.bits());
        // The rules of PTX: a rounding must be given where one takes place, and must not be given elsewhere.
        let wrong = match (from.is_float(), to.is_float()) {
            (false, false) => integral.is_some() || to_float.is_some(),
            (true, false) => integral.is_none() || to_float.is_some(),
            _ if narrows => integral.is_some() || to_float.is_none(),
            _ => to_float.is_some() || integral.is_some() && from != to,
        };
        if wrong || flush && from != Type::F32 && to != Type::F32 {
            return Err("a conversion whose rounding is missing, superfluous or unknown".to_owned());
        }
        let [result, value] = self.operands(operands)?;
        let (value, _) = self.wide_source(value, from)?;
        let (result, register) = self.wide_destination(result)?;
        let register = register.unwrap_or(64);
        if register < to.bits() || to.is_float() && register != to.bits() {
            return Err(format!("a result of {} bits for a register of {register} bits", to.bits()));
        }
        let exact = !from.is_float() && !to.is_float() && !saturate && register == to.bits();
        if let Some(map) = exact.then(|| extension(from, to)).flatten() {
            self.emit(Action::Map1(map, result, [value]));
            return Ok(());
        }
        let rounding = to_float.unwrap_or(Rounding::Nearest);
        let conversion = Conversion { from, to, rounding, integral, saturate, flush, register };
        self.emit(Action::Convert(Box::new(conversion), result, value));
        Ok(())
    }

    fn convert_address(&mut self, mut modifiers: Modifiers<'_>, operands: &[Operand<'_>]) -> Result<(), String> {
        if modifiers.scalar()? != ADDRESS {
            return Err("only addresses of 64 bits are supported".to_owned());
        }
        let to = modifiers.take("to");
        let base = modifiers.take_first(|space| match space {
            "global" | "const" => Some(0),
            "shared" | "shared::cta" => Some(address::SHARED),
            "local" => Some(address::LOCAL),
            _ => None,
        });
        modifiers.done()?;
        let base = base.ok_or("an unknown space")?;
        let [result, value] = self.operands(operands)?;
        let value = self.source(value, ADDRESS)?;
        let result = self.destination(result, 64)?;
        let base = self.constant(if to { base.wrapping_neg() } else { base });
        self.emit(Action::Map2(map2!(u64::wrapping_add), result, [value, base]));
        Ok(())
    }
}

fn rounding(word: &str) -> Option<Rounding> {
    match word {
        "rn" => Some(Rounding::Nearest),
        "rz" => Some(Rounding::Zero),
        "rm" => Some(Rounding::Down),
        "rp" => Some(Rounding::Up),
        _ => None,
    }
}

/// The most frequent conversions between integers, without a detour.
fn extension(from: Type, to: Type) -> Option<Map1> {
    match (from.bits(), to.bits(), from.is_signed()) {
        (32, 64, true) => Some(map1!(|a| sign_extended(a, 32))),
        (32, 64, false) | (64, 32, _) => Some(map1!(|a| low(a, 32))),
        (64, 64, _) => Some(map1!(std::convert::identity::<u64>)),
        _ => None,
    }
}
