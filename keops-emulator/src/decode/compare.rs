//! Comparisons and selections.

use super::Decoder;
use super::arithmetic::supported;
use super::modifiers::Modifiers;
use super::pick::{float_map, integer_map};
use crate::float::compare as floats;
use crate::float::property;
use crate::integer::compare as integers;
use crate::lanes::{Map2, map1, map2, map3};
use crate::parse::Operand;
use crate::program::{Action, Slot};
use crate::statistics::Class;
use crate::types::{Type, Width};

/// The operation that joins a comparison with another predicate.
#[derive(Clone, Copy)]
enum Join {
    And,
    Or,
    Xor,
}

impl Join {
    fn of(word: &str) -> Option<Join> {
        match word {
            "and" => Some(Join::And),
            "or" => Some(Join::Or),
            "xor" => Some(Join::Xor),
            _ => None,
        }
    }

    fn map(self) -> Map2 {
        match self {
            Join::And => map2!(|a: u64, b: u64| a & b & 1),
            Join::Or => map2!(|a: u64, b: u64| (a | b) & 1),
            Join::Xor => map2!(|a: u64, b: u64| (a ^ b) & 1),
        }
    }
}

impl Decoder<'_> {
    pub(super) fn comparison(
        &mut self,
        name: &str,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        self.class = Some(Class::Compare);
        let scalar = modifiers.scalar()?;
        match name {
            "setp" => self.set_predicate(scalar, modifiers, operands),
            "selp" => {
                modifiers.done()?;
                let [result, a, b, choice] = self.operands(operands)?;
                if scalar == Type::Predicate {
                    return Err("`selp` is not known for predicates".to_owned());
                }
                let (choice, negated) = self.predicate(choice)?;
                let sources = [self.source(a, scalar)?, self.source(b, scalar)?, choice];
                let result = self.destination(result, scalar.bits())?;
                let map = if negated {
                    map3!(|a, b, choice: u64| if choice & 1 == 0 { a } else { b })
                } else {
                    map3!(|a, b, choice: u64| if choice & 1 == 1 { a } else { b })
                };
                self.emit(Action::Map3(map, result, sources));
                Ok(())
            }
            _ => self.test_property(scalar, modifiers, operands),
        }
    }

    fn set_predicate(
        &mut self,
        scalar: Type,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        let flush = modifiers.take("ftz");
        let map = modifiers.take_first(|word| comparison(word, scalar, flush)).ok_or("an unknown comparison")?;
        let join = modifiers.take_first(Join::of);
        modifiers.done()?;
        let (results, a, b, other) = match (operands, join) {
            ([results, a, b], None) => (results, a, b, None),
            ([results, a, b, other], Some(join)) => (results, a, b, Some((join, self.predicate(other)?))),
            _ => return Err(format!("{} operands are too many or too few", operands.len())),
        };
        let sources = [self.source(a, scalar)?, self.source(b, scalar)?];
        let (first, second) = match results {
            Operand::Pair(first, second) => (Operand::Name(first), Some(Operand::Name(second))),
            Operand::Name(name) => (Operand::Name(name), None),
            _ => return Err("the result of a comparison must be a predicate".to_owned()),
        };
        let first = self.destination(&first, 1)?;
        let second = second.map(|second| self.destination(&second, 1)).transpose()?;
        if second.is_none() && other.is_none() {
            self.emit(Action::Map2(map, first, sources));
            return Ok(());
        }
        // The results may be the very registers that are compared with, so the comparison goes elsewhere first.
        let guarded = self.guard.map(|guard| guard.slot);
        if second.is_some() && (guarded == Some(first) || second == Some(first)) {
            return Err("a comparison with two results whose predicate is one of them, or that are the same".to_owned());
        }
        let found = self.scratch();
        self.emit(Action::Map2(map, found, sources));
        let inverse = self.scratch();
        self.emit(Action::Map1(map1!(|a: u64| a & 1 ^ 1), inverse, [found]));
        let (join, other) = match other {
            Some((join, (slot, negated))) => (join, self.plain(slot, negated)),
            None => (Join::And, self.constant(1)),
        };
        self.emit(Action::Map2(join.map(), first, [found, other]));
        if let Some(second) = second {
            self.emit(Action::Map2(join.map(), second, [inverse, other]));
        }
        Ok(())
    }

    /// A copy of a predicate, negated if it should be.
    fn plain(&mut self, slot: Slot, negated: bool) -> Slot {
        let copy = self.scratch();
        let map = if negated { map1!(|a: u64| a & 1 ^ 1) } else { map1!(|a: u64| a & 1) };
        self.emit(Action::Map1(map, copy, [slot]));
        copy
    }

    fn test_property(
        &mut self,
        scalar: Type,
        mut modifiers: Modifiers<'_>,
        operands: &[Operand<'_>],
    ) -> Result<(), String> {
        macro_rules! test {
            ($name:ident) => {
                match scalar {
                    Type::F32 => Some(map1!(property::$name::<f32>)),
                    Type::F64 => Some(map1!(property::$name::<f64>)),
                    _ => None,
                }
            };
        }
        let map = modifiers.take_first(|word| match word {
            "finite" => test!(finite),
            "infinite" => test!(infinite),
            "number" => test!(number),
            "notanumber" => test!(notanumber),
            "normal" => test!(normal),
            "subnormal" => test!(subnormal),
            _ => None,
        });
        modifiers.done()?;
        let [result, value] = self.operands(operands)?;
        let value = self.source(value, scalar)?;
        let result = self.destination(result, 1)?;
        self.emit(Action::Map1(supported(map)?, result, [value]));
        Ok(())
    }
}

/// The comparison of a name, for a type.
fn comparison(name: &str, scalar: Type, flush: bool) -> Option<Map2> {
    macro_rules! float {
        ($name:ident) => {
            float_map!(scalar, flush, map2, floats::$name)
        };
    }
    macro_rules! integer {
        ($name:ident) => {
            integer_map!(scalar, map2, integers::$name)
        };
    }
    if scalar.is_float() {
        return match name {
            "eq" => float!(eq),
            "ne" => float!(ne),
            "lt" => float!(lt),
            "le" => float!(le),
            "gt" => float!(gt),
            "ge" => float!(ge),
            "equ" => float!(equ),
            "neu" => float!(neu),
            "ltu" => float!(ltu),
            "leu" => float!(leu),
            "gtu" => float!(gtu),
            "geu" => float!(geu),
            "num" => float!(num),
            "nan" => float!(nan),
            _ => None,
        };
    }
    let unsigned = matches!(scalar, Type::Unsigned(_));
    let bits = matches!(scalar, Type::Bits(Width::W16 | Width::W32 | Width::W64));
    match name {
        _ if flush => None,
        "eq" => integer!(eq),
        "ne" => integer!(ne),
        _ if bits => None,
        "lt" => integer!(lt),
        "le" => integer!(le),
        "gt" => integer!(gt),
        "ge" => integer!(ge),
        "lo" if unsigned => integer!(lt),
        "ls" if unsigned => integer!(le),
        "hi" if unsigned => integer!(gt),
        "hs" if unsigned => integer!(ge),
        _ => None,
    }
}
