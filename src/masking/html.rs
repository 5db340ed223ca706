//! Text with tags: which tags stay, and where the text between them is.

/// The tags that stay. Anything else in angle brackets is text: `<marie@example.org>`.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "link",
    "main",
    "mark",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
];
/// The tags whose content is no text.
const OPAQUE: &[&str] = &["script", "style", "svg"];

/// Whether a text is HTML: it begins with a tag, or closes one.
pub(super) fn is_html(text: &str) -> bool {
    // Most text has no such sign, and that is told many bytes at a time.
    if !text.as_bytes().contains(&b'<') {
        return false;
    }
    let trimmed = text.trim_start();
    tag(trimmed).is_some()
        || trimmed.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"))
        || text.match_indices("</").any(|(at, _)| tag(&text[at..]).is_some())
}

/// The tags without their attributes, comments left out, and each text between them through `mask`.
pub(super) fn masked(text: &str, mut mask: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut plain = 0;
    while let Some(at) = rest[plain..].find('<').map(|at| at + plain) {
        let (before, from) = rest.split_at(at);
        let Some(found) = tag(from).or_else(|| comment(from)) else {
            plain = at + 1;
            continue;
        };
        mask(before, &mut out);
        found.write(&mut out);
        rest = &from[found.length..];
        plain = 0;
        if !found.closing && OPAQUE.contains(&found.name.as_str()) {
            rest = after_opaque(rest, &found.name);
        }
    }
    mask(rest, &mut out);
    out
}

struct Tag {
    name: String,
    closing: bool,
    empty: bool,
    length: usize,
}

impl Tag {
    fn write(&self, out: &mut String) {
        if self.name.is_empty() {
            return;
        }
        out.push('<');
        out.push_str(if self.closing { "/" } else { "" });
        out.push_str(&self.name);
        out.push_str(if self.empty { "/>" } else { ">" });
    }
}

/// The known tag that a text begins with.
fn tag(text: &str) -> Option<Tag> {
    let inner = text.strip_prefix('<')?;
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner.get(..end.min(12))?.to_ascii_lowercase();
    if !TAGS.contains(&name.as_str()) || !inner[end..].starts_with(['>', '/', ' ', '\t', '\r', '\n']) {
        return None;
    }
    let close = end_of_tag(&inner[end..])? + end;
    let empty = inner[..close].ends_with('/');
    Some(Tag { name, closing, empty, length: text.len() - inner.len() + close + 1 })
}

/// Where the `>` is that is in no quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.find('>')
}

/// A comment or declaration, which goes.
fn comment(text: &str) -> Option<Tag> {
    let length = if text.starts_with("<!--") {
        text.find("-->").map_or(text.len(), |at| at + 3)
    } else if text.starts_with("<!") || text.starts_with("<?") {
        text.find('>')? + 1
    } else {
        return None;
    };
    Some(Tag { name: String::new(), closing: false, empty: false, length })
}

fn after_opaque<'a>(rest: &'a str, name: &str) -> &'a str {
    let close =
        rest.match_indices("</").find(|(at, _)| tag(&rest[*at..]).is_some_and(|tag| tag.name == name));
    close.map_or("", |(at, _)| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    #[test]
    fn tags_stay_and_attributes_and_texts_go() {
        let mask = masker().free_text(
            "<p class=\"Durand\">Bonjour <a href='mailto:marie@acme.fr'>Marie &gt; Paul</a><br/></p>\n<!-- secret --><script>let a = 12;</script>",
            0,
        );
        let tags: String = masked(&mask, |_, _| {});
        assert_eq!(tags, "<p><a></a><br/></p><script></script>");
        for gone in ["Durand", "Marie", "Bonjour", "acme", "secret", "12", "class"] {
            assert!(!mask.contains(gone), "{mask}");
        }
    }

    #[test]
    fn an_address_in_brackets_is_no_tag() {
        assert!(!is_html("Marie <marie@acme.fr>"));
        assert!(!is_html("1 < 2"));
        assert!(is_html("texte</div>"));
    }

    #[test]
    fn broken_html_is_masked_to_its_end() {
        for broken in ["<p", "<p class=\"x>Marie</p>", "<script>Marie", "<p><!-- Marie", "</", "<p>Marie <"] {
            assert!(!masker().free_text(broken, 0).contains("Marie"), "{broken}");
        }
    }
}
