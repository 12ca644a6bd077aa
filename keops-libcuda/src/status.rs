//! What calls return, with the numbers and names of CUDA.

use std::ffi::CStr;

/// The status of a call that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    InvalidValue = 1,
    OutOfMemory = 2,
    NotInitialized = 3,
    NoDevice = 100,
    InvalidDevice = 101,
    InvalidContext = 201,
    InvalidPtx = 218,
    InvalidHandle = 400,
    NotFound = 500,
    IllegalAddress = 700,
    LaunchFailed = 719,
}

/// The number of success.
pub(crate) const SUCCESS: i32 = 0;

const TEXTS: [(i32, &CStr, &CStr); 12] = [
    (SUCCESS, c"CUDA_SUCCESS", c"no error"),
    (Status::InvalidValue as i32, c"CUDA_ERROR_INVALID_VALUE", c"invalid argument"),
    (Status::OutOfMemory as i32, c"CUDA_ERROR_OUT_OF_MEMORY", c"out of memory"),
    (Status::NotInitialized as i32, c"CUDA_ERROR_NOT_INITIALIZED", c"initialization error"),
    (Status::NoDevice as i32, c"CUDA_ERROR_NO_DEVICE", c"no CUDA-capable device is detected"),
    (Status::InvalidDevice as i32, c"CUDA_ERROR_INVALID_DEVICE", c"invalid device ordinal"),
    (Status::InvalidContext as i32, c"CUDA_ERROR_INVALID_CONTEXT", c"invalid device context"),
    (Status::InvalidPtx as i32, c"CUDA_ERROR_INVALID_PTX", c"a PTX JIT compilation failed"),
    (Status::InvalidHandle as i32, c"CUDA_ERROR_INVALID_HANDLE", c"invalid resource handle"),
    (Status::NotFound as i32, c"CUDA_ERROR_NOT_FOUND", c"named symbol not found"),
    (Status::IllegalAddress as i32, c"CUDA_ERROR_ILLEGAL_ADDRESS", c"an illegal memory access was encountered"),
    (Status::LaunchFailed as i32, c"CUDA_ERROR_LAUNCH_FAILED", c"unspecified launch failure"),
];

/// The name of a status and what it means.
pub(crate) fn texts(status: i32) -> Result<(&'static CStr, &'static CStr), Status> {
    let found = TEXTS.iter().find(|(number, ..)| *number == status);
    found.map(|(_, name, meaning)| (*name, *meaning)).ok_or(Status::InvalidValue)
}
