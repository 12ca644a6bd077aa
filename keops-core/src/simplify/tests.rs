//! One test per rule: the rule fits, and the result is what the algebra says.

use super::rules::RULES;
use super::simplify;
use crate::check::Formula;
use crate::graph::{FoldKind, Graph, Id, Node};

/// Checks a formula of x = Vi(3), y = Vj(3), s = Vi(1), t = Vj(1), p = Pm(1), builds and simplifies it, and writes
/// the graph as text.
fn simplified(text: &str) -> String {
    let tokens = format!("\"{text}\", x = Vi(3), y = Vj(3), s = Vi(1), t = Vj(1), p = Pm(1)").parse().unwrap();
    let formula = crate::check(tokens).unwrap_or_else(|reports| panic!("{text}: {}", reports[0].text()));
    let mut graph = Graph::new();
    let root = formula.term.build(&mut graph);
    let (graph, roots) = simplify(&graph, &[root]);
    let root = roots[0];
    graph.verify().unwrap();
    assert_eq!(graph.dim(root), formula.term.dim);
    show(&graph, root, &formula)
}

fn show(graph: &Graph, id: Id, formula: &Formula) -> String {
    let operands: Vec<String> = graph.node(id).operands().iter().map(|&x| show(graph, x, formula)).collect();
    match graph.node(id) {
        Node::Variable(number) => formula.variables[*number].name.clone(),
        Node::Index(axis) => format!("{axis:?}"),
        Node::Length(axis) => format!("Length{axis:?}"),
        Node::Constant(numbers) if numbers.len() == 1 => format!("{:?}", numbers[0]),
        Node::Constant(numbers) => format!("{numbers:?}"),
        Node::Map(function, _) => format!("{function:?}({})", operands.join(",")),
        Node::Fold(FoldKind::Sum, _) => format!("Sum({})", operands[0]),
        Node::Fold(kind, _) => format!("{kind:?}({})", operands[0]),
        Node::Broadcast(_, n) => format!("{n}x({})", operands[0]),
        Node::Gather(_, sources) => format!("Pick{}({})", sources.len(), operands.join(",")),
        Node::Contract(..) => format!("Contract({})", operands.join(",")),
    }
}

#[test]
fn every_rule_has_its_name_and_fits_somewhere() {
    let formulas = [
        "Exp(IntCst(2))",
        "x+SumT(s,3)",
        "x-IntCst(0)",
        "x*IntCst(0)",
        "x*IntCst(1)",
        "x/3",
        "-(-x)",
        "x+(-y)",
        "(-x)*y",
        "x*2",
        "x*(2*y)",
        "x*x",
        "x**1",
        "x+x",
        "IfElse(s,x,0)+IfElse(s,0,y)",
        "Sum(ElemT(s,3,1))",
        "Sum(s*x)",
        "Sum(s)",
        "Elem(Concat(x,y),4)",
    ];
    for rule in RULES {
        let fits = formulas.iter().any(|text| {
            let tokens = format!("\"{text}\", x = Vi(3), y = Vj(3), s = Vi(1)").parse().unwrap();
            let formula = crate::check(tokens).unwrap();
            let mut graph = Graph::new();
            formula.term.build(&mut graph);
            let ids: Vec<Id> = graph.ids().collect();
            ids.into_iter().any(|id| (rule.apply)(&mut graph, id).is_some())
        });
        assert!(fits, "no formula of this test needs the rule `{}`", rule.name);
    }
}

#[test]
fn constants_are_folded() {
    assert_eq!(simplified("IntCst(2)*IntInv(4)+x*0"), "[0.5, 0.5, 0.5]");
    assert_eq!(simplified("Exp(IntCst(0))*s"), "s");
    assert_eq!(simplified("Elem(Concat(IntCst(3),IntCst(4)),1)"), "4.0");
    assert_eq!(simplified("Sum(SumT(IntCst(2),5))"), "10.0");
}

#[test]
fn zeros_and_ones_disappear() {
    assert_eq!(simplified("x+Zero(3)"), "x");
    assert_eq!(simplified("Zero(3)+s"), "3x(s)");
    assert_eq!(simplified("s-IntCst(0)"), "s");
    assert_eq!(simplified("IntCst(0)-s"), "Minus(s)");
    assert_eq!(simplified("0*Log(x)"), "[0.0, 0.0, 0.0]");
    assert_eq!(simplified("Zero(1)/s"), "0.0");
    assert_eq!(simplified("1*s"), "s");
    assert_eq!(simplified("(0-1)*s"), "Minus(s)");
    assert_eq!(simplified("Concat(IntCst(1),IntCst(1))*s"), "2x(s)");
}

#[test]
fn signs_and_constants_go_outwards() {
    assert_eq!(simplified("-(-x)"), "x");
    assert_eq!(simplified("-(x-y)"), "Subtract(y,x)");
    assert_eq!(simplified("x+(-y)"), "Subtract(x,y)");
    assert_eq!(simplified("(-x)+y"), "Subtract(y,x)");
    assert_eq!(simplified("x-(-y)"), "Add(x,y)");
    assert_eq!(simplified("(-s)*t"), "Minus(Mult(s,t))");
    assert_eq!(simplified("(-s)*(-t)"), "Mult(s,t)");
    assert_eq!(simplified("(-x)**2"), "Square(x)");
    assert_eq!(simplified("s*2"), "Mult(2.0,s)");
    assert_eq!(simplified("s*(2*t)"), "Mult(2.0,Mult(s,t))");
    assert_eq!(simplified("2*(3*s)"), "Mult(6.0,s)");
    assert_eq!(simplified("-(2*s)/4"), "Mult(-0.5,s)");
    assert_eq!(simplified("Exp(-SqDist(x,y)/2)"), "Exp(Mult(-0.5,Sum(Square(Subtract(x,y)))))");
}

#[test]
fn divisions_and_powers_become_cheaper() {
    assert_eq!(simplified("s/4"), "Mult(0.25,s)");
    assert_eq!(simplified("1/s"), "Inv(s)");
    assert_eq!(simplified("s*s"), "Square(s)");
    assert_eq!(simplified("s**1"), "s");
    assert_eq!(simplified("Pow(s,2)"), "Square(s)");
    assert_eq!(simplified("s**-1"), "Inv(s)");
    assert_eq!(simplified("s**0"), "1.0");
}

#[test]
fn sums_give_up_what_their_entries_share() {
    assert_eq!(simplified("Sum(s*x)"), "Mult(s,Sum(x))");
    assert_eq!(simplified("Sum(-x)"), "Minus(Sum(x))");
    assert_eq!(simplified("Sum(2*(x*y))"), "Mult(2.0,Sum(Mult(x,y)))");
    assert_eq!(simplified("Sum(s)"), "s");
    assert_eq!(simplified("ArgMax(s)"), "0.0");
    assert_eq!(simplified("Sum(SumT(s,4))"), "Mult(4.0,s)");
}

#[test]
fn like_terms_meet() {
    assert_eq!(simplified("s+s"), "Mult(2.0,s)");
    assert_eq!(simplified("Log(x)-Log(x)"), "[0.0, 0.0, 0.0]");
    assert_eq!(simplified("IfElse(s,x,0)+IfElse(s,0,y)"), "IfElse(s,x,y)");
    assert_eq!(simplified("IfElse(s,0,x)+IfElse(s,y,0)"), "IfElse(s,y,x)");
    assert_eq!(simplified("IfElse(s,x,0)+IfElse(t,0,y)"), "Add(IfElse(s,x,0.0),IfElse(t,0.0,y))");
}

#[test]
fn sums_leave_out_zeros() {
    assert_eq!(simplified("Sum(OneHot(IntCst(1),3)*x)"), "Pick1(x)");
    assert_eq!(simplified("Sum(Concat(ElemT(IntCst(2),2,1),IntCst(3))*x)"), "Sum(Mult([2.0, 3.0],Pick2(x)))");
    assert_eq!(simplified("Sum(ExtractT(x,1,5))"), "Sum(x)");
    assert_eq!(simplified("Sum(ElemT(s,3,1))"), "s");
}

#[test]
fn selections_meet() {
    assert_eq!(simplified("Elem(Concat(x,y),4)"), "Pick1(y)");
    assert_eq!(simplified("Extract(ExtractT(x,1,5),1,3)"), "x");
    assert_eq!(simplified("Elem(ExtractT(x,1,5),0)"), "0.0");
    assert_eq!(simplified("x+SumT(s,3)"), "Add(x,s)");
}
