//! Rows by chance, the same for the same seed.

use super::Row;
use crate::store::Value;

/// A generator that needs nobody.
pub struct Chance(u64);

impl Chance {
    /// One that begins there.
    pub fn new(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below that.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit
    }

    /// A whole number of any length.
    pub fn whole(&mut self) -> i64 {
        let by = self.below(64);
        match self.below(8) {
            0 => self.below(3) as i64,
            1 => [i64::MAX, i64::MIN, 1 << 53, -(1 << 53) - 1, 0x7fff_ffff_ffff, -0x8000_0000_0001]
                [self.below(6) as usize],
            _ => (self.below(u64::MAX) as i64) >> by,
        }
    }

    fn real(&mut self) -> f64 {
        let whole = self.whole();
        match self.below(5) {
            0 => [0.0, -0.0, 0.5, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -9.3e18]
                [self.below(8) as usize],
            1 => whole as f64,
            2 => f64::from_bits(whole as u64),
            _ => whole as f64 / 8.0,
        }
    }

    /// Text that often differs in case, spaces or a NUL alone, and is not always valid.
    pub fn text(&mut self, longest: u64) -> Vec<u8> {
        let words: [&[u8]; 9] =
            [b"Marie", b"MARIE", b"marie", b" ", b"12", b"\0", b"\xff", "é".as_bytes(), b"Durand"];
        let length = match self.below(12) {
            0 => self.below(longest),
            1 => 0,
            _ => self.below(24),
        };
        let mut text = Vec::new();
        while (text.len() as u64) < length {
            text.extend_from_slice(words[self.below(9) as usize]);
        }
        text
    }

    fn number_in_text(&mut self) -> Vec<u8> {
        match self.below(6) {
            0 => format!(" {} ", self.whole()),
            1 => format!("{:e}", self.real()),
            2 => format!("{}.00", self.below(1000)),
            3 => format!("20{}-12-{}", self.below(99), self.below(30)),
            4 => "0x10".to_owned(),
            _ => self.whole().to_string(),
        }
        .into_bytes()
    }

    /// Anything.
    pub fn value(&mut self, longest: u64) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 | 2 => Value::Integer(self.whole()),
            3 => Value::Real(self.real()),
            4 => Value::Text(self.number_in_text()),
            5 => Value::Blob(self.text(longest)),
            _ => Value::Text(self.text(longest)),
        }
    }

    /// Rows with ascending numbers first, and so many other values.
    pub fn rows(&mut self, count: usize, columns: usize, longest: u64) -> Vec<Row> {
        let mut number = self.whole() >> 8;
        let rows = (0..count).map(|_| {
            number += 1 + self.below(3) as i64;
            let values = (0..columns).map(|_| self.value(longest));
            std::iter::once(Value::Integer(number)).chain(values).collect()
        });
        rows.collect()
    }
}
