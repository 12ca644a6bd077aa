//! GPUs with their streams of work.

use std::collections::VecDeque;
use std::env;
use std::sync::{Arc, Mutex, OnceLock};

use keops_emulator::{Argument, Device, Error, Module};

use crate::memory::{HostBytes, Pinned};
use crate::status::Status;

/// All that there is.
pub(crate) struct Machine {
    pub(crate) initialised: bool,
    pub(crate) has_pools: bool,
    /// Bytes of each GPU.
    pub(crate) memory: usize,
    pub(crate) gpus: Vec<Gpu>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) events: Vec<Event>,
    pub(crate) modules: Vec<(usize, Arc<Module>)>,
    pub(crate) functions: Vec<Function>,
    pub(crate) pinned: Pinned,
}

pub(crate) struct Gpu {
    pub(crate) device: Device,
    /// What it answers since something went wrong.
    fault: Option<Status>,
}

/// Work that waits for somebody to wait for it.
pub(crate) struct Stream {
    pub(crate) gpu: usize,
    pub(crate) work: VecDeque<Work>,
}

/// How often it was recorded, and how often a stream came to where it was.
#[derive(Default)]
pub(crate) struct Event {
    pub(crate) recorded: u64,
    pub(crate) reached: u64,
    pub(crate) stream: usize,
}

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) gpu: usize,
    pub(crate) module: Arc<Module>,
    pub(crate) entry: String,
}

pub(crate) enum Work {
    Upload { to: u64, from: HostBytes },
    Download { to: HostBytes, from: u64 },
    Copy { to: u64, from: u64, bytes: usize },
    Fill { to: u64, byte: u8, bytes: usize },
    Launch { function: Function, grid: [u32; 3], block: [u32; 3], arguments: Vec<Argument>, shared: usize },
    Free(u64),
    Reach(usize),
}

/// The only one.
pub(crate) fn machine() -> &'static Mutex<Machine> {
    static MACHINE: OnceLock<Mutex<Machine>> = OnceLock::new();
    MACHINE.get_or_init(|| Mutex::new(Machine::new()))
}

/// A number in the environment.
fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}: `{text}` is no number")))
}

impl Machine {
    fn new() -> Self {
        let memory = setting("KEOPS_LIBCUDA_MEMORY", 1 << 30);
        let gpu = |_| Gpu { device: Device::new(memory), fault: None };
        Self {
            initialised: false,
            has_pools: setting("KEOPS_LIBCUDA_POOLS", 1) != 0,
            memory,
            gpus: (0..setting("KEOPS_LIBCUDA_GPUS", 1)).map(gpu).collect(),
            streams: Vec::new(),
            events: Vec::new(),
            modules: Vec::new(),
            functions: Vec::new(),
            pinned: Pinned::default(),
        }
    }

    /// A GPU on which nothing has gone wrong.
    pub(crate) fn gpu(&mut self, number: usize) -> Result<&mut Gpu, Status> {
        let gpu = self.gpus.get_mut(number).ok_or(Status::InvalidContext)?;
        gpu.fault.map_or(Ok(gpu), Err)
    }

    /// Adds work to a stream.
    pub(crate) fn push(&mut self, stream: usize, work: Work) -> Result<(), Status> {
        self.gpu(self.streams[stream].gpu)?;
        self.streams[stream].work.push_back(work);
        Ok(())
    }

    /// Does the work of a stream, all of it or until an event is reached as often as it was recorded.
    pub(crate) fn run(&mut self, stream: usize, until: Option<usize>) -> Result<(), Status> {
        let number = self.streams[stream].gpu;
        loop {
            self.gpu(number)?;
            if until.is_some_and(|event| self.events[event].reached == self.events[event].recorded) {
                return Ok(());
            }
            let Some(work) = self.streams[stream].work.pop_front() else { return Ok(()) };
            let status =
                if matches!(work, Work::Launch { .. }) { Status::LaunchFailed } else { Status::IllegalAddress };
            if let Err(error) = self.work(number, work) {
                eprintln!("libcuda: GPU {number}: {error}");
                self.gpus[number].fault = Some(status);
            }
        }
    }

    fn work(&mut self, gpu: usize, work: Work) -> Result<(), Error> {
        let device = &mut self.gpus[gpu].device;
        match work {
            Work::Upload { to, from } => device.write(to, &from.read()),
            Work::Download { to, from } => {
                let mut bytes = vec![0; to.len()];
                device.read(from, &mut bytes)?;
                to.write(&bytes);
                Ok(())
            }
            Work::Copy { to, from, bytes } => {
                let mut between = vec![0; bytes];
                device.read(from, &mut between)?;
                device.write(to, &between)
            }
            Work::Fill { to, byte, bytes } => device.write(to, &vec![byte; bytes]),
            Work::Launch { function: Function { module, entry, .. }, grid, block, arguments, shared } => {
                device.launch_with_shared(&module, &entry, grid, block, &arguments, shared).map(|_| ())
            }
            Work::Free(address) => device.free(address),
            Work::Reach(event) => {
                self.events[event].reached += 1;
                Ok(())
            }
        }
    }

    /// Does all work of a GPU.
    pub(crate) fn run_all(&mut self, gpu: usize) -> Result<(), Status> {
        for stream in 0..self.streams.len() {
            if self.streams[stream].gpu == gpu {
                self.run(stream, None)?;
            }
        }
        Ok(())
    }
}
