//! One person looked for in the notes of others: what an erasure of that person would not reach.

use super::category::{Category as Sort, place_of};
use super::columns::{Notes, notes_of};
use super::excerpt::excerpt;
use super::finder::{Finder, Scratch};
use super::fold::folded;
use super::lexicon::Lexicon;
use super::owner::Root;
use super::search::{Cell, Note, each_text};
use crate::address;
use crate::erasure::{RelationRef, Row, RowId, encoded, rows_of};
use crate::fault::{Fault, Result};
use crate::progress::Progress;
use crate::schema::{Category, CompleteMap};
use crate::severity::Severity;
use crate::store::Snapshot;
use crate::words::is_given_name;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Names of fewer letters are looked for only beside another name.
const SHORTEST: usize = 4;

/// A note of somebody else that mentions the person.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Where.
    pub cell: Cell,
    /// Whose note it is.
    pub of: Option<Root>,
    /// By what: `name`, `family-name`, `phone` or `email`.
    pub by: &'static str,
    /// How sure that is: a family name alone may be another person's.
    pub severity: Severity,
    /// How often.
    pub matches: u32,
    /// Words around the first of them, masked, where they were asked for.
    pub excerpt: Option<String>,
}

/// What a relation is known by.
#[derive(Debug, Default)]
struct Known {
    names: BTreeSet<(String, String)>,
    whole: BTreeSet<String>,
    emails: BTreeSet<String>,
    phones: BTreeSet<String>,
}

/// Every mention of a relation in notes that are not its own; also how many texts were read.
///
/// # Errors
/// Missing when there is no such relation; refused when nothing is known that could be looked for; those of reading.
pub fn mentions(
    relation: &RelationRef,
    map: &CompleteMap,
    data: &mut dyn Snapshot,
    as_of: Date,
    with_excerpts: bool,
    progress: &mut dyn Progress,
) -> Result<(Vec<Mention>, u64)> {
    let rows = rows_of(relation, map, data, as_of)?;
    let known = Known::of(&rows, map);
    if known.names.is_empty() && known.whole.is_empty() && known.emails.is_empty() && known.phones.is_empty()
    {
        return Err(Fault::refused(format!("{relation} has no name, address or number to look for")).into());
    }
    let (lexicon, sorts) = known.lexicon()?;
    let finder = Finder::new(&lexicon)?.only(&sorts.iter().map(|(place, ..)| *place).collect::<Vec<_>>());
    let (mut found, mut read): (Vec<Mention>, u64) = (Vec::new(), 0);
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    each_text(map, data, notes_of(map), progress, &mut |note| {
        read += 1;
        hits.clear();
        finder.find(note.text, &mut scratch, &mut hits);
        hits.retain(|hit| known.is_meant(hit.category, &note.text[hit.place.clone()]));
        if hits.is_empty() || rows.contains_key(&row_id(note)) {
            return Ok(());
        }
        let surest =
            sorts.iter().filter_map(|sort| Some((sort, hits.iter().find(|hit| hit.category == sort.0)?)));
        if let Some(((place, by, severity), first)) = surest.into_iter().next() {
            found.push(Mention {
                cell: note.cell(),
                of: note.of(),
                by,
                severity: *severity,
                matches: hits.iter().filter(|hit| hit.category == *place).count() as u32,
                excerpt: with_excerpts.then(|| excerpt(note.text, &first.place)),
            });
        }
        Ok(())
    })?;
    Ok((found, read))
}

fn row_id(note: &Note<'_>) -> RowId {
    let Notes { mapped, identity, .. } = note.notes;
    let id = note.row[..*identity].iter().flat_map(|value| encoded(*value)).collect();
    (mapped.table.name.clone(), id)
}

/// A category that is looked for: its place, its word, how sure it is.
type Looked = (usize, &'static str, Severity);

impl Known {
    /// What the rows of a relation say: names of its own row, addresses and numbers of all of them.
    fn of(rows: &BTreeMap<RowId, Row>, map: &CompleteMap) -> Self {
        let mut known = Known::default();
        for ((table, _), row) in rows {
            let Some(mapped) = map.table(table) else { continue };
            let notes = Notes::of(mapped, &is_looked_for);
            let cells: Vec<_> = notes.read.iter().map(|column| row.value(column).borrow()).collect();
            let (mut given, mut family) = (Vec::new(), Vec::new());
            let _ = notes.each(&cells, |_, category, text| {
                match category {
                    Category::Email => {
                        known.emails.extend(address::email(text));
                    }
                    Category::Phone => {
                        known.phones.extend(address::number(text));
                    }
                    Category::GivenName if row.is_self => given.push(folded(text).trim().to_owned()),
                    Category::FamilyName if row.is_self => family.push(folded(text).trim().to_owned()),
                    Category::FullName | Category::PartyName | Category::CompanyName if row.is_self => {
                        known.whole.insert(folded(text).trim().to_owned());
                    }
                    _ => {}
                }
                Ok::<_, std::convert::Infallible>(())
            });
            let given = given.first().cloned().unwrap_or_default();
            known.names.extend(
                family.into_iter().filter(|name| !name.is_empty()).map(|family| (given.clone(), family)),
            );
        }
        known.whole.retain(|name| name.len() >= SHORTEST);
        known
    }

    /// The phrases to look for, and the categories that they are of, the surest first.
    fn lexicon(&self) -> Result<(Lexicon, Vec<Looked>)> {
        let mut lexicon = Lexicon::empty();
        let mut add = |word: &str, severity| {
            lexicon.add_category(Sort { word: word.to_owned(), severity, what: String::new() })
        };
        let name = add("name", Severity::Medium);
        let family_name = add("family-name", Severity::Low);
        for whole in &self.whole {
            lexicon.add_phrase(whole, name)?;
            if let Some((first, rest)) = whole.split_once(' ').filter(|(first, _)| is_given_name(first)) {
                lexicon.add_phrase(&format!("{rest} {first}"), name)?;
            }
        }
        for (given, family) in &self.names {
            if let Some(initial) = given.chars().next() {
                lexicon.add_phrase(&format!("{given} {family}"), name)?;
                lexicon.add_phrase(&format!("{family} {given}"), name)?;
                lexicon.add_phrase(&format!("{initial} ^{family}"), name)?;
            }
            for civility in
                ["m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "mrs", "ms", "dr", "docteur"]
            {
                lexicon.add_phrase(&format!("{civility} {family}"), name)?;
            }
            if family.chars().count() >= SHORTEST {
                lexicon.add_phrase(&format!("^{family}"), family_name)?;
            }
        }
        let sorts = vec![
            (place_of("email"), "email", Severity::Medium),
            (place_of("phone"), "phone", Severity::Medium),
            (name, "name", Severity::Medium),
            (family_name, "family-name", Severity::Low),
        ];
        Ok((lexicon, sorts))
    }

    /// Whether an address or number that was found is the relation's.
    fn is_meant(&self, category: usize, found: &str) -> bool {
        let is_in =
            |known: &BTreeSet<String>, form: Option<String>| form.is_some_and(|form| known.contains(&form));
        match category {
            _ if category == place_of("email") => is_in(&self.emails, address::email(found)),
            _ if category == place_of("phone") => is_in(&self.phones, address::number(found)),
            _ => true,
        }
    }
}

fn is_looked_for(category: Category) -> bool {
    matches!(
        category,
        Category::Email
            | Category::Phone
            | Category::GivenName
            | Category::FamilyName
            | Category::FullName
            | Category::PartyName
            | Category::CompanyName
    )
}
