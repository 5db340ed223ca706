//! Masks for JSON documents, leaf by leaf: what no path names has the category of the rest.

use super::kept::told_in;
use super::key::Purpose;
use super::masker::{Masker, Shape};
use super::value::Fate;
use crate::schema::{Category, JsonPath, JsonStep};
use crate::store::{Value, ValueRef};
use crate::words;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// The rules of one JSON column.
#[derive(Debug, Clone)]
pub(super) struct JsonRules<'a> {
    paths: Cow<'a, [(JsonPath, Category)]>,
    otherwise: Category,
}

/// A document without a leaf: most are.
const EMPTY: [&str; 2] = ["{}", "[]"];

/// Where a leaf is.
#[derive(Clone, Copy)]
enum Place<'a> {
    Member(&'a str),
    Item,
}

impl<'a> JsonRules<'a> {
    /// The rules of a column, to be kept; the first path that fits decides.
    pub(super) fn new(paths: &[(JsonPath, Category)], otherwise: Category) -> JsonRules<'static> {
        JsonRules { paths: Cow::Owned(paths.to_vec()), otherwise }
    }

    /// The same for a look at one document.
    fn of(paths: &'a [(JsonPath, Category)], otherwise: Category) -> Self {
        JsonRules { paths: Cow::Borrowed(paths), otherwise }
    }

    fn category(&self, trail: &[Place<'_>]) -> Category {
        self.named(trail).unwrap_or(self.otherwise)
    }

    /// What a leaf is that a path names. A path that ends above the leaf masks all below it, but keeps nothing below
    /// it: what may go across is said leaf by leaf.
    fn named(&self, trail: &[Place<'_>]) -> Option<Category> {
        let fits = |path: &JsonPath, category: Category| {
            let steps = &path.0;
            let long_enough =
                steps.len() == trail.len() || (steps.len() < trail.len() && !category.is_kept());
            long_enough && steps.iter().zip(trail).all(|(step, place)| step_fits(step, *place))
        };
        self.paths.iter().find(|(path, category)| fits(path, *category)).map(|(_, category)| *category)
    }

    fn names(&self, key: &str) -> bool {
        let named = |step: &JsonStep| matches!(step, JsonStep::Key(name) if name == key);
        self.paths.iter().any(|(path, _)| path.0.iter().any(named))
    }
}

fn step_fits(step: &JsonStep, place: Place<'_>) -> bool {
    match (step, place) {
        (JsonStep::Key(name), Place::Member(key)) => name == key,
        (JsonStep::AnyKey, Place::Member(_)) | (JsonStep::AnyItem, Place::Item) => true,
        _ => false,
    }
}

impl Masker {
    /// The masked document as text; nothing where the text is no JSON.
    pub(super) fn json(&self, text: &str, rules: &JsonRules<'_>) -> Option<String> {
        if EMPTY.contains(&text) {
            return Some(text.to_owned());
        }
        let mut document: Json = serde_json::from_str(text).ok()?;
        self.json_node(&mut document, rules, &[]);
        serde_json::to_string(&document).ok()
    }

    fn json_node(&self, node: &mut Json, rules: &JsonRules<'_>, trail: &[Place<'_>]) {
        match node {
            Json::Array(items) => {
                let below = [trail, &[Place::Item]].concat();
                items.iter_mut().for_each(|item| self.json_node(item, rules, &below));
            }
            Json::Object(members) => {
                let mut masked = Map::with_capacity(members.len());
                for (key, mut member) in std::mem::take(members) {
                    self.json_node(&mut member, rules, &[trail, &[Place::Member(&key)]].concat());
                    masked.insert(self.json_key(&key, rules), member);
                }
                *members = masked;
            }
            leaf => self.json_leaf(leaf, rules.category(trail)),
        }
    }

    fn json_leaf(&self, leaf: &mut Json, category: Category) {
        if category.is_kept() || leaf.is_null() {
            // A kept text must not carry out how to reach somebody.
            if leaf.as_str().is_some_and(|text| told_in(text).is_some()) {
                *leaf = Json::String(String::new());
            }
            return;
        }
        let original = match leaf {
            Json::String(text) => ValueRef::Text(text.as_bytes()),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => ValueRef::Integer(whole),
                None => ValueRef::Real(number.as_f64().unwrap_or_default()),
            },
            _ => {
                *leaf = Json::Bool(false);
                return;
            }
        };
        let mask = match self.value(category, original, Shape::default(), None) {
            Fate::Kept | Fate::Nothing => return,
            Fate::Masked(Value::Text(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
            Fate::Masked(Value::Integer(number)) => number.into(),
            Fate::Masked(Value::Real(number)) => number.into(),
            _ if leaf.is_string() => Json::String(String::new()),
            _ => 0.into(),
        };
        *leaf = mask;
    }

    /// A member's name stays where the map names it or a program wrote it; else it may be a person's.
    fn json_key(&self, key: &str, rules: &JsonRules<'_>) -> String {
        let plain = key.len() <= 40
            && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && key.bytes().filter(u8::is_ascii_digit).count() <= 3
            && !words::is_given_name(key)
            && !words::is_family_name(key);
        if plain || rules.names(key) || rules.otherwise.is_kept() {
            return key.to_owned();
        }
        format!("k_{}", self.key.draw(Purpose::Member, 0, key.as_bytes()).tag(10))
    }
}

/// The texts and numbers of a document, each with what it is; none where the text is no JSON.
pub fn json_texts(
    text: &str,
    paths: &[(JsonPath, Category)],
    otherwise: Category,
) -> Vec<(Category, String)> {
    let rules = JsonRules::of(paths, otherwise);
    let mut found = Vec::new();
    each_leaf(text, &mut |trail, leaf| match leaf {
        Json::String(text) => found.push((rules.category(trail), text.clone())),
        Json::Number(number) => found.push((rules.category(trail), number.to_string())),
        _ => {}
    });
    found
}

/// How many texts and numbers of a document a path names, and how many none does.
pub fn json_named(text: &str, paths: &[(JsonPath, Category)]) -> (u64, u64) {
    let rules = JsonRules::of(paths, Category::Keep);
    let mut count = (0, 0);
    each_leaf(text, &mut |trail, leaf| match leaf {
        Json::String(_) | Json::Number(_) if rules.named(trail).is_some() => count.0 += 1,
        Json::String(_) | Json::Number(_) => count.1 += 1,
        _ => {}
    });
    count
}

/// Shows each leaf of a document, and where it is.
fn each_leaf(text: &str, show: &mut dyn FnMut(&[Place<'_>], &Json)) {
    fn walk<'a>(node: &'a Json, trail: &mut Vec<Place<'a>>, show: &mut dyn FnMut(&[Place<'_>], &Json)) {
        match node {
            Json::Array(items) => {
                for item in items {
                    trail.push(Place::Item);
                    walk(item, trail, show);
                    trail.pop();
                }
            }
            Json::Object(members) => {
                for (key, member) in members {
                    trail.push(Place::Member(key));
                    walk(member, trail, show);
                    trail.pop();
                }
            }
            leaf => show(trail, leaf),
        }
    }
    if EMPTY.contains(&text) {
        return;
    }
    if let Ok(document) = serde_json::from_str::<Json>(text) {
        walk(&document, &mut Vec::new(), show);
    }
}

#[cfg(test)]
mod tests {
    use super::super::masker::tests::masker;
    use super::*;

    fn rules() -> JsonRules<'static> {
        let key = |name: &str| JsonStep::Key(name.into());
        JsonRules::new(
            &[
                (JsonPath(vec![key("lines"), JsonStep::AnyItem, key("description")]), Category::FreeText),
                (JsonPath(vec![key("code")]), Category::Keep),
                (JsonPath(vec![key("people"), JsonStep::AnyKey]), Category::FullName),
            ],
            Category::Blank,
        )
    }

    #[test]
    fn listed_paths_are_masked_and_the_rest_is_emptied() {
        let text = r#"{"code":"A1","lines":[{"description":"Appeler Marie","price":12.5,"paid":true}],"note":"Durand","none":null}"#;
        let mask: Json = serde_json::from_str(&masker().json(text, &rules()).expect("JSON")).expect("JSON");
        assert_eq!(mask["code"], "A1");
        assert_ne!(mask["lines"][0]["description"], "Appeler Marie");
        assert_eq!(mask["lines"][0]["description"].as_str().map(|text| text.chars().count()), Some(13));
        assert_eq!(mask["lines"][0]["price"], 0);
        assert_eq!(mask["lines"][0]["paid"], false);
        assert_eq!(mask["note"], "");
        assert!(mask["none"].is_null());
    }

    #[test]
    fn leaves_are_told_with_what_they_are_and_counted_by_whether_a_path_names_them() {
        let text = r#"{"code":"A1","people":{"Marie":612345678},"note":["Durand",null,true]}"#;
        let JsonRules { paths, .. } = rules();
        let told = json_texts(text, &paths, Category::Blank);
        let expected =
            [(Category::Keep, "A1"), (Category::FullName, "612345678"), (Category::Blank, "Durand")];
        assert_eq!(told, expected.map(|(category, text)| (category, text.to_owned())));
        assert_eq!(json_named(text, &paths), (2, 1));
        assert_eq!(json_named("{", &paths), (0, 0));
    }

    #[test]
    fn what_is_kept_is_kept_leaf_by_leaf() {
        let mask = masker().json(r#"{"code":{"name":"Durand"}}"#, &rules()).expect("JSON");
        assert_eq!(mask, r#"{"code":{"name":""}}"#);
    }

    #[test]
    fn names_of_members_that_may_be_personal_go() {
        let mask = masker()
            .json(r#"{"people":{"Marie":"Marie Durand"},"marie@acme.fr":1}"#, &rules())
            .expect("JSON");
        assert!(!mask.contains("Marie") && !mask.contains("acme"), "{mask}");
    }

    #[test]
    fn what_is_no_json_has_no_mask() {
        let deep = "[".repeat(100_000);
        for text in ["{", "Marie", "", deep.as_str()] {
            assert_eq!(masker().json(text, &rules()), None);
        }
    }
}
