//! The identifying values of a database, one by one: what no mask may be and no archive may hold.

use crate::fault::Result;
use crate::interrupt;
use crate::masking;
use crate::progress::Progress;
use crate::schema::{Category, CompleteMap, Content, MappedTable, Rows};
use crate::store::{Snapshot, ValueRef};

/// A line of free text that is shorter says nothing about anybody. In bytes.
const SHORTEST_LINE: usize = 24;

/// One identifying value.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// The number of its column among all that are watched.
    pub column: usize,
    /// What it is.
    pub category: Category,
    /// The value, or the part of it that identifies.
    pub value: &'a str,
}

/// The columns whose values are watched, in the order of their numbers: table and column.
pub type Watched = Vec<(String, String)>;

/// About how many identifying values there are: no fewer, where nothing is a list.
///
/// # Errors
/// When a table cannot be counted.
pub fn about_how_many(source: &mut dyn Snapshot, map: &CompleteMap) -> Result<u64> {
    let mut about = 0;
    for mapped in map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy) {
        let posts = Lookout::over(mapped, 0).posts.len() as u64;
        if posts > 0 {
            about += posts * source.count(&mapped.table.name)?;
        }
    }
    Ok(about)
}

/// Shows every identifying value of the moment, and returns the columns that have been looked at.
///
/// # Errors
/// When a table cannot be read; whatever `visit` returns.
pub fn each(
    source: &mut dyn Snapshot,
    map: &CompleteMap,
    progress: &mut dyn Progress,
    visit: &mut dyn FnMut(Original<'_>) -> Result<()>,
) -> Result<Watched> {
    let mut watched = Watched::new();
    progress.stage("reading what identifies", None);
    for mapped in map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy) {
        let lookout = Lookout::over(mapped, watched.len());
        if lookout.posts.is_empty() && lookout.name.is_none() {
            continue;
        }
        for post in &lookout.posts {
            watched.push((mapped.table.name.clone(), lookout.columns[post.place].to_owned()));
        }
        let mut rows = 0u64;
        source.scan(&mapped.table.name, &lookout.columns, &mut |row| {
            rows += 1;
            if rows.is_multiple_of(1024) {
                interrupt::check()?;
                progress.advance(1024);
            }
            lookout.show(row, visit)
        })?;
    }
    Ok(watched)
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
    number: usize,
    place: usize,
    content: &'a Content,
    /// Where the column stands that decides what this one is.
    decider: Option<usize>,
}

impl<'a> Lookout<'a> {
    fn over(mapped: &'a MappedTable, first: usize) -> Self {
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
            let number = first + lookout.posts.len();
            lookout.posts.push(Post { number, place, content, decider });
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
                parts(category, value, &mut |value| visit(Original { column: post.number, category, value }))
            };
            match post.content {
                Content::One(category) => tell(*category, text)?,
                Content::ByColumn { when, otherwise, .. } => {
                    let decider =
                        post.decider.map(|place| masking::decider_text(row[place])).unwrap_or_default();
                    tell(*when.get(decider.as_str()).unwrap_or(otherwise), text)?;
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
            let column = self.posts.first().map_or(usize::MAX, |post| post.number);
            visit(Original { column, category: Category::FullName, value: &pair })?;
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
