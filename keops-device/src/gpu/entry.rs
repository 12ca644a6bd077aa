//! The entry points of a module.

/// Writes the two entry points of a kernel and a reduction: [`reduce`](super::kernel::reduce) as `$reduce`, and
/// [`finish`](super::kernel::finish) as `$finish`.
///
/// Their arguments: numbers of results, positions of results, states, and then those of
/// [`Problem`](super::problem::Problem): table, its stride, intervals, prepared parameters, all variables on the kept axis
/// and all on the reduced one.
#[doc(hidden)]
#[macro_export]
macro_rules! entries {
    (
        $kernel:ty, chunk $chunk:tt, $reduction:ty, $scalar:ty, rows $r:literal, columns $c:literal, $reduce:ident, $finish:ident,
        kept [$($kept:ident: $kept_dim:literal),*], reduced [$($reduced:ident: $reduced_dim:literal),*]
    ) => {
        /// # Safety
        /// Launched as [`Geometry`](keops_device::gpu::geometry::Geometry) says.
        #[unsafe(no_mangle)]
        pub unsafe extern "ptx-kernel" fn $reduce(
            values: *mut $scalar, positions: *mut u32, states: *mut u8,
            table: *const u32, stride: u32, intervals: *const $crate::gpu::table::Interval, params: *const $scalar,
            $($kept: *const $scalar,)* $($reduced: *const $scalar,)*
        ) {
            use $crate::gpu::{geometry, intrinsics, kernel, problem};
            let problem = problem::Problem { table, stride, intervals, params, kept: [$($kept),*], reduced: [$($reduced),*] };
            let tile = intrinsics::shared_memory::<{ geometry::tile_bytes::<$kernel, $scalar>() }>();
            // SAFETY: the caller's: the shared memory is of the size that the geometry says.
            unsafe {
                kernel::reduce::<$kernel, $crate::piece!($kernel, $chunk), $reduction, $scalar, $r, $c, _, _>(
                    &problem,
                    (&[$($kept_dim),*], &[$($reduced_dim),*]),
                    $crate::first_component!($chunk),
                    tile,
                    &problem::Results { values, positions },
                    states,
                );
            }
        }

        /// # Safety
        /// As above.
        #[unsafe(no_mangle)]
        pub unsafe extern "ptx-kernel" fn $finish(
            values: *mut $scalar, positions: *mut u32, states: *mut u8,
            table: *const u32, stride: u32, intervals: *const $crate::gpu::table::Interval, params: *const $scalar,
            $($kept: *const $scalar,)* $($reduced: *const $scalar,)*
        ) {
            use $crate::gpu::{kernel, problem};
            let problem = problem::Problem { table, stride, intervals, params, kept: [$($kept),*], reduced: [$($reduced),*] };
            // SAFETY: the caller's.
            unsafe {
                kernel::finish::<$kernel, $crate::piece!($kernel, $chunk), $reduction, $scalar, _, _>(
                    &problem,
                    (&[$($kept_dim),*], &[$($reduced_dim),*]),
                    $crate::first_component!($chunk),
                    &problem::Results { values, positions },
                    states,
                );
            }
        }
    };
}

/// The kernel that a block runs: all components, for 0, or a chunk of so many.
#[doc(hidden)]
#[macro_export]
macro_rules! piece {
    ($kernel:ty, 0) => { $kernel };
    ($kernel:ty, $chunk:tt) => { $crate::gpu::chunk::Chunk<$kernel, $chunk> };
}

/// The first of its components.
#[doc(hidden)]
#[macro_export]
macro_rules! first_component {
    (0) => {
        0
    };
    ($chunk:tt) => {
        $crate::gpu::chunk::first::<$chunk>()
    };
}
