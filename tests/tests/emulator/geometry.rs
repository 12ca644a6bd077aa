//! How a reduction is cut into blocks, for kernels of all kinds: each pair and each component belongs to one block.

use keops_device::Real;
use keops_device::gpu::geometry::{Geometry, Sizes, THREADS, tile_bytes, tile_columns};
use keops_device::kernel::{DeviceKernel, Kernel, ShapeVisitor, Single};
use keops_device::reduction::scheme::Block;
use keops_device::reduction::{MinArgMin, Reduction, Sum};
use keops_device::tile::InRegisters;
use proptest::prelude::*;

/// Shared memory that a kernel may declare.
const MOST_SHARED: usize = 48 * 1024;

/// The largest grid along the second and the third axis.
const MOST_BLOCKS: usize = 65_535;

/// Memory for states that a launch may ask for, unless a single part asks for more.
const MOST_STATES: usize = 256 << 20;

/// A kernel of `DIM` components and `REDUCED` numbers for each column, `ROWS` rows per thread and chunks of `CHUNK`. It
/// is never run.
struct Shaped<const DIM: usize, const REDUCED: usize, const ROWS: usize, const CHUNK: usize>;

impl<const DIM: usize, const REDUCED: usize, const ROWS: usize, const CHUNK: usize> Kernel
    for Shaped<DIM, REDUCED, ROWS, CHUNK>
{
    type RawParams<S: Real> = [S; 2];
    type RawKept<S: Real> = [S; 0];
    type RawReduced<S: Real> = [S; REDUCED];
    type Params<S: Real> = [S; 0];
    type Kept<S: Real> = [S; 0];
    type Reduced<S: Real> = [S; REDUCED];
    type Folds<S: Real> = [S; 0];
    type Shared<S: Real> = [S; 0];
    type Term<S: Real> = Single<S>;
    type Factors<S: Real> = [S; 0];
    type Components<X: Copy + Send + Sync + 'static> = [X; DIM];
    type Accumulation = InRegisters;

    const DEVICE: DeviceKernel =
        DeviceKernel { ptx: None, entries: &[], number: 0, rows: [ROWS; 2], chunks: [CHUNK; 2] };
    const FOLDS: &'static [usize] = &[];
    const SEGMENTS: &'static [usize] = &[DIM];

    fn with_wide_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
        visitor.visit::<1, 1>()
    }
    fn with_narrow_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
        visitor.visit::<1, 1>()
    }
    fn params<S: Real>(_: &[S; 2]) -> [S; 0] {
        []
    }
    fn kept<S: Real>(_: &[S::Scalar; 0], _: &[S; 0], _: S) -> [S; 0] {
        []
    }
    fn reduced<S: Real>(_: &[S::Scalar; 0], raw: &[S; REDUCED], _: S) -> [S; REDUCED] {
        *raw
    }
    fn pair<S: Real>(_: &[S::Scalar; 0], _: &[S; 0], _: &[S::Scalar; REDUCED], _: &[S; 0]) -> [S; 0] {
        []
    }
    fn term<S: Real>(
        _: usize,
        _: usize,
        _: &[S::Scalar; 0],
        _: &[S; 0],
        _: &[S::Scalar; REDUCED],
        _: &[S; 0],
    ) -> Single<S> {
        Single(S::constant(1.0))
    }
    fn factors<S: Real>(_: &[S::Scalar; 0], _: &[S; 0], _: S) -> [S; 0] {
        []
    }
}

/// What must hold for a number of rows and of columns.
fn check<K: Kernel, Red: Reduction, T: keops::Scalar>(rows: usize, columns: usize) -> Result<(), TestCaseError> {
    let geometry = Geometry::new(&Sizes::of::<K, Red, T>(), rows, columns);
    let Geometry { grid: [blocks, parts, chunks], part_columns, state_bytes, finish_grid } = geometry;
    let precision = usize::from(size_of::<T>() == 8);
    let block_rows = THREADS * K::DEVICE.rows[precision];
    let (dim, chunk) = (keops_device::kernel::dim::<K>(), K::DEVICE.chunks[precision]);

    // Every row, column and component once, and no block, part or chunk without any.
    prop_assert!((blocks - 1) * block_rows < rows && rows <= blocks * block_rows, "{geometry:?}");
    prop_assert!(parts >= 1 && columns <= parts * part_columns, "{geometry:?}");
    prop_assert!(parts == 1 || (parts - 1) * part_columns < columns, "{geometry:?}");
    let chunk = if chunk == 0 { dim } else { chunk };
    prop_assert!((chunks - 1) * chunk < dim && dim <= chunks * chunk, "{geometry:?}");
    prop_assert_eq!(finish_grid[1..].to_vec(), vec![1, chunks]);
    prop_assert_eq!(finish_grid[0], rows.div_ceil(THREADS));

    // What a device can do. Indices behind the last column and row are counted with 32 bits as well.
    prop_assert!(parts <= MOST_BLOCKS && chunks <= MOST_BLOCKS, "{geometry:?}");
    prop_assert!(parts * part_columns <= u32::MAX as usize && blocks * block_rows <= u32::MAX as usize, "{geometry:?}");

    // Tiles are full, but for the last one.
    let (length, bytes) = (tile_columns::<K, T>(), tile_bytes::<K, T>());
    prop_assert!(length > 0 && part_columns.is_multiple_of(length), "{geometry:?}, tiles of {length}");
    prop_assert!((16..=MOST_SHARED).contains(&bytes), "{bytes} bytes of shared memory");

    // Room for the states, where there are any.
    let state = chunks * Red::device_state_bytes::<K, T>(chunk);
    prop_assert_eq!(state_bytes, if parts > 1 { parts * rows * state } else { 0 });
    prop_assert!(state_bytes <= MOST_STATES, "{geometry:?}");
    // The grid fills a device, if there is enough to do.
    let few = parts == 1 && blocks * chunks < 512 && rows * state < MOST_STATES / 4;
    prop_assert!(!few || columns < 4096, "{geometry:?}");
    Ok(())
}

/// All kinds of kernels, for all reductions of one kind and both precisions.
fn check_all(rows: usize, columns: usize) -> Result<(), TestCaseError> {
    fn one<K: Kernel>(rows: usize, columns: usize) -> Result<(), TestCaseError> {
        check::<K, Sum<Block>, f32>(rows, columns)?;
        check::<K, Sum<Block>, f64>(rows, columns)?;
        check::<K, MinArgMin, f32>(rows, columns)?;
        check::<K, MinArgMin, f64>(rows, columns)
    }
    one::<Shaped<1, 0, 4, 0>>(rows, columns)?;
    one::<Shaped<1, 4, 4, 0>>(rows, columns)?;
    one::<Shaped<3, 7, 2, 0>>(rows, columns)?;
    one::<Shaped<16, 64, 1, 0>>(rows, columns)?;
    one::<Shaped<150, 153, 1, 50>>(rows, columns)?;
    one::<Shaped<65, 130, 2, 33>>(rows, columns)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sizes((row_bits, column_bits) in (0..30u32, 0..31u32), (row, column) in any::<(u32, u32)>()) {
        // As many small sizes as large ones.
        let rows = 1 + (row >> (31 - row_bits)) as usize;
        let columns = (column >> (31 - column_bits)) as usize;
        check_all(rows, columns)?;
    }
}

#[test]
fn sizes_at_boundaries() {
    let around = |size: usize| [size - 1, size, size + 1];
    let rows = [128, 256, 512, 1024, 131_072, 4_000_000_000].into_iter().flat_map(around).chain([1]);
    let columns = || [1, 16, 200, 256, 1024, 2048, 4096, 1 << 20, 4_000_000_000].into_iter().flat_map(around);
    for rows in rows {
        for columns in columns() {
            check_all(rows, columns).unwrap_or_else(|error| panic!("{rows} x {columns}: {error}"));
        }
    }
}
