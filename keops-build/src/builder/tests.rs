use std::ffi::OsStr;

use super::*;
use crate::check::check_ptx;
use crate::testing::Folder;

const SOURCE: &str = r#"
    fn main() {
        let k = keops::formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
        println!("{}", formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)));
        let wrong = formula!("Exp(-", x = Vi(3));
        #[cfg(feature = "off")]
        let other = formula!("x - y", x = Vi(1), y = Vj(1));
    }
"#;

fn surroundings(folder: &Folder) -> Surroundings {
    let out_dir = folder.path().join("target/debug/build/package-1/out");
    fs::create_dir_all(&out_dir).expect("a folder");
    Surroundings {
        package: folder.path().to_owned(),
        out_dir,
        target: "x86_64-unknown-linux-gnu".into(),
        requested: env::var_os(OVERRIDE),
        rustc: "rustc".into(),
        cargo: "cargo".into(),
        threads: 2,
        verbose: true,
        conditions: Conditions::default(),
    }
}

fn run(builder: &Builder, surroundings: &Surroundings) -> Vec<String> {
    let mut lines = Vec::new();
    builder.run(surroundings, &mut lines, &mut BTreeSet::new()).expect("an output folder");
    lines
}

fn written(surroundings: &Surroundings) -> Vec<String> {
    let entries = fs::read_dir(surroundings.out_dir.join("keops")).expect("the folder");
    entries.map(|entry| entry.expect("a file").file_name().into_string().expect("a name")).collect()
}

#[test]
fn formulas_are_found_once_and_files_are_watched() {
    let folder = Folder::new("builder");
    folder.write("src/main.rs", SOURCE);
    folder.write("examples/broken.rs", "fn main( {");
    folder.write("generated.rs", "fn f() { formula!(\"x + y\", x = Vi(1), y = Vj(1)) }");
    let mut lines = Vec::new();
    let formulas = Builder::new().formulas(&surroundings(&folder), &mut lines);
    let texts: Vec<&str> = formulas.values().map(|code| code.formula.as_str()).collect();
    assert_eq!(texts, ["Exp(-SqDist(x, y)) * b"]);
    let watched: Vec<_> = lines.iter().map(|line| line.replace(&folder.path().display().to_string(), ".")).collect();
    let expected = ["./src", "./examples", "./src/main.rs", "./examples/broken.rs"];
    assert_eq!(watched, expected.map(|path| format!("rerun-if-changed={path}")));
    assert_eq!(
        Builder::new().source_folders(["src"]).file("generated.rs").formulas(&surroundings(&folder), &mut lines).len(),
        2
    );
}

#[test]
fn without_a_compiler_there_is_one_warning_or_none() {
    let folder = Folder::new("off");
    folder.write("src/main.rs", SOURCE);
    let mut surroundings = Surroundings { verbose: false, ..surroundings(&folder) };
    for (requested, warnings) in [("off", 0), ("/no/such/rustc", 1)] {
        surroundings.requested = Some(requested.into());
        fs::create_dir_all(surroundings.out_dir.join("keops")).expect("a folder");
        fs::write(surroundings.out_dir.join("keops/stale.ptx"), "").expect("a file");
        let lines = run(&Builder::new(), &surroundings);
        assert_eq!(lines.iter().filter(|line| line.starts_with("warning=")).count(), warnings, "{lines:?}");
        assert!(written(&surroundings).is_empty());
    }
}

#[test]
fn warnings_are_lines() {
    let mut lines = Vec::new();
    warn(&mut lines, "the formula `a\n   + b`", "error: one\n\n  two");
    assert_eq!(lines, ["warning=keops: the formula `a + b`", "warning=  error: one", "warning=  two"]);
}

#[test]
fn results_come_in_order() {
    let numbers: Vec<usize> = (0..100).collect();
    assert_eq!(in_parallel(&numbers, 3, |n| n * n), numbers.iter().map(|n| n * n).collect::<Vec<_>>());
    assert!(in_parallel(&[], 3, |n: &usize| *n).is_empty());
}

/// A kernel by hand, in the manner of those that are emitted.
const KERNEL: &str = r#"
    #![no_std]
    #![feature(abi_ptx, asm_experimental_arch, stdarch_nvptx)]
    extern crate keops_device as keops;
    use core::arch::{asm, nvptx::{_syncthreads, _thread_idx_x}};
    use keops::{Math, Real};
    #[unsafe(no_mangle)]
    pub unsafe extern "ptx-kernel" fn sums(x: *const f32, to: *mut f32, n: u32) {
        // SAFETY: nobody launches it; it would take a block of as many threads as the tile has numbers.
        unsafe {
            let tile: *mut f32;
            asm!(".shared .align 16 .b8 tile[512];", "mov.u64 {0}, tile;", out(reg64) tile);
            let thread = _thread_idx_x() as usize;
            *tile.add(thread) = (-x.add(thread).read()).exp();
            _syncthreads();
            let mut sum = 0.0;
            for j in 0..n as usize {
                sum += Real::sqrt(*tile.add(j));
            }
            *to.add(thread) = sum;
        }
    }
"#;

/// The road of a kernel through a compiler, if this machine has one. Long, as `core` is built; the folder of the cache is
/// that of other builds where there is one.
#[test]
fn kernels_become_ptx() {
    let requested = env::var_os(OVERRIDE);
    let Search::Found(toolchain) = search(requested.as_deref(), OsStr::new("rustc"), OsStr::new("cargo")) else {
        eprintln!("skipped: no compiler for NVIDIA GPUs on this machine");
        return;
    };
    // Where cargo keeps the binary of this test: `<target>/<profile>/deps`.
    let test = env::current_exe().expect("this program");
    let profile = test.ancestors().nth(2).expect("the folder of the profile");
    let cache = Cache::beside(&profile.join("build/keops-build-test/out"), "none").expect("a cache");
    let architecture = "sm_80";
    let libraries = Libraries::get(&cache, &toolchain, architecture).expect("libraries");
    let compiler = Compiler { cache: &cache, toolchain: &toolchain, libraries: &libraries, architecture };

    // Something that no other run has compiled.
    let source = format!("{KERNEL}\n// {}", std::process::id());
    let Compiled { result, from_cache } = compiler.compile(&source);
    let ptx = result.expect("a kernel");
    assert!(!from_cache);
    let facts = check_ptx(&ptx).expect("nothing wrong");
    assert_eq!((facts.entries, facts.local, facts.traps), (vec!["sums".to_owned()], vec![], 0));
    assert!(ptx.contains("st.shared.b32") && ptx.contains("ld.shared.b32"), "{ptx}");
    assert_eq!(compiler.compile(&source), Compiled { result: Ok(ptx), from_cache: true });

    let message = compiler.compile("#![no_std]\nfn f() -> u32 { true }").result.expect_err("a wrong type");
    assert!(message.contains("mismatched types"), "{message}");
    let calls = "#![no_std]\n#![feature(abi_ptx)]\nunsafe extern \"C\" { fn away(); }\n#[unsafe(no_mangle)]\n\
                 pub unsafe extern \"ptx-kernel\" fn k() { unsafe { away() } }";
    for _ in 0..2 {
        let message = compiler.compile(calls).result.expect_err("a call");
        assert!(message.contains("`away` is defined elsewhere"), "{message}");
    }
}
