//! What happens to each column of a table, worked out once from its map.

use super::blank::Emptied;
use super::derive::{Piece, pieces};
use super::json::JsonRules;
use super::masker::Shape;
use super::memo::Memo;
use super::typed::Class;
use crate::fault::{Fault, Result};
use crate::schema::{Category, Content, Derivation, Generalise, LinkTarget, MappedColumn, MappedTable};
use crate::store::{Column, Table, Value, ValueRef};
use std::collections::BTreeMap;

/// Masks of documents that are remembered for each column.
const DOCUMENTS: usize = 1 << 10;

/// What happens to the values of one column.
pub(super) struct ColumnPlan {
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) shape: Shape,
    pub(super) time: Option<String>,
    pub(super) emptied: Emptied,
    /// The coarser value that stands in place of a mask, and what the column is.
    pub(super) generalise: Option<(Generalise, Category)>,
    /// Whose the dates of the column are: the place of that person's key, and the table it is a key of.
    pub(super) person: Option<(usize, String)>,
    /// Whether somebody said of this very column that its texts are kept.
    pub(super) texts_kept: bool,
}

impl ColumnPlan {
    /// Whether values go across as they are, where they go across.
    pub(super) fn stays(&self) -> bool {
        matches!(self.action, Action::Keep | Action::KeepTyped { .. })
            && self.generalise.is_none()
            && self.person.is_none()
    }

    /// Whether the value goes across without a look at it.
    pub(super) fn passes(&self, value: ValueRef<'_>) -> bool {
        matches!(self.action, Action::Keep)
            && self.stays()
            && !(self.texts_kept && matches!(value, ValueRef::Text(_)))
    }
}

/// The ways of treating a value. Columns are named by their place among the stored ones.
pub(super) enum Action {
    /// As it is.
    Keep,
    /// As it is, if it belongs to its declared type.
    KeepTyped { class: Class, declared: String },
    /// By the function of a category.
    Mask(Category),
    /// By the function that another column's original value names.
    By { column: usize, when: BTreeMap<String, Category>, otherwise: Category },
    /// A town or postcode, together with the other of the two.
    Commune { partner: usize, town: bool },
    /// Leaf by leaf. Small documents come again and again.
    Json(JsonRules<'static>, Memo<(), Option<String>>),
    /// Value by value.
    List(Category),
    /// Emptied.
    Blank,
    /// Computed from another column when all else is done.
    Derive { how: Derivation, from: usize },
    /// Computed from several.
    Fill { template: Vec<Piece> },
}

impl Action {
    /// Whether values come out changed.
    pub(super) fn changes(&self) -> bool {
        match self {
            Action::Keep | Action::KeepTyped { .. } => false,
            Action::Mask(category) | Action::List(category) => !category.is_kept(),
            _ => true,
        }
    }

    /// The columns it is computed from.
    pub(super) fn sources(&self) -> Vec<usize> {
        match self {
            Action::Derive { from, .. } => vec![*from],
            Action::Fill { template } => template
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Column(at) => Some(*at),
                    Piece::Text(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Values that are set in every row that fits.
pub(super) struct Setting {
    pub(super) set: Vec<(usize, Value)>,
    pub(super) only: Vec<(usize, Vec<Value>)>,
}

/// The plan of a table.
pub(super) struct TablePlan {
    pub(super) columns: Vec<ColumnPlan>,
    /// The computed columns, each after those it is computed from.
    pub(super) derived: Vec<usize>,
    pub(super) settings: Vec<Setting>,
    /// A given and a family name, which together are somebody's.
    pub(super) name: Option<(usize, usize)>,
}

impl TablePlan {
    /// # Errors
    /// Refused where the map names a column that is not stored, or columns are computed from each other.
    pub(super) fn of(mapped: &MappedTable) -> Result<Self> {
        let planner = Planner { mapped, stored: mapped.table.stored().collect() };
        let columns =
            planner.stored.iter().map(|column| planner.column(column)).collect::<Result<Vec<_>>>()?;
        let derived = planner.order(&columns)?;
        let settings = planner.settings()?;
        let one = |category| {
            columns
                .iter()
                .position(|column| matches!(column.action, Action::Mask(found) if found == category))
        };
        let name = one(Category::GivenName).zip(one(Category::FamilyName));
        Ok(TablePlan { columns, derived, settings, name })
    }
}

struct Planner<'a> {
    mapped: &'a MappedTable,
    stored: Vec<&'a Column>,
}

impl Planner<'_> {
    fn place(&self, name: &str) -> Option<usize> {
        self.stored.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn place_or_fault(&self, of: &str, name: &str) -> Result<usize> {
        let table = &self.mapped.table.name;
        self.place(name).ok_or_else(|| {
            Fault::refused(format!("{table}.{of} depends on {table}.{name}, which is not a stored column"))
                .hint("name a column that the table stores in the map")
                .into()
        })
    }

    fn rule(&self, name: &str) -> Option<&MappedColumn> {
        self.mapped.columns.iter().find(|mapped| mapped.name.eq_ignore_ascii_case(name))
    }

    fn column(&self, column: &Column) -> Result<ColumnPlan> {
        let table = &self.mapped.table;
        let rule = self.rule(&column.name).ok_or_else(|| {
            Fault::refused(format!("the map says nothing about {}.{}", table.name, column.name))
                .hint("run `crm-admin map check` for the lines to add")
        })?;
        let fit = &rule.rule.fit;
        let alone = unique_alone(table, &column.name) || fit.unique;
        let lengths = [fit.max_chars, column.declared_length(), table.checked_length(&column.name)];
        let most = lengths.into_iter().flatten().min().unwrap_or(usize::MAX);
        let key = table.primary_key.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        Ok(ColumnPlan {
            name: column.name.clone(),
            action: self.action(column, rule)?,
            shape: Shape { most, valid: fit.valid, unique: alone, turn: 0 },
            time: fit.time.clone(),
            emptied: Emptied::of(column, rule, key, alone),
            generalise: Self::generalise(rule),
            person: self.person(rule),
            texts_kept: !rule.by_type && !rule.by_table && rule.rule.link.is_none(),
        })
    }

    fn action(&self, column: &Column, mapped: &MappedColumn) -> Result<Action> {
        Ok(match &mapped.rule.content {
            Content::One(Category::Keep) if mapped.by_type => Action::KeepTyped {
                class: Class::of(&column.type_name()),
                declared: column.declared_type.clone(),
            },
            Content::One(category) if category.is_kept() && mapped.rule.fit.generalise.is_none() => {
                Action::Keep
            }
            Content::One(Category::Secret | Category::Blank) | Content::File { .. } => Action::Blank,
            Content::One(category) => self.commune(mapped, *category).unwrap_or(Action::Mask(*category)),
            Content::ByColumn { column: by, when, otherwise } => Action::By {
                column: self.place_or_fault(&mapped.name, by)?,
                when: when.clone(),
                otherwise: *otherwise,
            },
            Content::Derived { how, from } => self.derivation(mapped, how, from)?,
            Content::Json { paths, otherwise } => {
                Action::Json(JsonRules::new(paths, *otherwise), Memo::of_places(DOCUMENTS))
            }
            Content::ListOf(category) => Action::List(*category),
        })
    }

    fn generalise(mapped: &MappedColumn) -> Option<(Generalise, Category)> {
        let Content::One(category) = mapped.rule.content else { return None };
        mapped.rule.fit.generalise.clone().map(|coarse| (coarse, category))
    }

    /// The column that says whose a date is, and the table whose key it has.
    fn person(&self, mapped: &MappedColumn) -> Option<(usize, String)> {
        if !matches!(mapped.rule.content, Content::One(Category::Date | Category::BirthDate)) {
            return None;
        }
        let whose = self.rule(mapped.rule.fit.with.as_deref()?)?;
        let of = match whose.rule.link.as_ref().map(|link| &link.target) {
            Some(LinkTarget::Key { table }) => table.clone(),
            Some(_) => String::new(),
            None => self.mapped.table.name.clone(),
        };
        Some((self.place(&whose.name)?, of.to_ascii_lowercase()))
    }

    fn derivation(&self, mapped: &MappedColumn, how: &Derivation, from: &[String]) -> Result<Action> {
        if let Derivation::Template(template) = how {
            let template = pieces(template, |name| self.place(name));
            let missing = |name: String| self.place_or_fault(&mapped.name, &name).err();
            return match template {
                Ok(template) => Ok(Action::Fill { template }),
                Err(name) => {
                    Err(missing(name).unwrap_or_else(|| Fault::refused("a column is missing").into()))
                }
            };
        }
        let from = from.first().map(String::as_str).unwrap_or_default();
        Ok(Action::Derive { how: how.clone(), from: self.place_or_fault(&mapped.name, from)? })
    }

    /// A postcode or town whose other half stands in the same row, whichever of the two names the other.
    fn commune(&self, mapped: &MappedColumn, category: Category) -> Option<Action> {
        let partner = self.partner(mapped, category)?;
        Some(Action::Commune { partner: self.place(&partner.name)?, town: category == Category::Town })
    }

    fn partner(&self, mapped: &MappedColumn, category: Category) -> Option<&MappedColumn> {
        let wanted = match category {
            Category::Postcode => Category::Town,
            Category::Town => Category::Postcode,
            _ => return None,
        };
        let named_by = |other: &&MappedColumn| {
            other.rule.fit.with.as_deref().is_some_and(|with| with.eq_ignore_ascii_case(&mapped.name))
        };
        let partner = match &mapped.rule.fit.with {
            Some(with) => self.rule(with),
            None => self.mapped.columns.iter().find(named_by),
        };
        partner.filter(|other| other.rule.content == Content::One(wanted))
    }

    fn order(&self, columns: &[ColumnPlan]) -> Result<Vec<usize>> {
        let mut waiting: Vec<usize> =
            (0..columns.len()).filter(|at| !columns[*at].action.sources().is_empty()).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let ready = |at: &usize| columns[*at].action.sources().iter().all(|from| !waiting.contains(from));
            let (next, rest): (Vec<usize>, Vec<usize>) = waiting.iter().partition(|at| ready(at));
            if next.is_empty() {
                let (table, column) = (&self.mapped.table.name, &columns[rest[0]].name);
                let what = format!("{table}.{column} is computed from columns that are computed from it");
                return Err(Fault::refused(what).hint("say in the map what one of them is").into());
            }
            order.extend(next);
            waiting = rest;
        }
        Ok(order)
    }

    fn settings(&self) -> Result<Vec<Setting>> {
        let one =
            |(name, value): &(String, Value)| Ok((self.place_or_fault("neutralise", name)?, value.clone()));
        let several = |(name, values): &(String, Vec<Value>)| {
            Ok((self.place_or_fault("neutralise", name)?, values.clone()))
        };
        let setting = |neutralise: &crate::schema::Neutralise| {
            let set = neutralise.set.iter().map(one).collect::<Result<_>>()?;
            Ok(Setting { set, only: neutralise.only.iter().map(several).collect::<Result<_>>()? })
        };
        self.mapped.neutralise.iter().map(setting).collect()
    }
}

/// Whether the column is the only one of a unique index.
fn unique_alone(table: &Table, column: &str) -> bool {
    table.unique_with(column).any(|index| index.parts.len() == 1)
        || (table.primary_key.len() == 1 && table.primary_key[0].eq_ignore_ascii_case(column))
}
