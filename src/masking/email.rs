//! Masks for e-mail addresses and logins: from the value alone, in tune with the names, as good as one-to-one.

use super::key::Purpose;
use super::masker::{Masker, Shape};
use super::style::cut;
use crate::schema::Category;
use std::borrow::Cow;

/// A digit and 14 characters of 5 bits: among a million addresses two share it with a probability below 10^-10, and
/// in a unique column the later of the two would be drawn again.
const SUFFIX: usize = 14;

impl Masker {
    /// An address that cannot be delivered. A display name is masked as a name; what is no address stays none.
    pub(super) fn email(&self, value: &str, turn: u32, most: usize) -> String {
        self.address(value, turn, most).text
    }

    /// The same, for one who has to know whether it may be somebody's.
    pub(super) fn address(&self, value: &str, turn: u32, most: usize) -> Address {
        let value = value.trim();
        if let Some((display, address)) = value.strip_suffix('>').and_then(|open| open.rsplit_once('<')) {
            return Address::maybe(self.named_address(display, address, turn, most));
        }
        let (scheme, address) = match value.get(..7) {
            Some(start) if start.eq_ignore_ascii_case("mailto:") => value.split_at(7),
            _ => ("", value),
        };
        let folded = lower(address);
        let (local, domain) = match folded.rsplit_once('@') {
            Some((local, host)) => (local, Some(self.domain(host, 0))),
            None => (&*folded, None),
        };
        let name = self.local_part(local);
        let suffix = self.suffix(&folded, turn);
        let most = most.saturating_sub(scheme.len());
        let address = fitted(name, &suffix, domain.as_ref().map(|domain| &***domain), most);
        if scheme.is_empty() {
            address
        } else {
            Address { text: format!("{scheme}{}", address.text), ..address }
        }
    }

    fn named_address(&self, display: &str, address: &str, turn: u32, most: usize) -> String {
        let address = self.email(address, turn, most.saturating_sub(2));
        let name = display.trim().trim_matches('"').trim();
        if name.is_empty() {
            return format!("<{address}>");
        }
        // Drawn as it would be alone, so that it is the same name there, and nobody's here either.
        let name =
            self.text(Category::PartyName, name, Shape::default()).unwrap_or_default().replace('"', "");
        let quote = if display.contains('"') { "\"" } else { "" };
        let room = most.saturating_sub(address.chars().count() + 3 + 2 * quote.len());
        format!("{quote}{}{quote} <{address}>", cut(&name, room))
    }

    /// The digit and letters that tell two addresses apart. It stands right behind the name, so that the name is
    /// never a run of its own that could be somebody's login.
    fn suffix(&self, folded: &str, turn: u32) -> String {
        let mut draw = self.key.draw(Purpose::Address, turn, folded.as_bytes());
        let mut suffix = String::with_capacity(SUFFIX + 1);
        suffix.push((b'0' + draw.below(10) as u8) as char);
        draw.push_tag(SUFFIX, &mut suffix);
        suffix
    }
}

/// The mask of an address.
pub(super) struct Address {
    /// As it is written.
    pub(super) text: String,
    /// Whether it is nobody's: neither its name nor its domain hold an original, and what they meet is random.
    pub(super) is_nobodys: bool,
}

impl Address {
    fn maybe(text: String) -> Self {
        Address { text, is_nobodys: false }
    }
}

/// The text in lower case, which most addresses are in already.
fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// How many different masks a login of so many characters can have, whatever its case.
pub(super) fn room(most: usize) -> u128 {
    match most.min(SUFFIX + 1) {
        0 => 1,
        length => 10 << (5 * (length - 1)),
    }
}

/// How many different masks an address of so many characters can have.
pub(super) fn room_for_addresses(most: usize) -> u128 {
    match most.saturating_sub(SHORT.len() + 1) {
        0 => room(most),
        length => room(length),
    }
}

/// The domain of an address that has no room for another.
const SHORT: &str = "x.example";

/// Puts an address together; what is too long loses from its name first, then from its domain, last from its suffix.
fn fitted(name: String, suffix: &str, domain: Option<&str>, most: usize) -> Address {
    let Some(domain) = domain else { return with_suffix(name, suffix, most) };
    let short = suffix.len() + 1 + domain.len() > most && domain.contains('.');
    let domain = if short { SHORT } else { domain };
    match most.saturating_sub(domain.len() + 1) {
        0 => Address::maybe(cut(suffix, most).to_owned()),
        room => {
            let mut address = with_suffix(name, suffix, room);
            address.text.push('@');
            address.text.push_str(domain);
            address
        }
    }
}

fn with_suffix(name: String, suffix: &str, most: usize) -> Address {
    let mut text = name;
    text.truncate(cut(&text, most.saturating_sub(suffix.len())).len());
    text.push_str(cut(suffix, most));
    Address { text, is_nobodys: suffix.len() <= most }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::super::style::slug;
    use super::super::{Key, Originals};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_address_is_in_tune_with_its_owner() {
        let masker = masker();
        let mask = masker.email("marie.durand@acme.fr", 0, 80);
        let name = format!(
            "{}.{}",
            slug(&masker.given_name("Marie", 0)),
            slug(&masker.family_name("DURAND", 0).to_lowercase())
        );
        assert!(mask.starts_with(&name), "{mask} and {name}");
        assert!(mask.ends_with(".example"), "{mask}");
        let colleague = masker.email("p.martin@acme.fr", 0, 80);
        assert_eq!(mask.split('@').nth(1), colleague.split('@').nth(1));
    }

    #[test]
    fn an_address_is_in_tune_whatever_its_names_may_also_be() {
        let masker = masker();
        for (given, family, local) in [
            ("Robin", "Martin", "robin.martin"),
            ("Aldéric", "Béranger", "alderic.beranger"),
            ("Marie-Eugénie", "Le Brun", "marieeugenie.lebrun5"),
            ("Jean-Pierre", "Durand", "durand.jean-pierre"),
            ("Jean-Pierre", "De La Tour", "jean-pierre.delatour"),
            ("Xyzzara", "Thomas", "xyzzara_thomas"),
            ("Paul", "N'Diaye", "paul-ndiaye"),
        ] {
            let mask = masker.email(&format!("{local}@acme.fr"), 0, 80);
            let names = [slug(&masker.given_name(given, 0)), slug(&masker.family_name(family, 0))];
            assert!(names.iter().all(|name| mask.contains(name)), "{mask} and {names:?}");
        }
        let mask = masker.email("pmartin@acme.fr", 0, 80);
        assert!(mask[1..].starts_with(&slug(&masker.family_name("Martin", 0))), "{mask}");
    }

    #[test]
    fn a_display_name_is_nobodys_name() {
        let name = |mask: &str| mask.split(" <").next().expect("a name").to_owned();
        let first = name(&masker().email("Marie Durand <marie@acme.fr>", 0, usize::MAX));
        let mut originals = Originals::default();
        originals.add(&first);
        let warned = Masker::new(Key::from_bytes([7; 32]), originals);
        assert_ne!(name(&warned.email("Marie Durand <marie@acme.fr>", 0, usize::MAX)), first);
    }

    #[test]
    fn not_even_the_name_before_the_suffix_is_somebodys_login() {
        let plain = masker();
        let mask = plain.email("marie.durand@acme.fr", 0, usize::MAX);
        let name: String = mask.chars().take_while(|c| !c.is_ascii_digit()).collect();
        let mut originals = Originals::default();
        originals.add(&name);
        let warned = Masker::new(Key::from_bytes([7; 32]), originals);
        let again = warned.email("marie.durand@acme.fr", 0, usize::MAX);
        assert!(!name.is_empty() && !again.starts_with(&name), "{again} begins with {name}");
    }

    #[test]
    fn case_does_not_matter_and_accents_do() {
        let masker = masker();
        assert_eq!(masker.email("Marie@ACME.fr", 0, 80), masker.email("marie@acme.fr", 0, 80));
        assert_ne!(masker.email("rené@acme.fr", 0, 80), masker.email("rene@acme.fr", 0, 80));
    }

    #[test]
    fn a_display_name_is_masked_as_a_name() {
        let masker = masker();
        let mask = masker.email("\"Marie Durand\" <marie.durand@acme.fr>", 0, 120);
        let name = masker.full_name("Marie Durand", 0);
        let address = masker.email("marie.durand@acme.fr", 0, 80);
        assert_eq!(mask, format!("\"{name}\" <{address}>"));
    }

    #[test]
    fn what_is_no_address_stays_none() {
        let masker = masker();
        assert!(!masker.email("marie.durand", 0, 80).contains('@'));
        assert!(!masker.email("marie@localhost", 0, 80).contains('.'));
        assert!(masker.email("marie@", 0, 80).ends_with('@'));
    }

    #[test]
    fn two_hundred_thousand_addresses_and_logins_stay_apart() {
        let masker = masker();
        let mut seen = HashSet::new();
        for number in 0..100_000 {
            assert!(seen.insert(masker.email(&format!("marie.durand{number}@acme.fr"), 0, 64)));
            assert!(seen.insert(masker.email(&format!("mdurand{number}"), 0, 64)));
        }
    }

    #[test]
    fn every_length_limit_holds() {
        let masker = masker();
        for most in 0..70 {
            for value in ["jean-baptiste.de-la-tour-du-pin@tres-long-domaine.example.org", "mdurand"] {
                assert!(masker.email(value, 0, most).chars().count() <= most);
            }
        }
    }
}
