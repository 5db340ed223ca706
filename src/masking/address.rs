//! Masks for streets, and for a postcode and its town: one real commune.

use super::key::Purpose;
use super::masker::{Masker, Word};
use super::style::like;
use crate::words::{self, Commune, fold};

impl Masker {
    /// Each line of an address: a street of a kind and name from the lists, with a number where the original has one;
    /// a line that starts with a postcode becomes a commune.
    pub(super) fn street(&self, value: &str, turn: u32) -> String {
        let mut out = String::with_capacity(value.len() + 16);
        for line in value.split_inclusive('\n') {
            let end = line.trim_end_matches(['\r', '\n']);
            let text = end.trim();
            match text.split_once(' ') {
                _ if text.is_empty() => out.push_str(end),
                Some((code, town)) if code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) => {
                    let commune = self.commune(code, town, turn);
                    out.push_str(commune.postcode);
                    out.push(' ');
                    out.push_str(&like(town, commune.name.to_owned()));
                }
                _ => out.push_str(&self.street_line(text, turn)),
            }
            out.push_str(&line[end.len()..]);
        }
        out
    }

    fn street_line(&self, line: &str, turn: u32) -> String {
        let folded = fold(line);
        let mut draw = self.key.draw(Purpose::Street, turn, folded.as_bytes());
        let kinds = words::street_kinds();
        let kind = kinds.get(draw.below(kinds.len())).copied().unwrap_or("rue");
        let name = Word::pick(&self.lists.streets, &mut draw, &folded);
        let street = like(line, format!("{kind} {name}"));
        if line.bytes().any(|b| b.is_ascii_digit()) {
            return format!("{} {street}", 1 + draw.below(98));
        }
        let mut letters = street.chars();
        match letters.next() {
            Some(first) if line.starts_with(char::is_uppercase) => {
                first.to_uppercase().chain(letters).collect()
            }
            _ => street,
        }
    }

    /// The commune that stands for a postcode; for its town, where there is no postcode.
    pub(super) fn commune(&self, postcode: &str, town: &str, turn: u32) -> &'static Commune {
        let (code, name) = (fold(postcode.trim()), fold(town.trim()));
        let seed = if code.is_empty() { &name } else { &code };
        let mut draw = self.key.draw(Purpose::Commune, turn, seed.as_bytes());
        let communes = &self.lists.communes;
        let first = draw.below(communes.len());
        let turned = communes[first..].iter().chain(&communes[..first]).filter(|place| !place.taken);
        let mut others = turned.filter(|place| place.commune.postcode != code && place.key != name);
        others.next().map_or_else(|| &words::communes()[0], |place| place.commune)
    }

    /// The postcode of a commune.
    pub(super) fn postcode(&self, value: &str, turn: u32) -> &'static str {
        self.commune(value, "", turn).postcode
    }

    /// The name of a commune.
    pub(super) fn town(&self, value: &str, turn: u32) -> String {
        like(value, self.commune("", value, turn).name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn postcode_and_town_are_one_real_commune() {
        let masker = masker();
        let commune = masker.commune("31000", "Toulouse", 0);
        assert!(
            words::communes()
                .iter()
                .any(|real| real.name == commune.name && real.postcode == commune.postcode)
        );
        assert_eq!(masker.postcode("31000", 0), commune.postcode);
        assert_ne!(commune.name, "Toulouse");
    }

    #[test]
    fn a_street_keeps_having_a_number_or_none() {
        let masker = masker();
        assert!(masker.street("12 bis rue de la Paix", 0).starts_with(|c: char| c.is_ascii_digit()));
        assert!(!masker.street("Rue de la Paix", 0).contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn an_address_of_several_lines_keeps_its_lines() {
        let masker = masker();
        let mask = masker.street("12 rue de la Paix\r\n31000 TOULOUSE", 0);
        let (street, commune) = mask.split_once("\r\n").expect("two lines");
        assert!(street.len() > 4);
        let real = masker.commune("31000", "TOULOUSE", 0);
        assert_eq!(commune, format!("{} {}", real.postcode, real.name.to_uppercase()));
    }
}
