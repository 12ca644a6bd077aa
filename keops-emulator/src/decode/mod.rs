//! Statements to instructions: names become slots, opcodes become functions.
//!
//! Each family of instructions has a file. What none of them knows is an error, as is every modifier that is left over.

mod access;
mod arithmetic;
mod bits;
mod compare;
mod control;
mod modifiers;
mod moves;
mod operands;
mod pick;

use std::collections::HashMap;

use crate::error::Complaint;
use crate::memory::{Constants, Layout};
use crate::parse::{Home, Item, Routine, Statement, Variable};
use crate::program::{Action, Guard, Instruction, Program, Slot, Special};
use crate::statistics::Class;
use crate::types::Type;
use modifiers::Modifiers;

/// The most shared memory that the variables of a kernel may take; the assembler of PTX refuses more.
const MOST_SHARED: u64 = 48 << 10;
/// The most local memory of a thread.
const MOST_LOCAL: u64 = 512 << 10;

/// Decodes a kernel. `variables` are those of the module, `module` holds the contents of the constant ones.
pub(crate) fn program(
    routine: &Routine<'_>,
    variables: &[Variable<'_>],
    module: &Constants,
) -> Result<Program, Complaint> {
    let mut decoder = Decoder::new(routine, variables, module);
    for item in &routine.body {
        decoder.item(item)?;
    }
    decoder.finished(routine.line)
}

/// What a name stands for.
#[derive(Clone, Copy)]
enum Name {
    /// A register and its width.
    Register(Slot, u32),
    /// A variable of shared or local memory, by its address in that space.
    Address(u64),
    Parameter(usize),
}

/// A kernel while it is decoded.
struct Decoder<'a> {
    program: Program,
    variables: &'a [Variable<'a>],
    module: &'a Constants,
    /// The names of the open braces, the outermost ones first.
    scopes: Vec<HashMap<String, Name>>,
    constants: HashMap<u64, Slot>,
    labels: HashMap<String, u32>,
    tables: HashMap<String, Vec<String>>,
    /// Instructions whose targets are to be filled in, with the names of the targets.
    open: Vec<(usize, Target)>,
    /// The carry flag, where it is used.
    carry: Option<Slot>,
    guard: Option<Guard>,
    class: Option<Class>,
    line: u32,
}

/// What a branch names.
enum Target {
    Label(String),
    Table(String),
}

impl<'a> Decoder<'a> {
    fn new(routine: &Routine<'_>, variables: &'a [Variable<'a>], module: &'a Constants) -> Decoder<'a> {
        let parameters = routine.parameters.iter();
        let names = parameters.clone().enumerate().map(|(index, one)| (one.name.to_owned(), Name::Parameter(index)));
        Decoder {
            scopes: vec![names.collect()],
            program: Program {
                name: routine.name.to_owned(),
                parameters: parameters.map(|parameter| parameter.scalar).collect(),
                code: Vec::new(),
                slots: 0,
                constants: Vec::new(),
                specials: Vec::new(),
                shared: Layout::default(),
                dynamic: false,
                local: Layout::default(),
            },
            variables,
            module,
            constants: HashMap::new(),
            labels: HashMap::new(),
            tables: HashMap::new(),
            open: Vec::new(),
            carry: None,
            guard: None,
            class: None,
            line: 0,
        }
    }

    fn item(&mut self, item: &Item<'_>) -> Result<(), Complaint> {
        let twice = |line: u32, name: &str| Err(Complaint::new(line, format!("`{name}` is declared twice")));
        match item {
            Item::Open => self.scopes.push(HashMap::new()),
            Item::Close => {
                self.scopes.pop();
            }
            &Item::Register { name, scalar, line } => {
                if !self.declare_register(name.to_owned(), scalar) {
                    return twice(line, name);
                }
            }
            &Item::Registers { prefix, count, scalar, line } => {
                for number in 0..count {
                    if !self.declare_register(format!("{prefix}{number}"), scalar) {
                        return twice(line, prefix);
                    }
                }
            }
            Item::Variable(variable) => {
                let address = match (variable.home, variable.bytes) {
                    (Home::Local, Some(bytes)) => self.program.local.place(bytes, variable.align),
                    (Home::Shared, bytes) => self.place_shared(bytes, variable.align),
                    _ => return Err(Complaint::new(variable.line, "a variable without a length")),
                };
                if !self.declare(variable.name.to_owned(), Name::Address(address)) {
                    return twice(variable.line, variable.name);
                }
            }
            &Item::Label { name, line } => {
                if self.labels.insert(name.to_owned(), self.program.code.len() as u32).is_some() {
                    return twice(line, name);
                }
            }
            Item::Targets { name, labels, line } => {
                let labels = labels.iter().map(|&label| label.to_owned()).collect();
                if self.tables.insert((*name).to_owned(), labels).is_some() {
                    return twice(*line, name);
                }
            }
            Item::Statement(statement) => {
                self.statement(statement).map_err(|problem| Complaint::new(statement.line, problem))?;
            }
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement<'_>) -> Result<(), String> {
        self.line = statement.line;
        self.guard = None;
        if let Some(guard) = &statement.guard {
            let slot = self.source(&crate::parse::Operand::Name(guard.register), Type::Predicate)?;
            self.guard = Some(Guard { slot, negated: guard.negated });
        }
        let (name, modifiers) = Modifiers::split(statement.opcode);
        let operands = &statement.operands;
        match name {
            "add" | "sub" | "addc" | "subc" | "mul" | "mad" | "madc" | "fma" | "div" | "rem" | "min" | "max"
            | "neg" | "abs" | "sqrt" | "rcp" | "rsqrt" | "ex2" | "lg2" | "sin" | "cos" | "tanh" | "copysign" => {
                self.arithmetic(name, modifiers, operands)
            }
            "and" | "or" | "xor" | "not" | "cnot" | "shl" | "shr" | "popc" | "clz" | "brev" | "bfind" | "bfe"
            | "bfi" | "prmt" | "shf" | "lop3" => self.bitwise(name, modifiers, operands),
            "setp" | "selp" | "testp" => self.comparison(name, modifiers, operands),
            "mov" | "cvt" | "cvta" | "isspacep" => self.moving(name, modifiers, operands),
            "ld" | "st" => self.access(name == "st", modifiers, operands),
            "bra" | "brx" | "ret" | "exit" | "trap" | "bar" | "barrier" | "membar" | "fence" => {
                self.control(name, modifiers, operands)
            }
            "call" => Err("calls of functions are not supported: inline them".to_owned()),
            _ => Err(format!("unknown instruction `{name}`")),
        }
    }

    /// Appends an instruction; the first one of a statement is counted in its class.
    fn emit(&mut self, action: Action) {
        let class = self.class.take();
        self.program.code.push(Instruction { action, guard: self.guard, class, line: self.line });
    }

    fn find(&self, name: &str) -> Option<Name> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// Adds a name to the innermost braces; false if it is there already.
    fn declare(&mut self, name: String, meaning: Name) -> bool {
        let scope = self.scopes.last_mut();
        scope.is_some_and(|scope| scope.insert(name, meaning).is_none())
    }

    fn declare_register(&mut self, name: String, scalar: Type) -> bool {
        let slot = self.scratch();
        self.declare(name, Name::Register(slot, scalar.bits()))
    }

    /// A slot without a name.
    fn scratch(&mut self) -> Slot {
        self.program.slots += 1;
        self.program.slots as Slot - 1
    }

    fn constant(&mut self, value: u64) -> Slot {
        if let Some(&slot) = self.constants.get(&value) {
            return slot;
        }
        let slot = self.scratch();
        self.constants.insert(value, slot);
        self.program.constants.push((slot, value));
        slot
    }

    fn special(&mut self, special: Special) -> Slot {
        if let Some(&(slot, _)) = self.program.specials.iter().find(|&&(_, other)| other == special) {
            return slot;
        }
        let slot = self.scratch();
        self.program.specials.push((slot, special));
        slot
    }

    fn finished(mut self, line: u32) -> Result<Program, Complaint> {
        self.line = self.program.code.last().map_or(line, |last| last.line);
        self.guard = None;
        self.emit(Action::Exit);
        for (position, target) in std::mem::take(&mut self.open) {
            let line = self.program.code[position].line;
            let action = self.resolved(position, &target).map_err(|problem| Complaint::new(line, problem))?;
            self.program.code[position].action = action;
        }
        for (memory, bytes, most) in
            [("shared", self.program.shared.bytes(), MOST_SHARED), ("local", self.program.local.bytes(), MOST_LOCAL)]
        {
            if bytes > most {
                return Err(Complaint::new(line, format!("{bytes} bytes of {memory} memory are more than {most}")));
            }
        }
        Ok(self.program)
    }

    /// The branch at a position, with the positions of its labels.
    fn resolved(&self, position: usize, target: &Target) -> Result<Action, String> {
        let label = |name: &String| self.labels.get(name).copied().ok_or_else(|| format!("unknown label `{name}`"));
        match (target, &self.program.code[position].action) {
            (Target::Table(name), &Action::BranchIndexed { index, .. }) => {
                let table = self.tables.get(name).ok_or_else(|| format!("unknown table `{name}`"))?;
                Ok(Action::BranchIndexed { index, targets: table.iter().map(label).collect::<Result<_, _>>()? })
            }
            (Target::Label(name) | Target::Table(name), _) => Ok(Action::Branch(label(name)?)),
        }
    }
}
