//! A block: its registers, its warps, and the barriers at which they meet.

use super::access::Memory;
use super::warp::Warp;
use super::{Launch, Stop, position};
use crate::error::Problem;
use crate::lanes::{Lanes, WARP};
use crate::memory::Global;
use crate::program::Special;
use crate::statistics::Statistics;

/// What registers hold before they are written: neither a number nor an address.
const POISON: u64 = 0x7ff7_dead_7fba_dbad;

/// What executes the blocks of a launch, one after the other.
pub(super) struct Machine<'a> {
    pub(super) launch: &'a Launch<'a>,
    pub(super) memory: Memory<'a>,
    /// The registers of the first warp, then of the second, and so on.
    registers: Vec<Lanes>,
    warps: Vec<Warp>,
    /// How many threads executed each instruction.
    counts: Vec<u64>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(launch: &'a Launch<'a>, global: &'a mut Global) -> Machine<'a> {
        let warps = (launch.threads() as usize).div_ceil(WARP);
        Machine {
            launch,
            memory: Memory::new(launch, global),
            registers: vec![[POISON; WARP]; warps * launch.program.slots],
            warps: Vec::new(),
            counts: vec![0; launch.program.code.len()],
        }
    }

    pub(super) fn statistics(&self) -> Statistics {
        let mut statistics = self.memory.statistics.clone();
        for (instruction, &count) in self.launch.program.code.iter().zip(&self.counts) {
            if let Some(class) = instruction.class {
                statistics.add(class, count);
            }
        }
        statistics
    }

    /// Runs a block until all of its threads have ended.
    pub(super) fn run_block(&mut self, number: u32) -> Result<(), Stop> {
        let launch = self.launch;
        let slots = launch.program.slots;
        let block = position(number, launch.grid);
        self.reset(number, block);
        loop {
            for (index, warp) in self.warps.iter_mut().enumerate() {
                let registers = &mut self.registers[index * slots..][..slots];
                warp.run(launch, registers, &mut self.memory, &mut self.counts).map_err(|(pc, lane, problem)| {
                    let thread = position((index * WARP + lane) as u32, launch.block);
                    Stop { line: launch.program.code[pc].line, block, thread, problem }
                })?;
            }
            if !self.meet(block)? {
                return Ok(());
            }
        }
    }

    /// Lets the threads that wait at a barrier go on; false if all have ended.
    fn meet(&mut self, block: [u32; 3]) -> Result<bool, Stop> {
        let threads = self.launch.threads() as usize;
        let thread = |number: usize| (&self.warps[number / WARP], number % WARP);
        // The position behind the barrier at which a thread waits.
        let waits = |number: usize| {
            let (warp, lane) = thread(number);
            (warp.waiting >> lane & 1 == 1).then(|| warp.positions[lane])
        };
        let Some((first, at)) = (0..threads).find_map(|number| Some((number, waits(number)?))) else {
            return Ok(false);
        };
        let line = |position: u32| self.launch.program.code[position as usize - 1].line;
        if let Some(other) = (0..threads).find(|&number| waits(number) != Some(at)) {
            let name = position(other as u32, self.launch.block);
            let others = match waits(other) {
                Some(position) => format!("thread {name:?} waits at line {}", line(position)),
                None => format!("thread {name:?} has ended"),
            };
            let thread = position(first as u32, self.launch.block);
            return Err(Stop { line: line(at), block, thread, problem: Problem::BarrierDivergence { others } });
        }
        for warp in &mut self.warps {
            warp.waiting = 0;
        }
        self.memory.barrier();
        Ok(true)
    }

    fn reset(&mut self, number: u32, block: [u32; 3]) {
        let launch = self.launch;
        let threads = launch.threads() as usize;
        self.warps.clear();
        self.warps.extend((0..threads.div_ceil(WARP)).map(|warp| Warp::new(warp, (threads - warp * WARP).min(WARP))));
        self.memory.reset(number);
        for (index, registers) in self.registers.chunks_exact_mut(launch.program.slots.max(1)).enumerate() {
            registers.fill([POISON; WARP]);
            for &(slot, value) in &launch.program.constants {
                registers[slot as usize] = [value; WARP];
            }
            for &(slot, special) in &launch.program.specials {
                registers[slot as usize] = std::array::from_fn(|lane| {
                    let thread = (index * WARP + lane) as u32;
                    u64::from(match special {
                        Special::Thread(axis) => position(thread, launch.block)[axis],
                        Special::BlockSize(axis) => launch.block[axis],
                        Special::Block(axis) => block[axis],
                        Special::GridSize(axis) => launch.grid[axis],
                        Special::Lane => lane as u32,
                        Special::Warp => index as u32,
                    })
                });
            }
        }
    }
}
