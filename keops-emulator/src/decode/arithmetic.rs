//! Arithmetic of integers and floats.

use super::Decoder;
use super::modifiers::Modifiers;
use super::pick::{float_map, integer_map};
use crate::lanes::{Map1, Map2, Map3, map1, map2, map3};
use crate::parse::Operand;
use crate::program::{Action, Slot};
use crate::statistics::Class;
use crate::types::{Type, Width};
use crate::{float, integer};

/// Which part of a product is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Low,
    High,
    Wide,
}

impl Decoder<'_> {
    pub(super) fn arithmetic(
        &mut self,
        name: &str,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        let scalar = modifiers.scalar()?;
        if scalar.is_float() {
            return self.floats(name, scalar, modifiers, operands);
        }
        self.class = Some(Class::Integer);
        match name {
            "add" | "sub" | "addc" | "subc" => {
                let carried = name.ends_with('c');
                let carrying = modifiers.take("cc");
                modifiers.done()?;
                if carried || carrying {
                    let [result, a, b] = self.operands(operands)?;
                    let (a, b) = (self.source(a, scalar)?, self.source(b, scalar)?);
                    let result = self.destination(result, scalar.bits())?;
                    return self.with_carry(name.starts_with("sub"), scalar, result, [a, b], carried, carrying);
                }
                let map = if name == "add" {
                    integer_map!(scalar, map2, integer::add)
                } else {
                    integer_map!(scalar, map2, integer::sub)
                };
                self.binary(map, scalar, operands)
            }
            "mul" => {
                let (part, wide) = part(scalar, &mut modifiers)?;
                modifiers.done()?;
                let [result, a, b] = self.operands(operands)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?];
                let result = self.destination(result, wide.bits())?;
                self.emit(Action::Map2(supported(product(part, scalar))?, result, sources));
                Ok(())
            }
            "mad" | "madc" => self.multiply_add(name == "madc", scalar, modifiers, operands),
            "div" | "rem" => {
                modifiers.done()?;
                let [result, a, b] = self.operands(operands)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?];
                let result = self.destination(result, scalar.bits())?;
                let map = if name == "div" {
                    integer_map!(scalar, map2, integer::div)
                } else {
                    integer_map!(scalar, map2, integer::rem)
                };
                self.emit(Action::NonZero(sources[1]));
                self.emit(Action::Map2(supported(map)?, result, sources));
                Ok(())
            }
            "min" | "max" => {
                modifiers.done()?;
                let map = if name == "min" {
                    integer_map!(scalar, map2, integer::min)
                } else {
                    integer_map!(scalar, map2, integer::max)
                };
                self.binary(map, scalar, operands)
            }
            "neg" | "abs" if scalar.is_signed() => {
                modifiers.done()?;
                let map = if name == "neg" {
                    integer_map!(scalar, map1, integer::neg)
                } else {
                    integer_map!(scalar, map1, integer::abs)
                };
                self.unary(map, scalar, operands)
            }
            _ => Err(format!("`{name}` is not known for this type")),
        }
    }

    fn multiply_add(
        &mut self,
        carried: bool,
        scalar: Type,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        let (part, wide) = part(scalar, &mut modifiers)?;
        let carrying = modifiers.take("cc");
        modifiers.done()?;
        let [result, a, b, c] = self.operands(operands)?;
        let (a, b, c) = (self.source(a, scalar)?, self.source(b, scalar)?, self.source(c, wide)?);
        let result = self.destination(result, wide.bits())?;
        if carried || carrying {
            if part == Part::Wide {
                return Err("a wide product with a carry".to_owned());
            }
            let low = self.scratch();
            self.emit(Action::Map2(supported(product(part, scalar))?, low, [a, b]));
            return self.with_carry(false, scalar, result, [low, c], carried, carrying);
        }
        let map = match part {
            Part::Low => integer_map!(scalar, map3, integer::mad_low),
            Part::High => integer_map!(scalar, map3, integer::mad_high),
            Part::Wide => integer_map!(scalar, map3, integer::mad_wide),
        };
        self.emit(Action::Map3(supported(map)?, result, [a, b, c]));
        Ok(())
    }

    /// A sum or difference that takes the carry flag into account, or sets it, or both.
    fn with_carry(
        &mut self,
        subtract: bool,
        scalar: Type,
        result: Slot,
        [a, b]: [Slot; 2],
        carried: bool,
        carrying: bool,
    ) -> Result<(), String> {
        let flag = match self.carry {
            Some(flag) => flag,
            None => self.scratch(),
        };
        self.carry = Some(flag);
        let (out, value) = match (subtract, scalar.bits()) {
            (false, 32) => (map3!(integer::carry_out::<u32>), map3!(integer::add_carry::<u32>)),
            (false, 64) => (map3!(integer::carry_out::<u64>), map3!(integer::add_carry::<u64>)),
            (true, 32) => (map3!(integer::borrow_out), map3!(integer::sub_borrow::<u32>)),
            (true, 64) => (map3!(integer::borrow_out), map3!(integer::sub_borrow::<u64>)),
            _ => return Err("carries exist for 32 and 64 bits".to_owned()),
        };
        let before = if carried { flag } else { self.constant(0) };
        let after = self.scratch();
        if carrying {
            self.emit(Action::Map3(out, after, [a, b, before]));
        }
        self.emit(Action::Map3(value, result, [a, b, before]));
        if carrying {
            self.emit(Action::Map1(map1!(std::convert::identity::<u64>), flag, [after]));
        }
        Ok(())
    }

    fn floats(
        &mut self,
        name: &str,
        scalar: Type,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        self.class = Some(if scalar == Type::F32 { Class::Single } else { Class::Double });
        let flush = modifiers.take("ftz");
        let saturate = matches!(name, "add" | "sub" | "mul" | "mad" | "fma") && modifiers.take("sat");
        match name {
            "add" | "sub" | "mul" => {
                modifiers.take("rn");
                modifiers.done()?;
                let map = match name {
                    "add" => float_map!(scalar, flush, map2, float::add),
                    "sub" => float_map!(scalar, flush, map2, float::sub),
                    _ => float_map!(scalar, flush, map2, float::mul),
                };
                self.binary(map, scalar, operands)?;
            }
            "fma" | "mad" => {
                if !modifiers.take("rn") {
                    return Err("only rounding to nearest is supported".to_owned());
                }
                modifiers.done()?;
                let [result, a, b, c] = self.operands(operands)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?, self.source(c, scalar)?];
                let result = self.destination(result, scalar.bits())?;
                let map: Option<Map3> = float_map!(scalar, flush, map3, float::fma);
                self.emit(Action::Map3(supported(map)?, result, sources));
            }
            "div" => {
                self.class = Some(Class::Special);
                let approximate = scalar == Type::F32 && (modifiers.take("approx") || modifiers.take("full"));
                if !approximate && !modifiers.take("rn") {
                    return Err("only rounding to nearest is supported".to_owned());
                }
                modifiers.done()?;
                self.binary(float_map!(scalar, flush, map2, float::div), scalar, operands)?;
            }
            "min" | "max" => {
                let nan = modifiers.take("NaN");
                modifiers.done()?;
                let map = match (name, nan) {
                    ("min", false) => float_map!(scalar, flush, map2, float::min, false),
                    ("min", true) => float_map!(scalar, flush, map2, float::min, true),
                    (_, false) => float_map!(scalar, flush, map2, float::max, false),
                    (_, true) => float_map!(scalar, flush, map2, float::max, true),
                };
                self.binary(map, scalar, operands)?;
            }
            "copysign" => {
                modifiers.done()?;
                let map =
                    if scalar == Type::F32 { map2!(float::copysign::<f32>) } else { map2!(float::copysign::<f64>) };
                self.binary((!flush).then_some(map), scalar, operands)?;
            }
            "neg" | "abs" => {
                modifiers.done()?;
                let map = if name == "neg" {
                    float_map!(scalar, flush, map1, float::neg)
                } else {
                    float_map!(scalar, flush, map1, float::abs)
                };
                self.unary(map, scalar, operands)?;
            }
            _ => return self.special_functions(name, scalar, flush, modifiers, operands),
        }
        if saturate {
            let map = if scalar == Type::F32 { map1!(float::saturate::<f32>) } else { map1!(float::saturate::<f64>) };
            let result = self.destination(&operands[0], scalar.bits())?;
            self.emit(Action::Map1(map, result, [result]));
        }
        Ok(())
    }

    fn special_functions(
        &mut self,
        name: &str,
        scalar: Type,
        flush: bool,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        self.class = Some(Class::Special);
        let approximate = modifiers.take("approx");
        let rounded = matches!(name, "sqrt" | "rcp") && !approximate && modifiers.take("rn");
        if !approximate && !rounded {
            return Err("of this rounding the instruction is not supported".to_owned());
        }
        modifiers.done()?;
        if scalar == Type::F64 && approximate {
            // These exist with `.ftz` only, of which nothing is left in double precision but the name; they give half of the bits.
            let map = match name {
                "rcp" if flush => map1!(|a| float::upper_half(float::rcp::<f64, true>(float::upper_half(a)))),
                "rsqrt" if flush => map1!(|a| float::upper_half(float::rsqrt::<f64, true>(float::upper_half(a)))),
                "rsqrt" => map1!(float::rsqrt::<f64, false>),
                _ => return Err(format!("`{name}.approx` does not exist in double precision")),
            };
            return self.unary(Some(map), scalar, operands);
        }
        let map = match name {
            "sqrt" => float_map!(scalar, flush, map1, float::sqrt),
            "rcp" => float_map!(scalar, flush, map1, float::rcp),
            "rsqrt" => float_map!(scalar, flush, map1, float::rsqrt),
            "ex2" => float_map!(scalar, flush, map1, float::ex2),
            "lg2" => float_map!(scalar, flush, map1, float::lg2),
            "sin" => float_map!(scalar, flush, map1, float::sin),
            "cos" => float_map!(scalar, flush, map1, float::cos),
            "tanh" if !flush => float_map!(scalar, flush, map1, float::tanh),
            _ => None,
        };
        self.unary(map, scalar, operands)
    }

    /// A result and one argument of one type.
    pub(super) fn unary(&mut self, map: Option<Map1>, scalar: Type, operands: &[Operand<'_>]) -> Result<(), String> {
        let [result, a] = self.operands(operands)?;
        let a = self.source(a, scalar)?;
        let result = self.destination(result, scalar.bits())?;
        self.emit(Action::Map1(supported(map)?, result, [a]));
        Ok(())
    }

    /// A result and two arguments of one type.
    pub(super) fn binary(&mut self, map: Option<Map2>, scalar: Type, operands: &[Operand<'_>]) -> Result<(), String> {
        let [result, a, b] = self.operands(operands)?;
        let sources = [self.source(a, scalar)?, self.source(b, scalar)?];
        let result = self.destination(result, scalar.bits())?;
        self.emit(Action::Map2(supported(map)?, result, sources));
        Ok(())
    }
}

/// The part of a product that the modifiers ask for, and the type of the result.
fn part(scalar: Type, modifiers: &mut Modifiers<'_>) -> Result<(Part, Type), String> {
    if modifiers.take("lo") {
        return Ok((Part::Low, scalar));
    }
    if modifiers.take("hi") {
        return Ok((Part::High, scalar));
    }
    match scalar.double() {
        Some(wide) if modifiers.take("wide") => Ok((Part::Wide, wide)),
        _ => Err("a product needs `.lo`, `.hi` or `.wide`".to_owned()),
    }
}

fn product(part: Part, scalar: Type) -> Option<Map2> {
    match part {
        Part::Low => integer_map!(scalar, map2, integer::mul_low),
        Part::High => integer_map!(scalar, map2, integer::mul_high),
        Part::Wide if scalar.bits() == Width::W64.bits() => None,
        Part::Wide => integer_map!(scalar, map2, integer::mul_wide),
    }
}

pub(super) fn supported<T>(map: Option<T>) -> Result<T, String> {
    map.ok_or_else(|| "this instruction is not known for this type".to_owned())
}
