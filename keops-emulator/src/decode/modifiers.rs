//! The parts of an opcode behind its name.

use crate::types::Type;

/// The modifiers that nobody has asked for yet. What is left at the end is unknown, and that is an error.
pub(super) struct Modifiers<'a> {
    words: Vec<&'a str>,
}

impl<'a> Modifiers<'a> {
    /// Splits an opcode into its name and its modifiers.
    pub(super) fn split(opcode: &'a str) -> (&'a str, Modifiers<'a>) {
        let mut words = opcode.split('.');
        let name = words.next().unwrap_or_default();
        (name, Modifiers { words: words.collect() })
    }

    /// Takes the last modifier, which is a type.
    pub(super) fn scalar(&mut self) -> Result<Type, String> {
        let word = self.words.pop().ok_or("an instruction without a type")?;
        Type::of(word).ok_or_else(|| format!("unknown type `.{word}`"))
    }

    /// Takes a modifier if it is there.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let position = self.words.iter().position(|&other| other == word);
        if let Some(position) = position {
            self.words.remove(position);
        }
        position.is_some()
    }

    /// Takes the first modifier if a function knows it.
    pub(super) fn take_first<T>(&mut self, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = self.words.first().and_then(|word| known(word));
        if found.is_some() {
            self.words.remove(0);
        }
        found
    }

    /// Nothing may be left.
    pub(super) fn done(self) -> Result<(), String> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(format!("`.{word}` is not known here")),
        }
    }
}
