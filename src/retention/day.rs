//! Days, as those who use the CRM count them.

use crate::fault::{Fault, Result};
use crate::moment;
use crate::schema::CompleteMap;
use crate::store::ValueRef;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Where the days begin.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone that a map names; UTC where it names none.
    ///
    /// # Errors
    /// Usage when nobody here knows it.
    pub fn of(map: &CompleteMap) -> Result<Self> {
        let Some(name) = map.zone() else { return Ok(Self::utc()) };
        TimeZone::get(name).map(Zone).map_err(|_| {
            Fault::usage(format!("the map's `zone` {name} is no time zone that is known here"))
                .hint("such as Europe/Paris; the system's list of zones is in the package tzdata")
                .into()
        })
    }

    /// The zone of those who say none.
    pub fn utc() -> Self {
        Zone(TimeZone::UTC)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day of a moment.
    pub fn day_of(&self, moment: Timestamp) -> Date {
        self.0.to_datetime(moment).date()
    }
}

/// Reads the days of one column.
#[derive(Debug)]
pub struct Days<'a> {
    format: &'a str,
    zone: &'a Zone,
}

impl<'a> Days<'a> {
    /// Those of a column of a table.
    pub fn of(map: &'a CompleteMap, table: &str, column: &str, zone: &'a Zone) -> Self {
        Days { format: map.time_of(table, column), zone }
    }

    /// The day that a value is. A day that is stored as one has no zone; a moment has the day that it was in the zone.
    pub fn read(&self, value: ValueRef<'_>) -> Option<Date> {
        if let ValueRef::Text(bytes) = value {
            let text = std::str::from_utf8(bytes).ok()?.trim();
            if text.len() == "2026-05-04".len()
                && let Ok(day) = text.parse::<Date>()
            {
                return Some(day);
            }
            if let Some(day) = moment::day_alone(text, self.format) {
                return Some(day);
            }
        }
        moment::read(value, Some(self.format)).map(|moment| self.zone.day_of(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_moment_has_the_day_of_its_zone_and_a_day_has_none() {
        let zones = [
            ("UTC", date(2025, 12, 31)),
            ("Europe/Paris", date(2026, 1, 1)),
            ("America/Cayenne", date(2025, 12, 31)),
        ];
        for (name, expected) in zones {
            let zone = Zone(TimeZone::get(name).expect("the system knows it"));
            let days = Days { format: "%Y-%m-%dT%H:%M:%SZ", zone: &zone };
            assert_eq!(days.read(ValueRef::Text(b"2025-12-31T23:30:00Z")), Some(expected), "{name}");
            assert_eq!(days.read(ValueRef::Text(b"2025-12-31")), Some(date(2025, 12, 31)), "{name}");
            let french = Days { format: "%d/%m/%Y", zone: &zone };
            assert_eq!(french.read(ValueRef::Text(b"31/12/2025")), Some(date(2025, 12, 31)), "{name}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        let zone = Zone(TimeZone::UTC);
        let days = Days { format: "%Y-%m-%d", zone: &zone };
        for value in [
            ValueRef::Null,
            ValueRef::Text(b""),
            ValueRef::Text(b"0000-00-00"),
            ValueRef::Text(&[0xff]),
            ValueRef::Blob(b"x"),
        ] {
            assert_eq!(days.read(value), None, "{value:?}");
        }
    }
}
