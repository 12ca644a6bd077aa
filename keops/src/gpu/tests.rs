//! Tests of the drivers, each on every device at hand: copies, order, launches, and what they say of errors.

use std::io::Write;

use super::buffer::Buffer;
use super::driver;
use super::driver::{Argument, Driver, LaunchShape};
use crate::{Device, Error, devices};

/// Doubles the first n numbers.
const TWICE: &str = "
.version 7.0
.target sm_80
.address_size 64

.visible .entry twice(.param .u64 twice_param_0, .param .u32 twice_param_1)
{
    .reg .pred %p<2>;
    .reg .f32 %f<3>;
    .reg .b32 %r<6>;
    .reg .b64 %rd<5>;

    ld.param.u64 %rd1, [twice_param_0];
    ld.param.u32 %r1, [twice_param_1];
    mov.u32 %r2, %ctaid.x;
    mov.u32 %r3, %ntid.x;
    mov.u32 %r4, %tid.x;
    mad.lo.s32 %r5, %r2, %r3, %r4;
    setp.ge.u32 %p1, %r5, %r1;
    @%p1 bra $L__END;
    cvta.to.global.u64 %rd2, %rd1;
    mul.wide.u32 %rd3, %r5, 4;
    add.s64 %rd4, %rd2, %rd3;
    ld.global.f32 %f1, [%rd4];
    add.f32 %f2, %f1, %f1;
    st.global.f32 [%rd4], %f2;
$L__END:
    ret;
}
";

/// No PTX.
const BAD: &str = ".version 7.0\n.target sm_80\n.address_size 64\nthis is bad\n";

/// The drivers of all devices at hand. It is said aloud if there is none.
fn drivers() -> Vec<&'static dyn Driver> {
    let gpus = devices();
    if let Err(error) = &gpus {
        // Not `eprintln!`, which the test harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED on GPUs: {error}");
    }
    let gpus = gpus.unwrap_or_default().into_iter().map(|gpu| Device::Cuda(gpu.ordinal));
    #[cfg(feature = "emulator")]
    let gpus = gpus.chain([Device::Emulated]);
    gpus.map(|device| driver(device).unwrap()).collect()
}

fn launch_twice(driver: &dyn Driver, buffer: &Buffer, count: u32) -> Result<(), Error> {
    let shape = LaunchShape { grid: [count.div_ceil(128), 1, 1], block: 128 };
    driver.launch(TWICE, "twice", shape, &[Argument::Pointer(buffer.address()), Argument::Number(count)])
}

#[test]
fn work_is_done_in_order() {
    for driver in drivers() {
        let numbers: Vec<f32> = (0..1000).map(|i| i as f32).collect();
        let buffer = Buffer::of_slice(driver, &numbers).unwrap();
        launch_twice(driver, &buffer, 1000).unwrap();
        launch_twice(driver, &buffer, 600).unwrap();
        let copy = buffer.try_clone().unwrap();
        buffer.clear().unwrap();
        launch_twice(driver, &copy, 1000).unwrap();
        let (mut cleared, mut copied) = (vec![1.0_f32; 1000], vec![0.0_f32; 1000]);
        buffer.download(&mut cleared).unwrap();
        copy.download(&mut copied).unwrap();
        assert!(cleared.iter().all(|&number| number == 0.0));
        let expected = |i| if i < 600 { 8.0 } else { 4.0 } * i as f32;
        assert!((0..1000).all(|i| copied[i] == expected(i)));
        driver.synchronize().unwrap();
    }
}

#[test]
fn modules_are_loaded_by_several_threads() {
    for driver in drivers() {
        std::thread::scope(|scope| {
            for n in 1..=8 {
                scope.spawn(move || {
                    for _ in 0..20 {
                        let buffer = Buffer::of_slice(driver, &vec![n as f32; 300]).unwrap();
                        launch_twice(driver, &buffer, 300).unwrap();
                        let mut doubled = vec![0.0_f32; 300];
                        buffer.download(&mut doubled).unwrap();
                        assert_eq!(doubled, vec![2.0 * n as f32; 300]);
                    }
                });
            }
        });
    }
}

#[test]
fn errors_say_what_is_wrong_with_the_code() {
    for driver in drivers() {
        let shape = LaunchShape { grid: [1; 3], block: 32 };
        let unknown = driver.launch(TWICE, "thrice", shape, &[]).unwrap_err().to_string();
        assert!(unknown.contains("thrice"), "{unknown}");
        let unreadable = driver.launch(BAD, "twice", shape, &[]).unwrap_err().to_string();
        assert!(unreadable.contains("line "), "{unreadable}");
    }
}

#[test]
fn out_of_memory_says_how_much_was_asked_for() {
    for driver in drivers() {
        let error = Buffer::new(driver, 1 << 50).unwrap_err();
        let Error::DeviceMemory { device, asked, free, total } = error else { panic!("{error}") };
        assert_eq!((device, asked), (driver.device(), 1 << 50));
        assert!(free <= total && total < asked);
        // The device goes on.
        drop(Buffer::new(driver, 1 << 20).unwrap());
    }
}

#[test]
fn memory_comes_back() {
    for driver in drivers() {
        let error = Buffer::new(driver, 1 << 50).unwrap_err();
        let Error::DeviceMemory { free, .. } = error else { panic!("{error}") };
        // Together, these are more than there is; other tests and programs need a part of it.
        for _ in 0..20 {
            drop(Buffer::new(driver, free / 8).unwrap());
        }
    }
}

#[test]
fn what_is_no_single_gpu_has_no_driver() {
    let error = |device| driver(device).err().map(|error| error.to_string());
    assert_eq!(error(Device::Cpu).unwrap(), "an array lies on one GPU, such as cuda:0, and not on cpu");
    assert_eq!(error(Device::AllCuda).unwrap(), "an array lies on one GPU, such as cuda:0, and not on all-cuda");
    let missing = error(Device::Cuda(1000)).unwrap();
    match devices() {
        Ok(gpus) => assert_eq!(missing, format!("there is no cuda:1000: the number of GPUs is {}", gpus.len())),
        Err(reason) if cfg!(feature = "cuda") => assert_eq!(missing, reason.to_string()),
        Err(_) => assert!(missing.starts_with("cuda:1000 needs the feature `cuda`"), "{missing}"),
    }
}

#[test]
#[cfg(all(feature = "cuda", not(windows)))]
fn a_missing_driver_is_an_error_that_names_it() {
    if let Err(error) = devices() {
        assert_eq!(error.to_string(), "no NVIDIA driver: the library libcuda.so.1 was not found");
    }
}
