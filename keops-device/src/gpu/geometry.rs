//! The geometry of a launch, from the sizes of a kernel's types: what the device compiles in, the host launches by.

use crate::kernel::{ColumnOf, Kernel, dim};
use crate::real::Scalar;
use crate::reduction::Reduction;

/// Threads of a block.
pub const THREADS: usize = 128;

/// Columns are prepared by the threads of a block together, so a tile of short columns is as long as this.
const MAX_TILE: usize = 256;

/// Shortest tile, if it fits.
const MIN_TILE: usize = 16;

/// Most shared memory of a block.
const MAX_TILE_BYTES: usize = 48 * 1024;

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
pub const MAX_STATE_BYTES: usize = 256 * 1024 * 1024;

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
        let most = MAX_TILE_BYTES / bytes;
        if most == 0 {
            1
        } else if most < MIN_TILE {
            most
        } else {
            MIN_TILE
        }
    } else {
        columns
    }
}

/// Bytes of shared memory of a block, at least 16.
pub const fn tile_bytes<K: Kernel, T: Scalar>() -> usize {
    let bytes = tile_columns::<K, T>() * size_of::<ColumnOf<K, T>>();
    if bytes < 16 { 16 } else { bytes }
}

/// What of a kernel, a reduction and a type of numbers decides how work is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Rows of a thread.
    pub thread_rows: usize,
    /// Columns of a tile.
    pub tile: usize,
    /// Chunks of the components.
    pub chunks: usize,
    /// Bytes of the states of a row, those of all chunks.
    pub state_bytes: usize,
}

impl Sizes {
    /// Those of a kernel.
    pub fn of<K: Kernel, Red: Reduction, T: Scalar>() -> Self {
        let precision = usize::from(size_of::<T>() == size_of::<f64>());
        let (thread_rows, chunk) = (K::DEVICE.rows[precision], K::DEVICE.chunks[precision]);
        let (chunks, components) = match chunk {
            0 => (1, dim::<K>()),
            _ => (dim::<K>().div_ceil(chunk), chunk),
        };
        let state_bytes = chunks * Red::device_state_bytes::<K, T>(components);
        Self { thread_rows, tile: tile_columns::<K, T>(), chunks, state_bytes }
    }

    /// Rows of a block.
    pub fn block_rows(&self) -> usize {
        self.thread_rows * THREADS
    }

    /// The longest part of the reduced axis where blocks have so many columns in all: the grid should have enough blocks,
    /// and none that lasts much longer than others. At least a tile.
    pub fn longest_part(&self, columns_of_all: usize) -> usize {
        columns_of_all.saturating_mul(self.chunks).div_ceil(ENOUGH_BLOCKS).max(MIN_PART).max(self.tile)
    }
}

/// How all pairs of a problem are cut into blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Geometry {
    /// Blocks along the kept axis, parts of the reduced axis, and chunks of the components. More than one part leave their
    /// states to a second kernel.
    pub grid: [usize; 3],
    /// Reduced indices of a part, a multiple of the tile.
    pub part_columns: usize,
    /// Bytes of the states of all parts, 0 for a single part.
    pub state_bytes: usize,
    /// The grid of the second kernel, which has a thread per kept index and chunk.
    pub finish_grid: [usize; 3],
}

impl Geometry {
    /// Cuts `rows x columns` pairs. Depends on nothing but the sizes.
    pub fn new(sizes: &Sizes, rows: usize, columns: usize) -> Self {
        let Sizes { tile, chunks, state_bytes, .. } = *sizes;
        let row_blocks = rows.div_ceil(sizes.block_rows());
        let most = (MAX_STATE_BYTES / (rows * state_bytes).max(1)).min(columns / MIN_PART).max(1);
        let parts = (ENOUGH_BLOCKS / (row_blocks * chunks).max(1)).clamp(1, most);
        let part_columns = columns.div_ceil(parts).next_multiple_of(tile).max(tile);
        let parts = columns.div_ceil(part_columns).max(1);
        let state_bytes = if parts > 1 { parts * rows * state_bytes } else { 0 };
        let finish_grid = [rows.div_ceil(THREADS), 1, chunks];
        Self { grid: [row_blocks, parts, chunks], part_columns, state_bytes, finish_grid }
    }
}
