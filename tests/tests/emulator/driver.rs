//! The back end for CUDA, on a stand-in for the driver's library whose GPUs are emulated (`keops-libcuda`): other tests of this
//! program are run again, in a process that loads it.

use std::env;
use std::fs;
use std::process::Command;

use keops_tests::gpu;

/// Tests that between them ask the driver for all it can do: arrays that stay on a GPU, tables, parameters, several
/// launches one after the other.
const TESTS: [&str; 3] = ["arguments::", "batches::", "resident::"];

/// Runs tests on a device, with a setting of the stand-in. No two calls have the same one.
fn run(device: &str, tests: &[&str], setting: (&str, &str)) {
    // This process may be such a one, or run on a real GPU.
    if env::var_os("KEOPS_TEST_DEVICE").is_some() || !cfg!(target_os = "linux") || !gpu::has_code("the driver") {
        return;
    }
    let program = env::current_exe().expect("a path");
    let built = program.with_file_name("libkeops_libcuda.so");
    // The list of folders that is searched has colons between them.
    let folder = env::temp_dir().join(format!("keops-libcuda-{}-{}-{}", std::process::id(), setting.0, setting.1));
    fs::create_dir_all(&folder).expect("a folder");
    // The name by which it is looked for first.
    fs::copy(&built, folder.join("libcuda.so")).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    let output = Command::new(&program)
        .args(tests)
        .env("LD_LIBRARY_PATH", &folder)
        .env("KEOPS_TEST_DEVICE", device)
        .env(setting.0, setting.1)
        .output();
    let _ = fs::remove_dir_all(&folder);
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let [said, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{device}, {setting:?}:\n{said}\n{complained}");
    let passed = said.lines().filter(|line| line.ends_with(" ... ok")).count();
    assert!(passed >= tests.len(), "{device}: only {passed} tests were run:\n{said}");
}

#[test]
fn on_a_gpu() {
    run("cuda:0", &TESTS, ("KEOPS_LIBCUDA_GPUS", "1"));
}

#[test]
fn on_a_gpu_that_is_not_the_first_one() {
    run("cuda:1", &["resident::"], ("KEOPS_LIBCUDA_GPUS", "2"));
}

#[test]
fn on_a_gpu_without_pools_of_memory() {
    run("cuda:0", &["resident::"], ("KEOPS_LIBCUDA_POOLS", "0"));
}

#[test]
fn on_all_gpus() {
    run("all-cuda", &["arguments::views", "batches::ragged"], ("KEOPS_LIBCUDA_GPUS", "3"));
}
