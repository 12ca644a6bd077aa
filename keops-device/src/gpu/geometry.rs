//! The geometry of a launch, from the sizes of a kernel's types: what the device compiles in, the host launches by.

use crate::kernel::{ColumnOf, Kernel, Values};
use crate::real::Scalar;
use crate::reduction::Reduction;

/// Threads of a block.
pub const THREADS: usize = 128;

/// Columns are prepared by the threads of a block together, so a tile of short columns is as long as this.
const MAX_TILE: usize = 256;

/// Shortest tile.
const MIN_TILE: usize = 16;

/// Shared memory of a tile of short columns: sixteen blocks fit on a multiprocessor.
const SHORT_TILE_BYTES: usize = 8 * 1024;

/// Shared memory of a tile of long columns, whose kernels need so many registers that few blocks fit.
const LONG_TILE_BYTES: usize = 32 * 1024;

/// Columns with more bytes are long.
const MAX_SHORT_COLUMN: usize = 128;

/// The grid should have this many blocks: a few for each of the multiprocessors of a large device. A constant, so that
/// the results do not depend on the device.
const ENOUGH_BLOCKS: usize = 1024;

/// Shortest part of the reduced axis.
const MIN_PART: usize = 1024;

/// Memory for the states of all parts.
const MAX_STATE_BYTES: usize = 256 * 1024 * 1024;

/// Columns of a tile in shared memory.
pub const fn tile_columns<K: Kernel, T: Scalar>() -> usize {
    let bytes = size_of::<ColumnOf<K, T>>();
    if bytes == 0 {
        return MAX_TILE;
    }
    let columns = if bytes <= MAX_SHORT_COLUMN { SHORT_TILE_BYTES / bytes } else { LONG_TILE_BYTES / bytes };
    let columns = columns / 8 * 8;
    if columns > MAX_TILE {
        MAX_TILE
    } else if columns < MIN_TILE {
        MIN_TILE
    } else {
        columns
    }
}

/// Bytes of shared memory of a block, at least 16.
pub const fn tile_bytes<K: Kernel, T: Scalar>() -> usize {
    let bytes = tile_columns::<K, T>() * size_of::<ColumnOf<K, T>>();
    if bytes < 16 { 16 } else { bytes }
}

/// How a reduction is cut into blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Geometry {
    /// Kept indices of a block.
    pub block_rows: usize,
    /// Blocks along the kept axis.
    pub row_blocks: usize,
    /// Parts of the reduced axis: blocks along it. More than one leave their states to a second kernel.
    pub parts: usize,
    /// Reduced indices of a part, a multiple of the tile.
    pub part_columns: usize,
    /// Bytes of the states of all parts, 0 for a single part.
    pub state_bytes: usize,
    /// Blocks of the second kernel, which has a thread per kept index.
    pub finish_blocks: usize,
}

impl Geometry {
    /// Cuts `rows x columns` pairs, for a kernel that keeps `thread_rows` kept indices per thread.
    pub fn new<K: Kernel, Red: Reduction, T: Scalar>(thread_rows: usize, rows: usize, columns: usize) -> Self {
        let block_rows = thread_rows * THREADS;
        let row_blocks = rows.div_ceil(block_rows);
        let state = size_of::<Red::State<K, T>>();
        let most = (MAX_STATE_BYTES / (rows * state).max(1)).min(columns / MIN_PART).max(1);
        let parts = ENOUGH_BLOCKS.div_ceil(row_blocks.max(1)).min(most);
        let tile = tile_columns::<K, T>();
        let part_columns = columns.div_ceil(parts).next_multiple_of(tile).max(tile);
        let parts = columns.div_ceil(part_columns).max(1);
        let state_bytes = if parts > 1 { parts * rows * state } else { 0 };
        Self { block_rows, row_blocks, parts, part_columns, state_bytes, finish_blocks: rows.div_ceil(THREADS) }
    }
}

/// The number of entries of the variables of one axis, and of the parameters.
pub const fn raw_lengths<K: Kernel, T: Scalar>() -> [usize; 3] {
    [<K::RawParams<T> as Values<T>>::LEN, <K::RawKept<T> as Values<T>>::LEN, <K::RawReduced<T> as Values<T>>::LEN]
}
