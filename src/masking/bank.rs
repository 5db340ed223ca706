//! Masks for bank accounts, banks and payment cards: numbers that validate and that no bank has given out.

use super::identifiers::{is_digits, push_luhn};
use super::key::Purpose;
use super::masker::Masker;
use super::style::{compact, overlay};
use crate::checksum::{mod_97, rib_key};

impl Masker {
    /// An account number of the same country that is valid modulo 97 (ISO 13616); a French one also has its RIB key,
    /// and a bank code that begins with 5 to 9, which no bank has.
    pub(super) fn iban(&self, value: &str, turn: u32) -> String {
        let iban = compact(value);
        if iban.len() == 23 && iban.as_bytes()[..10].iter().all(u8::is_ascii_digit) {
            return overlay(value, &self.french_account(&iban, turn));
        }
        let bytes = iban.as_bytes();
        let fine = (15..=34).contains(&iban.len())
            && bytes[..2].iter().all(u8::is_ascii_alphabetic)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !fine {
            return self.scrambled(Purpose::Iban, value, turn);
        }
        let (country, account) = (&iban[..2], &iban[4..]);
        let french = matches!(country, "FR" | "MC") && account.len() == 23;
        let other = if french && account.as_bytes()[..10].iter().all(u8::is_ascii_digit) {
            self.french_account(account, turn)
        } else {
            self.permuted(Purpose::Iban, account, turn)
        };
        let check = 98 - mod_97(&format!("{other}{country}00"));
        overlay(value, &format!("{country}{check:02}{other}"))
    }

    /// Bank, branch, account and key.
    fn french_account(&self, account: &str, turn: u32) -> String {
        let lead = account.as_bytes()[0] - b'0';
        let shift = self.key.draw(Purpose::Iban, turn, b"bank").below(5) as u8;
        let other = self.permuted(Purpose::Iban, &account[1..21], turn);
        let base = format!("{}{other}", 5 + (lead + shift) % 5);
        let key = rib_key(&base);
        format!("{base}{key:02}")
    }

    /// A code of the same country whose location ends in 0: a test code (ISO 9362).
    pub(super) fn bic(&self, value: &str, turn: u32) -> String {
        let bic = compact(value);
        if !matches!(bic.len(), 8 | 11) || !bic.as_bytes()[..6].iter().all(u8::is_ascii_alphabetic) {
            return self.scrambled(Purpose::Bic, value, turn);
        }
        let bank = self.permuted(Purpose::Bic, &bic[..4], turn);
        let branch = if bic.len() == 11 { "XXX" } else { "" };
        overlay(value, &format!("{bank}{}X0{branch}", &bic[4..6]))
    }

    /// A card number that begins with 9, which no card scheme has, with a right check digit.
    pub(super) fn card(&self, value: &str, turn: u32) -> String {
        let card = compact(value);
        if !(12..=19).contains(&card.len()) || !is_digits(&card, card.len()) {
            return self.scrambled(Purpose::Card, value, turn);
        }
        let mut mask = "9".to_owned() + &self.permuted(Purpose::Card, &card[1..card.len() - 1], turn);
        push_luhn(&mut mask);
        overlay(value, &mask)
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;
    use crate::checksum::luhn_holds;

    fn iban_holds(iban: &str) -> bool {
        let iban = compact(iban);
        mod_97(&format!("{}{}", &iban[4..], &iban[..4])) == 1
    }

    #[test]
    fn ibans_validate_whatever_their_country() {
        let masker = masker();
        for iban in [
            "FR14 2004 1010 0505 0001 3M02 606",
            "FR7630006000011234567890189",
            "DE89370400440532013000",
            "GB29 NWBK 6016 1331 9268 19",
        ] {
            assert!(iban_holds(iban), "the original {iban}");
            let mask = masker.iban(iban, 0);
            assert!(iban_holds(&mask), "{mask}");
            assert_eq!(mask[..2], iban[..2]);
            assert_eq!(mask.len(), iban.len());
        }
    }

    #[test]
    fn a_french_account_has_its_key_and_no_real_bank() {
        assert_eq!(rib_key("20041010050500013M026"), 6);
        let mask = compact(&masker().iban("FR1420041010050500013M02606", 0));
        assert_eq!(mask[25..].parse::<u64>().expect("digits"), rib_key(&mask[4..25]));
        assert!(mask.as_bytes()[4] >= b'5');
    }

    #[test]
    fn blanks_do_not_make_another_account() {
        let masker = masker();
        let spaced = masker.iban("FR14 2004 1010 0505 0001 3M02 606", 0);
        assert_eq!(compact(&spaced), masker.iban("FR1420041010050500013M02606", 0));
        assert_eq!(spaced.matches(' ').count(), 6);
    }

    #[test]
    fn bank_codes_are_test_codes() {
        let masker = masker();
        assert_eq!(masker.bic("BNPAFRPP", 0)[4..], *"FRX0");
        assert_eq!(masker.bic("BNPAFRPPXXX", 0)[4..], *"FRX0XXX");
    }

    #[test]
    fn cards_validate_and_keep_their_groups() {
        let mask = masker().card("4970 1012 3456 7890", 0);
        assert!(mask.starts_with('9') && luhn_holds(&compact(&mask)), "{mask}");
        assert_eq!(mask.matches(' ').count(), 3);
    }
}
