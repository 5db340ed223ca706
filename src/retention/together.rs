//! Who goes with whom: an erasure takes duplicates and earlier leads of the same person along, and a company's contacts.

use super::key::{Key, Pointer};
use crate::erasure::key_of;
use crate::fault::Result;
use crate::schema::{Bond, CompleteMap, EraseAct, LinkTarget, MappedColumn};
use crate::store::Snapshot;
use std::collections::{HashMap, HashSet, VecDeque};

/// A row of a root table: the place of the table among the roots, and the row's key.
pub(super) type Node = (usize, Key);

/// Which rows go when a row goes.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// The root tables.
    pub(super) tables: Vec<String>,
    along: HashMap<Node, Vec<Node>>,
    before: HashMap<Node, Vec<Node>>,
}

impl Together {
    /// Reads every column that ties two relations so that they go together.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn read(map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Self> {
        let mut together = Together::default();
        for relation in map.relations() {
            if !together.tables.contains(&relation.table) {
                together.tables.push(relation.table.clone());
            }
        }
        for (from, table) in together.tables.clone().iter().enumerate() {
            let Some(mapped) = map.table(table) else { continue };
            for column in &mapped.columns {
                let Some((other, both)) = tie(column) else { continue };
                let Some(to) = together.place(other) else { continue };
                let own = key_of(map, table);
                let (pointer, mut columns) = Pointer::of(map, mapped, &column.name, other);
                let at = columns.len();
                columns.push(&own);
                data.scan(table, &columns, &mut |row| {
                    if let (Some(there), Some(here)) = (pointer.key(row), Key::of(row[at])) {
                        together.add((to, there.clone()), (from, here.clone()));
                        if both {
                            together.add((from, here), (to, there));
                        }
                    }
                    Ok(())
                })?;
            }
        }
        Ok(together)
    }

    /// The place of a root table.
    pub(super) fn place(&self, table: &str) -> Option<usize> {
        self.tables.iter().position(|known| known.eq_ignore_ascii_case(table))
    }

    fn add(&mut self, goes: Node, along: Node) {
        self.before.entry(along.clone()).or_default().push(goes.clone());
        self.along.entry(goes).or_default().push(along);
    }

    /// Every row that goes with this one, at any remove.
    pub(super) fn along(&self, node: &Node) -> HashSet<Node> {
        let mut met = HashSet::new();
        let mut waiting = vec![node.clone()];
        while let Some(next) = waiting.pop() {
            for other in self.along.get(&next).into_iter().flatten() {
                if other != node && met.insert(other.clone()) {
                    waiting.push(other.clone());
                }
            }
        }
        met
    }

    /// The nodes of `due` that cannot go, each with one that goes along and may not: found from those backwards, so that
    /// every tie is followed once.
    /// Rows of a root table that are no relations are parts of one, and stop nobody.
    pub(super) fn stopped(
        &self,
        due: &HashSet<Node>,
        is_relation: impl Fn(&Node) -> bool,
    ) -> HashMap<Node, Node> {
        let all = self.along.values().flatten().filter(|node| !due.contains(node) && is_relation(node));
        let mut waiting: VecDeque<(Node, Node)> = all.map(|node| (node.clone(), node.clone())).collect();
        let mut stopped: HashMap<Node, Node> = HashMap::new();
        let mut seen: HashSet<Node> = HashSet::new();
        while let Some((node, why)) = waiting.pop_front() {
            if !seen.insert(node.clone()) {
                continue;
            }
            for before in self.before.get(&node).into_iter().flatten() {
                if due.contains(before) && !stopped.contains_key(before) {
                    stopped.insert(before.clone(), why.clone());
                    waiting.push_back((before.clone(), why.clone()));
                }
            }
        }
        stopped
    }
}

/// The table to which a column ties its row, and whether each goes with the other; an owner takes its rows along only.
fn tie(column: &MappedColumn) -> Option<(&str, bool)> {
    let link = column.rule.link.as_ref()?;
    let LinkTarget::Key { table } = &link.target else { return None };
    match (column.rule.erase.as_ref().map(|erase| erase.act), link.bond) {
        (Some(EraseAct::Follow), _) => Some((table, true)),
        (None | Some(EraseAct::Delete), Bond::Owner) => Some((table, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: i64) -> Node {
        (0, Key::Number(number))
    }

    #[test]
    fn one_that_may_not_go_stops_all_that_would_take_it_along() {
        let mut together = Together::default();
        for (goes, along) in [(1, 2), (2, 3), (4, 5), (5, 4)] {
            together.add(node(goes), node(along));
        }
        let due = HashSet::from([node(1), node(2), node(4), node(5)]);
        let stopped = together.stopped(&due, |_| true);
        assert!(together.stopped(&due, |node| *node != self::node(3)).is_empty());
        assert_eq!(stopped.keys().cloned().collect::<HashSet<_>>(), HashSet::from([node(1), node(2)]));
        assert_eq!(stopped[&node(1)], node(3));
        assert_eq!(together.along(&node(4)), HashSet::from([node(5)]));
    }
}
