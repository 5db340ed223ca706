//! One page of a tree while it is filled: cells from its end downwards, in their order.

/// What a page is for, as its first byte says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Leads to pages of an index, with the entries between them.
    IndexInside = 2,
    /// Leads to pages of a table.
    TableInside = 5,
    /// Holds entries of an index.
    IndexLeaf = 10,
    /// Holds rows.
    TableLeaf = 13,
}

impl Kind {
    fn header(self) -> usize {
        match self {
            Kind::IndexInside | Kind::TableInside => 12,
            Kind::IndexLeaf | Kind::TableLeaf => 8,
        }
    }
}

/// A page.
pub struct Page {
    kind: Kind,
    bytes: Vec<u8>,
    /// Where each cell begins.
    starts: Vec<usize>,
}

impl Page {
    /// An empty page.
    pub fn new(kind: Kind, size: usize) -> Self {
        Page { kind, bytes: vec![0; size], starts: Vec::new() }
    }

    /// Whether it has no cell.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Adds a cell, where there is room for it.
    pub fn add(&mut self, parts: &[&[u8]]) -> bool {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let list = self.list_end();
        if list + 2 + length > self.content() {
            return false;
        }
        let start = self.content() - length;
        let mut at = start;
        for part in parts {
            self.bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        self.bytes[list..list + 2].copy_from_slice(&(start as u16).to_be_bytes());
        self.starts.push(start);
        true
    }

    /// Takes the last cell out again.
    pub fn take_last(&mut self) -> Vec<u8> {
        let start = self.content();
        self.starts.pop();
        self.bytes[start..self.content()].to_vec()
    }

    /// The finished page; `right` is the page that follows its last cell. No byte of an earlier page is left in it.
    pub fn finished(&mut self, right: Option<u32>) -> &[u8] {
        let (list, content) = (self.list_end(), self.content());
        self.bytes[list..content].fill(0);
        self.bytes[..8].fill(0);
        self.bytes[0] = self.kind as u8;
        self.bytes[3..5].copy_from_slice(&(self.starts.len() as u16).to_be_bytes());
        self.bytes[5..7].copy_from_slice(&(content as u16).to_be_bytes());
        if let Some(right) = right {
            self.bytes[8..12].copy_from_slice(&right.to_be_bytes());
        }
        &self.bytes
    }

    /// Begins the next page.
    pub fn clear(&mut self) {
        self.starts.clear();
    }

    fn list_end(&self) -> usize {
        self.kind.header() + 2 * self.starts.len()
    }

    fn content(&self) -> usize {
        self.starts.last().copied().unwrap_or(self.bytes.len())
    }
}
