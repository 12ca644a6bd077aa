//! The types that instructions name, as `.s32` in `add.s32`.

/// A type of PTX. Values of every type live in the low bits of a `u64`, the others being zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    /// Bits without a meaning.
    Bits(Width),
    /// A number without a sign.
    Unsigned(Width),
    /// A number in two's complement.
    Signed(Width),
    /// A float of single precision.
    F32,
    /// A float of double precision.
    F64,
    /// A truth value.
    Predicate,
}

/// The number of bits of an integer type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Width {
    W8,
    W16,
    W32,
    W64,
}

impl Width {
    pub(crate) fn bits(self) -> u32 {
        match self {
            Width::W8 => 8,
            Width::W16 => 16,
            Width::W32 => 32,
            Width::W64 => 64,
        }
    }

    pub(crate) fn double(self) -> Option<Width> {
        match self {
            Width::W8 => Some(Width::W16),
            Width::W16 => Some(Width::W32),
            Width::W32 => Some(Width::W64),
            Width::W64 => None,
        }
    }
}

impl Type {
    /// The type of a name without its dot; `None` for types that the emulator does not know (`f16`, `b128`).
    pub(crate) fn of(name: &str) -> Option<Type> {
        match name {
            "pred" => return Some(Type::Predicate),
            "f32" => return Some(Type::F32),
            "f64" => return Some(Type::F64),
            _ => {}
        }
        let width = match name.get(1..)? {
            "8" => Width::W8,
            "16" => Width::W16,
            "32" => Width::W32,
            "64" => Width::W64,
            _ => return None,
        };
        match name.as_bytes()[0] {
            b'b' => Some(Type::Bits(width)),
            b'u' => Some(Type::Unsigned(width)),
            b's' => Some(Type::Signed(width)),
            _ => None,
        }
    }

    /// The number of bits of a value.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Type::Bits(width) | Type::Unsigned(width) | Type::Signed(width) => width.bits(),
            Type::F32 => 32,
            Type::F64 => 64,
            Type::Predicate => 1,
        }
    }

    pub(crate) fn bytes(self) -> u64 {
        u64::from(self.bits().div_ceil(8))
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Type::F32 | Type::F64)
    }

    pub(crate) fn is_signed(self) -> bool {
        matches!(self, Type::Signed(_))
    }

    /// The integer type of twice the width, of the same sign.
    pub(crate) fn double(self) -> Option<Type> {
        match self {
            Type::Unsigned(width) => width.double().map(Type::Unsigned),
            Type::Signed(width) => width.double().map(Type::Signed),
            _ => None,
        }
    }
}

/// The low `bits` bits of a value.
pub(crate) fn low(value: u64, bits: u32) -> u64 {
    if bits >= 64 { value } else { value & ((1 << bits) - 1) }
}

/// A number in two's complement of `bits` bits, with its sign carried to all 64.
pub(crate) fn sign_extended(value: u64, bits: u32) -> u64 {
    if bits >= 64 { value } else { ((value << (64 - bits)) as i64 >> (64 - bits)) as u64 }
}
