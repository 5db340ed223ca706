//! Values as bytes that compare as the engine compares the values: NULL, then numbers, then text, then blobs.
//!
//! No value's bytes are the beginning of another's, so that several may stand one behind the other, and any of them may
//! be turned round for a column in descending order.

use crate::store::ValueRef;

/// How text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collation {
    /// Byte by byte.
    Binary,
    /// The 26 letters alike in both cases.
    NoCase,
    /// Without the spaces at the end.
    RightTrim,
}

impl Collation {
    /// The collation of that name, where it is one of the engine's own.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "BINARY" => Some(Collation::Binary),
            "NOCASE" => Some(Collation::NoCase),
            "RTRIM" => Some(Collation::RightTrim),
            _ => None,
        }
    }
}

const NULL: u8 = 0x01;
const BELOW_ALL: u8 = 0x02;
/// Whole numbers of no byte; of more bytes above, negative ones below.
const WHOLE: u8 = 0x10;
const ABOVE_ALL: u8 = 0x20;
const TEXT: u8 = 0x30;
const BLOB: u8 = 0x40;
/// What follows a number: a fraction below it, none, or one above it.
const LESS: u8 = 0x01;
const EXACTLY: u8 = 0x02;
const MORE: u8 = 0x03;
/// The first number that is too large for a whole one.
pub const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Puts a value at the end of `key`.
pub fn put_value(key: &mut Vec<u8>, value: ValueRef<'_>, collation: Collation, descending: bool) {
    let start = key.len();
    match value {
        ValueRef::Null => key.push(NULL),
        ValueRef::Integer(number) => {
            put_whole(key, number);
            key.push(EXACTLY);
        }
        ValueRef::Real(number) => put_real(key, number),
        ValueRef::Text(text) => put_text(key, text, collation),
        ValueRef::Blob(bytes) => {
            key.push(BLOB);
            put_bytes(key, bytes);
        }
    }
    if descending {
        key[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

fn put_whole(key: &mut Vec<u8>, number: i64) {
    let magnitude = if number < 0 { !number } else { number };
    let length = (8 - magnitude.leading_zeros() / 8) as usize;
    key.push(if number < 0 { WHOLE - 1 - length as u8 } else { WHOLE + length as u8 });
    key.extend_from_slice(&number.to_be_bytes()[8 - length..]);
}

/// The whole part and what is left of it are both exact, so that a number with a fraction finds its place between whole
/// numbers, however large.
fn put_real(key: &mut Vec<u8>, number: f64) {
    if !(-LIMIT..LIMIT).contains(&number) {
        key.push(if number > 0.0 { ABOVE_ALL } else { BELOW_ALL });
        key.extend_from_slice(&in_order(number));
        return;
    }
    let whole = number.trunc();
    put_whole(key, whole as i64);
    let rest = number - whole;
    if rest == 0.0 {
        key.push(EXACTLY);
    } else {
        key.push(if rest < 0.0 { LESS } else { MORE });
        key.extend_from_slice(&in_order(rest));
    }
}

/// The bits of a number, so that higher ones compare as higher.
fn in_order(number: f64) -> [u8; 8] {
    let bits = number.to_bits();
    if number < 0.0 { !bits } else { bits | 1 << 63 }.to_be_bytes()
}

fn put_text(key: &mut Vec<u8>, text: &[u8], collation: Collation) {
    key.push(TEXT);
    match collation {
        Collation::Binary => put_bytes(key, text),
        Collation::RightTrim => {
            let spaces = text.iter().rev().take_while(|byte| **byte == b' ').count();
            put_bytes(key, &text[..text.len() - spaces]);
        }
        Collation::NoCase => {
            // Behind a NUL the engine looks at the length alone.
            let end = text.iter().position(|byte| *byte == 0);
            key.extend(text[..end.unwrap_or(text.len())].iter().map(u8::to_ascii_lowercase));
            if end.is_some() {
                key.extend_from_slice(&[0, 1]);
                key.extend_from_slice(&(text.len() as u64).to_be_bytes());
            } else {
                key.extend_from_slice(&[0, 0]);
            }
        }
    }
}

/// Bytes and where they end: a NUL among them is told from the end by what follows it.
fn put_bytes(key: &mut Vec<u8>, bytes: &[u8]) {
    let mut pieces = bytes.split(|byte| *byte == 0);
    key.extend_from_slice(pieces.next().unwrap_or_default());
    for piece in pieces {
        key.extend_from_slice(&[0, 0xff]);
        key.extend_from_slice(piece);
    }
    key.extend_from_slice(&[0, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value;
    use crate::store::sqlite::sql::bind;
    use proptest::prelude::*;
    use rusqlite::Connection;
    use std::cmp::Ordering;

    fn key(value: &ValueRef<'_>, collation: Collation, descending: bool) -> Vec<u8> {
        let mut key = Vec::new();
        put_value(&mut key, *value, collation, descending);
        key
    }

    /// What the engine says of the order of two values.
    fn engine(database: &Connection, values: [ValueRef<'_>; 2], collation: &str) -> Ordering {
        let says = |sql: &str| -> bool {
            let mut statement = database.prepare_cached(sql).unwrap();
            bind(&mut statement, 1, values).unwrap();
            statement.raw_query().next().unwrap().unwrap().get(0).unwrap()
        };
        let first = format!(
            "SELECT n = 1 FROM (SELECT ?1 AS v, 1 AS n UNION ALL SELECT ?2, 2) ORDER BY v COLLATE {collation} LIMIT 1"
        );
        match (says(&format!("SELECT ?1 IS ?2 COLLATE {collation}")), says(&first)) {
            (true, _) => Ordering::Equal,
            (false, true) => Ordering::Less,
            (false, false) => Ordering::Greater,
        }
    }

    fn numbers() -> impl Strategy<Value = Value> {
        let near = prop_oneof![Just(0_i64), Just(1 << 53), Just(-(1 << 53)), Just(i64::MAX), Just(i64::MIN)];
        prop_oneof![
            any::<i64>().prop_map(Value::Integer),
            (near, -3..4_i64).prop_map(|(near, by)| Value::Integer(near.saturating_add(by))),
            any::<f64>().prop_filter("is a number", |number| !number.is_nan()).prop_map(Value::Real),
            (any::<i64>(), 0..64).prop_map(|(number, by)| Value::Real((number >> by) as f64)),
            (-4_i64..4, -1.0..1.0).prop_map(|(whole, rest)| Value::Real(whole as f64 + rest)),
            prop_oneof![Just(-0.0), Just(0.5), Just(-0.5), Just(9.3e18), Just(f64::INFINITY)]
                .prop_map(Value::Real),
            (-300_i64..300).prop_map(Value::Integer),
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let few = prop::collection::vec(
            prop_oneof![
                Just(0_u8),
                Just(b' '),
                Just(b'a'),
                Just(b'A'),
                Just(b'['),
                Just(0xe9),
                Just(0xff),
                Just(1_u8)
            ],
            0..6,
        );
        prop_oneof![
            Just(Value::Null),
            numbers(),
            few.clone().prop_map(Value::Text),
            few.prop_map(Value::Blob),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn keys_compare_as_the_engine_compares_values(one in values(), other in values()) {
            let database = DATABASE.with(std::rc::Rc::clone);
            for (collation, name) in
                [(Collation::Binary, "BINARY"), (Collation::NoCase, "NOCASE"), (Collation::RightTrim, "RTRIM")]
            {
                let expected = engine(&database, [one.borrow(), other.borrow()], name);
                let [a, b] = [&one, &other].map(|value| key(&value.borrow(), collation, false));
                prop_assert_eq!(a.cmp(&b), expected, "{} {:?} {:?}", name, &one, &other);
                prop_assert!(a == b || !b.starts_with(&a), "{:?} begins {:?}", &one, &other);
                let [a, b] = [&one, &other].map(|value| key(&value.borrow(), collation, true));
                prop_assert_eq!(b.cmp(&a), expected);
            }
        }

        #[test]
        fn numbers_compare_as_the_engine_compares_them(one in numbers(), other in numbers()) {
            let database = DATABASE.with(std::rc::Rc::clone);
            let expected = engine(&database, [one.borrow(), other.borrow()], "BINARY");
            let [a, b] = [&one, &other].map(|value| key(&value.borrow(), Collation::Binary, false));
            prop_assert_eq!(a.cmp(&b), expected, "{:?} {:?}", &one, &other);
        }
    }

    thread_local! {
        static DATABASE: std::rc::Rc<Connection> = std::rc::Rc::new(Connection::open_in_memory().unwrap());
    }
}
