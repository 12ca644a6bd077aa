//! Bugs that are planted into a kernel must be caught: the emulator would be of no use if it let them pass.

use keops_device::gpu::table::Work;
use keops_emulator::{Argument, Device, Error, Module, Problem};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use ndarray::Array2;

/// The text of the kernel, if it was compiled.
const PTX: Option<&str> = include!(concat!(env!("OUT_DIR"), "/planted_ptx.rs"));

/// The entry point for single precision.
const ENTRY: &str = "k0_Sum_f32";

/// A block of rows that has some to spare, and two tiles of columns, of which the last is not full.
const ROWS: usize = 100;
const COLUMNS: usize = 300;

fn arguments() -> [Array2<f32>; 3] {
    [numbers(ROWS, 3, 1), numbers(COLUMNS, 3, 2), numbers(COLUMNS, 1, 3)]
}

/// Runs the kernel as `keops` would, in one block.
fn launch(ptx: &str) -> Result<Vec<f32>, Error> {
    let module = Module::parse(ptx)?;
    let mut device = Device::new(1 << 24);
    device.limit_instructions(1 << 17);
    let [x, y, b] = arguments();
    let mut upload = |array: &Array2<f32>| {
        let bytes: Vec<u8> = array.iter().flat_map(|number| number.to_le_bytes()).collect();
        let address = device.allocate(bytes.len())?;
        device.write(address, &bytes)?;
        Ok::<u64, Error>(address)
    };
    let [x, y, b] = [upload(&x)?, upload(&y)?, upload(&b)?];
    // No parameters but the lengths, of which this formula prepares nothing.
    let (values, params) = (device.allocate(4 * ROWS)?, device.allocate(16)?);
    let work = Work {
        rows: ROWS as u32,
        first_row: 0,
        result: 0,
        params: 0,
        columns: COLUMNS as u32,
        places: COLUMNS as u32,
        first_place: 0,
        part_places: 4096,
        first_interval: 0,
        end_interval: 0,
        parts: 1,
        state: 0,
    };
    // All variables begin with their first row.
    let table: Vec<u8> = work.words().into_iter().chain([0; 3]).flat_map(u32::to_le_bytes).collect();
    let table_at = device.allocate(table.len())?;
    device.write(table_at, &table)?;
    let pointers = |all: &[u64]| all.iter().map(|&address| Argument::U64(address)).collect::<Vec<_>>();
    // No positions and no states, one row of the table for all blocks, no intervals.
    let mut arguments = pointers(&[values, 0, 0, table_at]);
    arguments.push(Argument::U32(0));
    arguments.extend(pointers(&[0, params, x, y, b]));
    device.launch(&module, ENTRY, [1, 1, 1], [128, 1, 1], &arguments)?;
    let mut bytes = vec![0; 4 * ROWS];
    device.read(values, &mut bytes)?;
    Ok(bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect())
}

/// The PTX with one line changed, for each line of the entry point that has one of the operations.
fn damaged(ptx: &str, operations: &[&str], change: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let lines: Vec<&str> = ptx.lines().collect();
    let head = format!(".visible .entry {ENTRY}(");
    let first = lines.iter().position(|line| line.starts_with(&head)).expect("the entry point");
    let end = first + lines[first..].iter().position(|line| *line == "}").expect("its end");
    let damaged = (first..end).filter(|&at| operations.iter().any(|operation| lines[at].contains(operation)));
    damaged
        .map(|at| {
            let changed = change(lines[at]);
            let text = [&lines[..at], &[changed.as_str()], &lines[at + 1..]].concat().join("\n");
            (format!("line {}, {} for {}", at + 1, changed.trim(), lines[at].trim()), text)
        })
        .collect()
}

/// The number of bytes that a line accesses.
fn width(line: &str) -> usize {
    let vector = if line.contains(".v4.") {
        4
    } else if line.contains(".v2.") {
        2
    } else {
        1
    };
    let size = if [".b64", ".f64", ".u64"].iter().any(|size| line.contains(size)) { 8 } else { 4 };
    vector * size
}

/// The line with an address that is higher by so many bytes.
fn shifted(line: &str, bytes: usize) -> String {
    let (start, rest) = line.split_once('[').expect("an address");
    let (address, end) = rest.split_once(']').expect("its end");
    let (register, offset) = address.split_once('+').unwrap_or((address, "0"));
    let offset: i64 = offset.parse().expect("a number");
    format!("{start}[{register}+{}]{end}", offset + bytes as i64)
}

/// Runs damaged kernels, of which there must be some; all must fail in one of the ways that `expected` accepts.
#[track_caller]
fn all_are_caught(what: &str, kernels: &[(String, String)], expected: fn(&Problem) -> bool) {
    assert!(!kernels.is_empty(), "{what}: there is nothing to damage");
    for (damage, text) in kernels {
        match launch(text) {
            Ok(_) => panic!("{what}: not caught: {damage}"),
            Err(error) if error.problem().is_some_and(expected) => {}
            Err(error) => panic!("{what}: {damage}: {error}"),
        }
    }
    println!("{what}: {} damaged kernels, all caught", kernels.len());
}

/// The text, unless there is none.
fn ptx() -> Option<&'static str> {
    let there_is = gpu::has_code("planted bugs");
    assert_eq!(there_is, PTX.is_some(), "the formula has code if any has");
    PTX
}

#[test]
fn without_a_bug_there_is_no_error() {
    if let Some(ptx) = ptx() {
        let got = launch(ptx).unwrap_or_else(|error| panic!("{error}"));
        let [x, y, b] = arguments();
        let formula = include!(concat!(env!("OUT_DIR"), "/planted.rs"));
        let got = Ok(Array2::from_shape_vec((ROWS, 1), got).expect("a number per row"));
        let expected = formula.on(keops::Device::Cpu).call(&x, &y, &b);
        gpu::assert_agree("undamaged", got, expected, crate::tolerance::<f32>());
    }
}

#[test]
fn a_missing_barrier() {
    if let Some(ptx) = ptx() {
        let kernels = damaged(ptx, &["bar.sync", "barrier.sync"], |_| String::new());
        // Without that before the loop a thread reads what others have not written yet; without that behind it,
        // others overwrite what a thread still reads.
        assert!(kernels.len() >= 2, "there are two barriers at least");
        all_are_caught("a missing barrier", &kernels, |problem| {
            matches!(problem, Problem::Race { .. } | Problem::Unwritten { .. })
        });
    }
}

#[test]
fn a_barrier_that_not_all_threads_reach() {
    if let Some(ptx) = ptx() {
        // As in a branch that only the first threads take.
        let kernels = damaged(ptx, &["bar.sync", "barrier.sync"], |line| {
            format!(
                "{{ .reg .pred %q; .reg .b32 %t; mov.u32 %t, %tid.x; setp.lt.u32 %q, %t, 64; @%q {} }}",
                line.trim()
            )
        });
        all_are_caught("a barrier of some threads", &kernels, |problem| {
            matches!(problem, Problem::BarrierDivergence { .. } | Problem::Race { .. } | Problem::Unwritten { .. })
        });
    }
}

#[test]
fn a_missing_store_to_shared_memory() {
    if let Some(ptx) = ptx() {
        let kernels = damaged(ptx, &["st.shared"], |_| String::new());
        all_are_caught("a missing store", &kernels, |problem| matches!(problem, Problem::Unwritten { .. }));
    }
}

#[test]
fn an_index_of_shared_memory_that_is_off_by_one() {
    if let Some(ptx) = ptx() {
        let kernels = damaged(ptx, &["st.shared"], |line| shifted(line, width(line)));
        all_are_caught("a store off by one", &kernels, |problem| {
            let race = matches!(problem, Problem::Race { .. });
            race || matches!(problem, Problem::Unwritten { .. } | Problem::OutOfBounds { .. })
        });
        let by_one_number = damaged(ptx, &["st.shared.v", "ld.shared.v"], |line| shifted(line, 4));
        if !by_one_number.is_empty() {
            let expected = |problem: &Problem| matches!(problem, Problem::Misaligned { .. });
            all_are_caught("an access to a part of two vectors", &by_one_number, expected);
        }
    }
}

#[test]
fn an_index_of_global_memory_that_is_off_by_one() {
    if let Some(ptx) = ptx() {
        let expected = |problem: &Problem| matches!(problem, Problem::OutOfBounds { .. });
        // One row of x or y further; of b, its row has one entry. What is read of the table instead of something else may do
        // no harm.
        let loads = damaged(ptx, &["ld.global"], |line| shifted(line, 12));
        let is_caught = |text: &str| launch(text).is_err_and(|error| error.problem().is_some_and(expected));
        let caught = loads.iter().filter(|(_, text)| is_caught(text)).count();
        assert!(caught > 3 + 3, "{caught} loads off by one are caught, but x, y and b have more numbers");
        let stores = damaged(ptx, &["st.global.b32", "st.global.f32"], |line| shifted(line, width(line)));
        assert!(!stores.is_empty());
        for (damage, text) in &stores {
            // Stores of states, which this launch does not reach, may be among them.
            if let Err(error) = launch(text) {
                assert!(error.problem().is_some_and(expected), "{damage}: {error}");
            }
        }
        assert!(stores.iter().any(|(_, text)| launch(text).is_err()), "no store off by one is caught");
    }
}

#[test]
fn a_condition_that_lets_too_many_rows_pass() {
    if let Some(ptx) = ptx() {
        // Each comparison of the entry point, turned into one that always holds.
        let kernels = damaged(ptx, &["setp.lt.u32", "setp.ge.u32", "setp.le.u32", "setp.gt.u32"], |line| {
            let (start, _) = line.split_once("setp").expect("a comparison");
            let operands = line.split_whitespace().nth(1).expect("its predicate");
            let holds = if line.contains(".lt") || line.contains(".le") { "eq" } else { "ne" };
            format!("{start}setp.{holds}.u32 {operands} 0, 0;")
        });
        let caught = kernels.iter().filter(|(_, text)| launch(text).is_err()).count();
        println!("{caught} of {} comparisons matter", kernels.len());
        assert!(caught > 0, "rows and columns beyond the last one are not noticed");
    }
}
