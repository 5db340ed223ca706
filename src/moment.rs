//! Moments, read and written as the CRM does it: a wrong form makes some of them refuse to list anything.

use crate::fault::{Fault, Result};
use crate::store::{Value, ValueRef};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

/// What a moment is written as where the map says nothing: `2026-05-04 09:30:00`, in UTC.
const USUAL: &str = "%Y-%m-%d %H:%M:%S";
/// Numbers above this are milliseconds since 1970; as seconds they would be after the year 5000.
const MOST_SECONDS: u64 = 100_000_000_000;

/// The moment that a stored value is: in the map's format, in ISO 8601, or as seconds or milliseconds since 1970.
/// Without a zone it is UTC. None when it is no moment.
pub fn read(value: ValueRef<'_>, format: Option<&str>) -> Option<Timestamp> {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => None,
        ValueRef::Integer(number) => of_number(number),
        ValueRef::Real(number) => of_number(number as i64),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).ok()?.trim();
            format.and_then(|format| of_format(text, format)).or_else(|| of_iso(text))
        }
    }
}

fn of_number(number: i64) -> Option<Timestamp> {
    match number.unsigned_abs() > MOST_SECONDS {
        true => Timestamp::from_millisecond(number).ok(),
        false => Timestamp::from_second(number).ok(),
    }
}

fn of_format(text: &str, format: &str) -> Option<Timestamp> {
    let parsed = BrokenDownTime::parse(format, text).ok()?;
    parsed.to_timestamp().ok().or_else(|| {
        let day = parsed.to_date().ok()?;
        let time = parsed.to_time().unwrap_or_default();
        TimeZone::UTC.to_timestamp(day.to_datetime(time)).ok()
    })
}

/// The day that a text is, where the format writes days without a time of day.
pub fn day_alone(text: &str, format: &str) -> Option<Date> {
    const TIMES: &[&str] = &["%H", "%I", "%k", "%l", "%M", "%S", "%T", "%R", "%s", "%c"];
    if TIMES.iter().any(|part| format.contains(part)) {
        return None;
    }
    BrokenDownTime::parse(format, text).ok()?.to_date().ok()
}

fn of_iso(text: &str) -> Option<Timestamp> {
    let civil = |text: &str| text.parse::<jiff::civil::DateTime>().ok();
    text.parse::<Timestamp>().ok().or_else(|| TimeZone::UTC.to_timestamp(civil(text)?).ok())
}

/// The moment as this CRM stores it, to the second.
///
/// # Errors
/// Usage when the map's format cannot write a moment.
pub fn write(moment: Timestamp, format: Option<&str>) -> Result<Value> {
    let moment = Timestamp::from_second(moment.as_second()).unwrap_or(moment);
    let format = format.unwrap_or(USUAL);
    if format == "%s" {
        return Ok(Value::Integer(moment.as_second()));
    }
    let written = strtime::format(format, &moment.to_zoned_datetime(TimeZone::UTC))
        .map_err(|error| Fault::usage(format!("the map's time format cannot be written: {error}")))?;
    Ok(Value::from(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Timestamp = Timestamp::constant(1_777_887_000, 0);

    #[test]
    fn every_form_is_read_as_the_same_moment() {
        let text = |text: &'static str| read(ValueRef::Text(text.as_bytes()), None);
        for form in [
            "2026-05-04T09:30:00Z",
            "2026-05-04 09:30:00",
            "2026-05-04 09:30:00.000000",
            "2026-05-04T11:30:00+02:00",
        ] {
            assert_eq!(text(form), Some(MOMENT), "{form}");
        }
        assert_eq!(text("2026-05-04").map(|moment| moment.as_second()), Some(1_777_852_800));
        assert_eq!(read(ValueRef::Integer(1_777_887_000), None), Some(MOMENT));
        assert_eq!(read(ValueRef::Integer(1_777_887_000_000), None), Some(MOMENT));
        for wrong in ["", "yesterday", "0000-00-00 00:00:00"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
        assert_eq!(read(ValueRef::Integer(i64::MIN), None), None);
    }

    #[test]
    fn a_moment_is_written_as_the_map_says() {
        let written = |format| write(MOMENT, format).unwrap();
        assert_eq!(written(Some("%Y-%m-%dT%H:%M:%SZ")), Value::from("2026-05-04T09:30:00Z"));
        assert_eq!(written(Some("%Y-%m-%d %H:%M:%S%.f")), Value::from("2026-05-04 09:30:00"));
        assert_eq!(written(Some("%d/%m/%Y %H:%M")), Value::from("04/05/2026 09:30"));
        assert_eq!(written(Some("%s")), Value::Integer(1_777_887_000));
        assert_eq!(written(None), Value::from("2026-05-04 09:30:00"));
    }

    #[test]
    fn what_a_format_writes_it_reads() {
        for format in ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S%.f", "%d.%m.%Y %H:%M:%S", "%s"] {
            let written = write(MOMENT, Some(format)).unwrap();
            assert_eq!(read(written.borrow(), Some(format)), Some(MOMENT), "{format}");
        }
    }
}
