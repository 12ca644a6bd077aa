//! The spec of a [`Program`]: locals are defined before they are read, a stage reads only what is known to it, and no
//! address leaves its array.

use std::collections::{HashMap, HashSet};

use super::program::{Address, Array, Code, ENTRY, Operand, Program, Stage, Statement};

/// Checks a program.
///
/// # Errors
/// The first violation, in words.
pub(super) fn verify(program: &Program) -> Result<(), String> {
    use Array::{Folds, Kept, Params, Raw, Reduced, Result as Output, Shared};
    let [raw_params, raw_kept, raw_reduced] = program.raw;
    let (params, kept, reduced) = (program.params.results, program.kept.results, program.reduced.results);
    let prepared = [(Params, params), (Kept, kept), (Reduced, reduced)];

    let stage = |code: &Code, arrays: &[(Array, usize)], index: bool| {
        let mut checker = Checker::new(program, arrays, index);
        checker.arrays.insert(Output, code.results);
        checker.statements(&code.statements)
    };
    stage(&program.params, &[(Raw, raw_params)], false).map_err(|e| format!("params: {e}"))?;
    stage(&program.kept, &[(Raw, raw_kept), (Params, params)], true).map_err(|e| format!("kept: {e}"))?;
    stage(&program.reduced, &[(Raw, raw_reduced), (Params, params)], true).map_err(|e| format!("reduced: {e}"))?;
    for (number, fold) in program.folds.iter().enumerate() {
        let mut checker = Checker::new(program, &prepared, false);
        checker.loops.insert(ENTRY, fold.count);
        let checked = checker.statements(&fold.statements).and_then(|()| checker.term(&fold.term));
        checked.map_err(|e| format!("fold {number}: {e}"))?;
    }
    let with_folds: Vec<_> = prepared.into_iter().chain([(Folds, program.folds.len())]).collect();
    stage(&program.pair, &with_folds, false).map_err(|e| format!("pair: {e}"))?;
    let with_shared: Vec<_> = prepared.into_iter().chain([(Shared, program.pair.results)]).collect();
    for term in &program.terms {
        let mut checker = Checker::new(program, &with_shared, false);
        checker.loops.insert(ENTRY, term.count);
        let checked = checker.statements(&term.statements).and_then(|()| checker.term(&term.term));
        checked.map_err(|e| format!("{:?}: {e}", Stage::Term))?;
    }
    stage(&program.factors, &[(Raw, raw_kept), (Params, params)], true).map_err(|e| format!("factors: {e}"))?;
    let score = usize::from(program.reduction.is_scored());
    let components: usize = program.terms.iter().skip(score).map(|term| term.count).sum();
    if components != program.dim || ![0, program.dim].contains(&program.factors.results) {
        return Err(format!("{components} terms and {} factors of {}", program.factors.results, program.dim));
    }
    Ok(())
}

struct Checker {
    arrays: HashMap<Array, usize>,
    /// The end of each loop that is open.
    loops: HashMap<usize, usize>,
    locals: HashSet<usize>,
    /// Whether the stage has an index.
    index: bool,
}

impl Checker {
    fn new(program: &Program, arrays: &[(Array, usize)], index: bool) -> Self {
        let tables = program.tables.iter().enumerate().map(|(number, table)| (Array::Table(number), table.len()));
        let arrays = arrays.iter().copied().chain(tables).collect();
        Self { arrays, loops: HashMap::new(), locals: HashSet::new(), index }
    }

    fn statements(&mut self, statements: &[Statement]) -> Result<(), String> {
        for statement in statements {
            match statement {
                Statement::Let { target, operands, .. } => {
                    self.operands(operands)?;
                    self.define(*target)?;
                }
                Statement::Variable { target, start } => {
                    self.operand(start)?;
                    self.define(*target)?;
                }
                Statement::Assign { target, operands, .. } => {
                    self.operands(operands)?;
                    self.operand(&Operand::Local(*target))?;
                }
                Statement::Temporary { array, len } => {
                    self.arrays.insert(Array::Temporary(*array), *len);
                }
                Statement::Loop { variable, end, body, .. } => {
                    let outside = (self.locals.clone(), self.arrays.clone());
                    self.loops.insert(*variable, *end);
                    self.statements(body)?;
                    self.loops.remove(variable);
                    (self.locals, self.arrays) = outside;
                }
                Statement::Store { array, at, value } => {
                    self.operand(value)?;
                    self.address(*array, at)?;
                }
                Statement::Copies { to, from: (array, base), pairs } => {
                    for (entry_to, entry_from) in pairs {
                        self.address(Array::Temporary(*to), &Address::fixed(*entry_to))?;
                        self.address(*array, &Address::fixed(base + entry_from))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn define(&mut self, local: usize) -> Result<(), String> {
        if self.locals.insert(local) { Ok(()) } else { Err(format!("v{local} is defined twice")) }
    }

    fn operands(&self, operands: &[Operand]) -> Result<(), String> {
        operands.iter().try_for_each(|operand| self.operand(operand))
    }

    fn term(&self, (a, b): &(Operand, Option<Operand>)) -> Result<(), String> {
        self.operand(a)?;
        b.as_ref().map_or(Ok(()), |b| self.operand(b))
    }

    fn operand(&self, operand: &Operand) -> Result<(), String> {
        match operand {
            Operand::Local(local) if !self.locals.contains(local) => {
                Err(format!("v{local} is read where it is not known"))
            }
            Operand::Index if !self.index => Err("reads an index that it has not".to_owned()),
            Operand::Load(array, at) => self.address(*array, at),
            _ => Ok(()),
        }
    }

    fn address(&self, array: Array, at: &Address) -> Result<(), String> {
        let Some(len) = self.arrays.get(&array) else {
            return Err(format!("{array:?} is not known here"));
        };
        let mut last = at.offset;
        for (variable, stride) in &at.strides {
            let Some(end) = self.loops.get(variable) else {
                return Err(format!("k{variable} is no open loop"));
            };
            last += (end - 1) * stride;
        }
        if last < *len { Ok(()) } else { Err(format!("{array:?}[{at}] leaves its {len} entries")) }
    }
}
