//! A word while it is read: eight bytes of it in one number, so that comparing it takes few steps.

/// A word. There is no zero in it, so that those that fill up its last number are none of it.
#[derive(Default)]
pub struct Word {
    /// What is full, and what is not yet, with so many bits of it.
    full: Vec<u64>,
    last: u64,
    bits: u32,
}

impl Word {
    /// Begins another one.
    pub fn clear(&mut self) {
        self.full.clear();
        (self.last, self.bits) = (0, 0);
    }

    /// Adds so many bytes, eight at most, the first one lowest; above them stand zeros.
    #[inline]
    pub fn push(&mut self, bytes: u64, count: u32) {
        let before = self.bits;
        self.last |= bytes << before;
        self.bits += 8 * count;
        if self.bits >= u64::BITS {
            self.full.push(self.last);
            self.bits -= u64::BITS;
            // What was too high; nothing where all of it had room.
            self.last = bytes.checked_shr(u64::BITS - before).unwrap_or(0);
        }
    }

    /// Forgets what is beyond so many numbers.
    pub fn truncate(&mut self, numbers: usize) {
        if self.full.len() >= numbers {
            self.full.truncate(numbers);
            (self.last, self.bits) = (0, 0);
        }
    }

    /// The first number, those between, and the last one where it is not the first too.
    #[inline]
    pub fn numbers(&self) -> (u64, &[u64], Option<u64>) {
        let last = Some(self.last).filter(|_| self.bits > 0);
        match self.full.split_first() {
            Some((first, between)) => (*first, between, last),
            None => (self.last, &[], None),
        }
    }
}

/// Puts the bytes of a word at the end of others.
pub fn put_bytes(out: &mut Vec<u8>, numbers: &[u64]) {
    numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    let zeros = numbers.last().map_or(0, |last| last.leading_zeros() as usize / 8);
    out.truncate(out.len() - zeros);
}
