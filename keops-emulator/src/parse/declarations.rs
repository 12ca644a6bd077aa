//! Directives: modules, kernels, parameters, registers and variables.

use super::lexer::Kind;
use super::{Home, Item, Literal, Parameter, Parser, Routine, Source, Variable};
use crate::error::Complaint;
use crate::types::Type;

/// The largest number of registers that a directive may declare.
const MOST_REGISTERS: u64 = 1 << 20;
/// The largest alignment of a variable.
const LARGEST_ALIGNMENT: u64 = 1 << 16;

impl<'a> Parser<'a> {
    pub(super) fn module(mut self) -> Result<Source<'a>, Complaint> {
        let mut source = Source::default();
        while self.peek().is_some() {
            let line = self.line();
            let directive = self.word("a directive")?;
            if self.take(':') {
                // A label behind the sections of debugging information.
                continue;
            }
            match directive {
                ".version" | ".target" | ".file" | ".loc" => self.skip_line(line),
                ".address_size" => {
                    if self.count()? != 64 {
                        return Err(Complaint::new(line, "only addresses of 64 bits are supported"));
                    }
                }
                ".section" => {
                    self.word("the name of a section")?;
                    self.skip_block()?;
                }
                ".visible" | ".weak" | ".extern" | ".common" => {}
                ".entry" => source.entries.push(self.entry(line)?),
                ".func" => self.function()?,
                ".global" | ".const" => source.variables.push(self.variable(Home::Module, line)?),
                ".shared" => source.variables.push(self.variable(Home::Shared, line)?),
                _ => return Err(Complaint::new(line, format!("unknown directive `{directive}`"))),
            }
        }
        Ok(source)
    }

    /// A function that is no kernel. A call is an error, so its body does not matter.
    fn function(&mut self) -> Result<(), Complaint> {
        loop {
            match self.peek() {
                Some(Kind::Mark('{')) => return self.skip_block(),
                Some(Kind::Mark(';')) => {
                    self.at += 1;
                    return Ok(());
                }
                _ => self.next()?,
            };
        }
    }

    fn entry(&mut self, line: u32) -> Result<Routine<'a>, Complaint> {
        let name = self.word("the name of a kernel")?;
        let mut parameters = Vec::new();
        if self.take('(') && !self.take(')') {
            loop {
                parameters.push(self.parameter()?);
                if !self.take(',') {
                    break;
                }
            }
            self.expect(')')?;
        }
        while let Some(Kind::Word(word)) = self.peek() {
            match word {
                ".maxntid" | ".reqntid" | ".minnctapersm" | ".maxnctapersm" | ".maxnreg" => self.skip_line(self.line()),
                ".noreturn" => self.at += 1,
                _ => return self.unexpected("the body of a kernel"),
            }
        }
        self.expect('{')?;
        let (mut body, mut depth) = (Vec::new(), 1);
        loop {
            match self.peek() {
                Some(Kind::Mark('{')) => {
                    self.at += 1;
                    depth += 1;
                    body.push(Item::Open);
                }
                Some(Kind::Mark('}')) => {
                    self.at += 1;
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Routine { name, parameters, body, line });
                    }
                    body.push(Item::Close);
                }
                Some(Kind::Word(word)) if word.starts_with('.') => self.directive(&mut body)?,
                _ => body.push(self.labelled()?),
            }
        }
    }

    fn parameter(&mut self) -> Result<Parameter<'a>, Complaint> {
        if !self.take_word(".param") {
            return self.unexpected("`.param`");
        }
        let (mut scalar, line) = (None, self.line());
        loop {
            match self.word("a parameter")? {
                ".align" => {
                    self.count()?;
                }
                ".ptr" | ".global" | ".const" | ".shared" | ".local" => {}
                word if word.starts_with('.') => {
                    scalar = Some(
                        Type::of(&word[1..]).ok_or_else(|| Complaint::new(line, format!("unknown type `{word}`")))?,
                    );
                }
                name => {
                    let scalar = scalar.ok_or_else(|| Complaint::new(line, "a parameter without a type"))?;
                    if self.peek() == Some(Kind::Mark('[')) {
                        return Err(Complaint::new(line, "a parameter that is an array"));
                    }
                    return Ok(Parameter { name, scalar });
                }
            }
        }
    }

    /// A directive inside of a body.
    fn directive(&mut self, body: &mut Vec<Item<'a>>) -> Result<(), Complaint> {
        let line = self.line();
        let directive = self.word("a directive")?;
        match directive {
            ".loc" | ".file" => self.skip_line(line),
            ".pragma" => self.skip_statement()?,
            ".reg" => self.registers(body, line)?,
            ".shared" => body.push(Item::Variable(self.variable(Home::Shared, line)?)),
            ".local" => body.push(Item::Variable(self.variable(Home::Local, line)?)),
            _ => return Err(Complaint::new(line, format!("unknown directive `{directive}`"))),
        }
        Ok(())
    }

    fn registers(&mut self, body: &mut Vec<Item<'a>>, line: u32) -> Result<(), Complaint> {
        let scalar = self.scalar()?;
        loop {
            let name = self.word("a register")?;
            if self.take('<') {
                let count = self.count()?;
                if count > MOST_REGISTERS {
                    return Err(Complaint::new(line, format!("{count} registers are too many")));
                }
                self.expect('>')?;
                body.push(Item::Registers { prefix: name, count: count as u32, scalar, line });
            } else {
                body.push(Item::Register { name, scalar, line });
            }
            if !self.take(',') {
                return self.expect(';');
            }
        }
    }

    fn scalar(&mut self) -> Result<Type, Complaint> {
        let line = self.line();
        let word = self.word("a type")?;
        let scalar = word.strip_prefix('.').and_then(Type::of);
        scalar.ok_or_else(|| Complaint::new(line, format!("unknown type `{word}`")))
    }

    fn variable(&mut self, home: Home, line: u32) -> Result<Variable<'a>, Complaint> {
        let mut align = None;
        while self.take_word(".align") {
            align = Some(self.count()?);
        }
        let scalar = self.scalar()?;
        let name = self.word("the name of a variable")?;
        let mut bytes = Some(scalar.bytes());
        while self.take('[') {
            if self.take(']') {
                bytes = None;
                continue;
            }
            let length = self.count()?;
            bytes = bytes.and_then(|bytes| bytes.checked_mul(length));
            if bytes.is_none_or(|bytes| bytes > 1 << 32) {
                return Err(Complaint::new(line, "an array that is too large"));
            }
            self.expect(']')?;
        }
        let mut contents = Vec::new();
        if self.take('=') {
            self.initial(scalar, &mut contents)?;
            bytes = bytes.or(Some(contents.len() as u64));
        }
        self.expect(';')?;
        let align = align.unwrap_or(scalar.bytes());
        if !align.is_power_of_two()
            || align > LARGEST_ALIGNMENT
            || bytes.is_some_and(|bytes| bytes < contents.len() as u64)
        {
            return Err(Complaint::new(line, "a variable whose alignment or contents do not fit"));
        }
        Ok(Variable { home, name, align, bytes, contents, line })
    }

    /// A number, or numbers in braces.
    fn initial(&mut self, scalar: Type, contents: &mut Vec<u8>) -> Result<(), Complaint> {
        if self.take('{') {
            while !self.take('}') {
                self.initial(scalar, contents)?;
                if !self.take(',') {
                    return self.expect('}');
                }
            }
            return Ok(());
        }
        let bits = match (self.literal()?, scalar) {
            (Literal::Integer(bits), _) if !scalar.is_float() => bits,
            (Literal::Single(bits), Type::F32) => bits.into(),
            (Literal::Double(bits), Type::F64) => bits,
            _ => return Err(self.complaint("an initial value of another type than its variable")),
        };
        contents.extend_from_slice(&bits.to_le_bytes()[..scalar.bytes() as usize]);
        Ok(())
    }
}
