//! Masks for amounts: the same order of magnitude, sign and number of decimals.

use super::key::{Draw, Purpose};
use super::masker::Masker;

impl Masker {
    /// A number 3 to 20 % away, written with the same decimals; nothing where the text is no number. Zero stays zero.
    pub(super) fn amount(&self, value: &str, turn: u32) -> Option<String> {
        let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        let decimal = plain.rfind([',', '.']);
        let decimals = decimal.map_or(0, |at| plain.len() - at - 1);
        let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
        let fine = unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
        if !fine || digits.is_empty() || unsigned.matches([',', '.']).count() > 1 {
            return None;
        }
        let cents: i128 = digits.get(..30).unwrap_or(&digits).parse().ok()?;
        let masked = self.noisy(cents, turn).to_string();
        let padded = format!("{masked:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        let sign = &plain[..plain.len() - unsigned.len()];
        let point = decimal.map(|at| &plain[at..=at]).unwrap_or_default();
        Some(format!("{sign}{whole}{point}{fraction}"))
    }

    /// A whole number 3 to 20 % away, at least 1; zero stays zero.
    pub(super) fn whole_amount(&self, value: i64, turn: u32) -> i64 {
        let size = self.noisy(i128::from(value).abs(), turn);
        let size = i64::try_from(size).unwrap_or(i64::MAX - 1);
        if value < 0 { -size } else { size }
    }

    /// A fraction 3 to 20 % away, rounded to as many decimals as it had.
    pub(super) fn real_amount(&self, value: f64, turn: u32) -> f64 {
        let written = format!("{value}");
        self.amount(&written, turn).and_then(|text| text.parse().ok()).unwrap_or(0.0)
    }

    fn noisy(&self, size: i128, turn: u32) -> i128 {
        if size == 0 {
            return 0;
        }
        let mut draw: Draw = self.key.draw(Purpose::Amount, turn, &size.to_le_bytes());
        let thousandths = 30 + draw.below(171) as i128;
        let step = (size / 1000 * thousandths + size % 1000 * thousandths / 1000).max(1);
        if draw.below(2) == 0 && size > step { size - step } else { size + step }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;

    #[test]
    fn amounts_move_by_three_to_twenty_percent() {
        let masker = masker();
        for value in [100, 999, 123_456, -5_000] {
            let share = (masker.whole_amount(value, 0) - value).abs() * 1000 / value.abs();
            assert!((25..=200).contains(&share), "{value} moved by {share} thousandths");
        }
        assert_eq!(masker.whole_amount(0, 0), 0);
        assert_ne!(masker.whole_amount(1, 0), 1);
        assert_ne!(masker.whole_amount(i64::MIN, 0), i64::MIN);
        assert_ne!(masker.whole_amount(i64::MAX, 0), i64::MAX);
    }

    #[test]
    fn decimals_and_signs_stay() {
        let masker = masker();
        let mask = masker.amount("-1 234,50", 0).expect("a number");
        assert!(
            mask.starts_with('-') && mask.split_once(',').is_some_and(|(_, cents)| cents.len() == 2),
            "{mask}"
        );
        let mask = masker.amount("0.05", 0).expect("a number");
        assert!(mask.starts_with("0.0") && mask != "0.05", "{mask}");
        assert_eq!(masker.amount("environ 12 euros", 0), None);
        assert_eq!(format!("{}", masker.real_amount(12.5, 0)).len(), 4);
    }
}
