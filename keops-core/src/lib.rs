//! The compiler of keops: from the tokens of `formula!(...)` to the Rust code of a kernel.
//!
//! The modules stand in the order in which a formula passes through them; [`compile`] is the road.
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`parse`] | tokens | [`parse::Invocation`], [`parse::Expr`]: as written, with spans |
//! | [`mod@check`] | names, categories, dimensions | [`check::Formula`]: every name resolved |
//! | [`methods`] | | [`methods::Plan`]: the methods, and the passes over all pairs that they need |
//! | [`graph`] | the operators of [`ops`] | [`graph::Graph`]: nine kinds of nodes, each node once |
//! | `fast_math` | factors, if the call allows it | data that is scaled once, before derivatives |
//! | [`diff`] | derivatives | another graph |
//! | [`simplify`] | a table of rules | a smaller graph |
//! | [`lower`] | dependence on parameters, i, j | [`lower::Program`]: scalar code in stages |
//! | [`emit`] | | Rust tokens |
//!
//! Beside the road stands [`eval`], a naive interpreter that defines what a formula means.
//!
//! Setting the environment variable `KEOPS_DUMP` to a list of stage names (`check,graph,simplify,lower,emit`, or
//! `all`) while compiling prints what each stage made of every formula.
//!
//! # One formula followed through
//!
//! ```
//! let call: proc_macro2::TokenStream = r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#.parse()?;
//! let formula = keops_core::check(call).map_err(|reports| reports[0].text().to_owned())?;
//! assert_eq!(formula.term.dim, 1);
//! let program = keops_core::lowered(&formula);
//! // x is kept in registers, y and b are read for each j, and the product with b is left to the sum.
//! assert_eq!(program.kept.results, 3);
//! assert_eq!(program.reduced.results, 4);
//! assert!(program.terms[0].term.1.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod check;
pub mod diagnostic;
pub mod diff;
mod dump;
pub mod emit;
pub mod eval;
mod fast_math;
pub mod graph;
pub mod lower;
pub mod methods;
pub mod ops;
pub mod parse;
pub mod reduction;
pub mod simplify;

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use check::Formula;
use diagnostic::Report;
use dump::dump;
pub use emit::{DeviceCode, Extent, Precision, SumScheme};
use graph::Graph;
use lower::Program;
use methods::Plan;
use parse::Invocation;

/// The folder, in `OUT_DIR`, of the files `<id>.ptx` that build scripts write; the id is that of [`DeviceCode`].
pub const DEVICE_FOLDER: &str = "keops";

/// Expands `formula!(tokens)`. Errors become `compile_error!`s and a stub, so this never fails.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let invocation = parse::parse_invocation(tokens);
    match compile(&invocation) {
        Ok(code) => code,
        Err(reports) => {
            let errors = reports.iter().map(Report::to_compile_error);
            let stub = emit::stub(&invocation);
            quote!({ #(#errors;)* #stub })
        }
    }
}

/// The road from a macro call to code.
///
/// # Errors
/// Everything that is wrong with the call.
pub fn compile(invocation: &Invocation) -> Result<TokenStream, Vec<Report>> {
    let formula = check::check(invocation)?;
    dump("check", &formula, &format_args!("{:#?}", formula.term));
    let plan = plan(&formula);
    let programs: Vec<Program> = plan.passes.iter().map(|pass| methods::compile(&formula, pass)).collect();
    for (pass, program) in plan.passes.iter().zip(&programs) {
        dump("lower", &formula, &format_args!("{:?}\n{program}", pass.parts));
    }
    let code = emit::formula(&formula, &plan, &programs, device_folder().as_deref());
    dump("emit", &formula, &code);
    Ok(code)
}

/// Expands `kernel!(tokens)`, like [`expand`].
pub fn expand_kernel(tokens: TokenStream) -> TokenStream {
    let invocation = parse::parse_invocation(tokens);
    match compile_kernel(&invocation) {
        Ok(code) => code,
        Err(reports) => {
            let errors = reports.iter().map(Report::to_compile_error);
            let (zero, unread) = check::zero_kernel(&invocation);
            let stub = emit::symbolic_stub(&zero, &matrix_programs(&zero), unread);
            quote!({ #(#errors;)* #stub })
        }
    }
}

/// The road from a call of `kernel!` to code.
///
/// # Errors
/// Everything that is wrong with the call.
pub fn compile_kernel(invocation: &Invocation) -> Result<TokenStream, Vec<Report>> {
    let formula = check::check_kernel(invocation)?;
    dump("check", &formula, &format_args!("{:#?}", formula.term));
    let programs = matrix_programs(&formula);
    for (pass, program) in methods::matrix_passes().iter().zip(&programs) {
        dump("lower", &formula, &format_args!("{pass:?}\n{program}"));
    }
    let code = emit::symbolic(&formula, &programs, device_folder().as_deref());
    dump("emit", &formula, &code);
    Ok(code)
}

/// The programs of all passes over the matrix of a checked kernel, in the order of [`methods::matrix_passes`].
pub fn matrix_programs(formula: &Formula) -> Vec<Program> {
    methods::matrix_passes().into_iter().map(|pass| methods::compile_matrix_pass(formula, pass)).collect()
}

/// Where the build script of the package that is being compiled puts code for devices, if it does.
fn device_folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("OUT_DIR")?).join(DEVICE_FOLDER);
    folder.is_dir().then_some(folder)
}

/// The macros that have code for devices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Macro {
    /// `formula!`
    Formula,
    /// `kernel!`
    Kernel,
}

impl Macro {
    /// The macro called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "formula" => Some(Macro::Formula),
            "kernel" => Some(Macro::Kernel),
            _ => None,
        }
    }

    /// The code for devices of a call; `None` where the call has errors.
    pub fn device_code(self, tokens: TokenStream, extent: &Extent) -> Option<DeviceCode> {
        match self {
            Macro::Formula => device_code(tokens, extent),
            Macro::Kernel => {
                let formula = check::check_kernel(&parse::parse_invocation(tokens)).ok()?;
                Some(emit::symbolic_device(&formula, &matrix_programs(&formula), extent))
            }
        }
    }
}

/// The code for devices of a call of `formula!`; `None` where the call has errors.
pub fn device_code(tokens: TokenStream, extent: &Extent) -> Option<DeviceCode> {
    let formula = check(tokens).ok()?;
    let plan = plan(&formula);
    let programs: Vec<Program> = plan.passes.iter().map(|pass| methods::compile(&formula, pass)).collect();
    Some(emit::device(&formula, &plan, &programs, extent))
}

/// Parses and checks a macro call: the part of the road that can fail.
///
/// # Errors
/// Everything that is wrong with the call.
pub fn check(tokens: TokenStream) -> Result<Formula, Vec<Report>> {
    check::check(&parse::parse_invocation(tokens))
}

/// The methods of a formula and the passes that they need.
pub fn plan(formula: &Formula) -> Plan {
    let Formula { variables, reduction, kept, total, .. } = formula;
    let plan = Plan::new(variables, formula.dim(), reduction, *kept, *total);
    if formula.derivatives { plan } else { plan.without_derivatives() }
}

/// The back half of the road, for the value alone: nothing here can fail.
pub fn lowered(formula: &Formula) -> Program {
    methods::compile(formula, &plan(formula).passes[0])
}

/// Checks the spec of a graph in debug builds, and dumps it.
fn verify(stage: &str, graph: &Graph, formula: &Formula) {
    dump(stage, formula, &format_args!("{graph:?}"));
    if cfg!(debug_assertions)
        && let Err(violation) = graph.verify()
    {
        unreachable!("after {stage}: {violation}, in `{}`", formula.text);
    }
}
