//! The entries of one index, gathered in any order and given back sorted: in memory, or as sorted runs on the disk.

use super::runs::{Reader, Run, Spill};
use crate::fault::Result;
use crate::interrupt;
use crate::memory::fetch;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// Entries between two looks at the signals.
const BETWEEN_LOOKS: usize = 10_000;
/// What the lengths of a key and a record take before them.
pub const LENGTHS: usize = 8;

/// Memory grows by so many bytes: twice what there is would be far more than is needed.
const MORE: usize = 512 << 10;
/// How many entries ahead the next ones are sent for: sorted, they lie far from one another.
const AHEAD: usize = 8;

/// Entries, each a key that says its place and a record that is written there. Entries with equal keys stay in the
/// order in which they came.
#[derive(Default)]
pub struct Keys {
    /// All entries, one behind the other.
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    runs: Vec<Run>,
}

/// Where an entry is, with the beginning of its key, which nearly always tells two entries apart.
struct Slot {
    head: [u64; 2],
    /// Where it begins, and below that the length of its key, as far as it matters.
    place: u64,
}

/// Bytes of a key that a slot has.
const HEAD: usize = size_of::<[u64; 2]>();
/// The length of every key that has more.
const LONGER: usize = HEAD + 1;
/// Bits for a length.
const FOR_LENGTH: u32 = 5;

impl Slot {
    fn of(key: &[u8], at: usize) -> Self {
        let mut head = [0; HEAD];
        let length = key.len().min(HEAD);
        head[..length].copy_from_slice(&key[..length]);
        let (halves, _) = head.as_chunks::<8>();
        let length = key.len().min(LONGER);
        Slot {
            head: [u64::from_be_bytes(halves[0]), u64::from_be_bytes(halves[1])],
            place: (at as u64) << FOR_LENGTH | length as u64,
        }
    }

    fn at(&self) -> usize {
        (self.place >> FOR_LENGTH) as usize
    }

    fn length(&self) -> usize {
        (self.place & ((1 << FOR_LENGTH) - 1)) as usize
    }
}

/// Gets the key and the record of every entry, in order.
pub type Take<'a> = dyn FnMut(&[u8], &[u8]) -> Result<()> + 'a;

impl Keys {
    /// Adds an entry.
    pub fn add(&mut self, key: &[u8], record: &[u8]) {
        let at = self.bytes.len();
        let length = LENGTHS + key.len() + record.len();
        if self.bytes.capacity() - at < length {
            self.bytes.reserve_exact(length.max(MORE));
        }
        for part in [key, record] {
            self.bytes.extend_from_slice(&(part.len() as u32).to_ne_bytes());
        }
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(record);
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(MORE / size_of::<Slot>());
        }
        self.slots.push(Slot::of(key, at));
    }

    /// The memory that it takes.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.slots.len() * size_of::<Slot>()
    }

    /// Writes what is in memory to the disk.
    pub fn spill(&mut self, spill: &mut Spill) -> Result<()> {
        self.sort();
        self.write(spill)
    }

    /// All that is in memory, in order.
    pub fn sorted(mut self) -> Sorted {
        self.sort();
        Sorted(self)
    }

    fn write(&mut self, spill: &mut Spill) -> Result<()> {
        let entries = self.slots.iter().map(|slot| {
            let entry = &self.bytes[slot.at()..];
            let (key, record) = lengths(entry);
            &entry[..LENGTHS + key + record]
        });
        self.runs.push(spill.write(entries)?);
        self.bytes = Vec::new();
        self.slots = Vec::new();
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let key = |slot: &Slot| parts(&bytes[slot.at()..]).0;
        let by_rest = |a: &Slot, b: &Slot| match (a.length(), b.length()) {
            // Far away in memory: it is looked at where nothing else tells.
            (LONGER, LONGER) => key(a)[HEAD..].cmp(&key(b)[HEAD..]),
            // The shorter one is the beginning of the other.
            (a, b) => a.cmp(&b),
        };
        // Equal ones as they came, which their places tell: so it needs no memory beside the slots.
        let by_all = |a: &Slot, b: &Slot| by_rest(a, b).then(a.place.cmp(&b.place));
        self.slots.sort_unstable_by(|a, b| a.head.cmp(&b.head).then_with(|| by_all(a, b)));
    }
}

/// Entries of which those in memory are in order.
pub struct Sorted(Keys);

impl Sorted {
    /// Gives all entries back in order.
    pub fn drain(self, spill: &mut Spill, take: &mut Take<'_>) -> Result<()> {
        let Sorted(mut keys) = self;
        if !keys.runs.is_empty() {
            keys.write(spill)?;
            return merge(&keys.runs, spill, take);
        }
        for (number, slot) in keys.slots.iter().enumerate() {
            if number % BETWEEN_LOOKS == 0 {
                interrupt::check()?;
            }
            if let Some(soon) = keys.slots.get(number + AHEAD) {
                fetch(&keys.bytes[soon.at()]);
            }
            let (key, record) = parts(&keys.bytes[slot.at()..]);
            take(key, record)?;
        }
        Ok(())
    }
}

/// The lengths of the key and of the record of the entry that begins here.
pub fn lengths(entry: &[u8]) -> (usize, usize) {
    let length =
        |at: usize| u32::from_ne_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
    (length(0), length(4))
}

/// The key and the record of the entry that begins here.
pub fn parts(entry: &[u8]) -> (&[u8], &[u8]) {
    let (key, record) = lengths(entry);
    entry[LENGTHS..LENGTHS + key + record].split_at(key)
}

fn merge(runs: &[Run], spill: &Spill, take: &mut Take<'_>) -> Result<()> {
    let mut next = BinaryHeap::with_capacity(runs.len());
    for (number, run) in runs.iter().enumerate() {
        let mut reader = spill.read(run, runs.len());
        if reader.advance()? {
            next.push(Head { reader, number });
        }
    }
    let mut count = 0;
    while let Some(mut first) = next.peek_mut() {
        if count % BETWEEN_LOOKS == 0 {
            interrupt::check()?;
        }
        count += 1;
        let (key, record) = first.reader.entry();
        take(key, record)?;
        if !first.reader.advance()? {
            PeekMut::pop(first);
        }
    }
    Ok(())
}

/// A run at its next entry; the greatest is the one whose entry comes first.
struct Head<'a> {
    reader: Reader<'a>,
    number: usize,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.reader.entry().0.cmp(self.reader.entry().0).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_come_back_in_order_and_equal_ones_as_they_came(
            keys in prop::collection::vec(prop::collection::vec(0..3_u8, 0..20), 0..60),
            spilled in 0..60_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut spill = Spill::in_folder(folder.path().to_owned());
            let mut gathered = Keys::default();
            for (number, key) in keys.iter().enumerate() {
                gathered.add(key, &number.to_be_bytes());
                if number == spilled {
                    gathered.spill(&mut spill).unwrap();
                }
            }
            let mut came = Vec::new();
            let mut take = |key: &[u8], record: &[u8]| {
                came.push((key.to_vec(), usize::from_be_bytes(record.try_into().unwrap())));
                Ok(())
            };
            gathered.sorted().drain(&mut spill, &mut take).unwrap();
            let mut expected: Vec<(Vec<u8>, usize)> =
                keys.into_iter().enumerate().map(|(number, key)| (key, number)).collect();
            expected.sort();
            prop_assert_eq!(came, expected);
        }
    }
}
