//! What a driver lets pass now and then, and this one never does.

use std::ffi::{c_char, c_void};
use std::ptr::{from_mut, null_mut};

use keops_libcuda::functions::*;

const INVALID_VALUE: i32 = 1;
const NOT_INITIALIZED: i32 = 3;
const INVALID_CONTEXT: i32 = 201;
const INVALID_PTX: i32 = 218;
const INVALID_HANDLE: i32 = 400;
const NOT_FOUND: i32 = 500;
const LAUNCH_FAILED: i32 = 719;

/// Writes 7 to the word at an address.
const SEVEN: &str = "
.version 7.0
.target sm_80
.address_size 64
.visible .entry seven(.param .u64 to)
{
    .reg .b32 %r<2>;
    .reg .b64 %rd<2>;
    ld.param.b64 %rd1, [to];
    mov.b32 %r1, 7;
    st.global.b32 [%rd1], %r1;
    ret;
}
\0";

/// The result of a call that succeeds.
fn made<T: Copy>(start: T, call: impl FnOnce(*mut T) -> i32) -> T {
    let mut made = start;
    assert_eq!(call(from_mut(&mut made)), 0);
    made
}

/// All in one test, as a process has one driver.
#[test]
fn nothing_is_let_pass() {
    let none: *mut c_void = null_mut();
    // SAFETY: all pointers are to variables of the right types, and texts end with 0.
    unsafe {
        let mut handle = none;
        assert_eq!(cuStreamCreate(&raw mut handle, 1), NOT_INITIALIZED);
        assert_eq!(cuInit(0), 0);
        assert_eq!(cuStreamCreate(&raw mut handle, 1), INVALID_CONTEXT);

        let context = made(none, |to| cuDevicePrimaryCtxRetain(to, 0));
        assert_eq!(cuCtxSetCurrent(context), 0);
        let stream = made(none, |to| cuStreamCreate(to, 1));
        assert_eq!(cuStreamSynchronize(context), INVALID_HANDLE);

        // Pinned memory is read and written when somebody waits, and no other memory is.
        let address = made(0_u64, |to| cuMemAlloc_v2(to, 4));
        let pinned = made(none, |to| cuMemHostAlloc(to, 8, 0)).cast::<u32>();
        let (source, target) = (pinned, pinned.add(1));
        source.write(1);
        assert_eq!(cuMemcpyHtoDAsync_v2(address, source.cast(), 4, stream), 0);
        source.write(2);
        assert_eq!(cuMemcpyDtoHAsync_v2(target.cast(), address, 4, stream), 0);
        assert_ne!(target.read(), 2);
        let event = made(none, |to| cuEventCreate(to, 2));
        assert_eq!(cuEventRecord(event, stream), 0);
        assert_eq!(cuEventSynchronize(event), 0);
        assert_eq!(target.read(), 2, "not what it was when the copy was asked for");
        let mut elsewhere = 3_u32;
        assert_eq!(cuMemcpyHtoDAsync_v2(address, from_mut(&mut elsewhere).cast(), 4, stream), INVALID_VALUE);
        assert_eq!(cuMemcpyDtoHAsync_v2(target.cast(), address, 8, stream), INVALID_VALUE);

        // Modules, with what is wrong with one.
        let mut log = [0_u8; 200];
        let mut values = [log.as_mut_ptr().cast::<c_void>(), std::ptr::without_provenance_mut(log.len())];
        let mut load = |to: *mut *mut c_void, text: &str| {
            cuModuleLoadDataEx(to, text.as_ptr().cast(), 2, [5, 6].as_mut_ptr(), values.as_mut_ptr())
        };
        assert_eq!(load(&raw mut handle, "no PTX\0"), INVALID_PTX);
        let module = made(none, |to| load(to, SEVEN));
        assert!(log.starts_with(b"line 1"), "{}", String::from_utf8_lossy(&log));
        assert_eq!(cuModuleGetFunction(&raw mut handle, module, c"eight".as_ptr()), NOT_FOUND);
        let seven = made(none, |to| cuModuleGetFunction(to, module, c"seven".as_ptr()));

        // A kernel that does something wrong spoils everything after it.
        let launch = |mut address: u64| {
            let mut parameters = [from_mut(&mut address).cast::<c_void>()];
            cuLaunchKernel(seven, 1, 1, 1, 1, 1, 1, 0, stream, parameters.as_mut_ptr(), null_mut())
        };
        assert_eq!(launch(address), 0);
        assert_eq!(cuMemcpyDtoHAsync_v2(target.cast(), address, 4, stream), 0);
        assert_eq!(cuStreamSynchronize(stream), 0);
        assert_eq!(target.read(), 7);
        assert_eq!(launch(address + 4), 0, "nobody has waited yet");
        assert_eq!(cuStreamSynchronize(stream), LAUNCH_FAILED);
        assert_eq!(launch(address), LAUNCH_FAILED);
        let name = made(std::ptr::null::<c_char>(), |to| cuGetErrorName(LAUNCH_FAILED, to));
        assert_eq!(std::ffi::CStr::from_ptr(name), c"CUDA_ERROR_LAUNCH_FAILED");
    }
}
