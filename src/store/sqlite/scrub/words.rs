//! The words of erased texts as full-text indexes hold them: folded by each index's own rules, whole, and as what is
//! left of a word behind the letters that it shares with the word before it.

use super::index::SearchIndex;
use crate::fault::Result;
use crate::store::SHORTEST;
use crate::store::sqlite::errors::Told;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The table in which the engine cuts texts into words for us, in a database of its own in memory.
const TABLE: &str = "words";
/// The view of an index's words, in the connection's own temporary room.
const SEEN: &str = "temp.crm_admin_words";

/// Each word of the texts that an index may hold, by its forms; the first form is the whole word.
pub fn of(
    connection: &Connection,
    indexes: &[SearchIndex<'_>],
    texts: &[&[u8]],
) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut found: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for index in indexes {
        for word in rare(connection, index, cut(index, texts)?)? {
            let forms = found.entry(word.clone()).or_insert_with(|| vec![word.clone()]);
            forms.extend(parts(&word, index.is_newest()));
        }
    }
    let sorted = |mut forms: Vec<Vec<u8>>| {
        forms[1..].sort();
        forms.dedup();
        forms
    };
    Ok(found.into_values().map(sorted).collect())
}

/// Cuts texts into words as the index does, and counts each.
fn cut(index: &SearchIndex<'_>, texts: &[&[u8]]) -> Result<Vec<(Vec<u8>, i64)>> {
    let doing = || format!("cutting texts into words as {} does", index.table.name);
    let memory = Connection::open_in_memory().told(doing)?;
    let module = index.module;
    let tokenize = index.tokenize().map(|argument| format!(", {argument}")).unwrap_or_default();
    memory
        .execute(&format!("CREATE VIRTUAL TABLE {TABLE} USING {module} (text{tokenize})"), [])
        .told(doing)?;
    let mut insert = memory.prepare(&format!("INSERT INTO {TABLE} (text) VALUES (?1)")).told(doing)?;
    for text in texts {
        insert.execute([String::from_utf8_lossy(text)]).told(doing)?;
    }
    let (seen, select) = if index.is_newest() {
        ("fts5vocab (words, 'row')", "SELECT CAST(term AS BLOB), cnt FROM seen")
    } else {
        ("fts4aux (words)", "SELECT CAST(term AS BLOB), occurrences FROM seen WHERE col = '*'")
    };
    memory.execute(&format!("CREATE VIRTUAL TABLE seen USING {seen}"), []).told(doing)?;
    let mut statement = memory.prepare(select).told(doing)?;
    let words = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).told(doing)?;
    let words: Vec<(Vec<u8>, i64)> = words.collect::<rusqlite::Result<_>>().told(doing)?;
    Ok(words.into_iter().filter(|(word, _)| word.len() >= SHORTEST).collect())
}

/// The words that the index has no oftener than the erased texts: what others use too is nobody's.
fn rare(
    connection: &Connection,
    index: &SearchIndex<'_>,
    words: Vec<(Vec<u8>, i64)>,
) -> Result<Vec<Vec<u8>>> {
    let doing = || format!("looking for words in {}", index.table.name);
    let name = index.table.name.replace('\'', "''");
    let (seen, count) = if index.is_newest() {
        let count = "SELECT count(*) FROM (SELECT 1 FROM crm_admin_words WHERE term = ?1 LIMIT ?2)";
        (format!("fts5vocab (main, '{name}', 'instance')"), count)
    } else {
        let count = "SELECT coalesce(min(max(occurrences), ?2), 0) FROM crm_admin_words WHERE term = ?1 AND col = '*'";
        (format!("fts4aux (main, '{name}')"), count)
    };
    connection.execute(&format!("CREATE VIRTUAL TABLE {SEEN} USING {seen}"), []).told(doing)?;
    let counted = || -> rusqlite::Result<Vec<Vec<u8>>> {
        let mut statement = connection.prepare(count)?;
        let mut rare = Vec::new();
        for (word, here) in words {
            let text = String::from_utf8_lossy(&word).into_owned();
            if statement.query_row((text, here + 1), |row| row.get::<_, i64>(0))? <= here {
                rare.push(word);
            }
        }
        Ok(rare)
    };
    let rare = counted();
    connection.execute(&format!("DROP TABLE {SEEN}"), []).told(doing)?;
    rare.told(doing)
}

/// A word that follows another one on a page: how many bytes they share, how many follow, and these. The newest sort of
/// index has one byte before each word.
fn parts(word: &[u8], is_newest: bool) -> Vec<Vec<u8>> {
    let mark = usize::from(is_newest);
    let forms = (1..word.len()).filter_map(|shared| {
        let rest = &word[shared..];
        let counts = [u8::try_from(shared + mark).ok()?, u8::try_from(rest.len()).ok()?];
        let is_short = counts.iter().all(|count| *count < 128);
        (is_short && rest.len() + 2 >= SHORTEST).then(|| [&counts, rest].concat())
    });
    forms.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_behind_what_it_shares_with_another() {
        let forms = parts(b"lagrange-dupin", true);
        assert_eq!(forms[0], b"\x02\x0dagrange-dupin");
        assert_eq!(forms.last().unwrap(), b"\x09\x06-dupin");
        assert_eq!(parts(b"lagrange", false), [b"\x01\x07agrange".to_vec(), b"\x02\x06grange".to_vec()]);
    }
}
