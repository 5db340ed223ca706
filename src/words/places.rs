//! Communes with a postcode, and the parts of a street address.

use std::sync::LazyLock;

use super::{List, lines};

static COMMUNES: LazyLock<Vec<Commune>> =
    LazyLock::new(|| include_str!("communes.txt").lines().filter_map(Commune::from_line).collect());
static STREET_KINDS: List = LazyLock::new(|| lines(include_str!("street-kinds.txt")));
static STREET_NAMES: List = LazyLock::new(|| lines(include_str!("street-names.txt")));

/// A real commune and one of its own postcodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commune {
    /// Its official name.
    pub name: &'static str,
    /// Five digits; never a CEDEX.
    pub postcode: &'static str,
    /// The code of its department: `01`, `2A`, `974`.
    pub department: &'static str,
}

impl Commune {
    /// Reads `name;postcode;department`.
    fn from_line(line: &'static str) -> Option<Self> {
        let (name, codes) = line.split_once(';')?;
        let (postcode, department) = codes.split_once(';')?;
        Some(Commune { name, postcode, department })
    }
}

/// The most populous communes, with at least a few of every department, sorted by department then postcode.
pub fn communes() -> &'static [Commune] {
    &COMMUNES
}

/// What a street can be, in lower case, the most common first: `rue`, `avenue`.
pub fn street_kinds() -> &'static [&'static str] {
    &STREET_KINDS
}

/// What follows the kind of street, with its article: `de la République`, `Jean-Jaurès`.
pub fn street_names() -> &'static [&'static str] {
    &STREET_NAMES
}
