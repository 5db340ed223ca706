//! Masks for domains, web addresses and IP addresses, from what is reserved for documentation.

use super::company::CompanyWords;
use super::key::Purpose;
use super::masker::Masker;
use super::memo::Made;
use super::style::{cut, slug};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The part of a domain mask that tells domains of like names apart.
const DOMAIN_TAG: usize = 5;
/// A label with its trade is no longer than this, so that addresses fit where addresses fit.
const MOST_LABEL: usize = 22;
/// How often a label is drawn again because it is somebody's.
const MOST_LABELS: u32 = 20;
/// The part of a URL mask that stands for its path: 70 bits.
const PATH_TAG: usize = 14;
/// First labels that name a service and say nothing about whose it is.
const SERVICES: &[&str] =
    &["www", "mail", "smtp", "imap", "pop", "webmail", "shop", "boutique", "blog", "ftp", "api"];
/// Second-level domains under which names are registered.
const REGISTRIES: &[&str] = &["co", "com", "org", "net", "gov", "gouv", "ac", "asso", "edu"];

impl Masker {
    /// A host below `.example` (RFC 2606) made of the words a company of that name gets. A name without a dot stays one.
    pub(super) fn domain(&self, host: &str, turn: u32) -> Made<'_, Box<str>> {
        let host = host.trim().trim_matches('.');
        match split_service(host) {
            // The rest comes by itself, too: in every address.
            Some((service, rest)) => {
                let mask = format!("{}.{}", service.to_ascii_lowercase(), *self.domain_of(rest, turn));
                Made::Fresh(mask.into())
            }
            None => self.domain_of(host, turn),
        }
    }

    fn domain_of(&self, host: &str, turn: u32) -> Made<'_, Box<str>> {
        let make = || self.fresh_domain(host, turn).into();
        if turn == 0 { self.domains.of(host, make) } else { Made::Fresh(make()) }
    }

    fn fresh_domain(&self, host: &str, turn: u32) -> String {
        let host = host.to_lowercase();
        if host.is_empty() {
            return host;
        }
        let labels: Vec<&str> = host.split('.').collect();
        let (label, registered) = registrable(&labels);
        let words = CompanyWords::of(&label.replace(['-', '_'], " "));
        let mut mask = String::with_capacity(48);
        // As often as a company's name is drawn again, so that the two go on agreeing.
        let mut labels_drawn = (0..MOST_LABELS).map(|turn| self.company_label(&words, turn));
        if let Some(label) = labels_drawn.find(|label| !self.originals.stand_in(label)) {
            mask.push_str(&label);
            mask.push('-');
        }
        self.key.draw(Purpose::Domain, turn, registered.as_bytes()).push_tag(DOMAIN_TAG, &mut mask);
        if labels.len() > 1 {
            mask.push_str(".example");
        }
        mask
    }

    fn company_label(&self, words: &CompanyWords, turn: u32) -> String {
        let mut label = slug(self.company_stem(&words.stem, turn));
        let trade = self.company_trade(&words.rest, turn).map(slug).unwrap_or_default();
        if !trade.is_empty() && label.len() + trade.len() <= MOST_LABEL {
            label.push('-');
            label.push_str(&trade);
        }
        label
    }

    /// A web address on the mask of its host; a path becomes a token. Text that is no address is masked as text.
    pub(super) fn url(&self, value: &str, turn: u32, most: usize) -> String {
        let value = value.trim();
        if let Some(special) = self.other_scheme(value, turn, most) {
            return special;
        }
        let (scheme, rest) = match value.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
            _ => (None, value.trim_start_matches("//")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        if host.is_empty() || host.contains(char::is_whitespace) || (scheme.is_none() && !host.contains('.'))
        {
            return self.free_text(value, turn);
        }
        let (host, port) = split_port(host);
        let host = match host.parse::<Ipv4Addr>() {
            Ok(_) => Made::Fresh(self.ip(host, turn).into()),
            Err(_) => self.domain(host, turn),
        };
        let mut mask = scheme.map(|scheme| scheme + "://").unwrap_or_default() + &host + port;
        if path.len() > 1 {
            mask.push('/');
            let key = value.to_lowercase();
            self.key.draw(Purpose::Path, turn, key.as_bytes()).push_tag(PATH_TAG, &mut mask);
        } else {
            mask.push_str(path);
        }
        cut(&mask, most).to_owned()
    }

    fn other_scheme(&self, value: &str, turn: u32, most: usize) -> Option<String> {
        let (scheme, rest) = value.split_once(':')?;
        match scheme.to_ascii_lowercase().as_str() {
            "mailto" => Some(self.email(value, turn, most)),
            "tel" => {
                Some(format!("tel:{}", self.phone(rest, super::Shape { turn, ..super::Shape::default() })))
            }
            _ => None,
        }
    }

    /// An address of the documentation ranges (RFC 5737, RFC 3849); a port or prefix length stays.
    pub(super) fn ip(&self, value: &str, turn: u32) -> String {
        let value = value.trim();
        let (address, tail) = match value.split_once('/') {
            Some((address, bits)) if bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit()) => {
                (address, &value[address.len()..])
            }
            _ => (value, ""),
        };
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V6(six)) => format!("{}{tail}", self.ip_six(&six.octets(), turn)),
            Ok(IpAddr::V4(four)) => format!("{}{tail}", self.ip_four(&four.octets(), turn)),
            Err(_) => {
                let (host, port) = split_port(value);
                let octets = host.parse::<Ipv4Addr>().map(|four| four.octets().to_vec());
                let port = if octets.is_ok() { port } else { "" };
                format!("{}{port}", self.ip_four(&octets.unwrap_or(value.as_bytes().to_vec()), turn))
            }
        }
    }

    fn ip_four(&self, octets: &[u8], turn: u32) -> Ipv4Addr {
        const BLOCKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
        let mut draw = self.key.draw(Purpose::Ip, turn, octets);
        let [a, b, c] = BLOCKS[draw.below(BLOCKS.len())];
        let d = 1 + draw.below(253) as u8;
        let mask = [a, b, c, d];
        if mask == octets { Ipv4Addr::new(a, b, c, d + 1) } else { Ipv4Addr::from(mask) }
    }

    fn ip_six(&self, octets: &[u8], turn: u32) -> Ipv6Addr {
        let mut draw = self.key.draw(Purpose::Ip, turn, octets);
        let low = draw.wide() >> 32;
        Ipv6Addr::from((0x2001_0db8 << 96) | low)
    }
}

/// The first label, where it names a service, and the domain behind it.
fn split_service(host: &str) -> Option<(&str, &str)> {
    let (first, rest) = host.split_once('.')?;
    let rest = rest.trim_start_matches('.');
    let (second, last) = rest.split_once('.')?;
    let is_service = SERVICES.iter().any(|service| first.eq_ignore_ascii_case(service));
    // Of `mail.co.uk` it is what tells it from others.
    (is_service && !is_registry(second, last)).then_some((first, rest))
}

/// Whether names are registered below these two labels: `co.uk`.
fn is_registry(second: &str, last: &str) -> bool {
    last.len() == 2 && REGISTRIES.iter().any(|registry| second.eq_ignore_ascii_case(registry))
}

/// The label under which a domain is registered, and the registered domain.
fn registrable(labels: &[&str]) -> (String, String) {
    let count = labels.len();
    let below = match labels {
        [.., second, last] if count > 2 && is_registry(second, last) => 3,
        _ => 2.min(count),
    };
    (labels[count - below].to_owned(), labels[count - below..].join("."))
}

/// A scheme that says nothing about a person. Anything else before `://` is not kept.
fn is_scheme(scheme: &str) -> bool {
    const SCHEMES: &[&str] =
        &["http", "https", "ftp", "ftps", "sftp", "ldap", "ldaps", "ws", "wss", "smb", "rtsp", "webdav"];
    SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Parts `host:8080` before the colon.
pub(super) fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (name, &host[name.len()..])
        }
        _ => (host, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn a_site_and_the_mail_of_a_company_share_a_domain() {
        let masker = masker();
        let domain = masker.domain("acme.fr", 0).to_string();
        assert!(domain.ends_with(".example"), "{domain}");
        assert_eq!(masker.url("https://www.acme.fr/", 0, 99), format!("https://www.{domain}/"));
        assert_eq!(masker.url("acme.fr", 0, 99), domain);
        assert_eq!(**masker.domain("mail.acme.fr", 0), *format!("mail.{domain}"));
        assert_eq!(**masker.domain(" WWW.Acme.FR. ", 0), *format!("www.{domain}"));
        assert_ne!(**masker.domain("acme.com", 0), *domain);
    }

    #[test]
    fn a_service_is_told_from_a_name_that_looks_like_one() {
        let mask = |host: &str| masker().domain(host, 0).to_string();
        for own in ["mail.co.uk", "www.fr", "www..fr", "mail", "", "courrier.acme.fr"] {
            assert!(!SERVICES.iter().any(|service| mask(own).starts_with(&format!("{service}."))), "{own}");
        }
        assert_eq!(mask("www..acme.fr"), format!("www.{}", mask("acme.fr")));
        assert_eq!(mask("www.mail.acme.fr").split('.').count(), 3);
    }

    #[test]
    fn a_path_becomes_a_token_of_its_own() {
        let masker = masker();
        let one = masker.url("https://reseau.fr/in/marie-durand", 0, 99);
        let other = masker.url("https://reseau.fr/in/paul-durand", 0, 99);
        assert_ne!(one, other);
        assert!(!one.contains("marie"), "{one}");
        assert!(!masker.url("durand://acme.fr/x", 0, 99).contains("durand"));
    }

    #[test]
    fn text_in_the_place_of_a_site_is_masked_as_text() {
        let mask = masker().url("site en travaux", 0, 99);
        assert_ne!(mask, "site en travaux");
        assert_eq!(mask.chars().count(), "site en travaux".len());
    }

    #[test]
    fn addresses_come_from_the_documentation_ranges() {
        let masker = masker();
        for (value, ranges) in [
            ("10.1.2.3", &["192.0.2.", "198.51.100.", "203.0.113."][..]),
            ("unknown", &["192.0.2.", "198.51.100.", "203.0.113."]),
            ("2a01:e0a::1", &["2001:db8:"]),
        ] {
            let mask = masker.ip(value, 0);
            assert!(ranges.iter().any(|range| mask.starts_with(range)), "{mask}");
        }
        assert!(masker.ip("10.1.2.3/24", 0).ends_with("/24"));
        assert!(masker.ip("10.1.2.3:443", 0).ends_with(":443"));
    }
}
