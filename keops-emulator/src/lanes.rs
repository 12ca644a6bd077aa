//! The values of one register in all threads of a warp, and functions applied to each of them.
//!
//! The threads of a warp execute an instruction together, so that the choice of what to do is made once for 32 of them.

/// The number of threads of a warp.
pub(crate) const WARP: usize = 32;

/// One value per thread of a warp.
pub(crate) type Lanes = [u64; WARP];

/// A function of one value, for all threads.
pub(crate) type Map1 = fn(&mut Lanes, &Lanes);
/// A function of two values.
pub(crate) type Map2 = fn(&mut Lanes, &Lanes, &Lanes);
/// A function of three values.
pub(crate) type Map3 = fn(&mut Lanes, &Lanes, &Lanes, &Lanes);
/// A function of four values.
pub(crate) type Map4 = fn(&mut Lanes, &Lanes, &Lanes, &Lanes, &Lanes);

/// Makes a [`Map1`] of a function `u64 -> u64`.
macro_rules! map1 {
    ($function:expr) => {{
        let map: $crate::lanes::Map1 = |results, a| {
            for lane in 0..$crate::lanes::WARP {
                results[lane] = $function(a[lane]);
            }
        };
        map
    }};
}

/// Makes a [`Map2`] of a function `(u64, u64) -> u64`.
macro_rules! map2 {
    ($function:expr) => {{
        let map: $crate::lanes::Map2 = |results, a, b| {
            for lane in 0..$crate::lanes::WARP {
                results[lane] = $function(a[lane], b[lane]);
            }
        };
        map
    }};
}

/// Makes a [`Map3`] of a function `(u64, u64, u64) -> u64`.
macro_rules! map3 {
    ($function:expr) => {{
        let map: $crate::lanes::Map3 = |results, a, b, c| {
            for lane in 0..$crate::lanes::WARP {
                results[lane] = $function(a[lane], b[lane], c[lane]);
            }
        };
        map
    }};
}

/// Makes a [`Map4`] of a function `(u64, u64, u64, u64) -> u64`.
macro_rules! map4 {
    ($function:expr) => {{
        let map: $crate::lanes::Map4 = |results, a, b, c, d| {
            for lane in 0..$crate::lanes::WARP {
                results[lane] = $function(a[lane], b[lane], c[lane], d[lane]);
            }
        };
        map
    }};
}

pub(crate) use {map1, map2, map3, map4};
