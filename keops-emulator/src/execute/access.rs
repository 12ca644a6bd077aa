//! Reads and writes of memory by the threads of a warp.

use super::Launch;
use super::warp::lanes;
use crate::error::Problem;
use crate::lanes::{Lanes, WARP};
use crate::memory::{Bytes, Flaw, Global, address};
use crate::program::{Access, Space};
use crate::race::{Conflict, Shadow, Touch};
use crate::statistics::Statistics;
use crate::types::{low, sign_extended};

/// The memories that the threads of a block see.
pub(super) struct Memory<'a> {
    launch: &'a Launch<'a>,
    global: &'a mut Global,
    shared: Bytes,
    shadow: Shadow,
    /// The number of barriers and blocks so far.
    epoch: u32,
    /// Local memory of all threads, one after the other.
    local: Vec<Bytes>,
    /// The number of the first thread of the block in the grid.
    first: u32,
    pub(super) statistics: Statistics,
}

/// A memory, and an address in it.
#[derive(Clone, Copy)]
enum Place {
    Global(u64),
    Constant(u64),
    Shared(u64),
    Local(u64),
}

/// Who accesses what.
#[derive(Clone, Copy)]
struct Request {
    place: Place,
    length: usize,
    /// The number of the thread in the block.
    thread: u32,
    line: u32,
}

/// Why an access is an error.
enum Obstacle {
    Flaw(Flaw),
    Conflict(Conflict),
    Constant,
}

impl From<Flaw> for Obstacle {
    fn from(flaw: Flaw) -> Obstacle {
        Obstacle::Flaw(flaw)
    }
}

impl From<Conflict> for Obstacle {
    fn from(conflict: Conflict) -> Obstacle {
        Obstacle::Conflict(conflict)
    }
}

impl<'a> Memory<'a> {
    pub(super) fn new(launch: &'a Launch<'a>, global: &'a mut Global) -> Memory<'a> {
        let mut shared = launch.program.shared.clone();
        if launch.program.dynamic && launch.shared_bytes > 0 {
            shared.places.push((address::DYNAMIC, launch.shared_bytes));
        }
        let threads = if launch.program.local.places.is_empty() { 0 } else { launch.threads() as usize };
        Memory {
            launch,
            global,
            shared: Bytes::of(&shared),
            shadow: Shadow::default(),
            epoch: 0,
            local: vec![Bytes::of(&launch.program.local); threads],
            first: 0,
            statistics: Statistics::default(),
        }
    }

    /// Begins a block.
    pub(super) fn reset(&mut self, block: u32) {
        self.first = block * self.launch.threads();
        self.shared.forget();
        self.local.iter_mut().for_each(Bytes::forget);
        self.barrier();
    }

    /// What threads did before and after does not conflict.
    pub(super) fn barrier(&mut self) {
        self.epoch += 1;
    }

    /// Reads registers of the active threads from memory.
    pub(super) fn read(
        &mut self,
        access: &Access,
        first: u32,
        active: u32,
        registers: &mut [Lanes],
        line: u32,
    ) -> Result<(), (usize, Problem)> {
        let addresses = addresses(access, registers);
        let length = access.bytes * access.count;
        let mut results = [[0; WARP]; 4];
        let mut put = |lane: usize, bytes: u128| {
            for (at, result) in results[..access.count].iter_mut().enumerate() {
                let value = low((bytes >> (8 * at * access.bytes)) as u64, 8 * access.bytes as u32);
                result[lane] = match access.extended {
                    Some(width) => low(sign_extended(value, 8 * access.bytes as u32), width),
                    None => value,
                };
            }
        };
        let one = active.trailing_zeros() as usize % WARP;
        let place = place(access.space, addresses[one]);
        if active.count_ones() > 2 && !matches!(place, Place::Local(_)) && same(&addresses, active) {
            // All threads read the same, which is noted for two of them: that is enough to find a conflict with any writer.
            for lane in lanes(active).take(2) {
                let bytes = self.load(Request { place, length, thread: first + lane as u32, line });
                let bytes = bytes.map_err(|problem| (lane, problem))?;
                if lane == one {
                    lanes(active).for_each(|lane| put(lane, bytes));
                }
            }
            if matches!(place, Place::Global(_)) {
                self.statistics.global_bytes_read += length as u64 * u64::from(active.count_ones() - 2);
            }
        } else {
            for lane in lanes(active) {
                let place = self::place(access.space, addresses[lane]);
                let bytes = self.load(Request { place, length, thread: first + lane as u32, line });
                put(lane, bytes.map_err(|problem| (lane, problem))?);
            }
        }
        for (result, &slot) in results.iter().zip(&access.values[..access.count]) {
            super::warp::assign(registers, slot, result, active);
        }
        Ok(())
    }

    /// Writes registers of the active threads to memory.
    pub(super) fn write(
        &mut self,
        access: &Access,
        first: u32,
        active: u32,
        registers: &[Lanes],
        line: u32,
    ) -> Result<(), (usize, Problem)> {
        let addresses = addresses(access, registers);
        let length = access.bytes * access.count;
        for lane in lanes(active) {
            let mut bytes = 0;
            for (at, &slot) in access.values[..access.count].iter().enumerate() {
                let value = low(registers[slot as usize][lane], 8 * access.bytes as u32);
                bytes |= u128::from(value) << (8 * at * access.bytes);
            }
            let place = place(access.space, addresses[lane]);
            let request = Request { place, length, thread: first + lane as u32, line };
            self.store(request, &bytes.to_le_bytes()[..length]).map_err(|problem| (lane, problem))?;
        }
        Ok(())
    }

    fn load(&mut self, request: Request) -> Result<u128, Problem> {
        self.aligned(request, "read")?;
        self.try_load(request).map_err(|obstacle| self.problem(request, "read", obstacle))
    }

    fn store(&mut self, request: Request, bytes: &[u8]) -> Result<(), Problem> {
        self.aligned(request, "write")?;
        self.try_store(request, bytes).map_err(|obstacle| self.problem(request, "write", obstacle))
    }

    fn try_load(&mut self, request: Request) -> Result<u128, Obstacle> {
        let length = request.length;
        let touch = Touch { thread: self.first + request.thread, line: request.line };
        match request.place {
            Place::Global(address) => {
                self.statistics.global_bytes_read += length as u64;
                let (memory, shadow, offset) = self.global.find(address)?;
                let bytes = value(memory.read(offset, length)?);
                if self.launch.conflicts {
                    shadow.touch(offset, length, self.launch.epoch, touch, false)?;
                }
                Ok(bytes)
            }
            Place::Shared(address) => {
                let bytes = value(self.shared.read(address, length)?);
                self.shadow.touch(address, length, self.epoch, touch, false)?;
                Ok(bytes)
            }
            Place::Constant(address) => Ok(value(self.launch.constants.read(address, length)?)),
            Place::Local(address) => {
                let local = self.local.get(request.thread as usize).ok_or(Flaw::OutOfBounds)?;
                Ok(value(local.read(address, length)?))
            }
        }
    }

    fn try_store(&mut self, request: Request, bytes: &[u8]) -> Result<(), Obstacle> {
        let length = request.length;
        let touch = Touch { thread: self.first + request.thread, line: request.line };
        match request.place {
            Place::Global(address) => {
                self.statistics.global_bytes_written += length as u64;
                let (memory, shadow, offset) = self.global.find(address)?;
                memory.write(offset, bytes)?;
                if self.launch.conflicts {
                    shadow.touch(offset, length, self.launch.epoch, touch, true)?;
                }
            }
            Place::Shared(address) => {
                self.shared.write(address, bytes)?;
                self.shadow.touch(address, length, self.epoch, touch, true)?;
            }
            Place::Constant(_) => return Err(Obstacle::Constant),
            Place::Local(address) => {
                let local = self.local.get_mut(request.thread as usize).ok_or(Flaw::OutOfBounds)?;
                local.write(address, bytes)?;
            }
        }
        Ok(())
    }

    fn aligned(&self, request: Request, verb: &str) -> Result<(), Problem> {
        let (_, address) = request.place.named();
        if address & (request.length as u64 - 1) == 0 {
            return Ok(());
        }
        Err(Problem::Misaligned { access: request.access(verb), address })
    }

    #[cold]
    fn problem(&self, request: Request, verb: &str, obstacle: Obstacle) -> Problem {
        let (access, (_, address)) = (request.access(verb), request.place.named());
        match obstacle {
            Obstacle::Constant => Problem::Constant { address },
            Obstacle::Flaw(Flaw::Unwritten(byte)) => Problem::Unwritten { access, address, byte: byte as u64 },
            Obstacle::Flaw(Flaw::OutOfBounds) => {
                let nearest = match request.place {
                    Place::Global(address) => self.global.nearest(address),
                    Place::Constant(address) => self.launch.constants.nearest(address),
                    Place::Shared(address) => self.launch.program.shared.nearest(address, "shared"),
                    Place::Local(address) => self.launch.program.local.nearest(address, "local"),
                };
                Problem::OutOfBounds { access, address, nearest }
            }
            Obstacle::Conflict(Conflict { other, wrote }) => Problem::Race {
                access,
                address,
                other: if wrote { "write" } else { "read" },
                other_thread: self.launch.name_of(other.thread),
                other_line: other.line,
            },
        }
    }
}

impl Request {
    /// What was tried, in words.
    fn access(self, verb: &str) -> String {
        format!("a {verb} of {} bytes of {} memory", self.length, self.place.named().0)
    }
}

impl Place {
    fn named(self) -> (&'static str, u64) {
        match self {
            Place::Global(address) => ("global", address),
            Place::Constant(address) => ("constant", address),
            Place::Shared(address) => ("shared", address),
            Place::Local(address) => ("local", address),
        }
    }
}

fn addresses(access: &Access, registers: &[Lanes]) -> Lanes {
    registers[access.base as usize].map(|base| low(base.wrapping_add(access.offset), access.address_bits))
}

fn same(addresses: &Lanes, active: u32) -> bool {
    let one = addresses[active.trailing_zeros() as usize % WARP];
    lanes(active).all(|lane| addresses[lane] == one)
}

/// The memory of an address in a space.
fn place(space: Space, address: u64) -> Place {
    match space {
        Space::Shared => Place::Shared(address),
        Space::Local => Place::Local(address),
        Space::Generic if address::is_shared(address) == 1 => Place::Shared(address - address::SHARED),
        Space::Generic if address::is_local(address) == 1 => Place::Local(address - address::LOCAL),
        _ if address::is_constant(address) == 1 => Place::Constant(address),
        _ => Place::Global(address),
    }
}

/// Up to 16 bytes as a number.
fn value(bytes: &[u8]) -> u128 {
    match *bytes {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]).into(),
        _ => {
            let mut whole = [0; 16];
            whole[..bytes.len()].copy_from_slice(bytes);
            u128::from_le_bytes(whole)
        }
    }
}
