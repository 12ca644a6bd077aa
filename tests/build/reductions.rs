//! Kernels of all reductions.

use std::fmt::Write;

/// The axis, the formula, the reduction and its argument.
type Line = (usize, &'static str, &'static str, &'static str);

/// One result for each component.
const OTHERS: [Line; 28] = [
    (1, "x + y", "Sum", ""),
    (0, "x + y", "Sum", ""),
    (1, "x + y", "Mean", ""),
    (0, "x + y", "Mean", ""),
    (1, "x * y", "Count", ""),
    (0, "x * y", "Count", ""),
    (1, "x * y", "Min", ""),
    (0, "x * y", "Min", ""),
    (1, "x * y", "Max", ""),
    (0, "x * y", "Max", ""),
    (1, "x * y", "ArgMin", ""),
    (0, "x * y", "ArgMin", ""),
    (1, "x * y", "ArgMax", ""),
    (0, "x * y", "ArgMax", ""),
    (1, "x * y", "Min_ArgMin", ""),
    (0, "x * y", "Min_ArgMin", ""),
    (1, "x * y", "Max_ArgMax", ""),
    (0, "x * y", "Max_ArgMax", ""),
    (1, "Elem(x, 0) * Elem(y, 0)", "LogSumExp", ""),
    (0, "Elem(x, 0) * Elem(y, 0)", "LogSumExp", ""),
    (1, "Elem(x, 0) * Elem(y, 0)", "LogSumExpWeight", "\"b\""),
    (0, "Elem(x, 0) * Elem(y, 0)", "LogSumExpWeight", "\"b\""),
    (1, "Elem(x, 0) * Elem(y, 0)", "SumSoftMaxWeight", "\"b\""),
    (0, "Elem(x, 0) * Elem(y, 0)", "SumSoftMaxWeight", "\"b\""),
    (1, "Elem(x, 0) * Elem(y, 0)", "Max_SumShiftExp", ""),
    (0, "Elem(x, 0) * Elem(y, 0)", "Max_SumShiftExp", ""),
    (1, "Elem(x, 0) * Elem(y, 0)", "Max_SumShiftExpWeight", "\"b\""),
    (0, "Elem(x, 0) * Elem(y, 0)", "Max_SumShiftExpWeight", "\"b\""),
];

/// Kept in order, in a few registers.
const OF_FEW: [Line; 8] = [
    (1, "x * y", "KMin", "3"),
    (0, "x * y", "KMax", "3"),
    (0, "x * y", "ArgKMin", "3"),
    (1, "x * y", "ArgKMax", "3"),
    (1, "x * y", "KMin_ArgKMin", "1"),
    (0, "x * y", "KMax_ArgKMax", "2"),
    (1, "x * y", "KMax_ArgKMax", "10"),
    (0, "x * y", "KMin_ArgKMin", "16"),
];

/// Kept in a buffer by some lanes of a processor, or by all; in memory by the threads of a GPU.
const OF_MORE: [Line; 3] =
    [(1, "x * y", "KMin_ArgKMin", "17"), (0, "x * y", "KMax_ArgKMax", "17"), (1, "x * y", "KMin_ArgKMin", "33")];

/// Too slow for an emulator.
const OF_MANY: [Line; 5] = [
    (1, "x * y", "KMax_ArgKMax", "65"),
    (0, "x * y", "KMin_ArgKMin", "100"),
    (1, "x * y", "KMax_ArgKMax", "1000"),
    (1, "x * y", "KMin", "1000"),
    (1, "x * y", "ArgKMax", "100"),
];

/// The functions `others`, `of_few` and `of_more`, which return kernels, as source code.
pub(crate) fn also_for_gpus() -> String {
    functions(&[("others", &OTHERS), ("of_few", &OF_FEW), ("of_more", &OF_MORE)])
}

/// The function `of_many`.
pub(crate) fn for_processors() -> String {
    functions(&[("of_many", &OF_MANY)])
}

fn functions(tables: &[(&str, &[Line])]) -> String {
    let mut source = String::new();
    for (name, lines) in tables {
        let mut list = String::new();
        for (number, &line) in lines.iter().enumerate() {
            let (call, (_, _, reduction, argument)) = (call(line), line);
            let count = argument.parse::<usize>().unwrap_or(1);
            let arguments = "a: &[Array2<T>], s: Setting<'_>";
            let body = format!(
                "formula!({call}, derivatives = false).on(s.device).ranges(s.ranges).call(&a[0], &a[1], &a[2])?.results()"
            );
            let function = format!("{name}{number}");
            writeln!(source, "fn {function}<T: Number>({arguments}) -> Result<Vec<Reduced>, Error> {{ Ok({body}) }}")
                .expect("a string grows");
            let fields = format!("reduction: {reduction:?}, count: {count}, call: {call:?}, run: {function}::<T>");
            writeln!(list, "    Kernel {{ {fields} }},").expect("a string grows");
        }
        writeln!(source, "pub(crate) fn {name}<T: Number>() -> Vec<Kernel<T>> {{\n    vec![\n{list}]\n}}")
            .expect("a string grows");
    }
    source
}

/// x is kept, y and b are reduced.
fn call((axis, formula, reduction, argument): Line) -> String {
    let [kept, reduced] = if axis == 1 { ["Vi", "Vj"] } else { ["Vj", "Vi"] };
    let argument = if argument.is_empty() { String::new() } else { format!("({argument})") };
    let variables = format!("x = {kept}(3), y = {reduced}(3), b = {reduced}(2)");
    format!("{formula:?}, {variables}, reduction = {reduction}{argument}, axis = {axis}")
}
