//! From a generic function of bits and a type to a function of lanes.

/// The map of a function that is generic over an integer type of 16, 32 or 64 bits; `None` for other types.
macro_rules! integer_map {
    ($scalar:expr, $map:ident, $($function:ident)::+) => {{
        use $crate::types::{Type, Width};
        match $scalar {
            Type::Bits(Width::W16) | Type::Unsigned(Width::W16) => Some($map!($($function)::+::<u16>)),
            Type::Bits(Width::W32) | Type::Unsigned(Width::W32) => Some($map!($($function)::+::<u32>)),
            Type::Bits(Width::W64) | Type::Unsigned(Width::W64) => Some($map!($($function)::+::<u64>)),
            Type::Signed(Width::W16) => Some($map!($($function)::+::<i16>)),
            Type::Signed(Width::W32) => Some($map!($($function)::+::<i32>)),
            Type::Signed(Width::W64) => Some($map!($($function)::+::<i64>)),
            _ => None,
        }
    }};
}

/// The map of a function that is generic over a float type and over whether denormal numbers are flushed; further constants may
/// follow.
macro_rules! float_map {
    ($scalar:expr, $flush:expr, $map:ident, $($function:ident)::+ $(, $more:literal)*) => {{
        use $crate::types::Type;
        match ($scalar, $flush) {
            (Type::F32, false) => Some($map!($($function)::+::<f32, false $(, $more)*>)),
            (Type::F32, true) => Some($map!($($function)::+::<f32, true $(, $more)*>)),
            (Type::F64, false) => Some($map!($($function)::+::<f64, false $(, $more)*>)),
            _ => None,
        }
    }};
}

pub(super) use {float_map, integer_map};
