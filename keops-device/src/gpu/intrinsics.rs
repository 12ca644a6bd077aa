//! What a thread knows and what a block shares. The names are those of `cuda_std`.

use core::arch::asm;
use core::arch::nvptx;

/// The thread within its block.
#[inline(always)]
pub fn thread_idx_x() -> u32 {
    // SAFETY: reads a special register.
    unsafe { nvptx::_thread_idx_x() as u32 }
}

/// The block along the first axis of the grid. It is read anew each time.
#[inline(always)]
pub fn block_idx_x() -> u32 {
    let block;
    // SAFETY: reads a special register. Not pure: what is computed from it would be kept.
    unsafe { asm!("mov.u32 {}, %ctaid.x;", out(reg32) block, options(nomem, nostack)) };
    block
}

/// The block along the second axis of the grid.
#[inline(always)]
pub fn block_idx_y() -> u32 {
    // SAFETY: reads a special register.
    unsafe { nvptx::_block_idx_y() as u32 }
}

/// The block along the third axis of the grid.
#[inline(always)]
pub fn block_idx_z() -> u32 {
    // SAFETY: reads a special register.
    unsafe { nvptx::_block_idx_z() as u32 }
}

/// The number of blocks along the third axis of the grid.
#[inline(always)]
pub fn grid_dim_z() -> u32 {
    // SAFETY: reads a special register.
    unsafe { nvptx::_grid_dim_z() as u32 }
}

/// Waits for all threads of the block; what they wrote to shared memory before is seen by all after.
///
/// # Safety
/// All threads of the block must come here.
#[inline(always)]
pub unsafe fn sync_threads() {
    // SAFETY: the caller's.
    unsafe { nvptx::_syncthreads() };
}

/// `BYTES` bytes of shared memory, aligned to 16. Each call in a kernel is memory of its own.
///
/// The pointer is an address in shared memory, which is not what the compiler takes it for: the build script finds the
/// accesses through it in the compiled code and names the memory there (`ld.shared`). Nothing else can be done with it
/// but to read and write through it and what is computed from it.
#[inline(always)]
pub fn shared_memory<const BYTES: usize>() -> *mut u8 {
    let address: *mut u8;
    // SAFETY: declares a variable and takes its address.
    unsafe {
        asm!(
            ".shared .align 16 .b8 keops_tile[{bytes}];",
            "mov.u64 {address}, keops_tile;",
            bytes = const BYTES,
            address = out(reg64) address,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    address
}

/// The number, of which the compiler knows nothing.
#[inline(always)]
pub fn opaque(number: usize) -> usize {
    let result;
    // SAFETY: moves a number.
    unsafe { asm!("mov.u64 {}, {};", out(reg64) result, in(reg64) number, options(pure, nomem, nostack)) };
    result
}

/// The number 0, of which neither LLVM nor the assembler know that, or that it does not change with `varying`. What lies so
/// many bytes behind the beginning of an array is read from memory, and anew wherever `varying` has changed.
#[inline(always)]
pub fn hidden_zero(varying: u32) -> usize {
    // SAFETY: reads a special register, which is 1.
    let half_a_block = unsafe { nvptx::_block_dim_z() as u32 } / 2;
    let zero: u32;
    // SAFETY: computes a number. Not pure, as LLVM would keep what is read through it from one use to the next.
    unsafe {
        asm!("and.b32 {}, {}, {};", out(reg32) zero, in(reg32) half_a_block, in(reg32) varying, options(nomem, nostack));
    }
    zero as usize
}
