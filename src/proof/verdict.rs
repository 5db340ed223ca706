//! What the proof found: counts and columns, never a value.

use super::finds::{Finds, Place};
use crate::fault::{Fault, Result};
use std::collections::{BTreeMap, HashSet};

/// What was found in one column.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Rows where both sides have a value that a mask should have changed.
    pub compared: u64,
    /// Those of them where it came out as it went in.
    pub equal: u64,
    /// Identifying originals that stand in values of the archive.
    pub originals: Finds,
    /// Secrets, documents and values that should be gone, and came across as they were.
    pub passed: u64,
    /// Values of rows that do not pair up with those of the source.
    pub unpaired: u64,
    /// The digests of all values added up, in the source and in the archive, where rows do not pair up.
    pub bag: (u64, u64),
    /// Texts in which a name or a number of their original is left.
    pub leftovers: u64,
    /// Values that the rule names, so that it masks them, where the rest is kept.
    pub named: u64,
    /// Values that are kept, since the rule names others.
    pub unnamed: u64,
    /// Whether the search was seen to find an original in the source's own rows.
    pub control: bool,
    /// Whether the source has something there that the search must find.
    pub has_originals: bool,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Evidence {
    /// By table and column.
    pub columns: BTreeMap<(String, String), Seen>,
    /// Originals in the decoded bytes.
    pub in_bytes: Finds,
    /// Places in them where an original would stand if the end of one value and the beginning of the next were one.
    pub across: u64,
    /// How many bytes were searched.
    pub bytes: u64,
    /// How many originals were searched.
    pub originals: u64,
    /// How many values of the archive were searched one by one.
    pub values: u64,
}

/// A masked column may come out equal in so many of a thousand rows: short values run out of others.
const EQUAL_PER_THOUSAND: u64 = 20;

impl Evidence {
    /// The digests of all originals that were found.
    pub fn originals_found(&self) -> HashSet<u64> {
        let in_values = self.columns.values().flat_map(|seen| seen.originals.digests());
        in_values.chain(self.in_bytes.digests()).collect()
    }

    /// Adds what a search for another share of the originals found in the same archive. What does not depend on the
    /// originals was found by the first search already.
    pub fn join(&mut self, other: Self) {
        self.originals += other.originals;
        self.in_bytes.join(other.in_bytes);
        self.across += other.across;
        for (place, seen) in other.columns {
            let own = self.columns.entry(place).or_default();
            own.originals.join(seen.originals);
            own.control |= seen.control;
            own.has_originals |= seen.has_originals;
        }
    }

    /// Forgets what was found in bytes that begin in one value and end in the next: two masks beside each other, which
    /// nobody reads as one.
    ///
    /// # Errors
    /// Those of `lies_across`.
    pub fn forgive_across(&mut self, lies_across: &mut dyn FnMut(Place) -> Result<bool>) -> Result<()> {
        self.across += self.in_bytes.forget_at(lies_across)?;
        Ok(())
    }

    /// Forgets what was found and is none of these: it only looked like an original.
    pub fn keep_originals(&mut self, real: &HashSet<u64>) {
        self.in_bytes.keep(real);
        self.columns.values_mut().for_each(|seen| seen.originals.keep(real));
    }

    /// Accepts or refuses.
    ///
    /// # Errors
    /// Refused, with counts and columns, when anything came through, or when the search itself is broken.
    pub fn judge(&self) -> Result<()> {
        let mut against = Vec::new();
        let in_bytes = self.in_bytes.total();
        if in_bytes > 0 {
            against.push(format!("{in_bytes} identifying values are in the decoded bytes"));
        }
        for ((table, column), seen) in &self.columns {
            against.extend(seen.against().into_iter().map(|what| format!("{table}.{column}: {what}")));
        }
        if against.is_empty() {
            return Ok(());
        }
        let hint = match in_bytes > 0 && against.len() == 1 {
            true => {
                "no column has it: what lies side by side in the file may look like one value by chance, so try once \
                 more, which makes other masks unless --key-file is given"
            }
            false => "look at the rules of these columns with `crm-admin map explain TABLE.COLUMN`",
        };
        Err(Fault::refused(
            "the archive is not proven: something of the source is left in it, so it was deleted",
        )
        .details(against)
        .hint(hint)
        .into())
    }
}

impl Seen {
    fn against(&self) -> Vec<String> {
        let mut against = Vec::new();
        let by_chance = self.compared * EQUAL_PER_THOUSAND + 1000;
        if self.compared > 0 && (self.equal == self.compared || self.equal * 1000 > by_chance) {
            against.push(format!("{} of {} values came out as they went in", self.equal, self.compared));
        }
        if self.unpaired > 0 && self.bag.0 == self.bag.1 {
            against.push(format!("all of its {} values are those of the source", self.unpaired));
        }
        if self.passed > 0 {
            against.push(format!("{} values that should be gone came across", self.passed));
        }
        let originals = self.originals.total();
        if originals > 0 {
            against.push(format!("{originals} identifying values of the source stand in it"));
        }
        if self.leftovers > 0 {
            against.push(format!("a name or number of the original is left in {} texts", self.leftovers));
        }
        if self.unnamed > 0 && self.named == 0 {
            let count = self.unnamed;
            against.push(format!("the rule names none of its {count} values, and all of them were kept"));
        }
        if self.has_originals && !self.control {
            against.push("the search does not find the source's own values: the check is broken".into());
        }
        against
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};

    fn one() -> Finds {
        let mut finds = Finds::default();
        finds.add(7);
        finds
    }

    fn evidence(seen: Seen) -> Evidence {
        Evidence { columns: [(("t".into(), "c".into()), seen)].into(), ..Evidence::default() }
    }

    #[test]
    fn nothing_found_where_the_search_works_is_accepted() {
        let seen = Seen { compared: 100, control: true, has_originals: true, ..Seen::default() };
        assert!(evidence(seen.clone()).judge().is_ok());
        assert!(evidence(Seen { named: 1, unnamed: 99, ..seen.clone() }).judge().is_ok());
    }

    #[test]
    fn what_is_found_of_one_share_counts_for_all() {
        let fine = Seen { compared: 1000, control: true, has_originals: true, ..Seen::default() };
        let blind = Seen { compared: 1000, has_originals: true, ..Seen::default() };
        let found = Seen { originals: one(), ..fine.clone() };
        let joined = |seen: Seen, other: Seen| {
            let mut evidence = evidence(seen);
            evidence.join(Evidence { originals: 3, ..self::evidence(other) });
            assert_eq!((evidence.originals, evidence.columns.len()), (3, 1));
            assert!(evidence.columns.values().all(|seen| seen.compared == 1000), "rows are counted once");
            evidence.judge()
        };
        assert!(joined(blind.clone(), fine.clone()).is_ok(), "an original of the other share was found");
        assert!(joined(blind.clone(), blind).is_err());
        assert!(joined(fine.clone(), found).is_err());
        let mut evidence = evidence(fine);
        evidence.join(Evidence { in_bytes: one(), ..Evidence::default() });
        assert!(evidence.judge().is_err());
    }

    #[test]
    fn each_sort_of_finding_is_refused_with_its_column() {
        let fine = Seen { compared: 1000, control: true, has_originals: true, ..Seen::default() };
        for broken in [
            Seen { equal: 1000, ..fine.clone() },
            Seen { equal: 1, compared: 1, ..fine.clone() },
            Seen { passed: 1, ..fine.clone() },
            Seen { unpaired: 3, bag: (7, 7), ..fine.clone() },
            Seen { originals: one(), ..fine.clone() },
            Seen { leftovers: 1, ..fine.clone() },
            Seen { unnamed: 1, ..fine.clone() },
            Seen { control: false, ..fine.clone() },
        ] {
            let error = evidence(broken).judge().unwrap_err();
            assert_eq!(kind_of(&error), Kind::Refused);
            let details = &crate::fault::fault_of(&error).unwrap().details;
            assert!(details.len() == 1 && details[0].starts_with("t.c: "), "{details:?}");
        }
        let error = Evidence { in_bytes: one(), ..Evidence::default() }.judge().unwrap_err();
        let hint = crate::fault::fault_of(&error).unwrap().hint.as_deref().unwrap_or_default();
        assert!(hint.starts_with("no column has it"), "{hint}");
    }
}
