//! Every relation of a database held against its terms.

use super::day::Zone;
use super::events::{Latest, latest};
use super::holds::{Held, Hold, held};
use super::key::Key;
use super::roots::{Root, roots};
use super::together::{Node, Together};
use crate::fault::Result;
use crate::progress::Progress;
use crate::schema::{CompleteMap, Period, RelationKind, Retention, Term};
use crate::store::Snapshot;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// How a relation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its term is over, and nothing holds it.
    Due,
    /// Nothing ever happened, and no day counts instead: nobody can say when it falls due.
    NoEvent,
    /// Its term is over, and something holds it.
    Held,
    /// Its term is over soon.
    Soon,
}

impl State {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            State::Due => "due",
            State::NoEvent => "no-event",
            State::Held => "held",
            State::Soon => "soon",
        }
    }
}

/// A relation that is worth a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The kind.
    pub kind: RelationKind,
    /// Its id.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// The day of the event that its term counts from.
    pub since: Option<Date>,
    /// What that event is: `communication.happened_at`.
    pub event: Option<String>,
    /// The last day of its term.
    pub until: Option<Date>,
    /// Why it is due then.
    pub reason: String,
    /// The law or recommendation that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What holds it.
    pub held: Vec<Hold>,
    /// Rows that an erasure would leave, for a reason of their own.
    pub kept: Vec<Hold>,
    /// The relation whose erasure takes it along, where that is due too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goes_with: Option<String>,
}

/// How the relations of a kind stand, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The kind.
    pub kind: RelationKind,
    /// How many there are.
    pub relations: u64,
    /// Of them are due,
    pub due: u64,
    /// without any event,
    pub no_event: u64,
    /// held,
    pub held: u64,
    /// due soon.
    pub soon: u64,
    /// For so many the map says no term.
    pub without_a_term: u64,
}

/// What an audit of retention came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Retained {
    /// Who is due, held, due soon, or without an event; by state, then by the last day.
    pub rows: Vec<Standing>,
    /// The numbers, for every kind of relation of the map.
    pub kinds: Vec<Counted>,
}

/// The relations of a kind, with what is known about them.
struct Kind<'a> {
    kind: RelationKind,
    table: usize,
    terms: &'a [Term],
    roots: HashMap<Key, Root>,
    events: Vec<Vec<Latest>>,
    held: Held,
}

/// Holds every relation against the terms of the map, as of a day; what ends within `ahead` of it is soon.
///
/// # Errors
/// Those of reading.
pub fn audit(
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    (as_of, ahead): (Date, Period),
    zone: &Zone,
    progress: &mut dyn Progress,
) -> Result<Retained> {
    let together = Together::read(map, data)?;
    let terms = |kind| map.retention().iter().find(|retention: &&Retention| retention.kind == kind);
    progress.stage("reading events", Some(map.relations().len() as u64));
    let mut kinds = Vec::new();
    for relation in map.relations() {
        let terms = terms(relation.kind).map(|retention| retention.terms.as_slice()).unwrap_or_default();
        let events = |data: &mut dyn Snapshot, term: &Term| {
            term.since
                .iter()
                .map(|since| latest(map, data, relation, since, zone))
                .collect::<Result<Vec<_>>>()
        };
        kinds.push(Kind {
            kind: relation.kind,
            table: together.place(&relation.table).unwrap_or_default(),
            terms,
            roots: roots(map, data, relation, terms, zone)?,
            events: terms.iter().map(|term| events(data, term)).collect::<Result<_>>()?,
            held: if terms.is_empty() { Held::default() } else { held(map, data, relation, as_of, zone)? },
        });
        progress.advance(1);
    }
    progress.finish();
    Ok(Judge { as_of, soon: ahead.end(as_of), together: &together, kinds: &kinds }.retained())
}

/// Brings together what was read.
struct Judge<'a> {
    as_of: Date,
    soon: Option<Date>,
    together: &'a Together,
    kinds: &'a [Kind<'a>],
}

impl Judge<'_> {
    fn retained(&self) -> Retained {
        let mut counts = Vec::new();
        let mut standings: HashMap<Node, Standing> = HashMap::new();
        for kind in self.kinds {
            let mut counted = Counted {
                kind: kind.kind,
                relations: kind.roots.len() as u64,
                due: 0,
                no_event: 0,
                held: 0,
                soon: 0,
                without_a_term: 0,
            };
            for (key, root) in &kind.roots {
                if !has_term(kind.terms, root) {
                    counted.without_a_term += 1;
                } else if let Some(standing) = self.standing(kind, key, root) {
                    standings.insert((kind.table, key.clone()), standing);
                }
            }
            counts.push(counted);
        }
        self.stop(&mut standings);
        self.join(&mut standings);
        let mut rows: Vec<Standing> = standings.into_values().collect();
        rows.sort_by(|one, other| order(one).cmp(&order(other)));
        for counted in &mut counts {
            let of = |state| {
                rows.iter().filter(|row| row.kind == counted.kind && row.state == state).count() as u64
            };
            let all = [State::Due, State::NoEvent, State::Held, State::Soon].map(of);
            [counted.due, counted.no_event, counted.held, counted.soon] = all;
        }
        Retained { rows, kinds: counts }
    }

    /// How one relation stands by its own terms; none where there is nothing to say about it.
    fn standing(&self, kind: &Kind<'_>, key: &Key, root: &Root) -> Option<Standing> {
        let Some(last) = ends(kind, key, root, false).max_by_key(|end| end.until) else {
            return Some(without_event(kind.kind, key));
        };
        let state = match last.until {
            until if until < self.as_of => State::Due,
            until if self.soon.is_none_or(|soon| until < soon) => State::Soon,
            _ => return None,
        };
        let held = self.holds(kind, key, root, last.until);
        let state = match (state, held.is_empty()) {
            (State::Due, false) => State::Held,
            // What is held does not fall due.
            (State::Soon, false) => return None,
            (state, _) => state,
        };
        Some(Standing {
            state,
            since: Some(last.since),
            event: Some(last.event),
            until: Some(last.until),
            reason: last.term.reason.clone(),
            source: last.term.source.clone(),
            held,
            kept: kind.held.kept.get(key).cloned().unwrap_or_default(),
            ..without_event(kind.kind, key)
        })
    }

    /// What holds a relation whose term is over then.
    fn holds(&self, kind: &Kind<'_>, key: &Key, root: &Root, over: Date) -> Vec<Hold> {
        let running = ends(kind, key, root, true).filter(|end| end.until >= self.as_of.max(over));
        let mut holds: Vec<Hold> = running
            .map(|end| Hold {
                what: end.event,
                rows: None,
                until: Some(end.until),
                reason: with_source(end.term),
            })
            .collect();
        if root.is_linked {
            let reason = "the ERP is its master: it is erased there, and the synchronisation brings it here";
            holds.push(Hold {
                what: "the ERP".to_owned(),
                rows: None,
                until: None,
                reason: reason.to_owned(),
            });
        }
        holds.extend(kind.held.refused.get(key).cloned().unwrap_or_default());
        holds
    }

    /// Those that would take somebody along who is not due are held by that.
    fn stop(&self, standings: &mut HashMap<Node, Standing>) {
        let due: HashSet<Node> = standings
            .iter()
            .filter(|(_, one)| one.state == State::Due)
            .map(|(node, _)| node.clone())
            .collect();
        for (node, by) in self.together.stopped(&due, |node| self.find(node).is_some()) {
            let (until, reason) = match standings.get(&by) {
                Some(other) if other.state == State::Soon => (other.until, "its term still runs".to_owned()),
                Some(other) if other.state == State::NoEvent => {
                    (None, "nothing ever happened to it".to_owned())
                }
                Some(other) => {
                    (other.held.iter().filter_map(|hold| hold.until).max(), "it is held".to_owned())
                }
                None => (self.end_of(&by), "its term still runs, or none is said".to_owned()),
            };
            let what = format!("goes together with {}", self.name(&by));
            if let Some(standing) = standings.get_mut(&node) {
                standing.state = State::Held;
                standing.held.push(Hold { what, rows: None, until, reason });
            }
        }
    }

    /// Of those that are due and go together, one stands for the others.
    fn join(&self, standings: &mut HashMap<Node, Standing>) {
        let mut due: Vec<(RelationKind, Node)> = standings
            .iter()
            .filter(|(_, one)| one.state == State::Due)
            .map(|(node, one)| (one.kind, node.clone()))
            .collect();
        due.sort();
        let mut taken: HashSet<Node> = HashSet::new();
        for (_, node) in due {
            if taken.contains(&node) {
                continue;
            }
            let name = self.name(&node);
            for other in self.together.along(&node) {
                if let Some(standing) = standings.get_mut(&other) {
                    standing.goes_with.get_or_insert_with(|| name.clone());
                }
                taken.insert(other);
            }
        }
    }

    /// The last day of the term of a relation that is not worth a line.
    fn end_of(&self, node: &Node) -> Option<Date> {
        let (kind, root) = self.find(node)?;
        ends(kind, &node.1, root, false).map(|end| end.until).max()
    }

    fn find(&self, node: &Node) -> Option<(&Kind<'_>, &Root)> {
        let of_table = self.kinds.iter().filter(|kind| kind.table == node.0);
        of_table.filter_map(|kind| Some((kind, kind.roots.get(&node.1)?))).next()
    }

    fn name(&self, (table, key): &Node) -> String {
        let kind = self.find(&(*table, key.clone())).map(|(kind, _)| kind.kind.word());
        format!("{} {key}", kind.unwrap_or(&self.together.tables[*table]))
    }
}

/// The end of a term for one relation.
struct End<'a> {
    until: Date,
    since: Date,
    event: String,
    term: &'a Term,
}

/// The ends of the terms that are for a relation and have an event: of those that hold, or of those that let go.
fn ends<'a>(kind: &'a Kind<'_>, key: &'a Key, root: &'a Root, holds: bool) -> impl Iterator<Item = End<'a>> {
    let terms = kind.terms.iter().enumerate().filter(move |(_, term)| term.holds == holds);
    terms.filter_map(move |(at, term)| {
        let (since, event) = counted_from(kind, (at, term), key, root)?;
        // What ends beyond the calendar never does.
        Some(End { until: term.after.end(since).unwrap_or(Date::MAX), since, event, term })
    })
}

/// A relation of which nothing is known.
fn without_event(kind: RelationKind, key: &Key) -> Standing {
    Standing {
        kind,
        id: key.to_string(),
        state: State::NoEvent,
        since: None,
        event: None,
        until: None,
        reason: "nothing ever happened, and the map names no day that counts instead".to_owned(),
        source: None,
        held: Vec::new(),
        kept: Vec::new(),
        goes_with: None,
    }
}

/// The latest event that a term counts from, or the day that counts instead, and what that is.
fn counted_from(
    kind: &Kind<'_>,
    (at, term): (usize, &Term),
    key: &Key,
    root: &Root,
) -> Option<(Date, String)> {
    let instead = root.terms.get(at).copied().flatten()?;
    let events = term.since.iter().zip(&kind.events[at]);
    let latest =
        events.filter_map(|(since, latest)| Some((*latest.get(key)?, since))).max_by_key(|(day, _)| *day);
    match latest {
        Some((day, since)) => Some((day, format!("{}.{}", since.table, since.column))),
        None => Some((instead?, term.otherwise.clone().unwrap_or_default())),
    }
}

/// Whether one of the terms that let go is for a relation.
fn has_term(terms: &[Term], root: &Root) -> bool {
    terms.iter().zip(&root.terms).any(|(term, applies)| !term.holds && applies.is_some())
}

fn with_source(term: &Term) -> String {
    match &term.source {
        Some(source) => format!("{} ({source})", term.reason),
        None => term.reason.clone(),
    }
}

/// By state, then by the last day, then by kind and id, ids that are numbers by their size.
fn order(one: &Standing) -> (State, Option<Date>, RelationKind, usize, &str) {
    (one.state, one.until, one.kind, one.id.len(), &one.id)
}
