//! A copy may break no rule that its source keeps.

use crate::fault::{Fault, Result};
use crate::store::Health;

/// Compares what the engine's own checks found before and after.
pub fn hold_against(source: &Health, copy: &Health) -> Result<()> {
    let mut broken = Vec::new();
    for (line, count) in &copy.page_errors {
        let before = source.page_errors.get(line).copied().unwrap_or(0);
        if *count > before {
            broken.push(format!("{line}: {before} before, {count} after"));
        }
    }
    for ((child, parent), count) in &copy.dangling {
        let before = source.dangling.get(&(child.clone(), parent.clone())).copied().unwrap_or(0);
        if *count > before {
            broken.push(format!(
                "rows of {child} that point at no row of {parent}: {before} before, {count} after"
            ));
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Fault::refused("the masked copy breaks rules of the schema that its source keeps")
        .details(broken)
        .hint("change the rules of these columns in the map: a blanked or emptied one may be needed, a limit may be missing")
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Kind, kind_of};

    fn dangling(count: u64) -> Health {
        Health { dangling: [(("a".into(), "b".into()), count)].into(), ..Health::default() }
    }

    #[test]
    fn what_was_broken_before_may_stay_broken() {
        assert!(hold_against(&dangling(2), &dangling(2)).is_ok());
        assert!(hold_against(&dangling(2), &Health::default()).is_ok());
    }

    #[test]
    fn what_breaks_on_the_way_is_refused() {
        let error = hold_against(&dangling(2), &dangling(3)).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Refused);
        let null = Health { page_errors: [("NULL value in t.c".into(), 1)].into(), ..Health::default() };
        assert!(hold_against(&Health::default(), &null).is_err());
    }
}
