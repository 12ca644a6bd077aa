//! Formulas with all their methods.

use std::fmt::Write;
use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::parse::Category;
use keops_core::reduction::Gradient;
use proc_macro2::TokenStream;

/// A formula, the term of one pair if that is something else, and the rest of the call.
type Line = (&'static str, &'static str, &'static str);

const FORMULAS: [Line; 13] = [
    ("Exp(-g*SqDist(x,y))*b", "", "x = Vi(3), y = Vj(3), g = Pm(1), b = Vj(2)"),
    ("Exp(-g*SqDist(x,y))*Concat(x,b)", "", "x = Vi(2), y = Vj(2), g = Pm(1), b = Vj(1), axis = 0"),
    // One sum over the entries of long vectors, and loops over the entries of the results.
    ("Exp(-SqDist(x,y)/(10+p**2))", "", "x = Vi(40), y = Vj(40), p = Pm(1)"),
    ("b-SqDist(x,y)/p**2", "", "x = Vi(2), y = Vj(2), p = Pm(1), b = Vj(1), reduction = LogSumExp"),
    ("(p*x|y)", "", "x = Vi(3), y = Vj(3), p = Pm(3), reduction = LogSumExp, axis = 0"),
    // No variable along the axis of the result, or along the other one, or along both.
    ("Sin(p*y)+J", "", "y = Vj(3), p = Pm(1)"),
    ("y*p", "", "y = Vj(1), p = Pm(1), reduction = LogSumExp"),
    ("Normalize(x)*p", "", "x = Vi(3), p = Pm(3)"),
    ("Atan(x*p)", "", "x = Vi(3), p = Pm(3), axis = 0"),
    ("Exp(-p)*q", "", "p = Pm(2), q = Pm(1)"),
    // Variables that do not occur.
    ("Cos(x)", "", "x = Vi(2), y = Vj(1), p = Pm(2)"),
    // Derivatives have derivatives: with a result per row, and with a single one.
    (
        "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),0),y,c)",
        "Grad(Exp(-p*SqDist(x,y)),y,c)",
        "x = Vi(2), y = Vj(2), p = Pm(1), c = Vi(1)",
    ),
    (
        "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),1),p,c)",
        "Grad(Exp(-p*SqDist(x,y)),p,c)",
        "x = Vi(2), y = Vj(2), p = Pm(1), c = Vj(1)",
    ),
];

/// Other reductions that have derivatives.
const REDUCTIONS: [Line; 9] = [
    ("SqDist(x,y)*p", "", "x = Vi(2), y = Vj(2), p = Pm(1), reduction = Min"),
    ("x*y-p*x", "", "x = Vi(3), y = Vj(3), p = Pm(3), reduction = Max, axis = 0"),
    ("SqDist(x,y)+p*y", "", "x = Vi(2), y = Vj(2), p = Pm(1), reduction = KMin(3)"),
    ("(x|y)*b", "", "x = Vi(2), y = Vj(2), b = Vj(1), reduction = Max_ArgMax"),
    ("p*(x|y)", "", "x = Vi(2), y = Vj(2), p = Pm(1), reduction = KMax_ArgKMax(2), axis = 0"),
    ("-SqDist(x,y)", "", "x = Vi(2), y = Vj(2), b = Vj(2), reduction = LogSumExp(\"Exp(b)\")"),
    ("(x|y)*p", "", "x = Vi(2), y = Vj(2), p = Pm(1), reduction = LogSumExpWeight(\"x**2+p**2\"), axis = 0"),
    ("-p*SqDist(x,y)", "", "x = Vi(2), y = Vj(2), p = Pm(1), b = Vj(2), reduction = SumSoftMaxWeight(\"y*b\")"),
    ("-p*SqDist(x,y)", "", "x = Vi(2), y = Vj(2), p = Pm(1), reduction = SumSoftMaxWeight(\"x+p*y\"), axis = 0"),
];

/// The constants `METHODS` and `REDUCTIONS`, of type `&[Methods]`, as source code.
pub(crate) fn methods() -> String {
    let mut source = String::new();
    for (name, lines) in [("METHODS", &FORMULAS[..]), ("REDUCTIONS", &REDUCTIONS[..])] {
        let mut table = String::new();
        for (number, (text, term, options)) in lines.iter().enumerate() {
            let call = format!("{text:?}, {options}");
            let tokens = TokenStream::from_str(&call).expect("a call should be tokens");
            let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()));
            let function = format!("{}{number}", name.to_lowercase());
            let arguments = "a: &[Array2<T>], e: &Array2<T>, d: &[Array2<T>]";
            let body = body(&call, &formula);
            writeln!(source, "fn {function}<T: Number>({arguments}) -> Result<Answers, keops::Error> {{\n{body}}}")
                .expect("a string grows");
            let term = if term.is_empty() { text } else { term };
            // Compiling them takes long: a few are enough in the other precision.
            let single = if number % 4 == 0 { format!("Some({function}::<f32>)") } else { "None".to_owned() };
            let runs = format!("double: {function}::<f64>, single: {single}");
            writeln!(table, "    Methods {{ call: {call:?}, term: {term:?}, {runs} }},").expect("a string grows");
        }
        writeln!(source, "pub(crate) const {name}: &[Methods] = &[\n{table}];").expect("a string grows");
    }
    source
}

/// Calls all methods of a formula, one after the other.
fn body(call: &str, formula: &Formula) -> String {
    let names: Vec<&str> = formula.variables.iter().map(|variable| variable.name.as_str()).collect();
    let arguments: Vec<String> = (0..names.len()).map(|k| format!("&a[{k}]")).collect();
    let arguments = arguments.join(", ");
    let given = formula.reduction.gradient == Gradient::Logarithm;
    let mut lines = vec![
        format!("let f = keops::formula!({call});"),
        format!("let value = f.call({arguments})?;"),
        "let mut answers = Answers::default();".to_owned(),
        "answers.value(value.clone());".to_owned(),
    ];
    for (k, name) in names.iter().enumerate() {
        lines.push(format!("answers.gradient({k}, f.grad_{name}({arguments}, e)?);"));
        lines.push(format!("let (value_too, gradient) = f.value_and_grad_{name}({arguments}, e)?;"));
        lines.push(format!("answers.value(value_too); answers.gradient({k}, gradient);"));
        if given {
            lines.push(format!("answers.gradient({k}, f.grad_{name}_given({arguments}, &value, e)?);"));
        }
        // A parameter's tangent is a vector: any argument for a vector will do.
        let tangent = match formula.variables[k].category {
            Category::Parameter => format!("d[{k}].row(0)"),
            Category::Indexed(_) => format!("&d[{k}]"),
        };
        lines.push(format!("answers.change({k}, f.jvp_{name}({arguments}, {tangent})?);"));
    }
    let mut all = vec![format!("let all = f.vjp({arguments}, e)?;")];
    all.push(format!("let (value_too, all) = f.value_and_vjp({arguments}, e)?; answers.value(value_too);"));
    if given {
        all.push(format!("let all = f.vjp_given({arguments}, &value, e)?;"));
    }
    for call in all {
        lines.push(call);
        lines.extend(names.iter().enumerate().map(|(k, name)| format!("answers.gradient({k}, all.{name});")));
    }
    lines.push("Ok(answers)".to_owned());
    lines.iter().map(|line| format!("    {line}\n")).collect()
}
