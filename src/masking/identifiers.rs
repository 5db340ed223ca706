//! Masks for the numbers of companies and people: SIREN, SIRET, VAT and national identification numbers that validate.

use super::key::Purpose;
use super::masker::Masker;
use super::style::{compact, overlay};
use crate::checksum::{luhn_digit, nir_key};
use crate::schema::Category;

/// So many letters and digits fit into one permutation.
const MOST_SIGNS: usize = 26;

impl Masker {
    /// A SIREN with a right check digit. One-to-one on its first eight digits.
    pub(super) fn siren(&self, value: &str, turn: u32) -> String {
        match compact(value) {
            siren if is_digits(&siren, 9) => overlay(value, &self.other_siren(&siren, turn)),
            _ => self.scrambled(Purpose::Siren, value, turn),
        }
    }

    /// A SIRET of the masked SIREN. The establishment's number becomes another one of that company: without it, archives
    /// under two keys would share a SIRET here and there.
    pub(super) fn siret(&self, value: &str, turn: u32) -> String {
        let siret = compact(value);
        if !is_digits(&siret, 14) {
            return self.siren(value, turn);
        }
        let mut mask = self.other_siren(&siret[..9], turn);
        mask.push_str(&self.other_establishment(&siret, turn));
        push_luhn(&mut mask);
        overlay(value, &mask)
    }

    /// Another number from 1 to 9999, one-to-one within the company.
    fn other_establishment(&self, siret: &str, turn: u32) -> String {
        const MOST: usize = 9999;
        let step = self.key.draw(Purpose::Establishment, turn, &siret.as_bytes()[..9]).below(MOST);
        let number = siret[9..13].parse::<usize>().unwrap_or_default();
        let other = number.checked_sub(1).map_or(0, |from_zero| (from_zero + step) % MOST + 1);
        format!("{other:04}")
    }

    /// A VAT number of the same country: a French one is made of the masked SIREN, one of Belgium, Germany, Italy or
    /// Luxembourg has its right check digits.
    pub(super) fn vat(&self, value: &str, turn: u32) -> String {
        let vat = compact(value);
        let (country, number) = vat.split_at(vat.len().min(2));
        let mask = match country {
            "FR" if vat.len() == 13 && is_digits(&number[2..], 9) => {
                let siren = self.other_siren(&number[2..], turn);
                let key = (12 + 3 * (siren.parse::<u64>().unwrap_or(0) % 97)) % 97;
                format!("{key:02}{siren}")
            }
            "BE" if is_digits(number, 10) => {
                let base = number[..1].to_owned() + &self.permuted(Purpose::Vat, &number[1..8], turn);
                format!("{base}{:02}", 97 - base.parse::<u64>().unwrap_or(0) % 97)
            }
            "DE" if is_digits(number, 9) => {
                let base = number[..1].to_owned() + &self.permuted(Purpose::Vat, &number[1..8], turn);
                let check = iso_7064_mod_11_10(&base);
                format!("{base}{check}")
            }
            "IT" if is_digits(number, 11) => {
                let mut base = self.permuted(Purpose::Vat, &number[..7], turn) + &number[7..10];
                push_luhn(&mut base);
                base
            }
            "LU" if is_digits(number, 8) => {
                let base = self.permuted(Purpose::Vat, &number[..6], turn);
                format!("{base}{:02}", base.parse::<u64>().unwrap_or(0) % 89)
            }
            _ if country.bytes().all(|b| b.is_ascii_alphabetic()) && !number.is_empty() => {
                self.permuted(Purpose::Vat, number, turn)
            }
            _ => return self.scrambled(Purpose::Vat, value, turn),
        };
        overlay(value, &format!("{country}{mask}"))
    }

    /// A NIR with a right key (Corsica included); the first digit stays, so that it agrees with the civility. Any
    /// other number keeps its letters' and digits' places.
    pub(super) fn national_id(&self, value: &str, turn: u32) -> String {
        let nir = compact(value);
        match Nir::index_of(&nir) {
            Some(index) => {
                let other = match index {
                    Ok(index) => self.key.permute(Purpose::NationalId, turn, index, Nir::SIZE),
                    Err(()) => self.key.draw(Purpose::NationalId, turn, nir.as_bytes()).wide() % Nir::SIZE,
                };
                overlay(value, &Nir::written(&nir[..1], other, nir.len() == 15))
            }
            None => self.scrambled(Purpose::NationalId, value, turn),
        }
    }

    fn other_siren(&self, siren: &str, turn: u32) -> String {
        let mut mask = self.permuted(Purpose::Siren, &siren[..8], turn);
        push_luhn(&mut mask);
        mask
    }

    /// Other letters for letters, other digits for digits, one-to-one; blanks and marks stay.
    pub(super) fn scrambled(&self, purpose: Purpose, value: &str, turn: u32) -> String {
        let signs = compact(value);
        if signs.is_empty() {
            return self.key.draw(purpose, turn, value.as_bytes()).tag(8);
        }
        overlay(value, &self.permuted(purpose, &signs, turn))
    }

    /// Other letters for upper-case letters and other digits for digits: a permutation of all such texts.
    pub(super) fn permuted(&self, purpose: Purpose, signs: &str, turn: u32) -> String {
        let (head, tail) = signs.split_at(signs.len().min(MOST_SIGNS));
        let radix = |sign: u8| if sign.is_ascii_digit() { 10 } else { 26 };
        let (mut number, mut size) = (0u128, 1u128);
        for sign in head.bytes() {
            let base = if sign.is_ascii_digit() { b'0' } else { b'A' };
            number = number * radix(sign) + u128::from(sign - base);
            size *= radix(sign);
        }
        let mut other = self.key.permute(purpose, turn, number, size);
        let mut out: Vec<u8> = head.bytes().collect();
        for sign in out.iter_mut().rev() {
            let base = if sign.is_ascii_digit() { b'0' } else { b'A' };
            let limit = radix(*sign);
            *sign = base + (other % limit) as u8;
            other /= limit;
        }
        let mut draw = self.key.draw(purpose, turn, signs.as_bytes());
        out.extend(tail.bytes().map(|sign| match sign.is_ascii_digit() {
            true => b'0' + draw.below(10) as u8,
            false => b'A' + draw.below(26) as u8,
        }));
        out.iter().map(|sign| *sign as char).collect()
    }
}

/// The SIREN in a longer number of a company.
pub(super) fn siren_in(category: Category, value: &str) -> Option<String> {
    if !matches!(category, Category::Siret | Category::Vat) {
        return None;
    }
    let number = compact(value);
    let siren = match category {
        Category::Siret if is_digits(&number, 14) => &number[..9],
        Category::Vat if number.len() == 13 && number.starts_with("FR") => &number[4..],
        _ => return None,
    };
    is_digits(siren, 9).then(|| siren.to_owned())
}

/// Whether a text is so many digits.
pub(super) fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}

/// Adds the check digit of Luhn's formula.
pub(super) fn push_luhn(digits: &mut String) {
    let check = luhn_digit(digits);
    digits.push_str(&check.to_string());
}

fn iso_7064_mod_11_10(digits: &str) -> u32 {
    let product = digits.bytes().fold(10, |product, digit| {
        let sum = (u32::from(digit - b'0') + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10
}

/// The French national identification number: sex, year, month, department, commune, order, key.
pub(super) struct Nir;

impl Nir {
    const DEPARTMENTS: u128 = 97;
    const COMMUNES: u128 = 990;
    const ORDERS: u128 = 999;
    const SIZE: u128 = 100 * 12 * Self::DEPARTMENTS * Self::COMMUNES * Self::ORDERS;

    /// The place of a NIR among all that are made; an error inside for one that is not (born overseas or abroad), and
    /// nothing for what is no NIR.
    pub(super) fn index_of(nir: &str) -> Option<Result<u128, ()>> {
        let fine = matches!(nir.len(), 13 | 15)
            && nir
                .bytes()
                .enumerate()
                .all(|(place, b)| b.is_ascii_digit() || (place == 6 && matches!(b, b'A' | b'B')))
            && matches!(nir.as_bytes()[0], b'1'..=b'4' | b'7' | b'8')
            && (nir.as_bytes()[6].is_ascii_digit() || nir.as_bytes()[5] == b'2');
        fine.then(|| Self::place(nir).ok_or(()))
    }

    fn place(nir: &str) -> Option<u128> {
        let part = |from: usize, to: usize| nir[from..to].parse::<u128>().ok();
        let department = match &nir[5..7] {
            "2A" => 96,
            "2B" => 97,
            other => other.parse::<u128>().ok().filter(|number| (1..=95).contains(number))?,
        };
        let month = part(3, 5).filter(|month| (1..=12).contains(month))?;
        let commune = part(7, 10).filter(|commune| (1..=Self::COMMUNES).contains(commune))?;
        let order = part(10, 13).filter(|order| *order >= 1)?;
        let date = part(1, 3)? * 12 + month - 1;
        Some(
            ((date * Self::DEPARTMENTS + department - 1) * Self::COMMUNES + commune - 1) * Self::ORDERS
                + order
                - 1,
        )
    }

    fn written(sex: &str, place: u128, keyed: bool) -> String {
        let (order, rest) = (place % Self::ORDERS + 1, place / Self::ORDERS);
        let (commune, rest) = (rest % Self::COMMUNES + 1, rest / Self::COMMUNES);
        let (department, date) = (rest % Self::DEPARTMENTS + 1, rest / Self::DEPARTMENTS);
        let department = match department {
            96 => "2A".to_owned(),
            97 => "2B".to_owned(),
            number => format!("{number:02}"),
        };
        let base = format!("{sex}{:02}{:02}{department}{commune:03}{order:03}", date / 12, date % 12 + 1);
        if keyed { format!("{base}{:02}", nir_key(&base)) } else { base }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;
    use crate::checksum::luhn_holds;
    use std::collections::HashSet;

    #[test]
    fn no_mask_of_a_longer_number_holds_somebodys_siren() {
        use super::super::{Key, Originals, Shape};
        let (siret, vat) = ("732 829 320 00074", "FR 44 732829320");
        let masks = |masker: &Masker| {
            [(Category::Siret, siret), (Category::Vat, vat)].map(|(category, value)| {
                compact(&masker.text(category, value, Shape::default()).expect("a mask"))
            })
        };
        let [first, _] = masks(masker());
        let mut originals = Originals::default();
        originals.add(&siren_in(Category::Siret, &first).expect("a SIREN"));
        let [siret, vat] = masks(&Masker::new(Key::from_bytes([42; 32]), originals));
        assert_ne!(siret[..9], first[..9]);
        assert_eq!(vat[4..], siret[..9], "the two still agree");
        assert_eq!(siren_in(Category::Vat, "FR44 732829320").as_deref(), Some("732829320"));
        assert_eq!(siren_in(Category::Phone, siret.as_str()), None);
    }

    #[test]
    fn sirens_validate_and_stay_apart() {
        let masker = masker();
        let mut seen = HashSet::new();
        for number in 0..5_000 {
            let mut siren = format!("{:08}", 10_000_000 + number * 7);
            push_luhn(&mut siren);
            let mask = masker.siren(&siren, 0);
            assert!(luhn_holds(&mask) && mask.len() == 9 && mask != siren);
            assert!(seen.insert(mask));
        }
    }

    #[test]
    fn siret_and_vat_are_made_of_the_masked_siren() {
        let masker = masker();
        let siren = masker.siren("404833048", 0);
        let siret = masker.siret("404 833 048 00022", 0);
        assert_eq!(compact(&siret)[..9], siren);
        assert!(luhn_holds(&compact(&siret)));
        let others: HashSet<String> =
            (0..10_000).map(|number| masker.siret(&format!("404833048{number:04}0"), 0)).collect();
        assert_eq!(others.len(), 10_000, "those of one company stay apart");
        assert!(others.iter().all(|other| other.starts_with(&siren)));
        assert_ne!(siret[12..16], *"0002");
        assert_eq!(siret.matches(' ').count(), 3);
        let vat = masker.vat("FR83404833048", 0);
        assert_eq!(vat[4..], siren);
        let key: u64 = vat[2..4].parse().expect("digits");
        assert_eq!(key, (12 + 3 * (siren.parse::<u64>().expect("digits") % 97)) % 97);
        assert_eq!(masker.siren("404 833 048", 0).replace(' ', ""), siren);
    }

    #[test]
    fn foreign_vat_numbers_have_their_check_digits() {
        let masker = masker();
        let mask = masker.vat("BE0403019261", 0);
        let (base, check) =
            (mask[2..10].parse::<u64>().expect("digits"), mask[10..].parse::<u64>().expect("digits"));
        assert_eq!(check, 97 - base % 97);
        assert_eq!(iso_7064_mod_11_10("13669597"), 6, "the textbook example DE 136695976");
        assert!(luhn_holds(&masker.vat("IT00743110157", 0)[2..]));
        assert!(masker.vat("ATU13585627", 0).starts_with("AT"));
    }

    #[test]
    fn the_key_of_a_nir_is_right_in_corsica_too() {
        assert_eq!(nir_key("2550814168025"), 38);
        assert_eq!(nir_key("294032A011001"), 97 - 2_940_319_011_001 % 97);
        let masker = masker();
        for nir in ["2 55 08 14 168 025 38", "294032A01100127", "185057800608436", "1 99 13 99 999 999 11"] {
            let mask = masker.national_id(nir, 0);
            let signs = compact(&mask);
            assert_eq!(signs[13..].parse::<u64>().expect("digits"), nir_key(&signs[..13]), "{mask}");
            assert_eq!(signs[..1], compact(nir)[..1]);
            assert_eq!(mask.len(), nir.len());
            assert_ne!(mask, nir);
        }
    }

    #[test]
    fn the_places_of_a_nir_are_a_bijection() {
        for nir in ["2550814168025", "294122B990999", "1000101001001"] {
            let place = Nir::index_of(nir).expect("a NIR").expect("made here");
            assert_eq!(Nir::written(&nir[..1], place, false), nir);
        }
    }

    #[test]
    fn other_numbers_keep_their_form() {
        let mask = masker().scrambled(Purpose::Siren, "ab-12.C3", 0);
        let form = |text: &str| -> String {
            text.chars()
                .map(|c| {
                    if c.is_ascii_digit() {
                        '0'
                    } else if c.is_alphabetic() {
                        'a'
                    } else {
                        c
                    }
                })
                .collect()
        };
        assert_eq!(form(&mask), form("ab-12.C3"));
    }
}
