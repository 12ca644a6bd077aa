//! The graph: a formula after checking, as a hash-consed directed acyclic graph of few kinds of nodes.
//!
//! The language has some ninety operators; they all come down to the nine kinds of [`Node`]. Equal nodes are one
//! node, so common subexpressions are shared by construction. Building a node never simplifies it: that is the
//! business of [`crate::simplify`].

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::ops::Operator;

/// Handle of a node of one [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);

impl Id {
    /// Position of the node in the order of construction: operands come before their users.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// A literal. Equal when the bits are equal, so that it can be hashed.
#[derive(Clone, Copy)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// One of the two axes of the matrix of pairs: rows i, columns j.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Axis {
    /// The rows, index i.
    I,
    /// The columns, index j.
    J,
}

impl Axis {
    /// The other axis.
    pub fn other(self) -> Self {
        match self {
            Axis::I => Axis::J,
            Axis::J => Axis::I,
        }
    }
}

/// An elementwise function: an operator of the language and, for the few that have one, its integer parameter.
#[derive(Clone, Copy)]
pub struct Function {
    /// The operator, whose meaning is elementwise.
    pub operator: &'static Operator,
    /// Exponent of `Pow`, number of decimals of `Round`; 0 for all others.
    pub parameter: i64,
}

impl Function {
    /// An operator without integer parameter.
    pub fn plain(operator: &'static Operator) -> Self {
        Self { operator, parameter: 0 }
    }

    /// True for `operator`, whatever the parameter.
    pub fn is(self, operator: &Operator) -> bool {
        self.operator.name() == operator.name()
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.operator) && self.parameter == other.parameter
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operator.name().hash(state);
        self.parameter.hash(state);
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameter {
            0 => write!(f, "{}", self.operator.name()),
            n => write!(f, "{}[{n}]", self.operator.name()),
        }
    }
}

/// How [`Node::Fold`] makes one number of the entries of a vector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FoldKind {
    /// Sum of the entries.
    Sum,
    /// Largest entry; a NaN loses unless it is entry 0.
    Max,
    /// Smallest entry; a NaN loses unless it is entry 0.
    Min,
    /// Position of [`FoldKind::Max`], the first of equals.
    ArgMax,
    /// Position of [`FoldKind::Min`], the first of equals.
    ArgMin,
}

/// Where an entry of a [`Node::Gather`] comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// The number 0.
    Zero,
    /// Entry `entry` of operand number `operand`.
    Entry {
        /// Position in the list of operands.
        operand: usize,
        /// Entry of that operand.
        entry: usize,
    },
}

/// A tensor contraction of two operands in Einstein's notation.
///
/// Every axis has a label; `a`, `b` and `out` list the labels of their axes, row-major. The result at the labels of
/// `out` is the sum, over all other labels, of the product of the two entries.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Einsum {
    /// Size of each label.
    pub sizes: Vec<usize>,
    /// Labels of the first operand.
    pub a: Vec<usize>,
    /// Labels of the second operand.
    pub b: Vec<usize>,
    /// Labels of the result.
    pub out: Vec<usize>,
}

impl Einsum {
    /// Number of entries of an operand or result with these labels.
    pub fn volume(&self, labels: &[usize]) -> usize {
        labels.iter().map(|&label| self.sizes[label]).product()
    }

    /// The labels that are summed over.
    pub fn summed(&self) -> Vec<usize> {
        (0..self.sizes.len()).filter(|label| !self.out.contains(label)).collect()
    }

    /// For each entry of the result, the pairs (entry of `a`, entry of `b`) whose products are added up.
    pub fn terms(&self) -> Vec<Vec<(usize, usize)>> {
        let summed = self.summed();
        let mut at = vec![0; self.sizes.len()];
        let mut all = Vec::with_capacity(self.volume(&self.out));
        for out_entry in 0..self.volume(&self.out) {
            self.unravel(out_entry, &self.out, &mut at);
            let mut terms = Vec::with_capacity(self.volume(&summed));
            for sum_entry in 0..self.volume(&summed) {
                self.unravel(sum_entry, &summed, &mut at);
                terms.push((self.ravel(&self.a, &at), self.ravel(&self.b, &at)));
            }
            all.push(terms);
        }
        all
    }

    fn unravel(&self, mut entry: usize, labels: &[usize], at: &mut [usize]) {
        for &label in labels.iter().rev() {
            at[label] = entry % self.sizes[label];
            entry /= self.sizes[label];
        }
    }

    fn ravel(&self, labels: &[usize], at: &[usize]) -> usize {
        labels.iter().fold(0, |entry, &label| entry * self.sizes[label] + at[label])
    }
}

/// A vector-valued expression. Its dimension is kept beside it, see [`Graph::dim`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// Input variable number `.0`.
    Variable(usize),
    /// The row or the column index, as a number.
    Index(Axis),
    /// The number of rows or of columns.
    Length(Axis),
    /// Literal numbers.
    Constant(Vec<Number>),
    /// A function applied entry by entry; operands of dimension 1 are repeated.
    Map(Function, Vec<Id>),
    /// All entries of a vector made into one.
    Fold(FoldKind, Id),
    /// A scalar repeated.
    Broadcast(Id, usize),
    /// Entries picked from the operands.
    Gather(Vec<Id>, Vec<Source>),
    /// A contraction of two operands.
    Contract(Box<Einsum>, Id, Id),
}

impl Node {
    /// The operands, in order.
    pub fn operands(&self) -> Vec<Id> {
        match self {
            Node::Variable(_) | Node::Index(_) | Node::Length(_) | Node::Constant(_) => Vec::new(),
            Node::Map(_, operands) | Node::Gather(operands, _) => operands.clone(),
            Node::Fold(_, operand) | Node::Broadcast(operand, _) => vec![*operand],
            Node::Contract(_, a, b) => vec![*a, *b],
        }
    }

    /// The same node over other operands.
    #[must_use]
    pub fn with_operands(&self, operands: &[Id]) -> Node {
        match self {
            Node::Variable(_) | Node::Index(_) | Node::Length(_) | Node::Constant(_) => self.clone(),
            Node::Map(function, _) => Node::Map(*function, operands.to_vec()),
            Node::Gather(_, sources) => Node::Gather(operands.to_vec(), sources.clone()),
            Node::Fold(kind, _) => Node::Fold(*kind, operands[0]),
            Node::Broadcast(_, n) => Node::Broadcast(operands[0], *n),
            Node::Contract(einsum, ..) => Node::Contract(einsum.clone(), operands[0], operands[1]),
        }
    }
}

/// A set of nodes, each held once.
#[derive(Clone, Default)]
pub struct Graph {
    nodes: Vec<(Node, usize)>,
    ids: HashMap<Node, Id>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// The node behind a handle.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.position()].0
    }

    /// The dimension of a node.
    pub fn dim(&self, id: Id) -> usize {
        self.nodes[id.position()].1
    }

    /// The handles of all nodes, operands before their users.
    pub fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.nodes.len() as u32).map(Id)
    }

    /// The handles of all nodes up to `root`: everything that it is made from is among them.
    pub fn up_to(&self, root: Id) -> impl DoubleEndedIterator<Item = Id> + use<> {
        (0..=root.0).map(Id)
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn add_node(&mut self, node: Node, dim: usize) -> Id {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = Id(u32::try_from(self.nodes.len()).expect("a formula has fewer than 2^32 nodes"));
        self.nodes.push((node.clone(), dim));
        self.ids.insert(node, id);
        id
    }

    /// Adds a node whose operands are in this graph already; `dim` is its dimension when it is a variable.
    pub fn insert(&mut self, node: Node, variable_dim: usize) -> Id {
        let dim = match &node {
            Node::Variable(_) => variable_dim,
            Node::Index(_) | Node::Length(_) | Node::Fold(..) => 1,
            Node::Constant(numbers) => numbers.len(),
            Node::Map(_, operands) => operands.iter().map(|&id| self.dim(id)).max().unwrap_or(1),
            Node::Broadcast(_, n) => *n,
            Node::Gather(_, sources) => sources.len(),
            Node::Contract(einsum, ..) => einsum.volume(&einsum.out),
        };
        self.add_node(node, dim)
    }

    /// Input variable number `number`, of dimension `dim`.
    pub fn variable(&mut self, number: usize, dim: usize) -> Id {
        self.add_node(Node::Variable(number), dim)
    }

    /// The index along `axis`.
    pub fn index(&mut self, axis: Axis) -> Id {
        self.insert(Node::Index(axis), 1)
    }

    /// The number of indices along `axis`.
    pub fn length(&mut self, axis: Axis) -> Id {
        self.insert(Node::Length(axis), 1)
    }

    /// One literal number.
    pub fn constant(&mut self, value: f64) -> Id {
        self.constants(vec![value])
    }

    /// A vector of literal numbers.
    pub fn constants(&mut self, values: Vec<f64>) -> Id {
        self.insert(Node::Constant(values.into_iter().map(Number).collect()), 0)
    }

    /// An elementwise operator without integer parameter.
    pub fn map(&mut self, operator: &'static Operator, operands: &[Id]) -> Id {
        self.map_with(operator, 0, operands)
    }

    /// An elementwise operator with its integer parameter.
    pub fn map_with(&mut self, operator: &'static Operator, parameter: i64, operands: &[Id]) -> Id {
        self.insert(Node::Map(Function { operator, parameter }, operands.to_vec()), 0)
    }

    /// The entries of a vector made into one number.
    pub fn fold(&mut self, kind: FoldKind, operand: Id) -> Id {
        self.insert(Node::Fold(kind, operand), 0)
    }

    /// A scalar repeated `n` times.
    pub fn broadcast(&mut self, scalar: Id, n: usize) -> Id {
        self.insert(Node::Broadcast(scalar, n), 0)
    }

    /// `scalar` repeated to dimension `dim`, unless it has that dimension already.
    pub fn spread(&mut self, scalar: Id, dim: usize) -> Id {
        if self.dim(scalar) == dim { scalar } else { self.broadcast(scalar, dim) }
    }

    /// Entries picked from several operands.
    pub fn gather(&mut self, operands: &[Id], sources: Vec<Source>) -> Id {
        self.insert(Node::Gather(operands.to_vec(), sources), 0)
    }

    /// The entries `entries` of one operand.
    pub fn pick(&mut self, operand: Id, entries: impl IntoIterator<Item = usize>) -> Id {
        let sources = entries.into_iter().map(|entry| Source::Entry { operand: 0, entry }).collect();
        self.gather(&[operand], sources)
    }

    /// A contraction; the operands must have the dimensions that their labels say.
    pub fn contract(&mut self, einsum: Einsum, a: Id, b: Id) -> Id {
        self.insert(Node::Contract(Box::new(einsum), a, b), 0)
    }

    /// The spec of the representation, checked between passes in debug builds: operands come before users,
    /// dimensions fit.
    ///
    /// # Errors
    /// The first violation, in words.
    pub fn verify(&self) -> Result<(), String> {
        for (position, (node, dim)) in self.nodes.iter().enumerate() {
            let fail = |what: &str| Err(format!("node %{position} {node:?}: {what}"));
            if node.operands().iter().any(|id| id.position() >= position) {
                return fail("an operand comes after its user");
            }
            let dims: Vec<usize> = node.operands().iter().map(|&id| self.dim(id)).collect();
            match node {
                Node::Map(..) if dims.iter().any(|d| d != dim && *d != 1) => return fail("operands do not broadcast"),
                Node::Broadcast(..) if dims[0] != 1 => return fail("broadcast of a vector"),
                Node::Gather(operands, sources) => {
                    for source in sources {
                        if let Source::Entry { operand, entry } = source
                            && (*operand >= operands.len() || *entry >= dims[*operand])
                        {
                            return fail("gathers an entry that is not there");
                        }
                    }
                }
                Node::Contract(einsum, ..)
                    if einsum.volume(&einsum.a) != dims[0] || einsum.volume(&einsum.b) != dims[1] =>
                {
                    return fail("operands do not have the dimensions of their labels");
                }
                _ => {}
            }
            if *dim == 0 {
                return fail("has dimension 0");
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (node, dim)) in self.nodes.iter().enumerate() {
            writeln!(f, "%{position}: {dim} = {node:?}")?;
        }
        Ok(())
    }
}
