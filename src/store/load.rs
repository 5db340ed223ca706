//! Rows in one piece of memory, to be handed from one thread to another without a piece for each value.

use super::ValueRef;

/// A load is full with so many rows.
const MOST_ROWS: usize = 128;
/// A load is full with so many bytes, so that memory stays flat where rows are long.
const MOST_BYTES: usize = 48 << 10;

/// Some rows of a table, all with the same columns.
#[derive(Debug, Default)]
pub struct Load {
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    rows: usize,
}

#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(usize, usize),
    Blob(usize, usize),
}

impl Load {
    /// Adds a row.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = ValueRef<'a>>) {
        for value in row {
            let cell = match value {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => Cell::Integer(number),
                ValueRef::Real(number) => Cell::Real(number),
                ValueRef::Text(text) => Cell::Text(self.keep(text), self.bytes.len()),
                ValueRef::Blob(bytes) => Cell::Blob(self.keep(bytes), self.bytes.len()),
            };
            self.cells.push(cell);
        }
        self.rows += 1;
    }

    /// Keeps bytes; returns where they begin.
    fn keep(&mut self, bytes: &[u8]) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether it is time to hand it over.
    pub fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes.len() >= MOST_BYTES
    }

    /// Forgets the rows and keeps the memory, but not that of one very long row.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(2 * MOST_BYTES);
        self.cells.clear();
        self.rows = 0;
    }

    /// The values of a row.
    pub fn row(&self, number: usize) -> impl ExactSizeIterator<Item = ValueRef<'_>> {
        let width = self.cells.len() / self.rows.max(1);
        self.cells[number * width..(number + 1) * width].iter().map(|cell| self.value(*cell))
    }

    fn value(&self, cell: Cell) -> ValueRef<'_> {
        match cell {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(number),
            Cell::Real(number) => ValueRef::Real(number),
            Cell::Text(start, end) => ValueRef::Text(&self.bytes[start..end]),
            Cell::Blob(start, end) => ValueRef::Blob(&self.bytes[start..end]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [[ValueRef<'_>; 3]; 3] = [
        [ValueRef::Null, ValueRef::Integer(-7), ValueRef::Text(b"Marie")],
        [ValueRef::Blob(b""), ValueRef::Real(0.5), ValueRef::Text("Hélène".as_bytes())],
        [ValueRef::Text(b""), ValueRef::Null, ValueRef::Blob(&[0, 255])],
    ];

    #[test]
    fn rows_come_out_as_they_went_in_also_from_a_load_that_was_used_before() {
        let mut load = Load::default();
        for _ in 0..2 {
            assert!(load.is_empty());
            ROWS.iter().for_each(|row| load.push(row.iter().copied()));
            assert_eq!(load.len(), ROWS.len());
            for (number, row) in ROWS.iter().enumerate() {
                assert_eq!(load.row(number).collect::<Vec<_>>(), row);
            }
            load.clear();
        }
    }

    #[test]
    fn many_rows_or_many_bytes_fill_it() {
        let mut load = Load::default();
        (1..MOST_ROWS).for_each(|_| load.push([ValueRef::Null]));
        assert!(!load.is_full());
        load.push([ValueRef::Null]);
        assert!(load.is_full());
        load.clear();
        load.push([ValueRef::Blob(&vec![0; MOST_BYTES])]);
        assert!(load.is_full());
    }
}
