//! The identifying values of a database, one by one: what no mask may be and no archive may hold.

use super::hands::{Giving, work_together};
use crate::fault::Result;
use crate::interrupt;
use crate::masking;
use crate::progress::Progress;
use crate::schema::{Category, CompleteMap, Content, MappedTable, Rows};
use crate::store::{Load, Snapshot, ValueRef};

/// A line of free text that is shorter says nothing about anybody. In bytes.
const SHORTEST_LINE: usize = 24;

/// One identifying value.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// What it is.
    pub category: Category,
    /// The value, or the part of it that identifies.
    pub value: &'a str,
}

/// About how many identifying values there are: no fewer, where nothing is a list.
///
/// # Errors
/// When a table cannot be counted.
pub fn about_how_many(source: &mut dyn Snapshot, map: &CompleteMap) -> Result<u64> {
    lookouts(map)
        .iter()
        .try_fold(0, |about, (table, lookout)| Ok(about + lookout.posts.len() as u64 * source.count(table)?))
}

/// Shows every identifying value of the moment to one of the visitors, each on a thread of its own.
///
/// # Errors
/// When a table cannot be read; whatever a visitor returns.
pub fn each<V: FnMut(Original<'_>) -> Result<()> + Send>(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    progress: &mut dyn Progress,
    visitors: &mut [V],
) -> Result<()> {
    let lookouts = lookouts(map);
    progress.stage("reading what identifies", None);
    let shows = visitors.iter_mut().map(|visit| |sight: &mut Sight| show_all(&lookouts, sight, visit));
    let mut done = |sight: &mut Sight| {
        sight.load.clear();
        Ok(())
    };
    work_together(shows.collect(), &mut done, |giving| {
        let mut tables = lookouts.iter().enumerate();
        tables.try_for_each(|(at, watched)| read_table(source, watched, at, giving, progress))
    })
}

/// Some rows of one of the tables that are watched.
#[derive(Default)]
struct Sight {
    at: usize,
    load: Load,
}

/// What is watched in each table that is copied, if anything is.
fn lookouts(map: &CompleteMap) -> Vec<(&str, Lookout<'_>)> {
    let copied = map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy);
    let over = copied.map(|mapped| (mapped.table.name.as_str(), Lookout::over(mapped)));
    over.filter(|(_, lookout)| !lookout.columns.is_empty()).collect()
}

/// Gives the rows of a table to whoever has nothing to do.
fn read_table(
    source: &mut dyn Snapshot,
    (table, lookout): &(&str, Lookout<'_>),
    at: usize,
    giving: &mut Giving<'_, '_, Sight>,
    progress: &mut dyn Progress,
) -> Result<()> {
    let mut load = giving.empty().load;
    source.scan(table, &lookout.columns, &mut |row| {
        load.push(row.iter().copied());
        if load.is_full() {
            interrupt::check()?;
            progress.advance(load.len() as u64);
            let full = std::mem::replace(&mut load, giving.empty().load);
            giving.give(Sight { at, load: full })?;
        }
        Ok(())
    })?;
    giving.give(Sight { at, load })
}

fn show_all(
    lookouts: &[(&str, Lookout<'_>)],
    sight: &Sight,
    visit: &mut (dyn FnMut(Original<'_>) -> Result<()> + Send),
) -> Result<()> {
    let mut row: Vec<ValueRef<'_>> = Vec::new();
    (0..sight.load.len()).try_for_each(|number| {
        row.clear();
        row.extend(sight.load.row(number));
        lookouts[sight.at].1.show(&row, visit)
    })
}

/// What is watched in one table.
struct Lookout<'a> {
    columns: Vec<&'a str>,
    posts: Vec<Post<'a>>,
    /// The places of a given and a family name, which together identify.
    name: Option<(usize, usize)>,
}

/// A column that is watched.
struct Post<'a> {
    place: usize,
    content: &'a Content,
    /// Where the column stands that decides what this one is.
    decider: Option<usize>,
}

impl<'a> Lookout<'a> {
    fn over(mapped: &'a MappedTable) -> Self {
        let mut lookout = Lookout { columns: Vec::new(), posts: Vec::new(), name: None };
        let stored = |name: &str| mapped.table.stored().any(|column| column.name == name);
        for column in mapped.columns.iter().filter(|column| stored(&column.name)) {
            let content = &column.rule.content;
            if !may_identify(content) {
                continue;
            }
            let place = lookout.place_of(&column.name);
            let decider = match content {
                Content::ByColumn { column, .. } => Some(lookout.place_of(column)),
                _ => None,
            };
            lookout.posts.push(Post { place, content, decider });
        }
        let one = |category: Category| {
            let is_it = |content: &Content| matches!(content, Content::One(found) if *found == category);
            mapped.columns.iter().find(|column| stored(&column.name) && is_it(&column.rule.content))
        };
        if let (Some(given), Some(family)) = (one(Category::GivenName), one(Category::FamilyName)) {
            lookout.name = Some((lookout.place_of(&given.name), lookout.place_of(&family.name)));
        }
        lookout
    }

    /// The place of a column among those that are read; it is added where it is not there yet.
    fn place_of(&mut self, name: &'a str) -> usize {
        self.columns.iter().position(|column| *column == name).unwrap_or_else(|| {
            self.columns.push(name);
            self.columns.len() - 1
        })
    }

    fn show(&self, row: &[ValueRef<'_>], visit: &mut dyn FnMut(Original<'_>) -> Result<()>) -> Result<()> {
        for post in &self.posts {
            let number = match row[post.place] {
                ValueRef::Integer(number) => number.to_string(),
                _ => String::new(),
            };
            let text = row[post.place].as_str().unwrap_or(&number);
            let mut tell = |category: Category, value: &str| {
                parts(category, value, &mut |value| visit(Original { category, value }))
            };
            match post.content {
                Content::One(category) => tell(*category, text)?,
                Content::ByColumn { when, otherwise, .. } => {
                    let decider =
                        post.decider.map(|place| masking::decider_text(row[place])).unwrap_or_default();
                    tell(*when.get(&*decider).unwrap_or(otherwise), text)?;
                }
                Content::ListOf(category) => {
                    for item in masking::list_items(text) {
                        tell(*category, item.trim())?;
                    }
                }
                Content::Json { paths, otherwise } => {
                    for (category, leaf) in masking::json_texts(text, paths, *otherwise) {
                        tell(category, &leaf)?;
                    }
                }
                Content::Derived { .. } | Content::File { .. } => {}
            }
        }
        if let Some((given, family)) = self.name
            && let (Some(given), Some(family)) = (row[given].as_str(), row[family].as_str())
            && !given.is_empty()
            && !family.is_empty()
        {
            let pair = format!("{given} {family}");
            visit(Original { category: Category::FullName, value: &pair })?;
        }
        Ok(())
    }
}

/// The parts of a value that identify: the lines of a text, the whole of anything else.
fn parts(category: Category, value: &str, tell: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    match category {
        Category::FreeText => {
            value.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE).try_for_each(tell)
        }
        category if masking::identifies(category, value) => tell(value.trim()),
        _ => Ok(()),
    }
}

fn may_identify(content: &Content) -> bool {
    let may = |category: &Category| category.is_identifying() || *category == Category::FreeText;
    match content {
        Content::One(category) | Content::ListOf(category) => may(category),
        Content::ByColumn { when, otherwise, .. } => when.values().any(may) || may(otherwise),
        Content::Json { paths, otherwise } => {
            paths.iter().any(|(_, category)| may(category)) || may(otherwise)
        }
        Content::Derived { .. } | Content::File { .. } => false,
    }
}
