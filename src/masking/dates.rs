//! Masks for dates: another day within 200 days, or the first of a month or year; written the same way.

use super::key::Purpose;
use super::masker::{Masker, Shape};
use super::moments::{civil, date_prefix, days, fixed, is_time};
use super::style::cut;
use super::value::{Fate, readable};
use crate::store::{Value, ValueRef};

/// The furthest that a date moves.
const MOST_DAYS: i64 = 200;
const DAY_SECONDS: i64 = 86_400;

/// How a day becomes another one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// Each day has a step of its own. The number is that of earlier draws.
    Own(u32),
    /// All dates of one person have the same step, so that what lies between them stays; and so have all dates of a
    /// unique column, so that two never meet.
    Same(&'a str, u32),
    /// To the first day of its month, at midnight.
    Month,
    /// To the first day of its year, at midnight.
    Year,
}

impl Step<'_> {
    /// The step of a date that is nobody's.
    pub(super) fn of(shape: Shape) -> Step<'static> {
        if shape.unique { Step::Same("", shape.turn) } else { Step::Own(shape.turn) }
    }

    fn is_coarse(self) -> bool {
        matches!(self, Step::Month | Step::Year)
    }
}

impl Masker {
    /// The mask of a stored date or moment, in its own storage class.
    pub(super) fn stepped(
        &self,
        original: ValueRef<'_>,
        step: Step<'_>,
        time: Option<&str>,
        most: usize,
    ) -> Fate {
        let mask = match original {
            ValueRef::Null => return Fate::Nothing,
            ValueRef::Text(bytes) if bytes.trim_ascii().is_empty() => return Fate::Nothing,
            ValueRef::Text(bytes) => {
                let mask = self.date(&readable(bytes), step, time);
                mask.map(|mask| cut(&mask, most).into())
            }
            ValueRef::Integer(number) => self.date_number(number, step).map(Value::Integer),
            ValueRef::Real(number) => Some(Value::Real(self.date_real(number, step))),
            ValueRef::Blob(_) => None,
        };
        mask.map_or(Fate::Blank, Fate::Masked)
    }

    /// A date, or a moment with its time of day; nothing where the text is none. `format` is how the column writes
    /// moments, where the map says so.
    pub(super) fn date(&self, value: &str, step: Step<'_>, format: Option<&str>) -> Option<String> {
        let value = value.trim();
        if let Some(mask) = format.and_then(|format| self.formatted(value, step, format)) {
            return Some(mask);
        }
        if let Some((day, rest)) = date_prefix(value) {
            let timed = rest.strip_prefix([' ', 'T']).is_some_and(is_time);
            let (year, month, of_month) = civil(self.other_day(day, step));
            let rest = clock(rest, step);
            return (rest.is_empty() || timed).then(|| format!("{year:04}-{month:02}-{of_month:02}{rest}"));
        }
        if let Some(mask) = self.separated(value, step) {
            return Some(mask);
        }
        let number = value.parse::<i64>().ok()?;
        let mask = self.date_number(number, step)?.to_string();
        Some(if mask.len() < value.len() { format!("{mask:0>width$}", width = value.len()) } else { mask })
    }

    /// A date in a number: seconds, milliseconds or microseconds since 1970, `20240506`, or a year.
    pub(super) fn date_number(&self, number: i64, step: Step<'_>) -> Option<i64> {
        let shift = |unit: i64| {
            let day = number.div_euclid(DAY_SECONDS * unit);
            let other = self.other_day(day, step);
            let moved = (other.checked_sub(day)?).checked_mul(DAY_SECONDS * unit);
            let whole =
                if step.is_coarse() { number - number.rem_euclid(DAY_SECONDS * unit) } else { number };
            whole.checked_add(moved?)
        };
        match number {
            1850..=2150 => Some(self.other_year(number, step)),
            18_500_101..=21_501_231 => {
                let day = days(number / 10_000, number / 100 % 100, number % 100)?;
                let (year, month, of_month) = civil(self.other_day(day, step));
                Some(year * 10_000 + month * 100 + of_month)
            }
            _ if number.unsigned_abs() >= 100_000_000_000_000 => shift(1_000_000),
            _ if number.unsigned_abs() >= 100_000_000_000 => shift(1000),
            // Days since 1970, as some CRMs have them.
            -50_000..=80_000 => Some(self.other_day(number, step)),
            _ => shift(1),
        }
    }

    /// A date in a number with a fraction: a Julian day, or seconds since 1970.
    pub(super) fn date_real(&self, number: f64, step: Step<'_>) -> f64 {
        /// The Julian day on which 1970 began, at midnight.
        const EPOCH: f64 = 2_440_587.5;
        let is_julian = number.abs() < 10_000_000.0;
        let unit = if is_julian { 1.0 } else { DAY_SECONDS as f64 };
        let start = if is_julian { EPOCH } else { 0.0 };
        let day = ((number - start) / unit).floor();
        let other = self.other_day(day as i64, step) as f64;
        if step.is_coarse() { start + other * unit } else { number + (other - day) * unit }
    }

    /// `06/05/2024`, `6.5.2024`, `2024/05/06`, with or without a time behind.
    fn separated(&self, value: &str, step: Step<'_>) -> Option<String> {
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
        let (year, month, of_month) = civil(self.other_day(days(year, month, of_month)?, step));
        let mask = if first.len() == 4 {
            format!("{year:04}{mark}{month:02}{mark}{of_month:02}")
        } else {
            format!("{of_month:02}{mark}{month:02}{mark}{year:04}")
        };
        Some(if time.is_empty() { mask } else { format!("{mask} {}", clock(time, step)) })
    }

    fn formatted(&self, value: &str, step: Step<'_>, format: &str) -> Option<String> {
        let broken = jiff::fmt::strtime::parse(format, value).ok()?;
        let date = broken.to_date().ok()?;
        let time = broken.to_time().unwrap_or_default();
        let time = if step.is_coarse() { jiff::civil::Time::midnight() } else { time };
        let day = days(date.year().into(), date.month().into(), date.day().into())?;
        let (year, month, of_month) = civil(self.other_day(day, step));
        let date = jiff::civil::Date::new(year as i16, month as i8, of_month as i8).ok()?;
        let mask = jiff::fmt::strtime::format(format, date.to_datetime(time)).ok()?;
        (mask != value || step.is_coarse()).then_some(mask)
    }

    /// The day, in days since 1970, that stands for another. Within the years 1 to 9999, where the day is.
    fn other_day(&self, day: i64, step: Step<'_>) -> i64 {
        let (first, last) = (days(1, 1, 1).unwrap_or(day), days(9999, 12, 31).unwrap_or(day));
        let in_calendar = (first..=last).contains(&day);
        let shift = match step {
            Step::Month | Step::Year if in_calendar => {
                let (year, month, _) = civil(day);
                return days(year, if matches!(step, Step::Year) { 1 } else { month }, 1).unwrap_or(day);
            }
            Step::Month | Step::Year => return day,
            Step::Own(turn) => self.day_shift(&day.to_le_bytes(), turn),
            Step::Same(of, turn) => self.day_shift(of.as_bytes(), turn),
        };
        let other = day.saturating_add(shift);
        if in_calendar && !(first..=last).contains(&other) { day - shift } else { other }
    }

    fn other_year(&self, year: i64, step: Step<'_>) -> i64 {
        match step {
            Step::Month | Step::Year => year,
            Step::Own(turn) => year + self.day_shift(&year.to_le_bytes(), turn).signum() * (1 + year % 3),
            Step::Same(of, turn) => {
                let shift = self.day_shift(of.as_bytes(), turn);
                year + shift.signum() * (1 + shift.abs() % 3)
            }
        }
    }

    fn day_shift(&self, of: &[u8], turn: u32) -> i64 {
        let mut draw = self.key.draw(Purpose::Date, turn, of);
        let shift = 1 + draw.below(MOST_DAYS as usize) as i64;
        if draw.below(2) == 0 { shift } else { -shift }
    }
}

/// A time of day as it is; midnight of the same zone, where a coarser date may not tell it.
fn clock(time: &str, step: Step<'_>) -> String {
    if !step.is_coarse() {
        return time.to_owned();
    }
    let zone = time.rfind(['+', '-', 'Z', 'z']).unwrap_or(time.len());
    let midnight = time[..zone].chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign });
    midnight.chain(time[zone..].chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn dates_move_and_keep_their_form() {
        let masker = masker();
        let iso = masker.date("1980-05-06", Step::Own(0), None).expect("a date");
        assert_ne!(iso, "1980-05-06");
        let timed = masker.date("1980-05-06 10:11:12.123", Step::Own(0), None).expect("a moment");
        assert_eq!(timed, format!("{iso} 10:11:12.123"));
        let [year, month, day] = [&iso[..4], &iso[5..7], &iso[8..]];
        assert_eq!(masker.date("06/05/1980", Step::Own(0), None), Some(format!("{day}/{month}/{year}")));
        assert_eq!(masker.date("19800506", Step::Own(0), None), Some(format!("{year}{month}{day}")));
        assert_eq!(
            masker.date("06-05-1980", Step::Own(0), Some("%d-%m-%Y")),
            Some(format!("{day}-{month}-{year}"))
        );
    }

    #[test]
    fn numbers_move_by_whole_days() {
        let masker = masker();
        let seconds = 1_700_000_000;
        let mask = masker.date_number(seconds, Step::Own(0)).expect("in range");
        assert_ne!(mask, seconds);
        assert_eq!((mask - seconds) % 86_400, 0);
        assert!((mask - seconds).abs() <= 200 * 86_400);
        for edge in [i64::MIN, i64::MAX] {
            assert_ne!(masker.date_number(edge, Step::Own(0)), Some(edge));
        }
    }

    #[test]
    fn the_ends_of_the_calendar_hold() {
        let masker = masker();
        for edge in ["0001-01-01", "9999-12-31"] {
            assert_eq!(masker.date(edge, Step::Own(0), None).map(|mask| mask.len()), Some(10));
        }
    }

    #[test]
    fn what_is_no_date_has_no_mask() {
        for text in ["vers 1980", "2024-05-06 chez Marie", "31/02/2024"] {
            assert_eq!(masker().date(text, Step::Own(0), None), None, "{text}");
        }
    }

    #[test]
    fn the_dates_of_one_person_move_together() {
        let masker = masker();
        let moved = |date: &str, of: &str| {
            let mask = masker.date(date, Step::Same(of, 0), None).expect("a date");
            date_prefix(&mask).expect("a date").0 - date_prefix(date).expect("a date").0
        };
        assert_eq!(moved("1980-05-06", "contact 1"), moved("2024-02-29 10:11:12", "contact 1"));
        let steps: std::collections::HashSet<i64> =
            (0..50).map(|person| moved("1980-05-06", &format!("contact {person}"))).collect();
        assert!(steps.len() > 20 && !steps.contains(&0));
    }

    #[test]
    fn dates_of_a_unique_column_never_meet() {
        let masker = masker();
        let unique = Step::of(Shape { unique: true, ..Shape::default() });
        let days: std::collections::HashSet<_> =
            (10_000..30_000).map(|day| masker.date_number(day, unique)).collect();
        assert_eq!(days.len(), 20_000);
    }

    #[test]
    fn a_general_date_is_the_first_of_its_month_or_year_at_midnight() {
        let masker = masker();
        for (date, year) in [
            ("1980-05-06", "1980-01-01"),
            ("1980-05-06T10:11:12.5+02:00", "1980-01-01T00:00:00.0+02:00"),
            ("06/05/1980 10:11", "01/01/1980 00:00"),
            ("19800506", "19800101"),
            ("1980", "1980"),
        ] {
            assert_eq!(masker.date(date, Step::Year, None).as_deref(), Some(year));
        }
        assert_eq!(masker.date("1980-05-06", Step::Month, None).as_deref(), Some("1980-05-01"));
        assert_eq!(masker.date("6.5.1980", Step::Month, Some("%d.%m.%Y")).as_deref(), Some("01.05.1980"));
        let noon = 1_715_000_000;
        let first = masker.date_number(noon, Step::Year).expect("a moment");
        assert_eq!(first, days(2024, 1, 1).expect("a day") * DAY_SECONDS);
        assert_eq!(masker.date_real(2_460_437.25, Step::Year), 2_460_310.5);
    }
}
