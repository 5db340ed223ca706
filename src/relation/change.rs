//! A rectification: which values of which rows become what. A value, so that two of them can be compared.

use super::field::FieldSet;
use super::fit::Fit;
use super::key::shown;
use crate::accounts::moment;
use crate::erasure::{RelationRef, Row, read};
use crate::fault::{Fault, Result};
use crate::masking::{followed, follows};
use crate::schema::{
    CompleteMap, Content, Field, FieldPlace, MappedColumn, MappedTable, Objection, RelationKind,
};
use crate::store::{Generated, Snapshot, Transaction, Value};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A line of a rectification: `email = marie@example.org`, `phone@12 = 01 99 00 12 34`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The field.
    pub name: String,
    /// Which of several rows, by its number.
    pub row: Option<String>,
    /// What it becomes; empty where the field is to be emptied.
    pub value: String,
}

/// Reads the lines of a rectification. Empty lines and those that begin with `#` say nothing.
///
/// # Errors
/// Usage when a line is none, or a field is there twice.
pub fn corrections(text: &str) -> Result<Vec<Correction>> {
    let mut all: Vec<Correction> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let place = number + 1;
        let wrong = || Fault::usage(format!("line {place} is not NAME=VALUE"));
        let (name, value) = line.split_once('=').ok_or_else(wrong)?;
        let (name, row) = match name.trim().split_once('@') {
            Some((name, row)) => (name.trim(), Some(row.trim().to_owned())),
            None => (name.trim(), None),
        };
        if name.is_empty() {
            return Err(wrong().into());
        }
        let value = value.trim().to_owned();
        if all.iter().any(|known| known.name.eq_ignore_ascii_case(name) && known.row == row) {
            return Err(Fault::usage(format!("line {place}: `{name}` is there twice")).into());
        }
        all.push(Correction { name: name.to_owned(), row, value });
    }
    if all.is_empty() {
        return Err(Fault::usage("nothing is to be set")
            .hint("write lines such as `email=marie@example.org`")
            .into());
    }
    Ok(all)
}

/// What a rectification does.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The rows that change.
    pub steps: Vec<Step>,
    /// What somebody should look at twice.
    pub doubts: Vec<String>,
}

/// A row that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The table.
    pub table: String,
    /// The columns that tell the row from others, and their values.
    pub identity: Vec<(String, Value)>,
    /// What becomes what.
    pub set: Vec<Set>,
}

/// A value that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The column.
    pub column: String,
    /// What was there.
    pub before: Value,
    /// What will be.
    pub after: Value,
    /// Whether it follows from another value, and nobody asked for it.
    pub follows: bool,
}

impl Change {
    /// Plans a rectification.
    ///
    /// # Errors
    /// Usage when the id is none or a field is unknown; missing when there is no such relation; refused when a value does
    /// not fit, with every reason and no value.
    pub fn plan(
        relation: &RelationRef,
        map: &CompleteMap,
        corrections: &[Correction],
        data: &mut dyn Snapshot,
        now: Timestamp,
    ) -> Result<Self> {
        let key = relation.key(map)?;
        if !relation.is_one(map, data, &key)? {
            return Err(Fault::missing(format!("there is no {relation}")).into());
        }
        let fields = FieldSet::of(map, relation.kind)?;
        let mut planner = Planner { fields: &fields, key, now, rows: Vec::new(), doubts: Vec::new() };
        let mut reasons = Vec::new();
        for correction in corrections {
            let field = fields.require(&correction.name)?.clone();
            if let Err(why) = planner.add(&field, correction, data)? {
                reasons.push(format!("{}: {why}", field.name));
            }
        }
        if !reasons.is_empty() {
            return Err(Fault::refused(format!("{relation} cannot be changed like that"))
                .details(reasons)
                .into());
        }
        if relation.kind == RelationKind::ThirdParty && !map.erp().is_empty() {
            planner.doubts.push("the ERP is the master of third parties: correct it there too".into());
        }
        planner.finish(data)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The columns that change, as `table.column`.
    pub fn columns(&self) -> BTreeSet<String> {
        let of_step = |step: &Step| {
            step.set.iter().map(|set| format!("{}.{}", step.table, set.column)).collect::<Vec<_>>()
        };
        self.steps.iter().flat_map(of_step).collect()
    }

    /// Changes the rows. The caller commits.
    ///
    /// # Errors
    /// Refused when a row is not as planned, or a rule of the database says no; the transaction is worth nothing then.
    pub fn apply(&self, change: &mut dyn Transaction) -> Result<()> {
        for step in &self.steps {
            let set: Vec<(&str, Value)> =
                step.set.iter().map(|set| (set.column.as_str(), set.after.clone())).collect();
            let key: Vec<(&str, Value)> =
                step.identity.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
            if change.update(&step.table, &set, &key)? != 1 {
                return Err(Fault::refused(format!("a row of {} is not as it was shown", step.table)).into());
            }
        }
        Ok(())
    }
}

/// A row, and what is known of its new values.
struct Changing<'a> {
    mapped: &'a MappedTable,
    row: Row,
    set: Vec<(String, Value)>,
    /// Copies that follow: column and value.
    also: Vec<(String, Value)>,
}

struct Planner<'a> {
    fields: &'a FieldSet<'a>,
    key: Value,
    now: Timestamp,
    rows: Vec<Changing<'a>>,
    doubts: Vec<String>,
}

impl<'a> Planner<'a> {
    /// Adds one correction. The inner error says why it cannot be.
    fn add(
        &mut self,
        field: &Field,
        correction: &Correction,
        data: &mut dyn Snapshot,
    ) -> Result<Result<(), String>> {
        let mapped = self.fields.map.require_table(&field.table)?;
        let (Some(column), Some(live)) = (mapped.column(&field.column), mapped.table.column(&field.column))
        else {
            return Ok(Err("the database has no such column".into()));
        };
        if let Err(why) = self.may_be_set(field, mapped, column) {
            return Ok(Err(why));
        }
        let at = match self.row(field, mapped, correction, data)? {
            Ok(at) => at,
            Err(why) => return Ok(Err(why)),
        };
        let time = self.fields.map.time_of(&field.table, &field.column);
        let today = jiff::tz::TimeZone::UTC.to_datetime(self.now).date();
        let row = &self.rows[at].row;
        let fit = Fit { mapped, column, live, time, today };
        let fitting = match fit.made(&correction.value, &|name| row.value(name).clone()) {
            Ok(fitting) => fitting,
            Err(why) => return Ok(Err(why)),
        };
        self.doubts.extend(fitting.doubt.map(|doubt| format!("{}: {doubt}", field.name)));
        let old = row.value(&field.column).clone();
        let copies = field
            .also
            .iter()
            .map(|(copy, how)| (copy.clone(), follows(how, (&old, row.value(copy)), &fitting.value)));
        let copies: Vec<_> = copies.collect();
        self.rows[at].also.extend(copies);
        self.rows[at].set.push((column.name.clone(), fitting.value));
        Ok(Ok(()))
    }

    /// Whether a column is one that people correct.
    fn may_be_set(&self, field: &Field, mapped: &MappedTable, column: &MappedColumn) -> Result<(), String> {
        let live = mapped.table.column(&column.name);
        let is_objection = |place: &Objection| {
            place.table == field.table && objection_columns(place).contains(&column.name.as_str())
        };
        if let FieldPlace::Parent { link, .. } = &field.place {
            return Err(format!("it belongs to what {link} names: correct it there"));
        }
        if live.is_some_and(|live| live.generated != Generated::No) {
            return Err("the database computes it".into());
        }
        if let Content::Derived { from, .. } = &column.rule.content {
            return Err(format!("it follows from {}", from.join(" and ")));
        }
        if column.rule.link.is_some() || mapped.table.identity().contains(&column.name.as_str()) {
            return Err("it says which row this is, or to whom it belongs: the CRM changes that".into());
        }
        if self.fields.relation.key == column.name && matches!(field.place, FieldPlace::Root) {
            return Err("the key of a relation stays".into());
        }
        if self.fields.map.objection().iter().any(is_objection) {
            return Err("objections are noted with `exclude`".into());
        }
        Ok(())
    }

    /// The place in `rows` of the row that a correction is about.
    fn row(
        &mut self,
        field: &Field,
        mapped: &'a MappedTable,
        correction: &Correction,
        data: &mut dyn Snapshot,
    ) -> Result<Result<usize, String>> {
        let column = match &field.place {
            FieldPlace::Child { by } => by,
            _ => &self.fields.relation.key,
        };
        let mut rows = Vec::new();
        read(data, mapped, column, std::slice::from_ref(&self.key), &mut |_, row| {
            if field.filter.iter().all(|(name, allowed)| allowed.contains(row.value(name))) {
                rows.push(row);
            }
            Ok(())
        })?;
        let numbers: Vec<String> = rows.iter().map(number).collect();
        if let Some(wanted) = &correction.row {
            rows.retain(|row| number(row) == *wanted);
        }
        let row = match (rows.len(), &correction.row) {
            (1, _) => rows.remove(0),
            (0, None) => return Ok(Err("there is none to correct: the CRM adds one".into())),
            (_, Some(_)) => {
                return Ok(Err(format!("there is no such row: there are {}", numbers.join(", "))));
            }
            (many, None) => {
                let say = format!("{}@{}", field.name, numbers[0]);
                return Ok(Err(format!(
                    "there are {many}, rows {}: say which, as in {say}",
                    numbers.join(", ")
                )));
            }
        };
        let same = |known: &Changing<'_>| {
            known.mapped.table.name == mapped.table.name && known.row.identity == row.identity
        };
        Ok(Ok(self.rows.iter().position(same).unwrap_or_else(|| {
            self.rows.push(Changing { mapped, row, set: Vec::new(), also: Vec::new() });
            self.rows.len() - 1
        })))
    }

    /// The whole change: computed columns follow, and the rows say when they were changed.
    fn finish(mut self, data: &mut dyn Snapshot) -> Result<Change> {
        let mut steps: Vec<Step> = self.rows.iter().filter_map(Changing::step).collect();
        let Some(changed_at) = self.fields.relation.changed_at.clone().filter(|_| !steps.is_empty()) else {
            return Ok(Change { steps, doubts: self.doubts });
        };
        let mut is_noted = false;
        for step in &mut steps {
            let changing = self.rows.iter().find(|changing| changing.is_of(step));
            if let Some(changing) = changing.filter(|changing| changing.mapped.column(&changed_at).is_some())
            {
                step.set.push(self.moment(changing, &changed_at)?);
                is_noted = true;
            }
        }
        if !is_noted {
            let root = Changing {
                mapped: self.fields.root,
                row: self.root(data)?,
                set: Vec::new(),
                also: Vec::new(),
            };
            steps.push(root.step_of(vec![self.moment(&root, &changed_at)?]));
        }
        self.rows.clear();
        Ok(Change { steps, doubts: self.doubts })
    }

    fn moment(&self, changing: &Changing<'_>, column: &str) -> Result<Set> {
        let time = self.fields.map.time_of(&changing.mapped.table.name, column);
        let after = moment::write(self.now, Some(time))?;
        let before = changing.row.value(column).clone();
        Ok(Set { column: column.to_owned(), before, after, follows: true })
    }

    fn root(&self, data: &mut dyn Snapshot) -> Result<Row> {
        let mut found = None;
        let (root, key) = (self.fields.root, &self.fields.relation.key);
        read(data, root, key, std::slice::from_ref(&self.key), &mut |_, row| {
            found = Some(row);
            Ok(())
        })?;
        found.ok_or_else(|| Fault::missing("the relation is no more").into())
    }
}

impl Changing<'_> {
    /// What changes in the row; none where nothing does.
    fn step(&self) -> Option<Step> {
        let old = |name: &str| self.row.value(name).clone();
        let mut set: Vec<Set> = Vec::new();
        let asked = self.set.iter().map(|(column, value)| (column, value, false));
        let computed = followed(self.mapped, &old, self.set.clone());
        let computed = computed.iter().chain(&self.also).map(|(column, value)| (column, value, true));
        for (column, after, follows) in asked.chain(computed) {
            let before = old(column);
            if before != *after && !set.iter().any(|known| known.column == *column) {
                set.push(Set { column: column.clone(), before, after: after.clone(), follows });
            }
        }
        (!set.is_empty()).then(|| self.step_of(set))
    }

    fn step_of(&self, set: Vec<Set>) -> Step {
        let names = self.mapped.table.identity().into_iter().map(str::to_owned);
        let identity = names.zip(self.row.identity.iter().cloned()).collect();
        Step { table: self.mapped.table.name.clone(), identity, set }
    }

    fn is_of(&self, step: &Step) -> bool {
        let values = step.identity.iter().map(|(_, value)| value);
        self.mapped.table.name == step.table && self.row.identity.iter().eq(values)
    }
}

/// The columns that note an objection: it has commands of its own.
fn objection_columns(place: &Objection) -> Vec<&str> {
    let words = [&place.channel, &place.made_by];
    let words = words.into_iter().flatten().map(|word| word.column.as_str());
    place.sign.column().into_iter().chain(place.at.as_deref()).chain(words).collect()
}

/// What a row is called in front of people.
fn number(row: &Row) -> String {
    row.identity.iter().map(|value| shown(value.borrow())).collect::<Vec<_>>().join("/")
}
