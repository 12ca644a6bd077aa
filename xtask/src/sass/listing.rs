//! The text that nvdisasm writes, as blocks of instructions that are run one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::instruction::Instruction;

/// Instructions of which only the last may jump, and only the first is jumped to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) instructions: Vec<Instruction>,
    /// The blocks that may follow.
    pub(super) next: Vec<usize>,
}

enum Item<'a> {
    Label(&'a str),
    Instruction(Instruction),
}

/// The blocks of each kernel; the first one is where it starts.
pub(super) fn kernels(text: &str) -> BTreeMap<String, Vec<Block>> {
    let mut sections: BTreeMap<String, Vec<Item<'_>>> = BTreeMap::new();
    let mut section = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(rest) = trimmed.strip_prefix(".section") {
            let name = rest.split([',', '"']).next().unwrap_or_default().trim();
            section = name.strip_prefix(".text.").map(str::to_owned);
        } else if let Some(items) = section.as_ref().map(|name| sections.entry(name.clone()).or_default()) {
            if let Some(label) = trimmed.strip_suffix(':') {
                items.push(Item::Label(label));
            } else {
                items.extend(instruction(trimmed).map(Item::Instruction));
            }
        }
    }
    sections.into_iter().map(|(name, items)| (name, blocks(items))).filter(|(_, blocks)| !blocks.is_empty()).collect()
}

/// `/*00f0*/  @!P0 BRA `(.L_x_0) ;`
fn instruction(line: &str) -> Option<Instruction> {
    let (_, rest) = line.strip_prefix("/*")?.split_once("*/")?;
    let rest = rest.split_once(';')?.0.trim().trim_start_matches('{').trim();
    let (guard, rest) = if rest.starts_with('@') { rest.split_once(' ')? } else { ("", rest) };
    let rest = rest.trim();
    let (opcode, operands) = rest.split_once(' ').unwrap_or((rest, ""));
    opcode.starts_with(|first: char| first.is_ascii_uppercase()).then(|| {
        // Comments such as (*"SpillRefill"*) stand behind operands; jumps through tables have their labels in one.
        let operands = if operands.contains("BRANCH_TARGETS") { operands } else { before_comment(operands) };
        Instruction::new(guard, opcode, operands.trim())
    })
}

fn before_comment(operands: &str) -> &str {
    operands.split_once("(*").map_or(operands, |(before, _)| before)
}

fn blocks(items: Vec<Item<'_>>) -> Vec<Block> {
    let targets: BTreeSet<String> = items
        .iter()
        .filter_map(|item| if let Item::Instruction(instruction) = item { Some(instruction) } else { None })
        .filter(|instruction| instruction.is_jump())
        .flat_map(|instruction| labels(&instruction.operands).map(str::to_owned))
        .collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_new = true;
    for item in items {
        match item {
            // What nothing jumps to does not split a block.
            Item::Label(label) if targets.contains(label) => {
                places.insert(label, blocks.len());
                is_new = true;
            }
            Item::Label(_) => {}
            Item::Instruction(instruction) => {
                if is_new {
                    blocks.push(Block::default());
                }
                is_new = instruction.is_jump() || instruction.is_end();
                if let Some(block) = blocks.last_mut() {
                    block.instructions.push(instruction);
                }
            }
        }
    }
    let count = blocks.len();
    for (at, block) in blocks.iter_mut().enumerate() {
        let Some(last) = block.instructions.last() else { continue };
        let mut next = BTreeSet::new();
        if last.is_jump() {
            next.extend(labels(&last.operands).filter_map(|label| places.get(label)));
        }
        let is_passed = !(last.is_jump() || last.is_end()) || last.is_conditional();
        if is_passed && at + 1 < count {
            next.insert(at + 1);
        }
        block.next = next.into_iter().filter(|&next| next < count).collect();
    }
    blocks
}

/// The labels among operands.
fn labels(operands: &str) -> impl Iterator<Item = &str> {
    let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$');
    operands.split(move |c| !is_label(c)).filter(|word| word.starts_with(".L_"))
}
