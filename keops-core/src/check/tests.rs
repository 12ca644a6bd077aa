//! What the check makes of reductions. Its messages are tested on compiled programs.

use super::Formula;
use crate::eval::{Data, reduce};
use crate::graph::Axis;

const VARIABLES: &str = "x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1)";

fn checked(text: &str, options: &str) -> Result<Formula, Vec<String>> {
    let tokens = format!("{text:?}, {VARIABLES}{options}").parse().unwrap();
    crate::check(tokens).map_err(|reports| reports.iter().map(|report| report.text().to_owned()).collect())
}

#[test]
fn an_unknown_reduction_is_one_error() {
    for options in [", reduction = Median", ", reduction = Median(3)", ", reduction = Median(\"y\")"] {
        for text in ["x+y", "Sum_Reduction(x+y,0)", "KMin_Reduction(x+y,3,0)"] {
            let errors = checked(text, options).unwrap_err();
            assert!(errors.len() == 1 && errors[0].starts_with("unknown reduction `Median`"), "{options}: {errors:?}");
        }
    }
    // Everything else is still checked.
    assert_eq!(checked("x+z", ", reduction = Median(\"w\")").unwrap_err().len(), 3);
}

#[test]
fn an_alias_names_the_same_reduction() {
    let formula = checked("SumSoftMaxWeight_Reduction((x|y),0,y)", ", reduction = SoftMax(\"y\")").unwrap();
    assert_eq!(formula.reduction.name, "SumSoftMaxWeight");
}

#[test]
fn a_mean_divides_by_the_length_of_its_own_axis() {
    let rows = |rows: usize, dim: usize| Data { rows, values: (0..rows * dim).map(|k| (k as f64).sin()).collect() };
    let data = [rows(3, 2), rows(5, 2), rows(1, 1), rows(3, 1)];
    for (text, options, kept, name, length) in [
        ("x*y", "", Axis::I, "Mean", 5.0),
        ("x*y", ", axis = 0", Axis::J, "Mean", 3.0),
        ("@(x*y,0)", "", Axis::I, "Mean", 5.0),
        ("@(x*y,1)", "", Axis::J, "Mean", 3.0),
        ("Grad(@((x|y),0),x,e)", "", Axis::I, "Mean", 5.0),
        ("Grad(@((x|y),0),y,e)", "", Axis::J, "Sum", 5.0),
        ("Grad(@(p*(x|y),0),p,e)", "", Axis::I, "Sum", 5.0),
        ("Diff(@((x|y),1),y,y)", "", Axis::J, "Mean", 3.0),
    ] {
        let option = if text.contains('@') { "" } else { ", reduction = Mean" };
        let mean = checked(&text.replace('@', "Mean_Reduction"), &format!("{option}{options}")).unwrap();
        let sum = checked(&text.replace('@', "Sum_Reduction"), options).unwrap();
        assert_eq!((mean.kept, mean.reduction.name, mean.total), (kept, name, sum.total), "{text}");
        let (found, expected) = (reduce(&mean, &data), reduce(&sum, &data));
        assert_eq!((found.rows, found.dim), (expected.rows, expected.dim), "{text}");
        for (found, expected) in found.values.iter().zip(expected.values) {
            assert!((found - expected / length).abs() < 1e-14, "{text}: {found}, the sum is {expected}");
        }
    }
}

#[test]
fn counts_and_means_of_nothing_are_zero() {
    let data = |y: Vec<f64>| {
        let of = |values: Vec<f64>, dim: usize| Data { rows: values.len() / dim, values };
        [of(vec![0.0; 2], 2), of(y, 2), of(vec![1.0], 1), of(vec![1.0], 1)]
    };
    let count = checked("y", ", reduction = Count").unwrap();
    let some = data(vec![0.0, -0.0, f64::NAN, 1.0, f64::INFINITY, 0.0]);
    assert_eq!(reduce(&count, &some).values, [2.0, 1.0]);
    assert_eq!(reduce(&count, &data(Vec::new())).values, [0.0, 0.0]);
    let mean = checked("y", ", reduction = Mean").unwrap();
    assert_eq!(reduce(&mean, &data(Vec::new())).values, [0.0, 0.0]);
}
