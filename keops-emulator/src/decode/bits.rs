//! Bitwise instructions, shifts, and those that take bits apart.

use super::Decoder;
use super::arithmetic::supported;
use super::modifiers::Modifiers;
use super::pick::integer_map;
use crate::integer;
use crate::lanes::{map1, map2, map3, map4};
use crate::parse::Operand;
use crate::program::Action;
use crate::statistics::Class;
use crate::types::{Type, Width};

const COUNT: Type = Type::Unsigned(Width::W32);

impl Decoder<'_> {
    pub(super) fn bitwise(
        &mut self,
        name: &str,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        self.class = Some(Class::Logic);
        let scalar = modifiers.scalar()?;
        if scalar.is_float() || scalar.bits() == 8 {
            return Err(format!("`{name}` is not known for this type"));
        }
        if scalar == Type::Predicate && !matches!(name, "and" | "or" | "xor" | "not") {
            return Err(format!("`{name}` is not known for predicates"));
        }
        if name == "shf" {
            return self.funnel_shift(modifiers, operands);
        }
        let table = name == "lop3" && modifiers.take("b32");
        modifiers.done()?;
        let bits = scalar.bits();
        match name {
            "and" => self.binary(Some(map2!(|a, b| a & b)), scalar, operands),
            "or" => self.binary(Some(map2!(|a, b| a | b)), scalar, operands),
            "xor" => self.binary(Some(map2!(|a, b| a ^ b)), scalar, operands),
            "not" if scalar == Type::Predicate => self.unary(Some(map1!(|a| a & 1 ^ 1)), scalar, operands),
            "not" => self.unary(integer_map!(scalar, map1, integer::not), scalar, operands),
            "cnot" => self.unary(Some(map1!(integer::cnot)), scalar, operands),
            "brev" => self.unary(integer_map!(scalar, map1, integer::brev), scalar, operands),
            "shl" | "shr" => {
                let [result, value, by] = self.operands(operands)?;
                let sources = [self.source(value, scalar)?, self.source(by, COUNT)?];
                let result = self.destination(result, bits)?;
                let map = if name == "shl" {
                    integer_map!(scalar, map2, integer::shl)
                } else {
                    integer_map!(scalar, map2, integer::shr)
                };
                self.emit(Action::Map2(supported(map)?, result, sources));
                Ok(())
            }
            "popc" | "clz" | "bfind" => {
                let [result, value] = self.operands(operands)?;
                let value = self.source(value, scalar)?;
                let result = self.destination(result, 32)?;
                let map = match name {
                    "popc" => Some(map1!(integer::popc)),
                    "clz" => integer_map!(scalar, map1, integer::clz),
                    _ => integer_map!(scalar, map1, integer::bfind),
                };
                self.emit(Action::Map1(supported(map)?, result, [value]));
                Ok(())
            }
            "bfe" => {
                let [result, value, position, length] = self.operands(operands)?;
                let sources = [self.source(value, scalar)?, self.source(position, COUNT)?, self.source(length, COUNT)?];
                let result = self.destination(result, bits)?;
                self.emit(Action::Map3(supported(integer_map!(scalar, map3, integer::bfe))?, result, sources));
                Ok(())
            }
            "bfi" => {
                let [result, a, b, position, length] = self.operands(operands)?;
                let (position, length) = (self.source(position, COUNT)?, self.source(length, COUNT)?);
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?, position, length];
                let result = self.destination(result, bits)?;
                self.emit(Action::Map4(supported(integer_map!(scalar, map4, integer::bfi))?, result, sources));
                Ok(())
            }
            "prmt" if bits == 32 => {
                let [result, a, b, selector] = self.operands(operands)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?, self.source(selector, COUNT)?];
                let result = self.destination(result, bits)?;
                self.emit(Action::Map3(map3!(integer::prmt), result, sources));
                Ok(())
            }
            "lop3" if bits == 32 && !table => {
                let [result, a, b, c, table] = self.operands(operands)?;
                let table = self.source(table, COUNT)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?, self.source(c, scalar)?, table];
                let result = self.destination(result, bits)?;
                self.emit(Action::Map4(map4!(integer::lop3), result, sources));
                Ok(())
            }
            _ => Err(format!("`{name}` is not known for this type")),
        }
    }

    fn funnel_shift(&mut self, mut modifiers: Modifiers<'_>, operands: &[Operand<'_>]) -> Result<(), String> {
        let (left, right) = (modifiers.take("l"), modifiers.take("r"));
        let (wrap, clamp) = (modifiers.take("wrap"), modifiers.take("clamp"));
        modifiers.done()?;
        if left == right || wrap == clamp {
            return Err("`shf` needs a direction and either `.wrap` or `.clamp`".to_owned());
        }
        let map = match (left, clamp) {
            (true, true) => map3!(integer::shf_left::<true>),
            (true, false) => map3!(integer::shf_left::<false>),
            (false, true) => map3!(integer::shf_right::<true>),
            (false, false) => map3!(integer::shf_right::<false>),
        };
        let [result, a, b, by] = self.operands(operands)?;
        let sources = [self.source(a, COUNT)?, self.source(b, COUNT)?, self.source(by, COUNT)?];
        let result = self.destination(result, 32)?;
        self.emit(Action::Map3(map, result, sources));
        Ok(())
    }
}
