//! Lengths of time as a map writes them: `3 years`, `10 years after sale_date`.

use jiff::civil::Date;
use serde::Serialize;

/// A length of time in calendar units: `3 years`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: PeriodUnit,
}

/// The units of a [`Period`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodUnit {
    /// Days.
    Days,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
}

impl Period {
    /// The period in a map's words: `3 years`, `18 months`, `1 day`. None when it is no such thing.
    pub fn parse(words: &str) -> Option<Self> {
        let (count, unit) = words.trim().split_once(' ')?;
        let unit = match unit.trim() {
            "day" | "days" => PeriodUnit::Days,
            "month" | "months" => PeriodUnit::Months,
            "year" | "years" => PeriodUnit::Years,
            _ => return None,
        };
        let count = count.parse().ok().filter(|count| (1..=9_999).contains(count))?;
        Some(Period { count, unit })
    }

    /// The last day of the period that begins with an event of that day. A day that the last month does not have is its
    /// last one: three years after 29 February 2024 end on 28 February 2027. None beyond what a calendar holds.
    pub fn end(self, day: Date) -> Option<Date> {
        let span = jiff::Span::new();
        let span = match self.unit {
            PeriodUnit::Days => span.try_days(self.count),
            PeriodUnit::Months => span.try_months(self.count),
            PeriodUnit::Years => span.try_years(self.count),
        };
        day.checked_add(span.ok()?).ok()
    }

    /// Reads `10 years after sale_date`: how long, and after which column's moment. None when it is no such thing.
    pub fn parse_after(words: &str) -> Option<(Self, &str)> {
        let (period, column) = words.split_once(" after ")?;
        let column = column.trim();
        Some((Self::parse(period)?, column)).filter(|_| !column.is_empty())
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            PeriodUnit::Days => "day",
            PeriodUnit::Months => "month",
            PeriodUnit::Years => "year",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written_in_words() {
        for words in ["3 years", "18 months", "1 day"] {
            assert_eq!(Period::parse(words).map(|period| period.to_string()).as_deref(), Some(words));
        }
        for wrong in ["", "years", "3", "0 years", "-1 years", "3 weeks", "99999 years", "3years"] {
            assert_eq!(Period::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_last_day_is_the_calendar_s() {
        use jiff::civil::date;
        for (words, from, to) in [
            ("3 years", date(2024, 2, 29), date(2027, 2, 28)),
            ("4 years", date(2024, 2, 29), date(2028, 2, 29)),
            ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
            ("13 months", date(2023, 1, 31), date(2024, 2, 29)),
            ("30 days", date(2026, 12, 15), date(2027, 1, 14)),
        ] {
            assert_eq!(Period::parse(words).and_then(|period| period.end(from)), Some(to), "{words}");
        }
        assert_eq!(Period::parse("9999 years").and_then(|period| period.end(date(2026, 1, 1))), None);
    }

    #[test]
    fn a_period_may_start_at_a_column() {
        let (period, column) = Period::parse_after("10 years after sale_date").expect("a period");
        assert_eq!((period.to_string().as_str(), column), ("10 years", "sale_date"));
        assert_eq!(Period::parse_after("10 years"), None);
        assert_eq!(Period::parse_after("10 years after "), None);
    }
}
