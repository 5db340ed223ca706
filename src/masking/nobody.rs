//! What reaches nobody: the names, numbers and addresses that are reserved for examples, documentation and fiction.

use super::network::split_port;
use super::phone::{BETWEEN_NUMBERS, is_of_fiction, reaches_no_phone};
use crate::reach::is_reserved;
use crate::schema::Category;
use std::net::IpAddr;

/// Whether a value of this category can reach nobody. What is no address at all reaches nobody either, and values of
/// categories that are not for reaching people are not judged.
pub fn reaches_nobody(category: Category, value: &str) -> bool {
    match category {
        Category::Email => mail_hosts(value).all(is_reserved_host),
        Category::Phone => value.split(BETWEEN_NUMBERS).all(reaches_no_phone),
        Category::Url => url_host(value).is_none_or(is_reserved_host),
        Category::Ip => {
            let address = value.split('/').next().unwrap_or_default().trim();
            !is_public(address) && !is_public(split_port(address).0)
        }
        _ => true,
    }
}

/// Whether this value tells who is meant: [`Category::identifies`], but for telephone numbers of the ranges reserved
/// for fiction and IP addresses of those for documentation. They are nobody's, and so few that the masks of a restored
/// copy cannot keep clear of its own. What is no number or address at all may tell, and is searched.
pub fn identifies(category: Category, value: &str) -> bool {
    let is_nobodys = match category {
        Category::Phone => value.split(BETWEEN_NUMBERS).all(is_of_fiction),
        Category::Ip => {
            let address = value.split('/').next().unwrap_or_default().trim();
            [address, split_port(address).0].into_iter().any(is_for_documentation)
        }
        _ => false,
    };
    category.identifies(value) && !is_nobodys
}

/// The hosts of the mail addresses that stand in a text: a dot is needed, since `name@host` is also how people write.
pub fn mail_hosts(text: &str) -> impl Iterator<Item = &str> {
    let is_in_host = |sign: char| sign.is_alphanumeric() || matches!(sign, '.' | '-');
    text.match_indices('@').filter_map(move |(at, _)| {
        let named = text[..at].ends_with(|sign: char| sign.is_alphanumeric() || "._+-".contains(sign));
        let rest = &text[at + 1..];
        let host = &rest[..rest.find(|sign| !is_in_host(sign)).unwrap_or(rest.len())];
        let host = host.trim_matches(['.', '-']);
        (named && host.contains('.')).then_some(host)
    })
}

/// The host of a web address, where it has a dot.
pub(super) fn url_host(value: &str) -> Option<&str> {
    let (_, rest) = value.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = split_port(authority.rsplit('@').next()?).0;
    host.contains('.').then_some(host)
}

fn is_reserved_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    is_reserved(&host) || host.parse::<IpAddr>().is_ok_and(|_| !is_public(&host))
}

/// Whether an address is one that packets go to.
fn is_public(address: &str) -> bool {
    address.parse::<IpAddr>().is_ok() && !is_for_documentation(address)
}

/// Whether an address is of the ranges for documentation (RFC 5737, RFC 3849).
fn is_for_documentation(address: &str) -> bool {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(four)) => four.is_documentation(),
        Ok(IpAddr::V6(six)) => six.segments()[0] == 0x2001 && six.segments()[1] == 0xdb8,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_and_ranges_reach_nobody() {
        for (category, nobody, somebody) in [
            (Category::Email, "Marie <m.durand@atelier-x1y2z.example>", "m.durand@orange.fr"),
            (Category::Email, "a@example.org, b@x.test", "a@example.org, b@laposte.net"),
            (Category::Phone, "01 99 00 12 34", "01 45 67 89 10"),
            (Category::Phone, "+33 6 39 98 12 34", "+33 6 12 34 56 78"),
            (Category::Phone, "+999000000000123", "+44 20 7123 4567"),
            (Category::Url, "https://www.x.example/abc", "https://www.orange.fr/abc"),
            (Category::Ip, "192.0.2.7", "82.64.1.1"),
            (Category::Ip, "2001:db8::1", "2a01:e0a::1"),
        ] {
            assert!(reaches_nobody(category, nobody), "{nobody}");
            assert!(!reaches_nobody(category, somebody), "{somebody}");
        }
    }

    #[test]
    fn what_only_the_reserved_ranges_hold_tells_nobody_and_all_else_may() {
        for (category, value, tells) in [
            (Category::Phone, "06 39 98 12 34", false),
            (Category::Phone, "01 99 00 12 34 / +33639981234", false),
            (Category::Phone, "06 12 34 56 78", true),
            (Category::Phone, "01 99 00 12 34 / 06 12 34 56 78", true),
            (Category::Phone, "poste 4711, bureau de Marie", true),
            (Category::Ip, "192.0.2.7:443", false),
            (Category::Ip, "2001:db8::1/64", false),
            (Category::Ip, "82.64.1.1", true),
            (Category::Ip, "machine de Marie", true),
            (Category::Email, "m.durand@atelier-x1y2z.example", true),
        ] {
            assert_eq!(identifies(category, value), tells, "{value}");
        }
    }

    #[test]
    fn what_is_no_address_reaches_nobody() {
        for (category, value) in [
            (Category::Email, "pas d'adresse"),
            (Category::Email, "2 kg @ 3 euros"),
            (Category::Phone, "poste 12"),
            (Category::Url, "Fleurs et jardins"),
            (Category::Ip, "inconnue"),
            (Category::Town, "Lille"),
        ] {
            assert!(reaches_nobody(category, value), "{value}");
        }
    }

    #[test]
    fn every_mask_of_the_examples_reaches_nobody() {
        for category in [Category::Email, Category::Phone, Category::Url, Category::Ip] {
            let (_, mask) = super::super::example(category);
            assert!(reaches_nobody(category, &mask), "{mask}");
        }
    }
}
