//! Accesses by different threads to one byte without an order between them.
//!
//! For each word of four bytes a shadow remembers who wrote it and which two threads read it in the present *epoch*: the time
//! between two barriers for shared memory, a launch for global memory. Two readers are enough, as a writer conflicts with at
//! least one of two different ones. Words of which single bytes are accessed are split into four such records.

use std::collections::HashMap;

/// An access: the thread and the line of the instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Touch {
    pub(crate) thread: u32,
    pub(crate) line: u32,
}

impl Touch {
    const NOBODY: Touch = Touch { thread: u32::MAX, line: 0 };

    fn is_other(self, than: Touch) -> bool {
        self.thread != than.thread && self.thread != Touch::NOBODY.thread
    }
}

/// The access with which another one conflicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Conflict {
    pub(crate) other: Touch,
    pub(crate) wrote: bool,
}

/// Who accessed something in an epoch.
#[derive(Clone, Copy, Debug)]
struct Record {
    epoch: u32,
    split: bool,
    writer: Touch,
    readers: [Touch; 2],
}

impl Record {
    fn new(epoch: u32) -> Record {
        Record { epoch, split: false, writer: Touch::NOBODY, readers: [Touch::NOBODY; 2] }
    }

    fn touch(&mut self, touch: Touch, write: bool) -> Result<(), Conflict> {
        if self.writer.is_other(touch) {
            return Err(Conflict { other: self.writer, wrote: true });
        }
        if write {
            if let Some(&other) = self.readers.iter().find(|reader| reader.is_other(touch)) {
                return Err(Conflict { other, wrote: false });
            }
            self.writer = touch;
        } else if self.readers[0] == Touch::NOBODY {
            self.readers[0] = touch;
        } else if self.readers[0].thread != touch.thread && self.readers[1] == Touch::NOBODY {
            self.readers[1] = touch;
        }
        Ok(())
    }
}

/// The records of a piece of memory.
#[derive(Debug, Default)]
pub(crate) struct Shadow {
    words: Vec<Record>,
    bytes: HashMap<usize, [Record; 4]>,
}

impl Shadow {
    /// Notes an access, or finds the one with which it conflicts.
    pub(crate) fn touch(
        &mut self,
        offset: u64,
        length: usize,
        epoch: u32,
        touch: Touch,
        write: bool,
    ) -> Result<(), Conflict> {
        let (start, end) = (offset as usize, offset as usize + length);
        let words = start / 4..end.div_ceil(4);
        if self.words.len() < words.end {
            self.words.resize(words.end, Record::new(0));
        }
        let whole = start.is_multiple_of(4) && end.is_multiple_of(4);
        for word in words {
            let record = &mut self.words[word];
            if record.epoch != epoch {
                *record = Record::new(epoch);
            }
            if whole && !record.split {
                record.touch(touch, write)?;
                continue;
            }
            if !record.split {
                self.bytes.insert(word, [*record; 4]);
                record.split = true;
            }
            let Some(bytes) = self.bytes.get_mut(&word) else { continue };
            for (at, byte) in bytes.iter_mut().enumerate() {
                if (start..end).contains(&(4 * word + at)) {
                    byte.touch(touch, write)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Touch = Touch { thread: 0, line: 10 };
    const B: Touch = Touch { thread: 1, line: 20 };
    const C: Touch = Touch { thread: 2, line: 30 };

    #[test]
    fn readers_do_not_conflict_and_writers_do() {
        let mut shadow = Shadow::default();
        for reader in [A, B, C] {
            assert_eq!(shadow.touch(8, 16, 1, reader, false), Ok(()));
        }
        assert_eq!(shadow.touch(20, 4, 1, A, true), Err(Conflict { other: B, wrote: false }));
        assert_eq!(shadow.touch(20, 4, 1, C, true), Err(Conflict { other: A, wrote: false }));
        assert_eq!(shadow.touch(24, 4, 1, A, true), Ok(()));
        assert_eq!(shadow.touch(24, 4, 1, A, false), Ok(()));
        assert_eq!(shadow.touch(24, 4, 1, B, false), Err(Conflict { other: A, wrote: true }));
        assert_eq!(shadow.touch(24, 4, 1, B, true), Err(Conflict { other: A, wrote: true }));
        assert_eq!(shadow.touch(24, 4, 2, B, true), Ok(()));
    }

    #[test]
    fn neighbouring_bytes_do_not_conflict() {
        let mut shadow = Shadow::default();
        assert_eq!(shadow.touch(4, 1, 1, A, true), Ok(()));
        assert_eq!(shadow.touch(5, 1, 1, B, true), Ok(()));
        assert_eq!(shadow.touch(6, 2, 1, C, true), Ok(()));
        assert_eq!(shadow.touch(4, 4, 1, A, false), Err(Conflict { other: B, wrote: true }));
        assert_eq!(shadow.touch(0, 4, 1, A, true), Ok(()));
        assert_eq!(shadow.touch(3, 1, 1, B, false), Err(Conflict { other: A, wrote: true }));
        assert_eq!(shadow.touch(4, 4, 2, C, true), Ok(()));
    }
}
