//! The entry points of a module.

/// Writes the two entry points of a kernel and a reduction: [`reduce`](super::kernel::reduce) as `$reduce`, and
/// [`finish`](super::kernel::finish) as `$finish`.
///
/// Their arguments: numbers of results, positions of results, states, prepared parameters, rows, columns, the
/// index of the first row, the columns of a part (of the second: the number of parts), and then all variables on the
/// kept axis and on the reduced one.
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
            values: *mut $scalar, positions: *mut u32, states: *mut u8, params: *const $scalar,
            rows: u32, columns: u32, first_row: u32, part_columns: u32,
            $($kept: *const $scalar,)* $($reduced: *const $scalar,)*
        ) {
            use $crate::gpu::{geometry, intrinsics, kernel};
            let problem = kernel::Problem { params, rows, columns, first_row, kept: [$($kept),*], reduced: [$($reduced),*] };
            let tile = intrinsics::shared_memory::<{ geometry::tile_bytes::<$kernel, $scalar>() }>();
            // SAFETY: the caller's: the shared memory is of the size that the geometry says.
            unsafe {
                kernel::reduce::<$kernel, $crate::piece!($kernel, $chunk), $reduction, $scalar, $r, $c, _, _>(
                    &problem,
                    (&[$($kept_dim),*], &[$($reduced_dim),*]),
                    $crate::first_component!($chunk),
                    part_columns,
                    tile,
                    &kernel::Results { values, positions },
                    states,
                );
            }
        }

        /// # Safety
        /// As above.
        #[unsafe(no_mangle)]
        pub unsafe extern "ptx-kernel" fn $finish(
            values: *mut $scalar, positions: *mut u32, states: *mut u8, params: *const $scalar,
            rows: u32, columns: u32, first_row: u32, parts: u32,
            $($kept: *const $scalar,)* $($reduced: *const $scalar,)*
        ) {
            use $crate::gpu::kernel;
            let problem = kernel::Problem { params, rows, columns, first_row, kept: [$($kept),*], reduced: [$($reduced),*] };
            // SAFETY: the caller's.
            unsafe {
                kernel::finish::<$kernel, $crate::piece!($kernel, $chunk), $reduction, $scalar, _, _>(
                    &problem,
                    (&[$($kept_dim),*], &[$($reduced_dim),*]),
                    $crate::first_component!($chunk),
                    parts,
                    &kernel::Results { values, positions },
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
