//! What no kept text may carry out: an address, a telephone number, a bank account.

use crate::reach::{NATIONAL, addresses, ibans, phones};

/// What a text tells that reaches somebody, in words; nothing where it tells nothing of the sort.
pub(super) fn told_in(text: &str) -> Option<&'static str> {
    // Most texts that are kept and have many digits.
    if is_moment(text.as_bytes()) {
        return None;
    }
    if addresses(text).next().is_some() {
        return Some("an e-mail address");
    }
    if text.bytes().filter(u8::is_ascii_digit).count() < NATIONAL {
        return None;
    }
    if phones(text).next().is_some() {
        return Some("a telephone number");
    }
    ibans(text).next().map(|_| "an IBAN")
}

/// Whether a text is a date, or a date and a time: `2026-05-04`, `2026-05-04T09:30:00Z`.
fn is_moment(text: &[u8]) -> bool {
    let is_like = |sample: &[u8]| {
        let alike = |(one, sign): (&u8, &u8)| one == sign || *sign == b'0' && one.is_ascii_digit();
        text.len() == sample.len() && text.iter().zip(sample).all(alike)
    };
    match text.len() {
        10 => is_like(b"0000-00-00"),
        19 => is_like(b"0000-00-00T00:00:00") || is_like(b"0000-00-00 00:00:00"),
        20 => is_like(b"0000-00-00T00:00:00Z"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_moment_tells_how_to_reach_anybody() {
        for number in 0..100_000_u64 {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let digits = format!("{mixed:020}");
            let part = |from: usize, to: usize| &digits[from..to];
            let date = format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8));
            let time = format!("{}:{}:{}", part(8, 10), part(10, 12), part(12, 14));
            for text in [format!("{date}T{time}Z"), format!("{date} {time}"), date] {
                assert!(is_moment(text.as_bytes()), "{text}");
                assert!(phones(&text).next().is_none() && ibans(&text).next().is_none(), "{text}");
            }
        }
        for text in ["2026-05-0a", "0612345678", "2026-05-04T09:30:00+01", "2026-05-04T09:30:00z"] {
            assert!(!is_moment(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_reaches_somebody_is_found() {
        for text in ["marie.durand@acme.fr", "voir <m.durand@mail.acme.co.uk>, merci", "mailto:paul@acme.fr"]
        {
            assert_eq!(told_in(text), Some("an e-mail address"), "{text}");
        }
        for text in [
            "06 12 34 56 78",
            "+33 6 12 34 56 78",
            "+33612345678",
            "tél. 0612345678",
            "0033 (0)1.42.34.56.78",
        ] {
            assert_eq!(told_in(text), Some("a telephone number"), "{text}");
        }
        for text in ["FR1420041010050500013M02606", "IBAN FR14 2004 1010 0505 0001 3M02 606."] {
            assert_eq!(told_in(text), Some("an IBAN"), "{text}");
        }
    }

    #[test]
    fn what_programs_write_is_not_taken_for_it() {
        for text in [
            "2026-05-04T09:30:00Z",
            "2024-05-06 10:11:12.123456",
            "0612345678",
            "C000123456",
            "@media print { a { color: #0612345678 } }",
            "user@localhost",
            "nobody@crm.example",
            "git@v1.2",
            "06 39 98 12 34",
            "1.0.612.34.56.78.90",
            "550e8400-e29b-41d4-a716-446655440000",
            "res.user,1234567890123",
            "FR0012345678901234567890",
            "",
        ] {
            assert_eq!(told_in(text), None, "{text}");
        }
    }
}
