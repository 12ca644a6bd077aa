//! The arithmetic of integers, on bits.
//!
//! Arguments and results are values whose bits above the width of the type are zero. Functions are total: they are also
//! evaluated for threads that do not take part, and what is wrong (a division by zero) is checked for by itself.

use crate::types::low;

/// An integer type of Rust that stands for a type of PTX.
pub(crate) trait Integer: Copy + Ord {
    const BITS: u32;
    const SIGNED: bool;
    fn of(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn wide(self) -> i128;
    fn truncated(wide: i128) -> Self;
    fn sum(self, other: Self) -> Self;
    fn difference(self, other: Self) -> Self;
    fn product(self, other: Self) -> Self;
    /// The quotient rounded to zero; 0 for a division by zero.
    fn quotient(self, other: Self) -> Self;
    fn remainder(self, other: Self) -> Self;
    fn shifted_right(self, by: u32) -> Self;
}

macro_rules! integer {
    ($($signed:ident $unsigned:ident)*) => {$(
        integer!($signed, $unsigned, true);
        integer!($unsigned, $unsigned, false);
    )*};
    ($type:ident, $unsigned:ident, $sign:literal) => {
        impl Integer for $type {
            const BITS: u32 = $type::BITS;
            const SIGNED: bool = $sign;
            fn of(bits: u64) -> Self { bits as $type }
            fn bits(self) -> u64 { self as $unsigned as u64 }
            fn wide(self) -> i128 { self as i128 }
            fn truncated(wide: i128) -> Self { wide as $type }
            fn sum(self, other: Self) -> Self { self.wrapping_add(other) }
            fn difference(self, other: Self) -> Self { self.wrapping_sub(other) }
            fn product(self, other: Self) -> Self { self.wrapping_mul(other) }
            fn quotient(self, other: Self) -> Self { if other == 0 { 0 } else { self.wrapping_div(other) } }
            fn remainder(self, other: Self) -> Self { if other == 0 { 0 } else { self.wrapping_rem(other) } }
            fn shifted_right(self, by: u32) -> Self { self >> by.min($type::BITS - 1) }
        }
    };
}

integer!(i8 u8 i16 u16 i32 u32 i64 u64);

pub(crate) fn add<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).sum(T::of(b)).bits()
}

pub(crate) fn sub<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).difference(T::of(b)).bits()
}

pub(crate) fn mul_low<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).product(T::of(b)).bits()
}

pub(crate) fn mul_high<T: Integer>(a: u64, b: u64) -> u64 {
    // The product of two unsigned numbers of 64 bits may exceed i128; its upper half is right nonetheless.
    let product = T::of(a).wide().wrapping_mul(T::of(b).wide());
    T::truncated(((product as u128) >> T::BITS) as i128).bits()
}

/// The whole product, in twice the width; for up to 32 bits.
pub(crate) fn mul_wide<T: Integer>(a: u64, b: u64) -> u64 {
    low((T::of(a).wide() as i64).wrapping_mul(T::of(b).wide() as i64) as u64, 2 * T::BITS)
}

pub(crate) fn mad_low<T: Integer>(a: u64, b: u64, c: u64) -> u64 {
    add::<T>(mul_low::<T>(a, b), c)
}

pub(crate) fn mad_high<T: Integer>(a: u64, b: u64, c: u64) -> u64 {
    add::<T>(mul_high::<T>(a, b), c)
}

pub(crate) fn mad_wide<T: Integer>(a: u64, b: u64, c: u64) -> u64 {
    low(mul_wide::<T>(a, b).wrapping_add(c), 2 * T::BITS)
}

pub(crate) fn div<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).quotient(T::of(b)).bits()
}

pub(crate) fn rem<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).remainder(T::of(b)).bits()
}

pub(crate) fn min<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).min(T::of(b)).bits()
}

pub(crate) fn max<T: Integer>(a: u64, b: u64) -> u64 {
    T::of(a).max(T::of(b)).bits()
}

pub(crate) fn neg<T: Integer>(a: u64) -> u64 {
    sub::<T>(0, a)
}

pub(crate) fn abs<T: Integer>(a: u64) -> u64 {
    if T::of(a).wide() < 0 { neg::<T>(a) } else { a }
}

pub(crate) fn not<T: Integer>(a: u64) -> u64 {
    low(!a, T::BITS)
}

/// 1 for zero, 0 for anything else.
pub(crate) fn cnot(a: u64) -> u64 {
    u64::from(a == 0)
}

pub(crate) fn shl<T: Integer>(a: u64, by: u64) -> u64 {
    if by >= T::BITS.into() { 0 } else { low(a << by, T::BITS) }
}

pub(crate) fn shr<T: Integer>(a: u64, by: u64) -> u64 {
    if !T::SIGNED && by >= T::BITS.into() { 0 } else { T::of(a).shifted_right(by.min(64) as u32).bits() }
}

pub(crate) fn popc(a: u64) -> u64 {
    a.count_ones().into()
}

pub(crate) fn clz<T: Integer>(a: u64) -> u64 {
    a.leading_zeros().wrapping_sub(64 - T::BITS).into()
}

pub(crate) fn brev<T: Integer>(a: u64) -> u64 {
    a.reverse_bits() >> (64 - T::BITS)
}

/// The position of the highest bit that differs from the sign; all ones if there is none.
pub(crate) fn bfind<T: Integer>(a: u64) -> u64 {
    let a = if T::of(a).wide() < 0 { not::<T>(a) } else { a };
    u64::from(a.checked_ilog2().unwrap_or(u32::MAX))
}

/// The bits from a position on, as a number of the type's sign.
pub(crate) fn bfe<T: Integer>(a: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (position as u32 & 255, length as u32 & 255);
    let sign = if T::SIGNED && length > 0 { a >> (position + length - 1).min(T::BITS - 1) & 1 } else { 0 };
    let there = length.min(T::BITS.saturating_sub(position));
    let field = if there == 0 { 0 } else { low(a >> position, there) };
    if sign == 1 { low(field | low(u64::MAX, 64) & !low(u64::MAX, there), T::BITS) } else { field }
}

/// `b` with `length` bits from a position on replaced with the lowest bits of `a`.
pub(crate) fn bfi<T: Integer>(a: u64, b: u64, position: u64, length: u64) -> u64 {
    let (position, length) = (position as u32 & 255, length as u32 & 255);
    let there = length.min(T::BITS.saturating_sub(position));
    if there == 0 {
        return b;
    }
    let mask = low(u64::MAX, there) << position;
    b & !mask | (a << position) & mask
}

/// Bytes of `b:a` selected by the four low digits of a selector; bit 3 of a digit replicates the sign.
pub(crate) fn prmt(a: u64, b: u64, selector: u64) -> u64 {
    let bytes = (a | b << 32).to_le_bytes();
    let byte = |at: u32| {
        let digit = selector >> (4 * at) & 15;
        let byte = bytes[digit as usize & 7];
        u64::from(if digit & 8 == 0 { byte } else { 0u8.wrapping_sub(byte >> 7) }) << (8 * at)
    };
    (0..4).map(byte).fold(0, |all, byte| all | byte)
}

/// The upper half of `b:a` shifted to the left. `CLAMP`: shifts of more than 32 are shifts of 32; else they wrap.
pub(crate) fn shf_left<const CLAMP: bool>(a: u64, b: u64, by: u64) -> u64 {
    let by = if CLAMP { by.min(32) } else { by & 31 };
    low(((b << 32 | a) << by) >> 32, 32)
}

/// The lower half of `b:a` shifted to the right.
pub(crate) fn shf_right<const CLAMP: bool>(a: u64, b: u64, by: u64) -> u64 {
    let by = if CLAMP { by.min(32) } else { by & 31 };
    low((b << 32 | a) >> by, 32)
}

/// A function of three bits, given by its table, on 32 bits.
pub(crate) fn lop3(a: u64, b: u64, c: u64, table: u64) -> u64 {
    let row = |row: u64| {
        let pick = |value: u64, bit: u64| if row & bit == 0 { !value } else { value };
        if table >> row & 1 == 0 { 0 } else { pick(a, 4) & pick(b, 2) & pick(c, 1) }
    };
    low((0..8).map(row).fold(0, |all, row| all | row), 32)
}

/// Whether `a + b + carry` exceeds the type.
pub(crate) fn carry_out<T: Integer>(a: u64, b: u64, carry: u64) -> u64 {
    ((u128::from(a) + u128::from(b) + u128::from(carry & 1)) >> T::BITS) as u64
}

pub(crate) fn add_carry<T: Integer>(a: u64, b: u64, carry: u64) -> u64 {
    low(a.wrapping_add(b).wrapping_add(carry & 1), T::BITS)
}

/// Whether `a - b - borrow` is negative.
pub(crate) fn borrow_out(a: u64, b: u64, borrow: u64) -> u64 {
    u64::from(u128::from(a) < u128::from(b) + u128::from(borrow & 1))
}

pub(crate) fn sub_borrow<T: Integer>(a: u64, b: u64, borrow: u64) -> u64 {
    low(a.wrapping_sub(b).wrapping_sub(borrow & 1), T::BITS)
}

/// Comparisons: `eq`, `ne`, `lt`, `le`, `gt`, `ge`.
pub(crate) mod compare {
    use super::Integer;

    macro_rules! comparisons {
        ($($name:ident $operator:tt)*) => {$(
            pub(crate) fn $name<T: Integer>(a: u64, b: u64) -> u64 { u64::from(T::of(a) $operator T::of(b)) }
        )*};
    }

    comparisons!(eq == ne != lt < le <= gt > ge >=);
}
