//! Arrays in the memory of devices: on every GPU of the machine, and on the emulated one with the feature `emulator`.

use std::io::Write;

use keops::{Device, DeviceArray, Error, devices, formula};
use ndarray::{Array2, array, s};

/// More than the host copies at a time, and no multiple of it.
const MANY_ROWS: usize = 1_234_567;

/// All devices at hand.
fn at_hand() -> Vec<Device> {
    let gpus = devices();
    if let Err(error) = &gpus {
        // Not `eprintln!`, which the test harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED on GPUs: {error}");
    }
    let gpus = gpus.unwrap_or_default().into_iter().map(|gpu| Device::Cuda(gpu.ordinal));
    #[cfg(feature = "emulator")]
    let gpus = gpus.chain([Device::Emulated]);
    gpus.collect()
}

fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, k)| (7 * i + k) as f64 - 0.5)
}

#[test]
fn what_is_uploaded_comes_back() -> Result<(), Error> {
    for device in at_hand() {
        for (rows, columns) in [(1, 1), (5, 3), (1000, 17), (MANY_ROWS, 2)] {
            let x = numbers(rows, columns);
            let on_device = DeviceArray::upload(&x, device)?;
            assert_eq!((on_device.nrows(), on_device.ncols(), on_device.device()), (rows, columns, device));
            assert_eq!(on_device.download()?, x);
            let x = x.mapv(|number| number as f32);
            assert_eq!(DeviceArray::upload(&x, device)?.download()?, x);
        }
    }
    Ok(())
}

#[test]
fn views_are_packed() -> Result<(), Error> {
    let x = numbers(100, 9);
    for device in at_hand() {
        for view in [x.t(), x.slice(s![..;3, 1..4]), x.slice(s![..;-1, ..]), x.slice(s![10..20, ..])] {
            assert_eq!(DeviceArray::upload(view, device)?.download()?, view);
        }
        assert_eq!(
            DeviceArray::upload(&[[1.0_f32, 2.0], [3.0, 4.0]], device)?.download()?,
            array![[1.0, 2.0], [3.0, 4.0]]
        );
    }
    Ok(())
}

#[test]
fn arrays_without_entries() -> Result<(), Error> {
    for device in at_hand() {
        for shape in [(0, 3), (3, 0), (0, 0)] {
            let empty = DeviceArray::<f32>::zeros(device, shape)?;
            assert_eq!(empty.shape(), shape);
            assert_eq!(empty.try_clone()?.download()?, Array2::zeros(shape));
        }
    }
    Ok(())
}

#[test]
fn zeros_and_clones() -> Result<(), Error> {
    for device in at_hand() {
        // Memory that was in use before.
        drop(DeviceArray::upload(&numbers(1000, 3), device)?);
        assert_eq!(DeviceArray::<f64>::zeros(device, (1000, 3))?.download()?, Array2::zeros((1000, 3)));
        let x = numbers(1000, 3);
        let original = DeviceArray::upload(&x, device)?;
        let (clone, other) = (original.try_clone()?, DeviceArray::upload(&original, device)?);
        drop(original);
        let zeros = DeviceArray::<f64>::zeros(device, (1000, 3))?;
        assert_eq!((clone.download()?, other.download()?, zeros.download()?), (x.clone(), x, Array2::zeros((1000, 3))));
        assert_eq!(format!("{clone:?}"), format!("DeviceArray(1000 x 3 of f64 on {device})"));
    }
    Ok(())
}

#[test]
fn arrays_go_from_one_device_to_another() -> Result<(), Error> {
    let x = numbers(100_000, 3);
    for from in at_hand() {
        let here = DeviceArray::upload(&x, from)?;
        for to in at_hand() {
            let there = DeviceArray::upload(&here, to)?;
            assert_eq!((there.device(), there.download()?), (to, x.clone()));
        }
    }
    Ok(())
}

#[test]
fn threads_do_not_get_in_each_others_way() {
    for device in at_hand() {
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || {
                    let x = numbers(100_000 + n, 3);
                    for _ in 0..5 {
                        assert_eq!(DeviceArray::upload(&x, device).unwrap().download().unwrap(), x);
                    }
                });
            }
        });
    }
}

#[test]
fn too_large_an_array_says_how_much_there_is() {
    for device in at_hand() {
        let error = DeviceArray::<f64>::zeros(device, (1 << 30, 1 << 20)).unwrap_err();
        let Error::DeviceMemory { asked, free, total, .. } = error else { panic!("{error}") };
        assert_eq!(asked, 1 << 53);
        assert!(free <= total && total > 0);
        let text = error.to_string();
        assert!(text.starts_with(&format!("out of memory on {device}: asked for 8192.0 TiB, but ")), "{text}");
        assert!(DeviceArray::<f64>::zeros(device, (usize::MAX, 2)).is_err());
    }
}

#[test]
fn an_array_is_read_where_it_is() -> Result<(), Error> {
    let distance = formula!("SqDist(x, y)", x = Vi(3), y = Vj(3));
    let nearest = formula!("SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = Min);
    let (x, y) = (numbers(4, 3), numbers(5, 3));
    for device in at_hand() {
        let on_device = DeviceArray::upload(&y, device)?;
        let error = distance.on(Device::Cpu).call(&x, &on_device).unwrap_err();
        let text = format!("variable `y` of `SqDist(x, y)`: the array is on {device}, but the reduction runs on cpu");
        assert_eq!(error.to_string(), text);
        assert!(nearest.on(Device::Cpu).grad_y(&x, &on_device, &numbers(4, 1)).is_err());
        // Shapes are checked before anything else.
        let error = distance.call(&numbers(4, 2), &on_device).unwrap_err();
        assert_eq!(error.to_string(), "variable `x` of `SqDist(x, y)`: expected dimension 3, found 2");
        let error = distance.call(&on_device, &DeviceArray::upload(&numbers(2, 4), device)?).unwrap_err();
        assert_eq!(error.to_string(), "variable `y` of `SqDist(x, y)`: expected dimension 3, found 4");
        // This package has no build script that would make code for GPUs.
        let error = distance.call(&x, &on_device).unwrap_err();
        let text = format!("`SqDist(x, y)` cannot run on {device}: the program holds no GPU code for it");
        assert_eq!(error.to_string(), text);
    }
    Ok(())
}
