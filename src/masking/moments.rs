//! How dates and moments are written: what is one, and nothing else.

/// Whether a text is purely a date, a time, both, or a duration.
pub(super) fn is_moment(text: &str) -> bool {
    let text = text.trim();
    if let Some((_, rest)) = date_prefix(text) {
        return rest.is_empty() || rest.strip_prefix([' ', 'T']).is_some_and(is_time);
    }
    is_time(text) || is_duration(text)
}

/// The days since 1970-01-01 of an ISO date that a text begins with, and what follows it.
pub(super) fn date_prefix(text: &str) -> Option<(i64, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let bytes = date.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let day = days(number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?)?;
    Some((day, rest))
}

/// Whether a text is a time of day with an optional fraction and zone: `10:11`, `10:11:12.5+02:00`.
pub(super) fn is_time(text: &str) -> bool {
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut parts = clock.trim_end().split(':');
    let two = |part: Option<&str>, limit: i64| part.and_then(|p| fixed(p, 2)).is_some_and(|n| n <= limit);
    let minutes = two(parts.next(), 24) && two(parts.next(), 59);
    let seconds = match parts.next() {
        None => true,
        Some(part) => {
            let (whole, fraction) = part.split_once(['.', ',']).unwrap_or((part, "0"));
            let digits = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
            two(Some(whole), 60) && digits
        }
    };
    minutes && seconds && parts.next().is_none() && is_zone(zone)
}

fn is_zone(zone: &str) -> bool {
    match zone {
        "" | "Z" | "z" => true,
        _ => {
            let digits = zone[1..].replace(':', "");
            matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit()) && zone.len() <= 6
        }
    }
}

/// `P1DT2H` as in ISO 8601, or `3 days, 10:11:12`.
fn is_duration(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(['P', 'p']) {
        let sign = |b: u8| b.is_ascii_digit() || b".,-YMWDTHSymwdths".contains(&b);
        return rest.len() > 1 && rest.len() < 40 && rest.bytes().all(sign);
    }
    let (days, clock) = text.split_once([',', ' ']).unwrap_or(("", text));
    let clock = clock
        .trim_start()
        .trim_start_matches("days")
        .trim_start_matches("day")
        .trim_start_matches(',')
        .trim();
    let padded = if clock.find(':') == Some(1) { format!("0{clock}") } else { clock.to_owned() };
    let days = days.trim_end_matches("days").trim_end_matches("day").trim();
    (days.is_empty() || days.parse::<i64>().is_ok()) && is_time(&padded)
}

/// Days since 1970-01-01 of a civil date; nothing for a day that does not exist. Years 1 to 9999.
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=last).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (century, of_century) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year - 719_468)
}

/// The civil date of so many days since 1970-01-01: year, month, day.
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (century, rest) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_century = (rest - rest / 1460 + rest / 36_524 - rest / 146_096) / 365;
    let of_year = rest - (365 * of_century + of_century / 4 - of_century / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (century * 400 + of_century + i64::from(month <= 2), month, day)
}

/// A number of exactly so many digits.
pub(super) fn fixed(text: &str, length: usize) -> Option<i64> {
    if text.len() == length { number(text) } else { None }
}

fn number(text: &str) -> Option<i64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_civil_dates_are_each_other_s_inverse() {
        for day in (-700_000..2_900_000).step_by(997) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), Some(day));
        }
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 2, 29), Some(11_016));
        assert_eq!(days(1900, 2, 29), None);
    }

    #[test]
    fn moments_are_moments_and_nothing_else() {
        for text in [
            "2024-05-06",
            "2024-05-06 10:11",
            "2024-05-06T10:11:12.123456+02:00",
            "10:11:12",
            "2024-05-06 10:11:12Z",
            "P1DT2H",
            "3 days, 10:11:12",
            "1:02:03",
        ] {
            assert!(is_moment(text), "{text}");
        }
        for text in [
            "2024-05-06 Marie",
            "Marie",
            "",
            "2024-13-06",
            "06/05/2024 chez Paul",
            "+",
            "10:11:12 rue",
            "é-",
            "PM",
        ] {
            assert!(!is_moment(text), "{text}");
        }
    }
}
