//! `relation list`: who fits, and who may be written to.

use super::filter::Filter;
use crate::commands::Context;
use crate::commands::exclude::words;
use crate::commands::office::Office;
use crate::fault::{Fault, Outcome, Result};
use crate::relation::{
    Cell, Condition, FieldSet, Key, Listed, Selection, Sort, Wanted, listed, shown, terms,
};
use crate::schema::{Field, FieldPlace, RelationKind};
use crate::store::{Snapshot, Store, Value, ValueRef};
use crate::ui::Format;
use clap::Args;
use serde_json::{Map, json};

/// The make of the JSON.
const SCHEMA: (&str, u32) = ("crm-admin/relation-list", 1);
/// The fields that a list shows when nobody says which, as far as there are such.
const USUAL: &[&str] = &["name", "company", "email", "phone", "town"];
/// A table for people ends after so many rows.
const ROWS_OF_A_TABLE: usize = 50;

/// List relations: by words, by fields, by group
///
/// A search finds names, mail addresses, telephone numbers and towns by the
/// beginnings of words, without regard to accents and case; all words have to
/// be there. A condition asks for a field of the map, with one of the operators
/// = != < <= > >= and ~ (has in it); a day is written 2025-01-31.
///
/// Who objects to marketing is left out, as the user of --for prefers it, and
/// the last line says how many that were.
///
/// In CSV a cell that begins like a formula gets an apostrophe before it.
///
/// Examples:
///   crm-admin --db crm.db relation list --kind contact --search durand
///   crm-admin --db crm.db relation list --kind company --where town=Lyon
///   crm-admin --db crm.db --format csv relation list --kind contact --group Salon
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ListArgs {
    /// What is listed
    #[arg(long, value_name = "KIND", value_parser = words(RelationKind::WORDS))]
    pub kind: RelationKind,
    /// Only those with all these words in a name, address, number or town
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Only those in this group
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Only those for whom this holds, such as 'town = Lyon'; may be repeated
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Leave out objectors or not, as this user prefers
    #[arg(long = "for", value_name = "LOGIN")]
    pub viewer: Option<String>,
    /// List those who object to marketing too
    #[arg(long, conflicts_with = "only_excluded")]
    pub include_excluded: bool,
    /// List those who object to marketing, and nobody else
    #[arg(long)]
    pub only_excluded: bool,
    /// Show this field; may be repeated
    #[arg(long = "field", value_name = "NAME")]
    pub fields: Vec<String>,
    /// In the order of this field [default: the id]
    #[arg(long, value_name = "NAME")]
    pub sort: Option<String>,
    /// The last one first
    #[arg(long)]
    pub reverse: bool,
    /// No more rows than this [default: 50 in a table, all elsewhere]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Without the first rows
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
}

pub(super) fn run(args: &ListArgs, context: &mut Context) -> Result<Outcome> {
    let mut office = Office::open(context)?;
    let roles = args.viewer.as_ref().map(|_| office.account_roles()).transpose()?;
    let state = office.found_state()?;
    let fields = FieldSet::of(&office.map, args.kind)?;
    let shown_fields = shown_fields(args, &fields)?;
    let sort = sort(args, &fields)?;
    let conditions =
        args.conditions.iter().map(|text| Condition::read(text, &fields)).collect::<Result<Vec<_>>>()?;
    let terms = args.search.as_deref().map(terms).unwrap_or_default();
    if args.search.is_some() && terms.is_empty() {
        return Err(Fault::usage("there is no word in --search").into());
    }
    let wanted = Wanted { terms: &terms, group: args.group.as_deref(), conditions: &conditions };
    let mut snapshot = office.store.snapshot()?;
    let selection = Selection::find(&fields, &wanted, sort.as_ref(), &mut *snapshot)?;
    let about_user = (roles.as_ref(), state.as_ref());
    let filter = Filter::of(args, &selection.keys, &office.map, about_user, &mut *snapshot)?;
    let lister = Lister { args, context, fields: &fields, shown: &shown_fields, filter: &filter };
    lister.write(&selection, &mut *snapshot)?;
    Ok(Outcome::Done)
}

/// The fields that are shown.
fn shown_fields<'a>(args: &ListArgs, fields: &'a FieldSet<'_>) -> Result<Vec<&'a Field>> {
    match args.fields.is_empty() {
        true => Ok(USUAL.iter().filter_map(|name| fields.find(name)).collect()),
        false => args.fields.iter().map(|name| fields.require(name)).collect(),
    }
}

fn sort(args: &ListArgs, fields: &FieldSet<'_>) -> Result<Option<Sort>> {
    let name = args.sort.as_deref().unwrap_or(&fields.relation.key);
    let field = fields.require(name)?;
    if field.place != FieldPlace::Root {
        let what = format!("`{}` is no column of the {}'s own row", field.name, args.kind.word());
        return Err(Fault::usage(what).hint("a list is in the order of one of those").into());
    }
    let is_usual = args.sort.is_none() && !args.reverse;
    Ok((!is_usual).then(|| Sort { field: field.clone(), reverse: args.reverse }))
}

/// Writes the list, and the talk about it.
struct Lister<'a> {
    args: &'a ListArgs,
    context: &'a Context,
    fields: &'a FieldSet<'a>,
    shown: &'a [&'a Field],
    filter: &'a Filter,
}

impl Lister<'_> {
    fn write(&self, selection: &Selection, data: &mut dyn Snapshot) -> Result<()> {
        let (keys, matched) = (&selection.keys, selection.keys.len());
        let keys: Vec<Key> = keys.iter().filter(|key| self.filter.lists(key)).cloned().collect();
        let (listed_all, left_out) = (keys.len(), matched - keys.len());
        let keys = self.page(&keys);
        let mut headings = vec!["id"];
        headings.extend(self.shown.iter().map(|field| field.name.as_str()));
        headings.push("excluded");
        let mut list = self.context.ui.list(SCHEMA, &headings)?;
        listed(self.fields, self.shown, keys, data, &mut |row| {
            list.row(&self.cells(&row), || self.object(&row))
        })?;
        let mut rest = Map::new();
        rest.insert("kind".into(), json!(self.args.kind.word()));
        rest.insert("filter".into(), json!(self.filter.word()));
        rest.insert("found".into(), json!(listed_all));
        rest.insert("shown".into(), json!(keys.len()));
        rest.insert("left_out".into(), json!(left_out));
        rest.insert("searched_without_index".into(), json!(selection.read_through));
        list.finish(rest)?;
        for table in &selection.read_through {
            let ui = &self.context.ui;
            ui.status(format_args!(
                "{table} was read from end to end: the map names no search index over it"
            ));
        }
        self.tell(listed_all, keys.len(), left_out);
        Ok(())
    }

    /// The keys of the rows that are shown.
    fn page<'k>(&self, keys: &'k [Key]) -> &'k [Key] {
        let usual = if self.context.ui.format() == Format::Table { ROWS_OF_A_TABLE } else { usize::MAX };
        let from = self.args.offset.min(keys.len());
        let most = self.args.limit.unwrap_or(usual).min(keys.len() - from);
        &keys[from..from + most]
    }

    /// The last line: how many there are, and how many were left out.
    fn tell(&self, found: usize, shown: usize, left_out: usize) {
        let some = if shown < found { format!("{shown} of {found} shown") } else { format!("{found} found") };
        let more = if shown < found { " (--limit and --offset show others)" } else { "" };
        let out = match self.filter.word() {
            "included" => "nobody left out".to_owned(),
            "only" => format!("{left_out} left out (no objection to marketing)"),
            _ => format!("{left_out} left out (objection to marketing)"),
        };
        self.context.ui.status(format_args!("{some}{more}; {out}"));
    }

    fn cells(&self, row: &Listed) -> Vec<String> {
        let mut cells = vec![row.key.to_string()];
        cells.extend(row.cells.iter().map(|cell| match cell {
            Cell::One(value) => shown(value.borrow()),
            Cell::Several(values) => {
                values.iter().map(|value| shown(value.borrow())).collect::<Vec<_>>().join(", ")
            }
        }));
        cells.push(self.filter.why(&row.key).unwrap_or_default());
        cells
    }

    fn object(&self, row: &Listed) -> Map<String, serde_json::Value> {
        let mut fields = Map::new();
        for (field, cell) in self.shown.iter().zip(&row.cells) {
            let value = match cell {
                Cell::One(value) => as_json(value),
                Cell::Several(values) => values.iter().map(as_json).collect(),
            };
            fields.insert(field.name.clone(), value);
        }
        let mut object = Map::new();
        object.insert("kind".into(), json!(self.args.kind.word()));
        object.insert("id".into(), json!(row.key.to_string()));
        object.insert("fields".into(), fields.into());
        object.insert("excluded".into(), json!(self.filter.standing(&row.key)));
        object
    }
}

/// A value as JSON has it; of bytes how many they are.
pub(super) fn as_json(value: &Value) -> serde_json::Value {
    match value.borrow() {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        other => json!(shown(other)),
    }
}
