//! The functions of the driver API, <https://docs.nvidia.com/cuda/cuda-driver-api>.

#![allow(non_snake_case, reason = "names of CUDA")]

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::{Arc, PoisonError};

use keops_emulator::{Argument, Module};

use crate::machine::{Event, Function, Machine, Stream, Work, machine};
use crate::memory::{MEMORY_OF_DEVICE, RowsCopy};
use crate::status::{SUCCESS, Status, texts};

/// What a handle stands for. It is a pointer that is never followed: the kind, and a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Context = 1,
    Stream,
    Event,
    Module,
    Function,
    Pool,
}

const BITS_OF_NUMBER: u32 = 32;

fn handle(kind: Kind, number: usize) -> *mut c_void {
    ptr::without_provenance_mut((kind as usize) << BITS_OF_NUMBER | number)
}

/// The number in a handle of this kind.
fn number(kind: Kind, handle: *mut c_void) -> Result<usize, Status> {
    let bits = handle.addr();
    if bits >> BITS_OF_NUMBER == kind as usize {
        Ok(bits & ((1 << BITS_OF_NUMBER) - 1))
    } else {
        Err(Status::InvalidHandle)
    }
}

thread_local! {
    /// The context of the thread.
    static CURRENT: Cell<*mut c_void> = const { Cell::new(ptr::null_mut()) };
}

/// The GPU whose context is current.
fn current() -> Result<usize, Status> {
    number(Kind::Context, CURRENT.get()).map_err(|_| Status::InvalidContext)
}

/// A stream of the GPU whose context is current.
fn stream_of(machine: &Machine, handle: *mut c_void) -> Result<usize, Status> {
    let stream = number(Kind::Stream, handle)?;
    let gpu = machine.streams.get(stream).ok_or(Status::InvalidHandle)?.gpu;
    if gpu == current()? { Ok(stream) } else { Err(Status::InvalidContext) }
}

fn known(machine: &Machine, device: i32) -> Result<usize, Status> {
    let number = usize::try_from(device).map_err(|_| Status::InvalidDevice)?;
    if number < machine.gpus.len() { Ok(number) } else { Err(Status::InvalidDevice) }
}

/// Runs a call, and returns its status.
fn call(run: impl FnOnce(&mut Machine) -> Result<(), Status>) -> i32 {
    let mut machine = machine().lock().unwrap_or_else(PoisonError::into_inner);
    if !machine.initialised {
        return Status::NotInitialized as i32;
    }
    returned(run(&mut machine))
}

/// What a call returns.
fn returned(result: Result<(), Status>) -> i32 {
    result.map_or_else(|status| status as i32, |()| SUCCESS)
}

/// Functions that may be called after `cuInit`. Where one writes to a pointer, that is what the API asks of its caller.
macro_rules! functions {
    ($($(#[$documentation:meta])* fn $name:ident($($argument:ident: $type:ty),*) = |$machine:pat_param| $body:expr;)*) => {$(
        $(#[$documentation])*
        ///
        /// # Safety
        /// Pointers are those that the API asks for.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> i32 {
            call(|$machine: &mut Machine| $body)
        }
    )*};
}

/// Writes a result of a call.
fn put<T>(to: *mut T, value: T) -> Result<(), Status> {
    if to.is_null() {
        return Err(Status::InvalidValue);
    }
    // SAFETY: the API asks its caller for room for a result.
    unsafe { to.write(value) };
    Ok(())
}

/// Starts the driver.
///
/// # Safety
/// There is nothing to mind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuInit(flags: u32) -> i32 {
    let mut machine = machine().lock().unwrap_or_else(PoisonError::into_inner);
    machine.initialised = true;
    match (flags, machine.gpus.len()) {
        (0, 0) => Status::NoDevice as i32,
        (0, _) => SUCCESS,
        _ => Status::InvalidValue as i32,
    }
}

/// The name of a status.
///
/// # Safety
/// There must be room for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorName(status: i32, to: *mut *const c_char) -> i32 {
    returned(texts(status).and_then(|(name, _)| put(to, name.as_ptr())))
}

/// What a status means.
///
/// # Safety
/// There must be room for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorString(status: i32, to: *mut *const c_char) -> i32 {
    returned(texts(status).and_then(|(_, meaning)| put(to, meaning.as_ptr())))
}

const MULTIPROCESSORS: i32 = 16;
const CAPABILITY_MAJOR: i32 = 75;
const CAPABILITY_MINOR: i32 = 76;
const MEMORY_POOLS: i32 = 115;

functions! {
    /// The number of GPUs.
    fn cuDeviceGetCount(count: *mut i32) = |machine| put(count, machine.gpus.len() as i32);

    /// The handle of a GPU, which is its number.
    fn cuDeviceGet(device: *mut i32, ordinal: i32) = |machine| put(device, known(machine, ordinal)? as i32);

    /// The name of a GPU.
    fn cuDeviceGetName(to: *mut c_char, len: i32, device: i32) = |machine| {
        let name = format!("emulated GPU {}\0", known(machine, device)?);
        if usize::try_from(len).is_ok_and(|len| name.len() <= len) && !to.is_null() {
            // SAFETY: the API asks its caller for so much room.
            unsafe { to.copy_from_nonoverlapping(name.as_ptr().cast(), name.len()) };
            Ok(())
        } else {
            Err(Status::InvalidValue)
        }
    };

    /// Bytes of a GPU's memory.
    fn cuDeviceTotalMem_v2(bytes: *mut usize, device: i32) = |machine| {
        known(machine, device)?;
        put(bytes, machine.memory)
    };

    /// A property of a GPU.
    fn cuDeviceGetAttribute(value: *mut i32, attribute: i32, device: i32) = |machine| {
        known(machine, device)?;
        match attribute {
            MULTIPROCESSORS => put(value, 1),
            CAPABILITY_MAJOR => put(value, 9),
            CAPABILITY_MINOR => put(value, 0),
            MEMORY_POOLS => put(value, i32::from(machine.has_pools)),
            _ => Err(Status::InvalidValue),
        }
    };

    /// The context of a GPU that all users share.
    fn cuDevicePrimaryCtxRetain(context: *mut *mut c_void, device: i32) = |machine| {
        put(context, handle(Kind::Context, known(machine, device)?))
    };

    /// The context of the thread.
    fn cuCtxGetCurrent(context: *mut *mut c_void) = |_| put(context, CURRENT.get());

    /// Sets it; null for none.
    fn cuCtxSetCurrent(context: *mut c_void) = |machine| {
        if !context.is_null() {
            machine.gpu(number(Kind::Context, context)?)?;
        }
        CURRENT.set(context);
        Ok(())
    };

    /// A new stream.
    fn cuStreamCreate(stream: *mut *mut c_void, _flags: u32) = |machine| {
        machine.streams.push(Stream { gpu: current()?, work: Default::default() });
        put(stream, handle(Kind::Stream, machine.streams.len() - 1))
    };

    /// Waits for the work of a stream.
    fn cuStreamSynchronize(stream: *mut c_void) = |machine| machine.run(stream_of(machine, stream)?, None);

    /// A new event.
    fn cuEventCreate(event: *mut *mut c_void, _flags: u32) = |machine| {
        current()?;
        machine.events.push(Event::default());
        put(event, handle(Kind::Event, machine.events.len() - 1))
    };

    /// The event happens when the stream comes to this point.
    fn cuEventRecord(event: *mut c_void, stream: *mut c_void) = |machine| {
        let (event, stream) = (number(Kind::Event, event)?, stream_of(machine, stream)?);
        let recorded = machine.events.get_mut(event).ok_or(Status::InvalidHandle)?;
        recorded.recorded += 1;
        recorded.stream = stream;
        machine.push(stream, Work::Reach(event))
    };

    /// Waits for an event.
    fn cuEventSynchronize(event: *mut c_void) = |machine| {
        let event = number(Kind::Event, event)?;
        let Event { recorded, reached, stream } = *machine.events.get(event).ok_or(Status::InvalidHandle)?;
        if recorded == reached { Ok(()) } else { machine.run(stream, Some(event)) }
    };

    /// Pinned memory of the host.
    fn cuMemHostAlloc(to: *mut *mut c_void, bytes: usize, _flags: u32) = |machine| {
        current()?;
        put(to, machine.pinned.allocate(bytes).cast())
    };

    /// Memory of the GPU.
    fn cuMemAlloc_v2(address: *mut u64, bytes: usize) = |machine| allocate(machine, current()?, address, bytes);

    /// Gives it back, after all work is done.
    fn cuMemFree_v2(address: u64) = |machine| {
        let gpu = current()?;
        machine.run_all(gpu)?;
        machine.gpu(gpu)?.device.free(address).map_err(|_| Status::InvalidValue)
    };

    /// Free and all bytes of the GPU.
    fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize) = |machine| {
        put(free, machine.gpu(current()?)?.device.free_bytes())?;
        put(total, machine.memory)
    };

    /// The pool of a GPU.
    fn cuDeviceGetDefaultMemPool(pool: *mut *mut c_void, device: i32) = |machine| {
        put(pool, handle(Kind::Pool, known(machine, device)?))
    };

    /// Sets how much memory a pool keeps, which makes no difference here.
    fn cuMemPoolSetAttribute(pool: *mut c_void, _attribute: u32, _value: *mut c_void) = |_| number(Kind::Pool, pool).map(|_| ());

    /// Gives back what a pool keeps, which is nothing.
    fn cuMemPoolTrimTo(pool: *mut c_void, _keep: usize) = |_| number(Kind::Pool, pool).map(|_| ());

    /// Memory for the work of a stream.
    fn cuMemAllocFromPoolAsync(address: *mut u64, bytes: usize, pool: *mut c_void, stream: *mut c_void) = |machine| {
        let gpu = number(Kind::Pool, pool)?;
        stream_of(machine, stream)?;
        if gpu == current()? { allocate(machine, gpu, address, bytes) } else { Err(Status::InvalidValue) }
    };

    /// Gives memory back when the stream comes to this point.
    fn cuMemFreeAsync(address: u64, stream: *mut c_void) = |machine| {
        machine.push(stream_of(machine, stream)?, Work::Free(address))
    };

    /// Copies from pinned memory.
    fn cuMemcpyHtoDAsync_v2(to: u64, from: *const c_void, bytes: usize, stream: *mut c_void) = |machine| {
        let from = machine.pinned.bytes(from.cast_mut().cast(), bytes)?;
        machine.push(stream_of(machine, stream)?, Work::Upload { to, from })
    };

    /// Copies to pinned memory.
    fn cuMemcpyDtoHAsync_v2(to: *mut c_void, from: u64, bytes: usize, stream: *mut c_void) = |machine| {
        let to = machine.pinned.bytes(to.cast(), bytes)?;
        machine.push(stream_of(machine, stream)?, Work::Download { to, from })
    };

    /// Copies from one place of the GPU to another.
    fn cuMemcpyDtoDAsync_v2(to: u64, from: u64, bytes: usize, stream: *mut c_void) = |machine| {
        machine.push(stream_of(machine, stream)?, Work::Copy { to, from, bytes })
    };

    /// Copies rows from one place of the GPU to another.
    fn cuMemcpy2DAsync_v2(copy: *const RowsCopy, stream: *mut c_void) = |machine| {
        // SAFETY: the API asks its caller for a description.
        let copy = unsafe { copy.as_ref() }.ok_or(Status::InvalidValue)?;
        let RowsCopy { source_pitch, target_pitch, width, height, .. } = *copy;
        let fits = |x: usize, pitch: usize| x + width <= pitch || height <= 1;
        if (copy.source_type, copy.target_type) != (MEMORY_OF_DEVICE, MEMORY_OF_DEVICE)
            || !fits(copy.source_x, source_pitch)
            || !fits(copy.target_x, target_pitch)
        {
            return Err(Status::InvalidValue);
        }
        let stream = stream_of(machine, stream)?;
        (0..height).try_for_each(|row| {
            let to = copy.target_device + ((copy.target_y + row) * target_pitch + copy.target_x) as u64;
            let from = copy.source_device + ((copy.source_y + row) * source_pitch + copy.source_x) as u64;
            machine.push(stream, Work::Copy { to, from, bytes: width })
        })
    };

    /// Sets bytes of the GPU.
    fn cuMemsetD8Async(to: u64, byte: u8, bytes: usize, stream: *mut c_void) = |machine| {
        machine.push(stream_of(machine, stream)?, Work::Fill { to, byte, bytes })
    };

    /// Compiles a text. Of the options there are those that ask for what the compiler says of errors.
    fn cuModuleLoadDataEx(
        module: *mut *mut c_void, text: *const c_void, count: u32, options: *mut u32, values: *mut *mut c_void
    ) = |machine| {
        let gpu = current()?;
        machine.gpu(gpu)?;
        // SAFETY: the API asks its caller for a text with a 0 at its end.
        let text = unsafe { CStr::from_ptr(text.cast()) }.to_str().map_err(|_| Status::InvalidPtx)?;
        match Module::parse(text) {
            Ok(parsed) => {
                machine.modules.push((gpu, Arc::new(parsed)));
                put(module, handle(Kind::Module, machine.modules.len() - 1))
            }
            Err(error) => {
                // SAFETY: the API asks its caller for so many options and values.
                let option = |wanted| unsafe {
                    (0..count as usize).find(|&at| *options.add(at) == wanted).map(|at| *values.add(at))
                };
                if let (Some(log), Some(len)) = (option(ERROR_LOG), option(ERROR_LOG_BYTES)) {
                    let complaint = error.to_string();
                    let shown = complaint.len().min(len.addr().saturating_sub(1));
                    // SAFETY: the API asks its caller for so much room.
                    unsafe { log.cast::<u8>().copy_from_nonoverlapping(complaint.as_ptr(), shown) };
                }
                Err(Status::InvalidPtx)
            }
        }
    };

    /// An entry of a module.
    fn cuModuleGetFunction(function: *mut *mut c_void, module: *mut c_void, name: *const c_char) = |machine| {
        let module = number(Kind::Module, module)?;
        let (gpu, module) = machine.modules.get(module).ok_or(Status::InvalidHandle)?.clone();
        // SAFETY: the API asks its caller for a text with a 0 at its end.
        let entry = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
        if gpu != current()? {
            return Err(Status::InvalidContext);
        }
        module.entries().find(|name| *name == entry).ok_or(Status::NotFound)?;
        machine.functions.push(Function { gpu, module: Arc::clone(&module), entry });
        put(function, handle(Kind::Function, machine.functions.len() - 1))
    };

    /// Launches a kernel.
    fn cuLaunchKernel(
        function: *mut c_void,
        grid_x: u32, grid_y: u32, grid_z: u32,
        block_x: u32, block_y: u32, block_z: u32,
        shared: u32,
        stream: *mut c_void,
        parameters: *mut *mut c_void,
        extra: *mut *mut c_void
    ) = |machine| {
        let function = number(Kind::Function, function)?;
        let function = machine.functions.get(function).ok_or(Status::InvalidHandle)?.clone();
        let (grid, block) = ([grid_x, grid_y, grid_z], [block_x, block_y, block_z]);
        let stream = stream_of(machine, stream)?;
        if !extra.is_null() || grid.contains(&0) || block.contains(&0) || function.gpu != machine.streams[stream].gpu {
            return Err(Status::InvalidValue);
        }
        let bits = function.module.parameter_bits(&function.entry).ok_or(Status::InvalidHandle)?;
        // SAFETY: the API asks its caller for a pointer to each parameter, and the parameters are read now.
        let argument = |(at, bits): (usize, u32)| unsafe {
            match bits {
                32 => Ok(Argument::U32((*parameters.add(at)).cast::<u32>().read())),
                64 => Ok(Argument::U64((*parameters.add(at)).cast::<u64>().read())),
                _ => Err(Status::InvalidValue),
            }
        };
        let arguments = bits.into_iter().enumerate().map(argument).collect::<Result<_, _>>()?;
        machine.push(stream, Work::Launch { function, grid, block, arguments, shared: shared as usize })
    };
}

/// `CU_JIT_ERROR_LOG_BUFFER` and `CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES`.
const ERROR_LOG: u32 = 5;
const ERROR_LOG_BYTES: u32 = 6;

fn allocate(machine: &mut Machine, gpu: usize, address: *mut u64, bytes: usize) -> Result<(), Status> {
    if bytes == 0 {
        return Err(Status::InvalidValue);
    }
    put(address, machine.gpu(gpu)?.device.allocate(bytes).map_err(|_| Status::OutOfMemory)?)
}
