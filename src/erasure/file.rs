//! Files beside the database that go with their rows.

use super::plan::Plan;
use super::row::{Act, read};
use crate::fault::{Fault, Result};
use crate::schema::{CompleteMap, Content};
use crate::store::Snapshot;
use serde::Serialize;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

/// A file that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRef {
    /// The table whose row names it.
    pub table: String,
    /// The column that does.
    pub column: String,
    /// Where it is, below the folder of the database's files. It may be somebody's name, so it is not shown.
    #[serde(skip)]
    pub path: String,
}

/// The files that no row names when the plan has been applied.
///
/// # Errors
/// Those of reading.
pub fn of_plan(plan: &Plan, map: &CompleteMap, data: &mut dyn Snapshot) -> Result<Vec<FileRef>> {
    let mut files = Vec::new();
    for mapped in map.tables() {
        for column in &mapped.columns {
            let Content::File { path, .. } = &column.rule.content else { continue };
            let goes = |row: &super::Row| row.act == Act::Delete || row.set.contains_key(&column.name);
            let here = |table: &&str| table.eq_ignore_ascii_case(&mapped.table.name);
            for (_, row) in plan.rows().filter(|(table, row)| here(table) && goes(row)) {
                let value = row.value(&column.name).clone();
                let Some(name) = value.borrow().as_str().filter(|name| !name.is_empty()).map(str::to_owned)
                else {
                    continue;
                };
                // One file may stand behind several rows.
                let mut others = false;
                read(data, mapped, &column.name, std::slice::from_ref(&value), &mut |id, _| {
                    others |= plan.rows.get(&id).is_none_or(|row| !goes(row));
                    Ok(())
                })?;
                if !others && let Some(path) = expanded(path, &name) {
                    files.push(FileRef {
                        table: mapped.table.name.clone(),
                        column: column.name.clone(),
                        path,
                    });
                }
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    Ok(files)
}

/// `attachments/{0:2}/{}` with the value in it; none where that would lead out of the folder.
fn expanded(template: &str, value: &str) -> Option<String> {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slice, after) = after.split_once('}')?;
        path.push_str(before);
        match slice.split_once(':') {
            None => path.push_str(value),
            Some((from, length)) => {
                let chars = value.chars().skip(from.parse().ok()?).take(length.parse().ok()?);
                path.extend(chars);
            }
        }
        rest = after;
    }
    path.push_str(rest);
    let stays =
        Path::new(&path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    stays.then_some(path)
}

/// The folders in which the map says that files lie: what stands before the first part of a name.
pub fn file_folders(map: &CompleteMap, base: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for column in map.tables().iter().flat_map(|mapped| &mapped.columns) {
        let Content::File { path, .. } = &column.rule.content else { continue };
        let fixed = path.split('{').next().unwrap_or_default();
        // Without a folder of their own they lie among files that are none of ours.
        if let Some((folder, _)) = fixed.rsplit_once('/') {
            folders.push(base.join(folder));
        }
    }
    folders.sort();
    folders.dedup();
    folders
}

/// Overwrites and removes files below `folder`; those that are not there are fine. How many were, and their bytes.
///
/// # Errors
/// Unfinished when one cannot be removed.
pub fn remove_files(folder: &Path, files: &[String]) -> Result<(u64, u64)> {
    let (mut count, mut bytes) = (0, 0);
    for file in files {
        let path: PathBuf = folder.join(file);
        let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
        let failed = |error: std::io::Error| {
            Fault::unfinished(format!("a file of the database cannot be removed: {error}"))
        };
        // A link is removed, and what it leads to is left alone; so is a file that has another name.
        if about.is_file() && std::os::unix::fs::MetadataExt::nlink(&about) == 1 {
            zero(&path, about.len()).map_err(failed)?;
        }
        std::fs::remove_file(&path).map_err(failed)?;
        if let Some(folder) = path.parent() {
            let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        }
        count += 1;
        bytes += about.len();
    }
    Ok((count, bytes))
}

fn zero(path: &Path, length: u64) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), length), &mut file)?;
    file.flush()?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_of_the_value_and_stays_below() {
        assert_eq!(expanded("a/{0:2}/{2:2}/{}", "abcdef").as_deref(), Some("a/ab/cd/abcdef"));
        assert_eq!(expanded("a/{}", "../../etc/passwd"), None);
        assert_eq!(expanded("{}", "/etc/passwd"), None);
    }
}
