//! Lengths of time as a map writes them: `3 years`, `10 years after sale_date`.

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
    fn a_period_may_start_at_a_column() {
        let (period, column) = Period::parse_after("10 years after sale_date").expect("a period");
        assert_eq!((period.to_string().as_str(), column), ("10 years", "sale_date"));
        assert_eq!(Period::parse_after("10 years"), None);
        assert_eq!(Period::parse_after("10 years after "), None);
    }
}
