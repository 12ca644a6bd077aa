//! Which loads have the same address in all lanes. Shared memory hands such a number to all of them at once.
//!
//! What depends on the number of a thread is followed through the registers, over all ways. A load whose address does not
//! depend on it is the same in all lanes. What is assigned in branches that only some lanes take is not followed.

use std::collections::BTreeSet;

use super::instruction::{Class, Instruction, Pipe};
use super::listing::Block;

/// Registers (`R12`) and predicates (`P0`) that differ between lanes. Those of the uniform data path never do.
type Varying = BTreeSet<String>;

/// Gives loads with one address for all lanes the cost of one lane's four bytes.
pub(super) fn discount(blocks: &mut [Block]) {
    let mut before: Vec<Option<Varying>> = vec![None; blocks.len()];
    if let Some(first) = before.first_mut() {
        *first = Some(Varying::new());
    }
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        let Some(mut varying) = before.get(at).cloned().flatten() else { continue };
        blocks[at].instructions.iter().for_each(|instruction| step(instruction, &mut varying));
        for &next in &blocks[at].next {
            let known = before[next].clone();
            let joined: Varying = known.iter().flatten().chain(&varying).cloned().collect();
            if known.is_none_or(|known| known != joined) {
                before[next] = Some(joined);
                open.push(next);
            }
        }
    }
    for (block, varying) in blocks.iter_mut().zip(before) {
        let mut varying = varying.unwrap_or_default();
        for instruction in &mut block.instructions {
            let is_load = matches!(instruction.base(), "LDS" | "LDG" | "LD");
            if is_load && !registers(addresses(&instruction.operands), false).iter().any(|name| varying.contains(name))
            {
                instruction.cost = 1;
            }
            step(instruction, &mut varying);
        }
    }
}

/// What differs between lanes behind an instruction.
fn step(instruction: &Instruction, varying: &mut Varying) {
    let (written, read) = operands(instruction);
    let from_lane = ["SR_TID", "SR_LANEID", "SR_EQMASK", "SR_LTMASK", "SR_LEMASK", "SR_GTMASK", "SR_GEMASK"];
    let differs = from_lane.iter().any(|special| instruction.operands.contains(special))
        || matches!(instruction.base(), "LDL" | "ATOM" | "ATOMS" | "ATOMG" | "SHFL")
        || read.iter().chain(&registers(&instruction.guard, false)).any(|name| varying.contains(name));
    if differs && !matches!(instruction.base(), "VOTE" | "REDUX" | "R2UR") {
        varying.extend(written);
    } else if instruction.guard.is_empty() {
        for name in &written {
            varying.remove(name);
        }
    }
}

/// The registers that are written and read.
fn operands(instruction: &Instruction) -> (Vec<String>, Vec<String>) {
    let is_double = instruction.class == Class::Fp64 || instruction.has("WIDE") || instruction.has("F64");
    let writes_nothing = instruction.class == Class::Control
        || matches!(instruction.base(), "ST" | "STS" | "STG" | "STL" | "RED" | "REDG" | "STSM");
    if writes_nothing {
        return (Vec::new(), registers(&instruction.operands, is_double));
    }
    let parts: Vec<&str> = instruction.operands.split(',').map(str::trim).collect();
    let is_predicate = |part: &str| {
        let name = part.trim_start_matches('U');
        name == "PT" || name.strip_prefix('P').is_some_and(|rest| rest.parse::<u32>().is_ok())
    };
    let predicates = parts.iter().take(2).take_while(|part| is_predicate(part)).count();
    let mut written: Vec<String> = parts[..predicates].iter().flat_map(|part| registers(part, false)).collect();
    let mut rest = &parts[predicates..];
    let compares = ["ISETP", "FSETP", "DSETP", "HSETP2", "PLOP3", "PSETP", "UISETP", "UPLOP3", "FCHK"];
    if !compares.contains(&instruction.base())
        && let [first, others @ ..] = rest
    {
        let width = match () {
            () if instruction.pipe == Pipe::Memory && instruction.has("128") => 4,
            () if is_double || instruction.has("64") || instruction.base() == "CS2R" => 2,
            () => 1,
        };
        if let Some(number) = first.strip_prefix('R').and_then(|number| number.parse::<u32>().ok()) {
            written.extend((number..number + width).map(|number| format!("R{number}")));
        }
        rest = others;
        // Carries: `IADD3 R22, P0, R0, UR10, RZ`.
        if let [carry, others @ ..] = rest
            && is_predicate(carry)
            && matches!(instruction.base(), "IADD3" | "LEA" | "IMAD" | "VIADD")
        {
            written.extend(registers(carry, false));
            rest = others;
        }
    }
    (written, rest.iter().flat_map(|part| registers(part, is_double)).collect())
}

/// What stands in brackets.
fn addresses(operands: &str) -> &str {
    operands.find('[').map_or("", |start| &operands[start..])
}

/// The registers and predicates in a text; with a second register for each where numbers are wide.
fn registers(text: &str, is_wide: bool) -> Vec<String> {
    let mut names = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.') {
        let mut parts = word.split('.');
        let name = parts.next().unwrap_or_default();
        let number = |kind| name.strip_prefix(kind).and_then(|number| number.parse::<u32>().ok());
        if let Some(number) = number('R') {
            names.push(name.to_owned());
            if is_wide || parts.next() == Some("64") {
                names.push(format!("R{}", number + 1));
            }
        } else if number('P').is_some() {
            names.push(name.to_owned());
        }
    }
    names
}
