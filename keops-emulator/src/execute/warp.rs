//! A warp: 32 threads that execute an instruction together as long as they are at the same one.
//!
//! Of threads at different positions those at the lowest one run, until they come to the position of others and are joined
//! with them. As code is laid out from top to bottom, the two sides of a condition meet where they end.

use super::Launch;
use super::access::Memory;
use crate::error::Problem;
use crate::lanes::{Lanes, WARP};
use crate::program::{Action, Instruction, Slot};
use crate::types::low;

/// The position, the lane and the problem of a thread that cannot go on.
pub(super) type Halt = (usize, usize, Problem);

/// The threads of a warp.
pub(super) struct Warp {
    /// The number of the first thread in the block.
    first: u32,
    /// Where each thread goes on.
    pub(super) positions: [u32; WARP],
    /// Threads that have not ended, one per bit.
    alive: u32,
    /// Threads that wait at a barrier.
    pub(super) waiting: u32,
    /// How many instructions each thread has executed.
    executed: [u64; WARP],
}

/// What happens after an instruction.
enum Flow {
    Next,
    /// All threads go to a position.
    Jump(u32),
    /// The positions of the threads differ, or some have ended or wait.
    Part,
}

impl Warp {
    pub(super) fn new(number: usize, threads: usize) -> Warp {
        Warp {
            first: (number * WARP) as u32,
            positions: [0; WARP],
            alive: low(u64::MAX, threads as u32) as u32,
            waiting: 0,
            executed: [0; WARP],
        }
    }

    /// Runs until all threads wait at a barrier or have ended.
    pub(super) fn run(
        &mut self,
        launch: &Launch<'_>,
        registers: &mut [Lanes],
        memory: &mut Memory<'_>,
        counts: &mut [u64],
    ) -> Result<(), Halt> {
        loop {
            let ready = self.alive & !self.waiting;
            let Some(position) = lanes(ready).map(|lane| self.positions[lane]).min() else {
                return Ok(());
            };
            let group =
                lanes(ready).filter(|&lane| self.positions[lane] == position).fold(0, |group, lane| group | 1 << lane);
            let others = lanes(ready & !group).map(|lane| self.positions[lane]).min().unwrap_or(u32::MAX);
            self.run_group(launch, group, position, others, registers, memory, counts)?;
        }
    }

    /// Runs threads that are at one position until they part, or come to where others are.
    #[expect(clippy::too_many_arguments, reason = "the parts of the machine, borrowed one by one")]
    fn run_group(
        &mut self,
        launch: &Launch<'_>,
        group: u32,
        start: u32,
        others: u32,
        registers: &mut [Lanes],
        memory: &mut Memory<'_>,
        counts: &mut [u64],
    ) -> Result<(), Halt> {
        let code = &launch.program.code[..];
        let size = u64::from(group.count_ones());
        let executed = lanes(group).map(|lane| self.executed[lane]).max().unwrap_or(0);
        let mut left = launch.limit.saturating_sub(executed);
        let before = left;
        let mut position = start;
        while position < others {
            let at = position as usize;
            let instruction = &code[at];
            if left == 0 {
                let lane = lanes(group).max_by_key(|&lane| self.executed[lane]).unwrap_or(0);
                return Err((at, lane, Problem::EndlessLoop { limit: launch.limit }));
            }
            left -= u64::from(instruction.class.is_some());
            counts[at] += size;
            let active = group & guarded(instruction, registers);
            let flow = self.step(launch, instruction, position, group, active, registers, memory);
            match flow.map_err(|(lane, problem)| (at, lane, problem))? {
                Flow::Next => position += 1,
                Flow::Jump(target) => position = target,
                Flow::Part => {
                    self.count(group, before - left);
                    return Ok(());
                }
            }
        }
        for lane in lanes(group) {
            self.positions[lane] = position;
        }
        self.count(group, before - left);
        Ok(())
    }

    fn count(&mut self, group: u32, executed: u64) {
        for lane in lanes(group) {
            self.executed[lane] += executed;
        }
    }

    /// Executes one instruction.
    #[expect(clippy::too_many_arguments, reason = "the parts of the machine, borrowed one by one")]
    #[inline]
    fn step(
        &mut self,
        launch: &Launch<'_>,
        instruction: &Instruction,
        position: u32,
        group: u32,
        active: u32,
        registers: &mut [Lanes],
        memory: &mut Memory<'_>,
    ) -> Result<Flow, (usize, Problem)> {
        let mut values = [0; WARP];
        match &instruction.action {
            Action::Map1(map, result, [a]) => {
                map(&mut values, &registers[*a as usize]);
                assign(registers, *result, &values, active);
            }
            Action::Map2(map, result, [a, b]) => {
                map(&mut values, &registers[*a as usize], &registers[*b as usize]);
                assign(registers, *result, &values, active);
            }
            Action::Map3(map, result, [a, b, c]) => {
                map(&mut values, &registers[*a as usize], &registers[*b as usize], &registers[*c as usize]);
                assign(registers, *result, &values, active);
            }
            Action::Map4(map, result, sources) => {
                let [a, b, c, d] = sources.map(|source| &registers[source as usize]);
                map(&mut values, a, b, c, d);
                assign(registers, *result, &values, active);
            }
            Action::Convert(conversion, result, value) => {
                values = registers[*value as usize].map(|value| conversion.apply(value));
                assign(registers, *result, &values, active);
            }
            Action::Pack { bits, result, parts } => {
                for (at, &part) in (0..).zip(parts) {
                    for (value, part) in values.iter_mut().zip(&registers[part as usize]) {
                        *value |= low(*part, *bits) << (at * bits);
                    }
                }
                assign(registers, *result, &values, active);
            }
            Action::Unpack { bits, results, value } => {
                let whole = registers[*value as usize];
                for (at, &result) in (0..).zip(results) {
                    values = whole.map(|value| low(value >> (at * bits), *bits));
                    assign(registers, result, &values, active);
                }
            }
            Action::Parameter { index, result } => {
                assign(registers, *result, &[launch.arguments[*index]; WARP], active);
            }
            Action::Read(access) => memory.read(access, self.first, active, registers, instruction.line)?,
            Action::Write(access) => memory.write(access, self.first, active, registers, instruction.line)?,
            Action::NonZero(slot) => {
                if let Some(lane) = lanes(active).find(|&lane| registers[*slot as usize][lane] == 0) {
                    return Err((lane, Problem::DivisionByZero));
                }
            }
            Action::Branch(target) if active == group => return Ok(Flow::Jump(*target)),
            Action::Branch(_) if active == 0 => {}
            Action::Branch(target) => {
                self.go(group, |lane| if active >> lane & 1 == 1 { *target } else { position + 1 });
                return Ok(Flow::Part);
            }
            Action::BranchIndexed { index, targets } => {
                let index = &registers[*index as usize];
                let target = |lane: usize| targets.get(index[lane] as usize).copied();
                if let Some(lane) = lanes(active).find(|&lane| target(lane).is_none()) {
                    return Err((lane, Problem::BranchIndex { index: index[lane], targets: targets.len() }));
                }
                let next = |lane: usize| target(lane).filter(|_| active >> lane & 1 == 1).unwrap_or(position + 1);
                self.go(group, next);
                return Ok(Flow::Part);
            }
            Action::Barrier | Action::Exit if active == 0 => {}
            Action::Barrier => {
                self.go(group, |_| position + 1);
                self.waiting |= active;
                return Ok(Flow::Part);
            }
            Action::Exit => {
                self.go(group, |_| position + 1);
                self.alive &= !active;
                return Ok(Flow::Part);
            }
            Action::Trap if active == 0 => {}
            Action::Trap => return Err((active.trailing_zeros() as usize, Problem::Trap)),
        }
        Ok(Flow::Next)
    }

    fn go(&mut self, group: u32, position: impl Fn(usize) -> u32) {
        for lane in lanes(group) {
            self.positions[lane] = position(lane);
        }
    }
}

/// The threads for which the predicate of an instruction is true.
fn guarded(instruction: &Instruction, registers: &[Lanes]) -> u32 {
    let Some(guard) = instruction.guard else {
        return u32::MAX;
    };
    let values = &registers[guard.slot as usize];
    let bits = values.iter().rev().fold(0, |bits, value| bits << 1 | *value as u32 & 1);
    if guard.negated { !bits } else { bits }
}

/// Writes a register of the active threads.
pub(super) fn assign(registers: &mut [Lanes], slot: Slot, values: &Lanes, active: u32) {
    let register = &mut registers[slot as usize];
    if active == u32::MAX {
        *register = *values;
        return;
    }
    for lane in 0..WARP {
        let keep = u64::from(active >> lane & 1).wrapping_sub(1);
        register[lane] = register[lane] & keep | values[lane] & !keep;
    }
}

/// The positions of the bits that are set.
pub(super) fn lanes(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = bits.trailing_zeros() as usize;
        let found = bits != 0;
        bits &= bits.wrapping_sub(1);
        found.then_some(lane)
    })
}
