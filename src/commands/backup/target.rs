//! Where an archive goes.

use crate::commands::beside;
use crate::fault::{Fault, Result};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Where an archive goes.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// Into a file that is not there yet.
    File(PathBuf),
    /// To standard output, once it is complete.
    Stdout,
}

impl Target {
    /// Reads `-o`. A folder gets a file named after the database, what becomes of its people, and the moment; a folder that is named like an
    /// archive was meant as a file, and is left to be refused as one.
    ///
    /// # Errors
    /// Usage when the archive would go to a terminal, refused when it would be taken for a log of a database.
    pub fn of(output: &str, database: &Path, content: &str) -> Result<Self> {
        if output == "-" {
            if std::io::stdout().is_terminal() {
                return Err(Fault::usage("an archive is not for a terminal")
                    .hint("say -o FILE, or send it on: `backup -o - | …`")
                    .into());
            }
            return Ok(Target::Stdout);
        }
        let path = PathBuf::from(output);
        let is_archive_name = path.extension().is_some_and(|extension| extension == "zst");
        if path.is_dir() && (output.ends_with('/') || !is_archive_name) {
            return Ok(Target::File(path.join(name_for(database, content))));
        }
        beside::refuse_log_names(&path)?;
        Ok(Target::File(path))
    }
}

fn name_for(database: &Path, content: &str) -> String {
    let stem = database.file_stem().map_or_else(|| "crm".into(), |stem| stem.to_string_lossy().into_owned());
    let moment = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    format!("{stem}-{content}-{moment}.sqlite.zst")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gets_a_file_and_a_name_stays_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let of = |output: &Path| {
            Target::of(output.to_str().unwrap(), Path::new("/x/crm.sqlite"), "anonymised").unwrap()
        };
        let Target::File(named) = of(folder.path()) else { panic!("a file") };
        assert_eq!(named.parent(), Some(folder.path()));
        assert!(named.file_name().unwrap().to_str().unwrap().starts_with("crm-anonymised-2"));
        let file = folder.path().join("new.zst");
        assert_eq!(of(&file), Target::File(file.clone()));
        std::fs::create_dir(&file).unwrap();
        assert_eq!(of(&file), Target::File(file));
    }
}
