//! How a map fits a live database: what it lacks, what it names in vain, what cannot hold.

use super::complete::{CompleteMap, Origin};
use super::map::Map;
use super::resolve::resolve;
use crate::fault::{Fault, Result};
use crate::store::Catalog;
use serde::Serialize;
use std::fmt;

/// How a map fits a live database.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Check {
    /// What the database has and the map does not mention, in the database's order.
    pub unmapped: Vec<Unmapped>,
    /// What the map names and the database does not have, in the order of the map's sections.
    pub stale: Vec<Stale>,
    /// Rules about what is there that cannot hold together.
    pub misfits: Vec<Misfit>,
    /// What may be right, and is worth a look.
    pub warnings: Vec<Warning>,
}

/// A thing of the database that the map does not mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// What it is.
    pub kind: Thing,
    /// Its name; a column's is `table.column`.
    pub name: String,
    /// A column's type as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_type: Option<String>,
    /// The heading under which the lines belong: `[table.party]`, `[views]`.
    pub heading: String,
    /// Lines for the map: careful guesses, valid as they are. Empty where the heading itself is enough.
    pub suggestion: Vec<String>,
}

/// The sorts of things that a map has to mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// A table.
    Table,
    /// A column of a table that the map mentions.
    Column,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// An index whose definition has an expression or a text in it.
    Index,
    /// A table that a module answers for.
    VirtualTable,
}

/// A name in the map that the database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The rule.
    pub origin: Origin,
    /// What is not there.
    pub what: String,
    /// The nearest name that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

/// A rule that cannot hold, though all it names is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// The rule.
    pub origin: Origin,
    /// Why not.
    pub what: String,
}

/// A rule that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The rule.
    pub origin: Origin,
    /// Why.
    pub what: String,
}

impl Check {
    /// Whether the map classifies the whole database and names nothing in vain. Warnings do not count.
    pub fn is_complete(&self) -> bool {
        self.unmapped.is_empty() && self.stale.is_empty() && self.misfits.is_empty()
    }

    /// Lines that would map all that is unmapped, each group under its heading: an overlay of its own needs nothing
    /// but `name`, `format`, `for` and `extends` before them.
    pub fn lines_to_add(&self) -> Vec<String> {
        let mut headings: Vec<&str> = Vec::new();
        for unmapped in &self.unmapped {
            if !headings.contains(&unmapped.heading.as_str()) {
                headings.push(&unmapped.heading);
            }
        }
        let mut lines = Vec::new();
        for heading in headings {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(heading.to_owned());
            let below = self.unmapped.iter().filter(|unmapped| unmapped.heading == heading);
            lines.extend(below.flat_map(|unmapped| unmapped.suggestion.iter().cloned()));
        }
        lines
    }

    /// `2 unmapped, 1 stale`.
    fn counts(&self) -> String {
        let counts =
            [(self.unmapped.len(), "unmapped"), (self.stale.len(), "stale"), (self.misfits.len(), "misfit")];
        let said =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        said.collect::<Vec<_>>().join(", ")
    }

    fn details(&self) -> Vec<String> {
        let mut details: Vec<String> = Vec::new();
        details
            .extend(self.misfits.iter().map(|misfit| format!("misfit: {}: {}", misfit.origin, misfit.what)));
        details.extend(self.stale.iter().map(|stale| format!("stale: {stale}")));
        details.extend(self.unmapped.iter().map(|unmapped| format!("unmapped: {unmapped}")));
        if !self.unmapped.is_empty() {
            details
                .extend([String::new(), "# careful guesses to add to the map, and to look at:".to_owned()]);
            details.extend(self.lines_to_add());
        }
        details
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Thing::Table => "table",
            Thing::Column => "column",
            Thing::View => "view",
            Thing::Trigger => "trigger",
            Thing::Index => "index",
            Thing::VirtualTable => "virtual table",
        })
    }
}

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        match self.declared_type.as_deref() {
            Some("") => write!(f, " (no type)"),
            Some(declared) => write!(f, " ({declared})"),
            None => Ok(()),
        }
    }
}

impl Stale {
    /// What is not there, and what may have been meant.
    pub fn what_and_nearest(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("{}; did you mean `{nearest}`?", self.what),
            None => self.what.clone(),
        }
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.what_and_nearest())
    }
}

impl Map {
    /// Holds the map against a database.
    pub fn check(&self, catalog: &Catalog) -> Check {
        resolve(self, catalog).0
    }

    /// The map, complete for a database: every table and column settled, every name there.
    ///
    /// # Errors
    /// Refused when something is unmapped or stale, with all of it and the lines to add as details; usage when rules
    /// contradict each other.
    pub fn complete_for(&self, catalog: &Catalog) -> Result<CompleteMap> {
        let (check, complete) = resolve(self, catalog);
        if check.is_complete() {
            return Ok(complete);
        }
        let what = format!("the map {} does not fit this database: {}", self.name, check.counts());
        let fault = if check.misfits.is_empty() { Fault::refused(what) } else { Fault::usage(what) };
        Err(fault.details(check.details()).hint("crm-admin map check").into())
    }
}
