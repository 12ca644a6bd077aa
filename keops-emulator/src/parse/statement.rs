//! Labels, instructions and their operands.

use super::lexer::Kind;
use super::{Guard, Item, Literal, Operand, Parser, Statement};
use crate::error::Complaint;

impl<'a> Parser<'a> {
    /// A label, the table of a label, or an instruction.
    pub(super) fn labelled(&mut self) -> Result<Item<'a>, Complaint> {
        let line = self.line();
        if let Some(Kind::Word(name)) = self.peek()
            && self.tokens.get(self.at + 1).is_some_and(|token| token.kind == Kind::Mark(':'))
        {
            self.at += 2;
            if !self.take_word(".branchtargets") {
                return Ok(Item::Label { name, line });
            }
            let mut labels = vec![self.word("a label")?];
            while self.take(',') {
                labels.push(self.word("a label")?);
            }
            self.expect(';')?;
            return Ok(Item::Targets { name, labels, line });
        }
        self.statement().map(Item::Statement)
    }

    fn statement(&mut self) -> Result<Statement<'a>, Complaint> {
        let guard = if self.take('@') {
            let negated = self.take('!');
            Some(Guard { negated, register: self.word("a predicate")? })
        } else {
            None
        };
        let line = self.line();
        let opcode = self.word("an instruction")?;
        let mut operands = Vec::new();
        if opcode == "call" || opcode.starts_with("call.") {
            // The operands of a call have a grammar of their own; the decoder refuses the call in any case.
            self.skip_statement()?;
        } else if !self.take(';') {
            loop {
                operands.push(self.operand()?);
                if !self.take(',') {
                    break;
                }
            }
            self.expect(';')?;
        }
        Ok(Statement { line, guard, opcode, operands })
    }

    fn operand(&mut self) -> Result<Operand<'a>, Complaint> {
        match self.peek() {
            Some(Kind::Mark('{')) => {
                self.at += 1;
                let mut parts = vec![self.operand()?];
                while self.take(',') {
                    parts.push(self.operand()?);
                }
                self.expect('}')?;
                Ok(Operand::Vector(parts))
            }
            Some(Kind::Mark('[')) => {
                self.at += 1;
                let address = self.address()?;
                self.expect(']')?;
                Ok(address)
            }
            Some(Kind::Mark('!')) => {
                self.at += 1;
                Ok(Operand::Not(self.word("a predicate")?))
            }
            Some(Kind::Word(name)) => {
                self.at += 1;
                if self.take('|') {
                    return Ok(Operand::Pair(name, self.word("a predicate")?));
                }
                Ok(Operand::Name(name))
            }
            _ => Ok(Operand::Literal(self.literal()?)),
        }
    }

    fn address(&mut self) -> Result<Operand<'a>, Complaint> {
        if let Some(Kind::Word(base)) = self.peek() {
            self.at += 1;
            let offset = if self.take('+') || self.peek() == Some(Kind::Mark('-')) { self.count()? } else { 0 };
            return Ok(Operand::Address { base: Some(base), offset: offset as i64 });
        }
        Ok(Operand::Address { base: None, offset: self.count()? as i64 })
    }

    /// A constant, with or without a sign.
    pub(super) fn literal(&mut self) -> Result<Literal, Complaint> {
        let negative = self.take('-');
        let Some(Kind::Number(text)) = self.peek() else {
            return self.unexpected("a number");
        };
        let literal = literal(text).ok_or_else(|| self.complaint(format!("unknown number `{text}`")))?;
        self.at += 1;
        match literal {
            Literal::Integer(value) if negative => Ok(Literal::Integer(value.wrapping_neg())),
            _ if negative => Err(self.complaint("a sign before the bits of a float")),
            _ => Ok(literal),
        }
    }
}

/// The value of a literal without a sign.
fn literal(text: &str) -> Option<Literal> {
    if let Some(digits) = text.strip_prefix("0f").or(text.strip_prefix("0F")) {
        return u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 8).map(Literal::Single);
    }
    if let Some(digits) = text.strip_prefix("0d").or(text.strip_prefix("0D")) {
        return u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 16).map(Literal::Double);
    }
    let digits = text.strip_suffix('U').unwrap_or(text);
    let value = match digits.get(..2) {
        Some("0x" | "0X") => u64::from_str_radix(&digits[2..], 16),
        Some("0b" | "0B") => u64::from_str_radix(&digits[2..], 2),
        _ if digits.len() > 1 && digits.starts_with('0') => u64::from_str_radix(&digits[1..], 8),
        _ => digits.parse(),
    };
    value.ok().map(Literal::Integer)
}
