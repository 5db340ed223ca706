//! Masks for dates: another day within 200 days, written the same way; the time of day stays.

use super::key::Purpose;
use super::masker::Masker;
use super::moments::{civil, date_prefix, days, fixed, is_time};

/// The furthest that a date moves.
const MOST_DAYS: i64 = 200;
const DAY_SECONDS: i64 = 86_400;

impl Masker {
    /// A date, or a moment with its time of day, 1 to 200 days away; nothing where the text is none. `format` is how
    /// the column writes moments, where the map says so.
    pub(super) fn date(&self, value: &str, turn: u32, format: Option<&str>) -> Option<String> {
        let value = value.trim();
        if let Some(mask) = format.and_then(|format| self.formatted(value, turn, format)) {
            return Some(mask);
        }
        if let Some((day, rest)) = date_prefix(value) {
            let timed = rest.strip_prefix([' ', 'T']).is_some_and(is_time);
            let (year, month, of_month) = self.other_day(day, turn);
            return (rest.is_empty() || timed).then(|| format!("{year:04}-{month:02}-{of_month:02}{rest}"));
        }
        if let Some(mask) = self.separated(value, turn) {
            return Some(mask);
        }
        let number = value.parse::<i64>().ok()?;
        let mask = self.date_number(number, turn)?.to_string();
        Some(if mask.len() < value.len() { format!("{mask:0>width$}", width = value.len()) } else { mask })
    }

    /// A date in a number: seconds, milliseconds or microseconds since 1970, `20240506`, or a year.
    pub(super) fn date_number(&self, number: i64, turn: u32) -> Option<i64> {
        let shift = |unit: i64| {
            let step = self.day_shift(number.div_euclid(DAY_SECONDS * unit), turn) * DAY_SECONDS * unit;
            number.checked_add(step)
        };
        match number {
            1850..=2150 => Some(number + self.day_shift(number, turn).signum() * (1 + number % 3)),
            18_500_101..=21_501_231 => {
                let day = days(number / 10_000, number / 100 % 100, number % 100)?;
                let (year, month, of_month) = self.other_day(day, turn);
                Some(year * 10_000 + month * 100 + of_month)
            }
            _ if number.unsigned_abs() >= 100_000_000_000_000 => shift(1_000_000),
            _ if number.unsigned_abs() >= 100_000_000_000 => shift(1000),
            // Days since 1970, as some CRMs have them.
            -50_000..=80_000 => Some(number + self.day_shift(number, turn)),
            _ => shift(1),
        }
    }

    /// A date in a number with a fraction: a Julian day, or seconds since 1970.
    pub(super) fn date_real(&self, number: f64, turn: u32) -> f64 {
        let unit = if number.abs() < 10_000_000.0 { 1.0 } else { DAY_SECONDS as f64 };
        let day = (number / unit).floor();
        number + self.day_shift(day as i64, turn) as f64 * unit
    }

    /// `06/05/2024`, `6.5.2024`, `2024/05/06`, with or without a time behind.
    fn separated(&self, value: &str, turn: u32) -> Option<String> {
        let (date, time) = value.split_once(' ').unwrap_or((value, ""));
        if !time.is_empty() && !is_time(time) {
            return None;
        }
        let mark = date.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
        let parts: Vec<&str> = date.split(mark).collect();
        let &[first, second, third] = parts.as_slice() else { return None };
        let short = |part: &str| fixed(part, 1).or_else(|| fixed(part, 2));
        let (year, month, of_month) = if first.len() == 4 {
            (fixed(first, 4)?, short(second)?, short(third)?)
        } else {
            (fixed(third, 4)?, short(second)?, short(first)?)
        };
        let (year, month, of_month) = self.other_day(days(year, month, of_month)?, turn);
        let mask = if first.len() == 4 {
            format!("{year:04}{mark}{month:02}{mark}{of_month:02}")
        } else {
            format!("{of_month:02}{mark}{month:02}{mark}{year:04}")
        };
        Some(if time.is_empty() { mask } else { format!("{mask} {time}") })
    }

    fn formatted(&self, value: &str, turn: u32, format: &str) -> Option<String> {
        let broken = jiff::fmt::strtime::parse(format, value).ok()?;
        let date = broken.to_date().ok()?;
        let time = broken.to_time().unwrap_or_default();
        let day = days(date.year().into(), date.month().into(), date.day().into())?;
        let (year, month, of_month) = self.other_day(day, turn);
        let date = jiff::civil::Date::new(year as i16, month as i8, of_month as i8).ok()?;
        let mask = jiff::fmt::strtime::format(format, date.to_datetime(time)).ok()?;
        (mask != value).then_some(mask)
    }

    fn other_day(&self, day: i64, turn: u32) -> (i64, i64, i64) {
        let shift = self.day_shift(day, turn);
        let (first, last) = (days(1, 1, 1).unwrap_or(day), days(9999, 12, 31).unwrap_or(day));
        let other = day + shift;
        civil(if (first..=last).contains(&other) { other } else { day - shift })
    }

    fn day_shift(&self, day: i64, turn: u32) -> i64 {
        let mut draw = self.key.draw(Purpose::Date, turn, &day.to_le_bytes());
        let shift = 1 + draw.below(MOST_DAYS as usize) as i64;
        if draw.below(2) == 0 { shift } else { -shift }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;

    #[test]
    fn dates_move_and_keep_their_form() {
        let masker = masker();
        let iso = masker.date("1980-05-06", 0, None).expect("a date");
        assert_ne!(iso, "1980-05-06");
        let timed = masker.date("1980-05-06 10:11:12.123", 0, None).expect("a moment");
        assert_eq!(timed, format!("{iso} 10:11:12.123"));
        let [year, month, day] = [&iso[..4], &iso[5..7], &iso[8..]];
        assert_eq!(masker.date("06/05/1980", 0, None), Some(format!("{day}/{month}/{year}")));
        assert_eq!(masker.date("19800506", 0, None), Some(format!("{year}{month}{day}")));
        assert_eq!(masker.date("06-05-1980", 0, Some("%d-%m-%Y")), Some(format!("{day}-{month}-{year}")));
    }

    #[test]
    fn numbers_move_by_whole_days() {
        let masker = masker();
        let seconds = 1_700_000_000;
        let mask = masker.date_number(seconds, 0).expect("in range");
        assert_ne!(mask, seconds);
        assert_eq!((mask - seconds) % 86_400, 0);
        assert!((mask - seconds).abs() <= 200 * 86_400);
        for edge in [i64::MIN, i64::MAX] {
            assert_ne!(masker.date_number(edge, 0), Some(edge));
        }
    }

    #[test]
    fn the_ends_of_the_calendar_hold() {
        let masker = masker();
        for edge in ["0001-01-01", "9999-12-31"] {
            assert_eq!(masker.date(edge, 0, None).map(|mask| mask.len()), Some(10));
        }
    }

    #[test]
    fn what_is_no_date_has_no_mask() {
        for text in ["vers 1980", "2024-05-06 chez Marie", "31/02/2024"] {
            assert_eq!(masker().date(text, 0, None), None, "{text}");
        }
    }
}
