//! Names with `*` and `?` in them, as a map writes them.

/// An exact name, or a glob: `*` stands for any characters, `?` for one. ASCII case is folded, as engines do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    folded: Vec<char>,
    /// How many bytes stand before the first `*` or `?`; all of them in an exact name.
    prefix: usize,
}

impl Pattern {
    /// The pattern of a map's key.
    pub fn new(text: &str) -> Self {
        Pattern {
            text: text.to_owned(),
            folded: text.to_ascii_lowercase().chars().collect(),
            prefix: text.find(['*', '?']).unwrap_or(text.len()),
        }
    }

    /// As the map writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is one name, without `*` and `?`.
    pub fn is_exact(&self) -> bool {
        self.prefix == self.text.len()
    }

    /// Whether it is the lone `*`: the rest.
    pub fn is_rest(&self) -> bool {
        self.text == "*"
    }

    /// Whether it is the same pattern, whatever its case.
    pub fn is_same(&self, other: &Pattern) -> bool {
        self.folded == other.folded
    }

    /// Whether a name fits. Takes time proportional to name times pattern at worst, never more.
    pub fn matches(&self, name: &str) -> bool {
        let prefix = &self.text.as_bytes()[..self.prefix];
        // A map has many patterns, and most differ from a name at once.
        if !name.as_bytes().get(..self.prefix).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            return false;
        }
        if self.is_exact() { name.len() == self.prefix } else { self.matches_glob(name) }
    }

    fn matches_glob(&self, name: &str) -> bool {
        let name: Vec<char> = name.to_ascii_lowercase().chars().collect();
        let (mut at, mut in_name, mut star) = (0, 0, None);
        while in_name < name.len() {
            match self.folded.get(at) {
                Some('*') => {
                    star = Some((at, in_name));
                    at += 1;
                }
                Some(&char) if char == '?' || char == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => match star {
                    // The last star takes one character more, and what follows it is tried again.
                    Some((star_at, taken)) => {
                        star = Some((star_at, taken + 1));
                        at = star_at + 1;
                        in_name = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        self.folded[at..].iter().all(|char| *char == '*')
    }

    /// What decides between patterns that all fit: an exact name beats a glob, a longer glob beats a shorter one.
    pub(super) fn rank(&self) -> (bool, usize) {
        (self.is_exact(), self.folded.len())
    }
}

/// Of the things whose pattern fits the name, the one that wins; of equals the one that was written last.
pub(super) fn best<'a, T>(
    things: impl Iterator<Item = &'a T>,
    pattern: impl Fn(&T) -> &Pattern,
    name: &str,
) -> Option<&'a T> {
    things.filter(|thing| pattern(thing).matches(name)).max_by_key(|thing| pattern(thing).rank())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fits(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(name)
    }

    #[test]
    fn a_star_is_any_characters_and_a_question_mark_is_one() {
        for (pattern, name) in [
            ("ir_ui_*", "ir_ui_view"),
            ("*", ""),
            ("*", "x"),
            ("a*b*c", "axxbyybc"),
            ("?_id", "a_id"),
            ("*_id", "party_id"),
            ("Party", "party"),
            ("é*", "été"),
            ("**", "x"),
        ] {
            assert!(fits(pattern, name), "{pattern} should fit {name}");
        }
        for (pattern, name) in
            [("ir_ui_*", "ir_u"), ("?", ""), ("?", "ab"), ("a*b", "axc"), ("", "x"), ("party", "party_x")]
        {
            assert!(!fits(pattern, name), "{pattern} should not fit {name}");
        }
    }

    #[test]
    fn an_exact_name_beats_the_longest_glob_which_beats_a_shorter_one() {
        let patterns = ["*", "sale_*", "sale_o*", "sale"].map(Pattern::new);
        let winner = |name| best(patterns.iter(), |pattern| pattern, name).map(Pattern::as_str);
        assert_eq!(winner("sale_order"), Some("sale_o*"));
        assert_eq!(winner("sale_line"), Some("sale_*"));
        assert_eq!(winner("sale"), Some("sale"));
        assert_eq!(winner("party"), Some("*"));
    }

    proptest! {
        #[test]
        fn many_stars_never_take_long(stars in "[*a]{0,60}", name in "a{0,200}") {
            Pattern::new(&stars).matches(&name);
        }

        #[test]
        fn every_name_fits_itself(name in "[^*?]{0,20}") {
            prop_assert!(fits(&name, &name));
        }
    }
}
