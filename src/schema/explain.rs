//! What a complete map means for one column, in sentences: what it is, what a backup does with it, what an erasure does.

use super::complete::{CompleteMap, MappedColumn, MappedTable, Origin, Rows};
use super::names::{missing, nearest};
use super::roles::RootErase;
use super::rule::{Bond, Content, Derivation, Erase, EraseAct, JsonStep, Link, LinkTarget};
use crate::fault::Result;
use crate::store::{Column, Generated};
use serde::Serialize;

/// What a map says about one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The table, as the database writes it.
    pub table: String,
    /// The column, as the database writes it.
    pub column: String,
    /// Its type as declared; may be empty.
    pub declared_type: String,
    /// What it is: `email: an e-mail address`.
    pub is: String,
    /// The rule that says so, and where it stands.
    pub rule: Origin,
    /// Whether only its declared type settled it.
    pub by_type: bool,
    /// What a backup does with its values.
    pub backup: String,
    /// What an erasure does with it or its row.
    pub erase: String,
    /// What it links to, where it is a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Explains one column.
///
/// # Errors
/// Missing when there is no such table or column, with the nearest name.
pub fn explain(map: &CompleteMap, table: &str, column: &str) -> Result<Explanation> {
    let mapped = map.require_table(table)?;
    let place = mapped.columns.iter().position(|mapped| mapped.name.eq_ignore_ascii_case(column));
    let place = place.ok_or_else(|| {
        let known = mapped.columns.iter().map(|mapped| mapped.name.as_str());
        missing(format!("{} has no column {column}", mapped.table.name), nearest(column, known))
    })?;
    let (live, column) = (&mapped.table.columns[place], &mapped.columns[place]);
    let is_computed = live.generated != Generated::No;
    Ok(Explanation {
        table: mapped.table.name.clone(),
        column: column.name.clone(),
        declared_type: live.declared_type.clone(),
        is: if is_computed {
            "computed by the database".to_owned()
        } else {
            what_it_is(&column.rule.content)
        },
        rule: column.origin.clone(),
        by_type: column.by_type,
        backup: backup(mapped, live, column),
        erase: erase(map, mapped, column, is_computed),
        link: column.rule.link.as_ref().map(describe),
    })
}

fn what_it_is(content: &Content) -> String {
    match content {
        Content::One(category) => format!("{category}: {}", category.meaning()),
        Content::ByColumn { column, when, otherwise } => {
            let cases = when.iter().map(|(value, category)| format!("{category} for {value}"));
            let cases: Vec<String> = cases.chain([format!("else {otherwise}")]).collect();
            format!("decided by {column}: {}", cases.join(", "))
        }
        Content::Derived { how, from } => format!("computed from {}: {}", from.join(", "), derivation(how)),
        Content::Json { paths, otherwise } => {
            let cases = paths.iter().map(|(path, category)| format!("{category} at {}", path_words(&path.0)));
            let cases: Vec<String> = cases.chain([format!("else {otherwise}")]).collect();
            format!("a JSON document: {}", cases.join(", "))
        }
        Content::ListOf(category) => format!("a list, each of it {category}: {}", category.meaning()),
        Content::File { path, holds } => {
            format!("the name of a file ({path}), which is {holds}: {}", holds.meaning())
        }
    }
}

fn derivation(how: &Derivation) -> String {
    match how {
        Derivation::Compact => "without blanks and punctuation".to_owned(),
        Derivation::Lower => "in lower case".to_owned(),
        Derivation::Upper => "in upper case".to_owned(),
        Derivation::Digits => "the digits only".to_owned(),
        Derivation::E164 => "as an international telephone number".to_owned(),
        Derivation::Copy => "the same".to_owned(),
        Derivation::Template(template) => format!("as \"{template}\""),
    }
}

fn path_words(steps: &[JsonStep]) -> String {
    let step = |step: &JsonStep| match step {
        JsonStep::Key(key) => format!(".{key}"),
        JsonStep::AnyKey => ".*".to_owned(),
        JsonStep::AnyItem => "[*]".to_owned(),
    };
    std::iter::once("$".to_owned()).chain(steps.iter().map(step)).collect()
}

fn backup(mapped: &MappedTable, live: &Column, column: &MappedColumn) -> String {
    match mapped.rows {
        Rows::Empty => return "the table comes without its rows".to_owned(),
        Rows::Rebuild => return "the table is made anew from the masked rows".to_owned(),
        Rows::Copy if live.generated != Generated::No => return "the database computes it anew".to_owned(),
        Rows::Copy => {}
    }
    if let Some(coarse) = &column.rule.fit.generalise {
        return format!("generalised to {}, which others share", coarse.words());
    }
    match &column.rule.content {
        Content::One(category) if category.is_kept() && column.by_type => {
            "copied as it is, where the value is of the declared type".to_owned()
        }
        Content::One(category) if category.is_kept() => "copied as it is".to_owned(),
        Content::One(super::Category::Blank) => "emptied".to_owned(),
        Content::One(super::Category::Secret) if column.rule.fit.random => {
            "replaced by a random token".to_owned()
        }
        Content::One(super::Category::Secret) => "emptied: a secret never leaves".to_owned(),
        Content::One(_) => "masked: another value of the same sort, the same everywhere".to_owned(),
        Content::ByColumn { column, .. } => format!("masked by what {column} says"),
        Content::Derived { from, .. } => format!("computed anew from the masked {}", from.join(", ")),
        Content::Json { .. } => "masked path by path; it stays a JSON document".to_owned(),
        Content::ListOf(_) => "each value of the list masked".to_owned(),
        Content::File { .. } => "emptied; the file is not copied".to_owned(),
    }
}

fn erase(map: &CompleteMap, mapped: &MappedTable, column: &MappedColumn, is_computed: bool) -> String {
    let rule = &column.rule;
    match (&rule.erase, &rule.link) {
        (Some(erase), link) => by_act(erase, link.as_ref()),
        (None, Some(link)) if link.bond == Bond::Owner => goes_with(link),
        (None, Some(_)) => "the link is emptied, the row stays".to_owned(),
        (None, None) if is_computed => "follows the columns that the database computes it from".to_owned(),
        (None, None) => by_row(map, mapped),
    }
}

fn by_act(erase: &Erase, link: Option<&Link>) -> String {
    let is_owner = link.is_some_and(|link| link.bond == Bond::Owner);
    let other = link.map(target).unwrap_or_default();
    let because = erase.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match erase.act {
        EraseAct::Delete => format!("the row goes with its {other}"),
        EraseAct::Blank if is_owner => {
            format!("the row stays when its {other} goes, and its personal values are emptied")
        }
        EraseAct::Blank if link.is_some() => "the link is emptied, the row stays".to_owned(),
        EraseAct::Blank => "emptied, the row stays".to_owned(),
        EraseAct::Detach => "the link is emptied, the row stays".to_owned(),
        EraseAct::Keep => {
            let until = erase.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
            format!("kept{because}{until}")
        }
        EraseAct::Refuse => {
            format!("the erasure of its {other} is refused while there is such a row{because}")
        }
        EraseAct::Follow => format!("the {other} at the other end is erased too"),
        EraseAct::Offer => format!("the {other} at the other end is offered for erasure"),
    }
}

fn goes_with(link: &Link) -> String {
    let other = target(link);
    if link.shared {
        format!("the row goes with the last of its {other}")
    } else {
        format!("the row goes with its {other}")
    }
}

/// What happens to a column that says nothing of its own: what happens to its row.
fn by_row(map: &CompleteMap, mapped: &MappedTable) -> String {
    let name = &mapped.table.name;
    if let Some(root) = map.relations().iter().find(|relation| relation.table == *name) {
        let kind = root.kind.word();
        return match root.erase {
            RootErase::Delete => format!("goes with the row when the {kind} is erased"),
            RootErase::Blank => {
                format!("the row stays when the {kind} is erased; personal values in it are emptied")
            }
        };
    }
    if let Some(history) = &mapped.history {
        return format!("goes with the {} of which the row is a version", history.table);
    }
    let owners = mapped.columns.iter().filter_map(|column| Some((column, column.rule.link.as_ref()?)));
    let owners: Vec<_> = owners.filter(|(_, link)| link.bond == Bond::Owner).collect();
    match owners.as_slice() {
        [] => format!("stays: nothing owns the rows of {name}"),
        owners => {
            let each = owners.iter().map(|(column, link)| match &column.rule.erase {
                Some(erase) => format!("by {}: {}", column.name, by_act(erase, Some(link))),
                None => format!("by {}: {}", column.name, goes_with(link)),
            });
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

fn target(link: &Link) -> String {
    match &link.target {
        LinkTarget::Key { table } | LinkTarget::Value { table, .. } => table.clone(),
        LinkTarget::Reference => "row that it names".to_owned(),
        LinkTarget::TypedKey { types, .. } => {
            let mut tables: Vec<&str> = types.values().map(String::as_str).collect();
            tables.sort_unstable();
            tables.dedup();
            tables.join(" or ")
        }
    }
}

fn describe(link: &Link) -> String {
    let bond = match (link.bond, link.shared) {
        (Bond::Owner, true) => "one of several owners",
        (Bond::Owner, false) => "owner",
        (Bond::Mention, _) => "mentions",
    };
    match &link.target {
        LinkTarget::Key { table } => format!("{bond}: {table}, by its key"),
        LinkTarget::Value { table, column } => format!("{bond}: {table}, by the value of {column}"),
        LinkTarget::Reference => format!("{bond}: the row that \"model,id\" names"),
        LinkTarget::TypedKey { type_column, .. } => {
            format!("{bond}: {}, by what {type_column} says", target(link))
        }
    }
}
